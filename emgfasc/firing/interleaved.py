"""Regular trains that are mixed with others: fibres that look alike end up in one unit."""

from __future__ import annotations

import math
from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray

__all__ = ["interleaved"]

_PERIOD_S = (1 / 15, 2.0)
_LEAST = 8  # discharges of a chain
_NEXT = 6  # discharges that may follow as the second of a chain
_OFF = 0.12  # of the period: a voluntary unit, with a CoV of 0.1 to 0.2, soon strays by more
_BY_CHANCE = 1e-3
_TOO_DENSE = 0.5  # chance of a discharge when due, above which nothing is told
_FOLLOW = 0.3  # share of the last interval in the period, which may drift


def interleaved(times_s: NDArray[np.float64]) -> tuple[NDArray[np.int64], float, float]:
    """Find the discharges that belong to regular trains, whatever lies between them.

    A chain goes on while a discharge lies within an eighth of a period of where it is due. It
    counts from eight discharges on, and where discharges are so dense that chance would find one
    when due, from so many that chance makes one chain in a thousand tries;
    where that chance is above a half, never.

    Parameters
    ----------
    times_s : array of float
        Discharges of one unit, in order.

    Returns
    -------
    members : array of int
        Positions of the discharges in chains, in order.
    period_s, cov : float
        Median interval within chains, and SD of the intervals over the one before; ``nan``
        without a chain.

    Examples
    --------
    >>> import numpy as np
    >>> a, b = np.arange(40) * 0.21, 0.05 + np.arange(40) * 0.17
    >>> members, period, _ = interleaved(np.sort(np.append(a, b)))
    >>> len(members), 0.17 <= period <= 0.21
    (79, True)
    """
    times = times_s.tolist()
    taken = np.zeros(len(times), bool)
    rate_hz = len(times) / max(times[-1] - times[0], 1e-9) if times else 0.0
    steps: list[float] = []
    changes: list[float] = []
    for first in range(len(times)):
        if taken[first]:
            continue
        for second in range(first + 1, min(first + 1 + _NEXT, len(times))):
            by_chance = -math.expm1(-rate_hz * 2 * _OFF * (times[second] - times[first]))
            if by_chance > _TOO_DENSE:
                break
            chain = _chain(times, first, second)
            if chain and len(chain) >= _least(by_chance):
                taken[chain] = True
                interval = np.diff(times_s[chain])
                steps += interval.tolist()
                changes += (interval[1:] / interval[:-1] - 1).tolist()
                break
    members = np.flatnonzero(taken).astype(np.int64)
    if not len(members):
        return members, float("nan"), float("nan")
    # consecutive intervals differ by the root of two times their SD
    return members, float(np.median(steps)), float(np.std(changes) / np.sqrt(2))


def _least(by_chance: float) -> float:
    """Return the discharges from which a chain is not by chance."""
    return max(_LEAST, 2 + math.log(_BY_CHANCE) / math.log(max(by_chance, 1e-9)))


def _chain(times: list[float], first: int, second: int) -> list[int]:
    """Follow a period from two discharges on, as long as one is found where it is due."""
    period = times[second] - times[first]
    if not _PERIOD_S[0] <= period <= _PERIOD_S[1]:
        return []
    chain = [first, second]
    while True:
        due = times[chain[-1]] + period
        after = bisect_left(times, due)
        near = [k for k in (after - 1, after) if chain[-1] < k < len(times)]
        best = min(near, key=lambda k: abs(times[k] - due), default=-1)
        if best < 0 or abs(times[best] - due) > _OFF * period:
            return chain
        period += _FOLLOW * (times[best] - times[chain[-1]] - period)
        chain.append(best)
