"""Regular runs of discharges, robust to a missed or an extra one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emgfasc._validate import positive

__all__ = ["Train", "trains"]

_WINDOW = 4  # intervals whose regularity is judged together
_MEDIAN = 7  # intervals whose median is the local period
_MISSED = (1.6, 2.4)  # an interval of this many periods hides one discharge
_EXTRA = (0.7, 1.3)  # two short intervals that make this many periods hold an extra one
_SHORT = 0.75  # periods below which an interval is short
_APART = 3  # intervals from one repair to the next

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Train:
    """A regular run of discharges.

    Attributes
    ----------
    members : array of int
        Positions of its discharges in the times given, extra ones included.
    start_s, stop_s : float
        Times of the first and the last.
    rate_hz : float
        One over the mean interval, missed discharges filled in.
    start_rate_hz : float
        One over the median of its first four intervals.
    cov : float
        SD over mean of the intervals, missed and extra discharges put right.
    n_intervals : int
        Intervals that needed no repair.
    n_missed, n_extra : int
        Discharges filled in, and discharges that lie between two regular ones.
    """

    members: Ints
    start_s: float
    stop_s: float
    rate_hz: float
    start_rate_hz: float
    cov: float
    n_intervals: int
    n_missed: int
    n_extra: int


def trains(
    times_s: ArrayLike,
    *,
    max_interval_s: float = 0.25,
    min_intervals: int = 4,
    max_cov: float = 0.3,
) -> tuple[Train, ...]:
    """Find runs in which one unit fires regularly.

    Every four consecutive intervals with a mean of at most `max_interval_s` and a coefficient
    of variation below `max_cov` are regular; regular fours that touch make one train. Before
    that, an interval of about two local periods counts as two (a missed discharge), and two
    that together make one period count as one (an extra discharge); two such repairs are
    at least three intervals apart.

    Parameters
    ----------
    times_s : array of float
        Times of one unit's discharges, in order.
    max_interval_s : float, default 0.25
        Longest mean interval: 4 Hz, the slowest steady voluntary firing (unverified).
    min_intervals : int, default 4
        Intervals without repair that a train needs.
    max_cov : float, default 0.3
        Voluntary firing has about 0.1 to 0.2, a Poisson process 1 (unverified).

    Returns
    -------
    tuple of Train
        In order of time; empty when nothing is regular.

    Examples
    --------
    >>> import numpy as np
    >>> from emgfasc.firing import trains
    >>> times = np.arange(12) * 0.1
    >>> found, = trains(np.delete(times, 6))
    >>> round(found.rate_hz, 3), found.n_missed, len(found.members)
    (10.0, 1, 11)
    """
    positive("max_interval_s", max_interval_s)
    positive("max_cov", max_cov)
    least = int(positive("min_intervals", min_intervals))
    times = np.asarray(times_s, float)
    if len(times) < 3:
        return ()
    beats = _repaired(times)
    if len(beats.length) < _WINDOW:
        return ()
    windows = np.lib.stride_tricks.sliding_window_view(beats.length, _WINDOW)
    mean = windows.mean(axis=1)
    # written without a division: tied times have a mean of 0
    steady = windows.std(axis=1, ddof=1) < max_cov * mean
    starts = np.flatnonzero(steady & (mean <= max_interval_s * (1 + 1e-9)))
    regular = np.zeros(len(beats.length), bool)
    for step in range(_WINDOW):
        regular[starts + step] = True
    edges = np.flatnonzero(np.diff(np.concatenate([[0], regular.astype(np.int8), [0]])))
    found = [_train(times, beats, a, b) for a, b in edges.reshape(-1, 2)]
    return tuple(train for train in found if train.n_intervals >= least)


@dataclass(frozen=True, eq=False)
class _Beats:
    """Intervals after repair, each with the discharges it runs between."""

    length: Floats
    first: Ints  # discharge it starts at
    last: Ints  # discharge it ends at
    repair: Ints  # 0 none, 1 half of a missed discharge's gap, 2 holds an extra discharge


def _repaired(times: Floats) -> _Beats:
    """Split double intervals and join those an extra discharge parted."""
    interval = np.diff(times)
    half = _MEDIAN // 2
    padded = np.pad(interval, half, mode="edge" if len(interval) < half + 1 else "reflect")
    period = np.median(np.lib.stride_tricks.sliding_window_view(padded, _MEDIAN), axis=1)
    missed = (interval >= _MISSED[0] * period) & (interval <= _MISSED[1] * period)
    pair = interval[:-1] + interval[1:]
    here = period[:-1]
    short = np.maximum(interval[:-1], interval[1:]) < _SHORT * here
    extra = np.append(short & (pair >= _EXTRA[0] * here) & (pair <= _EXTRA[1] * here), False)
    split = np.zeros(len(interval), bool)
    joined = np.zeros(len(interval), bool)
    free_from = 0  # first interval at which the next repair may start
    for k in np.flatnonzero((missed | extra) & (period > 0)).tolist():
        if k >= free_from:
            (joined if extra[k] else split)[k] = True
            free_from = k + 1 + int(extra[k]) + _APART
    # a missed discharge doubles its interval's row, an extra one drops the row after its own
    copies = np.ones(len(interval), np.int64) + split
    copies[1:] -= joined[:-1]
    length = np.where(joined, np.append(pair, 0.0), np.where(split, interval / 2, interval))
    first = np.arange(len(interval), dtype=np.int64)
    return _Beats(
        np.repeat(length, copies),
        np.repeat(first, copies),
        np.repeat(first + 1 + joined, copies),
        np.repeat(split + 2 * joined, copies),
    )


def _train(times: Floats, beats: _Beats, start: int, stop: int) -> Train:
    """Make a train of the repaired intervals `start` to `stop`."""
    length, repair = beats.length[start:stop], beats.repair[start:stop]
    members = np.arange(beats.first[start], beats.last[stop - 1] + 1, dtype=np.int64)
    mean = float(length.mean())
    return Train(
        members=members,
        start_s=float(times[members[0]]),
        stop_s=float(times[members[-1]]),
        rate_hz=1.0 / mean,
        start_rate_hz=1.0 / max(float(np.median(length[:_WINDOW])), 1e-9),
        cov=float(length.std(ddof=1) / mean),
        n_intervals=int((repair == 0).sum()),
        n_missed=int(np.ceil((repair == 1).sum() / 2)),
        n_extra=int((repair == 2).sum()),
    )
