"""Where a regular train misses a discharge: something else overlapped it there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["missed_beats"]

_MEDIAN = 7  # intervals whose median is the local period
_MOST = 4  # periods in one interval
_EVEN = 0.15  # of a period, by which those periods may differ from the local one

Floats = NDArray[np.float64]


def missed_beats(times_s: Floats) -> tuple[Floats, Floats]:
    """Return when a regular unit should have fired within its gaps, and the period there.

    An interval of two to four local periods hides one to three discharges, evenly spaced.

    Parameters
    ----------
    times_s : array of float
        Discharges of one unit, in order.

    Returns
    -------
    due_s, period_s : array of float
        In order; empty when nothing is missing.

    Examples
    --------
    >>> import numpy as np
    >>> due, period = missed_beats(np.delete(np.arange(20) * 0.1, [7, 12, 13]))
    >>> due.round(2).tolist(), period.round(2).tolist()
    ([0.7, 1.2, 1.3], [0.1, 0.1, 0.1])
    """
    interval = np.diff(times_s)
    nothing = np.zeros(0)
    if len(interval) < _MEDIAN:
        return nothing, nothing
    padded = np.pad(interval, _MEDIAN // 2, mode="reflect")
    period = np.median(np.lib.stride_tricks.sliding_window_view(padded, _MEDIAN), axis=1)
    beats = np.rint(np.divide(interval, period, out=np.ones(len(period)), where=period > 0))
    each = interval / np.maximum(beats, 1)
    gap = (beats >= 2) & (beats <= _MOST) & (np.abs(each - period) <= _EVEN * period)
    due, length = [nothing], [nothing]
    for k in np.flatnonzero(gap):
        steps = np.arange(1, int(beats[k]))
        due.append(times_s[k] + steps * each[k])
        length.append(np.full(len(steps), each[k]))
    return np.concatenate(due), np.concatenate(length)
