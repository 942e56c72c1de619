"""The shape of a unit's average, in which noise has gone and a slow, low phase can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from emgfasc.containers import Units

__all__ = ["average_shape", "average_shapes"]

_SEEN = 0.1  # share of the amplitude below which a deflection is baseline


def average_shapes(units: Units | None) -> dict[int, dict[str, float | bool]]:
    """Return the shape of every unit's average on its largest channel.

    Parameters
    ----------
    units : Units or None
        With their templates.

    Returns
    -------
    dict
        For each unit number :func:`average_shape`; empty without units.
    """
    if units is None or not len(units) or not units.templates_uv.shape[2]:
        return {}
    numbers = units.frame["unit"].to_numpy(np.int64)
    found = {}
    for number, template in zip(numbers, units.templates_uv, strict=True):
        wave = template[int(np.ptp(template, axis=1).argmax())].astype(np.float64)
        if np.ptp(wave) > 0:
            found[int(number)] = average_shape(wave, units.fs_hz)
    return found


def average_shape(wave_uv: NDArray[np.float64], fs_hz: float) -> dict[str, float | bool]:
    """Describe one average as the rules ask about it.

    Only deflections of at least a tenth of the peak-to-peak amplitude count.

    Parameters
    ----------
    wave_uv : array, shape (n_samples,)
        Not flat.
    fs_hz : float
        Sampling rate.

    Returns
    -------
    dict
        `duration_ms` from the first to the last of them; `phases` among them; `initial_positive`;
        `negative_share` (depth over amplitude); `negative_ms`, the time for which it lies below
        half its depth.

    Examples
    --------
    >>> import numpy as np
    >>> wave = np.concatenate([np.zeros(5), np.full(5, 80.0), np.full(50, -20.0), np.zeros(5)])
    >>> shape = average_shape(wave, 10_000.0)
    >>> shape["initial_positive"], shape["phases"], shape["negative_ms"], shape["negative_share"]
    (True, 2, 5.0, 0.2)
    """
    amplitude = float(np.ptp(wave_uv))
    seen = np.flatnonzero(np.abs(wave_uv) >= _SEEN * amplitude)
    sign = np.sign(wave_uv[seen])
    depth = max(0.0, -float(wave_uv.min()))
    low = int((wave_uv < -depth / 2).sum()) if depth >= _SEEN * amplitude else 0
    return {
        "duration_ms": 1e3 * float(seen[-1] - seen[0] + 1) / fs_hz,
        "phases": 1 + int((np.diff(sign) != 0).sum()),
        "initial_positive": bool(sign[0] > 0),
        "negative_share": depth / amplitude,
        "negative_ms": 1e3 * low / fs_hz,
    }
