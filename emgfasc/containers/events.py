"""The potentials found in a recording, one row each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from emgfasc._validate import one_of
from emgfasc.containers.columns import CATEGORIES, EVENTS, UNSORTED
from emgfasc.errors import ParameterError

__all__ = ["Events", "Sensitivity"]


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """What the detector could have seen: the noise it worked in and the limit that follows.

    Attributes
    ----------
    noise_uv : array of float, shape (n_channels,)
        Median over time of each channel's noise SD; ``nan`` on bad channels.
    detection_limit_uv : float
        Smallest peak-to-peak amplitude that is found for certain on a typical channel.
    threshold : float
        Threshold on the detection statistic, in noise SDs.
    max_false_per_min : float
        False detections per minute the threshold was set for.
    over_time_uv : array of float32, shape (n_channels, n_steps), or None
        The noise SD of each channel as it drifts, one value every `step_s`.
    step_s : float
        Length of a step; ``nan`` where the course is not known.
    """

    noise_uv: NDArray[np.float64]
    detection_limit_uv: float
    threshold: float
    max_false_per_min: float
    over_time_uv: NDArray[np.float32] | None = None
    step_s: float = float("nan")


@dataclass(frozen=True, eq=False)
class Events:
    """Potentials in order of time, with the schema ``emgfasc.containers.EVENTS``.

    Every detected potential stays; `category` says whether it is a fasciculation or why not.

    Attributes
    ----------
    frame : DataFrame
        The rows; use :meth:`to_frame` for a copy of your own.
    sensitivity : Sensitivity or None
        How small a potential could have been seen; ``None`` for events from elsewhere.

    Examples
    --------
    >>> from emgfasc.containers import Events
    >>> len(Events.empty())
    0
    """

    frame: pd.DataFrame
    sensitivity: Sensitivity | None = None

    def __post_init__(self) -> None:
        """Validate columns and categories, and put the rows in order of `peak_s`."""
        frame = EVENTS.validated(self.frame)
        for category in frame["category"].unique():
            one_of("category", category, CATEGORIES)
        for why in frame.get("unsorted", pd.Series(dtype=object)).unique():
            one_of("unsorted", why, ("", *UNSORTED))
        if not np.isfinite(frame["peak_s"].to_numpy(float)).all():
            raise ParameterError("events: column 'peak_s' must hold finite times.")
        ordered = frame.sort_values("peak_s", kind="stable", ignore_index=True)
        object.__setattr__(self, "frame", ordered)

    @classmethod
    def empty(cls, sensitivity: Sensitivity | None = None) -> Events:
        """Return events without a row."""
        return cls(EVENTS.empty(), sensitivity)

    def __len__(self) -> int:
        """Count the potentials, of every category."""
        return len(self.frame)

    def __iter__(self) -> Iterator[tuple[object, ...]]:
        """Iterate over rows as named tuples."""
        return iter(self.frame.itertuples(index=False, name="Event"))

    @property
    def peak_s(self) -> NDArray[np.float64]:
        """Times of the peaks."""
        return np.asarray(self.frame["peak_s"], dtype=np.float64)

    @property
    def fasciculations(self) -> Events:
        """Only the fasciculation potentials."""
        return self.select("fasciculation")

    def select(self, category: str) -> Events:
        """Return the potentials of one category."""
        one_of("category", category, CATEGORIES)
        return self.where(self.frame["category"].to_numpy() == category)

    def where(self, mask: ArrayLike) -> Events:
        """Return the potentials at which a boolean `mask` is true."""
        return self.replace(frame=self.frame[np.asarray(mask, bool)])

    def assign(self, **columns: ArrayLike) -> Events:
        """Return a copy with some columns added or replaced."""
        return self.replace(frame=self.frame.assign(**columns))

    def replace(self, *, frame: pd.DataFrame) -> Events:
        """Return a copy over another frame, with the same sensitivity."""
        return replace(self, frame=frame)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per potential, as a copy."""
        return self.frame.copy()

    def __repr__(self) -> str:
        """Show how many there are of each category."""
        counts = self.frame["category"].value_counts()
        inside = ", ".join(f"{n} {name}" for name, n in counts.items()) or "none"
        return f"<Events: {inside}>"
