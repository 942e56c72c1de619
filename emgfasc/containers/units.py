"""Units: classes of potentials that look like the same motor unit."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgfasc.containers.columns import UNITS
from emgfasc.errors import ParameterError

__all__ = ["Units"]

_UNKNOWN: NDArray[np.float32] = np.zeros((0, 0, 0), np.float32)


@dataclass(frozen=True, eq=False)
class Units:
    """Units with their average potentials.

    Attributes
    ----------
    frame : DataFrame
        One row per unit, schema ``emgfasc.containers.UNITS``; numbers run from 1.
    templates_uv : array of float32, shape (n_units, n_channels, n_template_samples)
        Median potential of each unit, in the order of `frame`.
    fs_hz : float
        Sampling rate of the templates.
    center : int
        Template sample at which units were laid over one another to be compared; the `peak_s` of
        a unit's potentials lies at the same distance from it in all of them.
    spread_uv : array of float32, shape (n_units, n_channels, n_template_samples)
        SD over a unit's potentials at each sample of the template: noise, changes of shape and
        size, and what is left of the alignment. ``nan`` where unknown: on bad channels, with a
        single potential, and everywhere when it is not given.

    Examples
    --------
    >>> from emgfasc.containers import Units
    >>> len(Units.empty(n_channels=1, fs_hz=2048.0))
    0
    """

    frame: pd.DataFrame
    templates_uv: NDArray[np.float32]
    fs_hz: float
    center: int
    spread_uv: NDArray[np.float32] = field(default_factory=lambda: _UNKNOWN)

    def __post_init__(self) -> None:
        """Hold the columns, one template per row and a spread for each of its samples."""
        object.__setattr__(self, "frame", UNITS.validated(self.frame))
        if self.templates_uv.ndim != 3 or len(self.templates_uv) != len(self.frame):
            raise ParameterError("units: one template (channels x samples) per unit is needed.")
        if self.spread_uv is _UNKNOWN:
            unknown = np.full(self.templates_uv.shape, np.nan, np.float32)
            object.__setattr__(self, "spread_uv", unknown)
        if self.spread_uv.shape != self.templates_uv.shape:
            raise ParameterError(
                f"units: a spread of shape {self.spread_uv.shape} does not fit templates of shape "
                f"{self.templates_uv.shape}; give one value for each sample of the templates."
            )

    @classmethod
    def empty(cls, *, n_channels: int, fs_hz: float) -> Units:
        """Return no unit at all."""
        return cls(UNITS.empty(), np.zeros((0, n_channels, 0), np.float32), fs_hz, 0)

    def __len__(self) -> int:
        """Count the units."""
        return len(self.frame)

    @property
    def time_ms(self) -> NDArray[np.float64]:
        """Time of each template sample relative to `center`."""
        samples = np.arange(self.templates_uv.shape[2], dtype=np.float64)
        return (samples - self.center) * 1e3 / self.fs_hz

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit, as a copy."""
        return self.frame.copy()

    def __repr__(self) -> str:
        """Show how many there are."""
        return f"<Units: {len(self)} unit(s)>"
