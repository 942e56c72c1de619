"""Many crossings, one event per potential."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

__all__ = ["consolidate", "settled"]

Spans = NDArray[np.int64]


def consolidate(
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    strength: NDArray[np.float64],
    *,
    merge: int,
    longest: int,
) -> Spans:
    """Join crossings that lie close together, whatever their lane or wavelet.

    Parameters
    ----------
    first, last : array of int64, shape (n,)
        First and last sample of each crossing.
    strength : array of float, shape (n,)
        Response in noise SDs.
    merge : int
        Crossings at most this many samples apart are one potential.
    longest : int
        A longer run is cut around its strongest crossings, which are then at least `merge` apart.

    Returns
    -------
    array of int64, shape (n_events, 2)
        First and last sample of each event, in order.
    """
    if not len(first):
        return np.empty((0, 2), np.int64)
    order = np.lexsort((last, first))
    first, last, strength = first[order], last[order], strength[order]
    reach = np.maximum.accumulate(last)
    breaks = np.flatnonzero(first[1:] - reach[:-1] > merge) + 1
    spans: list[tuple[int, int]] = []
    for begin, stop in zip(np.append(0, breaks), np.append(breaks, len(first)), strict=True):
        lo, hi = int(first[begin]), int(last[begin:stop].max())
        if hi - lo <= longest:
            spans.append((lo, hi))
        else:
            middle = (first[begin:stop] + last[begin:stop]) // 2
            spans.extend(_cut(middle, strength[begin:stop], lo, hi, merge))
    return np.array(spans, dtype=np.int64).reshape(-1, 2)


def settled(
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    strength: NDArray[np.float64],
    *,
    within: tuple[int, int],
    merge: int,
    longest: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Join those crossings of a block of which :func:`consolidate` will make one potential.

    It makes the same of what is returned as of what is given, however the blocks are cut, but a day
    of crossings would take more memory than the day's noise.

    Parameters
    ----------
    first, last, strength, merge, longest
        As for :func:`consolidate`.
    within : (int, int)
        Crossings of other blocks begin after the second, or end before the first.

    Returns
    -------
    first, last : array of int64
    strength : array of float64
    """
    if not len(first):
        return first, last, strength
    order = np.argsort(first, kind="stable")
    first, last, strength = first[order], last[order], strength[order]
    reach = np.maximum.accumulate(last)
    begins = np.append(True, first[1:] - reach[:-1] > merge)
    low, high = first[begins], reach[np.append(begins[1:], True)]
    done = (high - low <= longest) & (low - within[0] > merge) & (within[1] - high > merge)
    others = ~done[np.cumsum(begins) - 1]
    most = np.maximum.reduceat(strength, np.flatnonzero(begins))
    return (
        np.concatenate([low[done], first[others]]),
        np.concatenate([high[done], last[others]]),
        np.concatenate([most[done], strength[others]]),
    )


def _cut(
    middle: NDArray[np.int64], strength: NDArray[np.float64], lo: int, hi: int, merge: int
) -> list[tuple[int, int]]:
    """Cut a long run midway between its strongest crossings."""
    peaks: list[int] = []
    for index in np.lexsort((middle, -strength)):
        if all(abs(int(middle[index]) - peak) > 2 * merge for peak in peaks):
            peaks.append(int(middle[index]))
    peaks.sort()
    cuts = [(a + b) // 2 for a, b in pairwise(peaks)]
    return list(zip([lo, *(cut + 1 for cut in cuts)], [*cuts, hi], strict=True))
