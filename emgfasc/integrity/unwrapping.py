"""Which samples of wrapped integers lie one range away: decided by steps and by like potentials.

The number of ranges to add is found for all samples at once, as in phase unwrapping by graph cuts
(Bioucas-Dias and Valadao 2007, https://doi.org/10.1109/TIP.2006.888351): it makes the sum of
absolute differences between neighbours in time smallest, and between samples in whose surroundings
the signal runs alike. The second kind of neighbours is ours: a motor unit's discharges look alike,
and sampled at another moment one of them often stays inside the range, or wraps where its steps
leave no doubt. Surroundings are compared on the circle of the integers, so that it does not matter
which of them wrapped.
"""

from __future__ import annotations

from importlib import import_module

import numpy as np
from numpy.typing import NDArray

__all__ = ["offsets"]

_IN_TIME = 2.0  # weight of a neighbour in time; an alike one has at most 1
_HALF_S = 0.003  # surroundings on each side: half a potential
_POINTS = 12  # looked at on each side, however fast the rate
_ALIKE = 20
_ROUGH = 0.05  # of the range: RMS difference of surroundings at which a like neighbour counts half
_LARGE = 0.15  # of the range: smaller values are moved only where they lie behind a leap
_OUTER = 0.25  # of the range: values beyond tell on which side it overflowed
_LEAP, _SURE = 0.5, 0.75  # of the range: steps that may be, and are, those of a wrap
_RENT = 0.05  # per range that a value becomes larger: where nothing else decides, small is likelier
_MOST_ASKED, _MOST_KNOWN = 1 << 11, 1 << 13  # samples compared: bounded time on hostile input
_UNIT = 1 << 12  # capacities are whole numbers: parts of a range

Floats = NDArray[np.float64]
Places = NDArray[np.intp]


def offsets(x: NDArray[np.float32], period_uv: float, fs_hz: float) -> NDArray[np.int8]:
    """Return how many ranges to add: -1 where the signal overflowed downwards, +1 upwards.

    One direction is taken: the side that has more of the large values. A signal becomes rarer
    towards its ends, so what came round from the other side is the smaller part.

    Parameters
    ----------
    x : array of float32, shape (n,)
        One channel as stored, in uV; NaN stays where it is.
    period_uv : float
        The range of its integers.
    fs_hz : float
        Its sampling rate.
    """
    values = x.astype(np.float64) / period_uv
    with np.errstate(invalid="ignore"):
        sign = -1 if (values < -_OUTER).sum() >= (values > _OUTER).sum() else 1
    moved = _moved(-sign * values, max(round(_HALF_S * fs_hz), 1))
    return np.asarray(sign * moved.astype(np.int8), np.int8)


def _moved(x: Floats, half: int) -> NDArray[np.bool_]:
    """Return the samples that lie one range lower; `x` is in ranges.

    What steps alone put between two leaps of most of the range is moved first: there likeness has
    nothing to add.
    """
    with np.errstate(invalid="ignore"):
        free = np.flatnonzero((x > _LARGE) | ((x > -_LARGE) & _behind_leap(x)))
    before = np.flatnonzero(np.isfinite(x[:-1]) & np.isfinite(x[1:]))
    weight = np.full(len(before), _IN_TIME)
    sure = _between_leaps(x, _lower(x, free, (before, before + 1, weight)))
    x, rest = x - sure, free[~sure[free]]
    first, second, alike = _alike(x, rest, half)
    pairs = (
        np.concatenate([before, first]),
        np.concatenate([before + 1, second]),
        np.concatenate([weight, alike]),
    )
    return np.asarray(sure | _lower(x, rest, pairs), np.bool_)


def _between_leaps(x: Floats, moved: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep the runs that begin and end with a step of most of the range."""
    kept = np.zeros(len(x), bool)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], moved, [False]]).astype(np.int8)))
    for start, stop in edges.reshape(-1, 2):
        inside = start > 0 and stop < len(x)
        if inside and min(x[start] - x[start - 1], x[stop - 1] - x[stop]) > _SURE:
            kept[start:stop] = True
    return kept


def _behind_leap(x: Floats) -> NDArray[np.bool_]:
    """Mark samples whose last leap was upwards, as into a wrap of this direction."""
    steps = np.diff(x, prepend=x[:1])
    at = np.arange(len(x))
    with np.errstate(invalid="ignore"):
        up = np.maximum.accumulate(np.where(steps > _LEAP, at, -1))
        down = np.maximum.accumulate(np.where(steps < -_LEAP, at, -1))
    return np.asarray(up > down)


def _alike(x: Floats, free: Places, half: int) -> tuple[Places, Places, Floats]:
    """Return for samples that may be moved those with the most similar surroundings."""
    none = np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0)
    if len(x) <= 2 * half:
        return none
    whole = np.convolve(~np.isfinite(x), np.ones(2 * half + 1), "same") == 0
    whole[:half] = whole[len(x) - half :] = False
    large = np.flatnonzero(whole & (np.abs(np.nan_to_num(x)) > _LARGE))
    large = large[:: -(-len(large) // _MOST_KNOWN)] if len(large) else large
    asked = free[whole[free]]
    asked = asked[:: -(-len(asked) // _MOST_ASKED)] if len(asked) else asked
    near = _ALIKE + 4 * half + 1  # those next to it in time are among the most similar
    if not len(asked) or len(large) < near:
        return none
    angle = 2 * np.pi * x
    around = np.arange(-half, half + 1, max(half // _POINTS, 1))
    taper = np.exp(-0.25 * (1.5 * around / half) ** 2)
    taper /= np.sqrt((taper**2).sum())

    def surroundings(at: Places) -> Floats:
        turned = angle[at[:, None] + around]
        return np.concatenate([taper * np.cos(turned), taper * np.sin(turned)], axis=1)

    tree = import_module("scipy.spatial").cKDTree(surroundings(large))
    far, which = tree.query(surroundings(asked), k=near)
    apart = np.abs(large[which] - asked[:, None]) > 2 * half
    kept = apart & (np.cumsum(apart, axis=1) <= _ALIKE)
    rms = far[kept] / (2 * np.pi)
    rows = np.broadcast_to(asked[:, None], which.shape)
    return rows[kept], large[which[kept]], 1 / (1 + (rms / _ROUGH) ** 2)


def _lower(x: Floats, free: Places, pairs: tuple[Places, Places, Floats]) -> NDArray[np.bool_]:
    """Mark the samples of `free` that the smallest sum over pairs puts one range lower.

    A sum of ``weight * |difference|`` over pairs of samples in two states, and of a price of each,
    is smallest where the smallest cut of a graph says, and exactly so.
    """
    place = np.full(len(x), -1)
    place[free] = np.arange(len(free))
    first, second, weight = pairs
    touched = (place[first] >= 0) | (place[second] >= 0)
    first, second, weight = first[touched], second[touched], weight[touched]
    lower = np.zeros(len(x), bool)
    if len(first):
        price = _RENT * (np.abs(x[free] - 1) - np.abs(x[free]))
        apart = x[first] - x[second]
        lower[free] = _smallest_cut(apart, place[first], place[second], weight, price)
    return lower


def _smallest_cut(
    apart: Floats, first: Places, second: Places, weight: Floats, price: Floats
) -> NDArray[np.bool_]:
    """Tell which samples, each with its price, to move; those at place -1 stay."""
    sparse = import_module("scipy.sparse")
    graph = import_module("scipy.sparse.csgraph")
    stay, lower, raised = np.abs(apart), np.abs(apart - 1), np.abs(apart + 1)
    both = (first >= 0) & (second >= 0)
    n, alone = len(price), price.copy()  # what moving a sample costs, all others staying
    only = (first >= 0) & (second < 0)
    np.add.at(alone, first[only], (weight * (lower - stay))[only])
    only = (first < 0) & (second >= 0)
    np.add.at(alone, second[only], (weight * (raised - stay))[only])
    np.add.at(alone, first[both], (weight * (lower - stay))[both])
    np.add.at(alone, second[both], (weight * (stay - lower))[both])
    ends = n, n + 1
    costly, cheap = np.flatnonzero(alone > 0), np.flatnonzero(alone < 0)
    rows = np.concatenate([first[both], np.full(len(costly), ends[0]), cheap])
    columns = np.concatenate([second[both], costly, np.full(len(cheap), ends[1])])
    room = (weight * (raised + lower - 2 * stay))[both]
    values = np.rint(_UNIT * np.concatenate([room, alone[costly], -alone[cheap]]))
    capacity = sparse.csr_matrix((values.astype(np.int32), (rows, columns)), shape=(n + 2, n + 2))
    left = capacity - graph.maximum_flow(capacity, *ends).flow
    left.data = np.maximum(left.data, 0)
    left.eliminate_zeros()
    stays = graph.breadth_first_order(left, ends[0], return_predecessors=False)
    moved = np.ones(n, bool)
    moved[stays[stays < n]] = False
    return moved
