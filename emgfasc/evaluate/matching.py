"""Pair two lists of times one to one: as many pairs as possible, then the smallest errors."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emgfasc._validate import non_negative
from emgfasc.errors import ParameterError
from emgfasc.evaluate.assignment import assigned

__all__ = ["match"]

_NS = 1e9  # times are compared as whole nanoseconds, so ties and sums are exact
_LONGEST_S = 1e9  # times beyond this would not fit in 64-bit nanoseconds with room to add

_SKIP_TRUTH, _SKIP_FOUND, _PAIR = 0, 1, 2


def match(
    truth_s: ArrayLike,
    found_s: ArrayLike,
    *,
    tolerance_s: float,
    twin_s: ArrayLike | None = None,
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pair each true time with at most one found time, optimally.

    Among all one-to-one pairings whose errors do not exceed the tolerance, the result has the
    largest number of pairs and, among those, the smallest sum of absolute errors. On a line an
    optimal pairing without crossings always exists, so a dynamic programme over the pairs within
    the tolerance is exact; it takes time in proportion to the number of such pairs. Where a true
    time has a twin, the nearer of the two counts.

    Parameters
    ----------
    truth_s, found_s : array_like of float, shape (n,) and (m,)
        Times in seconds, in any order; repeated times are allowed.
    tolerance_s : float
        Largest error of a pair, in seconds, inclusive. Times and tolerance are rounded to the
        nanosecond.
    twin_s : array_like of float, shape (n,), or None
        A second time at which each true one may be found as well; ``nan`` where there is none.

    Returns
    -------
    truth_index, found_index : array of int, shape (n_pairs,)
        Positions of the pairs in the two inputs, in order of the true time.

    Raises
    ------
    ParameterError
        When a time is not finite, an input is not one-dimensional, there are not as many twins
        as true times, or the tolerance is negative.

    Examples
    --------
    Taking the nearest first would pair 1.004 with 1.003 and leave 1.000 alone.

    >>> from emgfasc.evaluate import match
    >>> truth, found = match([1.000, 1.004], [1.003, 1.009], tolerance_s=0.005)
    >>> truth.tolist(), found.tolist()
    ([0, 1], [0, 1])
    >>> match([1.007], [1.000], tolerance_s=0.005, twin_s=[0.999])[0].tolist()
    [0]
    """
    tolerance = round(min(non_negative("tolerance_s", tolerance_s), 2 * _LONGEST_S) * _NS)
    truth = _nanoseconds("truth_s", truth_s)
    found = _nanoseconds("found_s", found_s)
    truth_order = np.argsort(truth, kind="stable")
    found_order = np.argsort(found, kind="stable")
    if twin_s is None:
        left, right = _pairs(truth[truth_order], found[found_order], tolerance)
    else:
        other, twin = _twins(twin_s, truth_order)
        places = (np.arange(len(truth)), truth[truth_order]), (other, twin)
        left, right = assigned(places, found[found_order], len(truth), tolerance)
    return truth_order[left], found_order[right]


def _nanoseconds(name: str, times_s: ArrayLike) -> NDArray[np.int64]:
    times = np.asarray(times_s, dtype=np.float64)
    if times.ndim != 1 or not (np.abs(times) <= _LONGEST_S).all():
        raise ParameterError(
            f"Invalid value for the '{name}' parameter: a one-dimensional list of finite times "
            f"in seconds (at most {_LONGEST_S:g}) is needed."
        )
    return np.rint(times * _NS).astype(np.int64)


def _twins(
    twin_s: ArrayLike, order: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Return which true times, put in order, have a twin, and where."""
    times = np.asarray(twin_s, dtype=np.float64)
    if times.shape != order.shape:
        raise ParameterError(
            "Invalid value for the 'twin_s' parameter: as many times as 'truth_s' has are needed, "
            "nan where there is none."
        )
    there = np.flatnonzero(~np.isnan(times[order]))
    return there, _nanoseconds("twin_s", times[order][there])


def _pairs(
    truth: NDArray[np.int64], found: NDArray[np.int64], tolerance: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Align two sorted lists; ``best[j]`` is the value of the truths so far and ``found[:j]``.

    A pair is worth `bonus` minus its error. The bonus exceeds any possible sum of errors, so
    the highest value has the most pairs first and the least error second.
    """
    bonus = tolerance * min(len(truth), len(found)) + 1
    first = np.searchsorted(found, truth - tolerance, side="left").tolist()
    stop = np.searchsorted(found, truth + tolerance, side="right").tolist()
    times = found.tolist()
    best = [0] * (len(times) + 1)
    choices: list[bytearray] = []
    filled = 0  # beyond `filled`, best[j] equals best[filled] and is not written yet
    for time, low, high in zip(truth.tolist(), first, stop, strict=True):
        for j in range(filled + 1, high + 1):
            best[j] = best[filled]
        filled = max(filled, high)
        row = bytearray(high - low)
        diagonal = best[low]
        for j in range(low, high):
            pair = diagonal + bonus - abs(times[j] - time)
            diagonal = value = best[j + 1]
            if best[j] > value:
                value = best[j]
                row[j - low] = _SKIP_FOUND
            if pair > value:
                value = pair
                row[j - low] = _PAIR
            best[j + 1] = value
        choices.append(row)
    return _trace(choices, first, stop)


def _trace(
    choices: list[bytearray], first: list[int], stop: list[int]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Walk back through the choices from the last truth and the last found time."""
    left: list[int] = []
    right: list[int] = []
    i, j = len(choices) - 1, stop[-1] if stop else 0
    while i >= 0:
        j = min(j, stop[i])
        choice = choices[i][j - 1 - first[i]] if j > first[i] else _SKIP_TRUTH
        if choice == _SKIP_FOUND:
            j -= 1
            continue
        if choice == _PAIR:
            j -= 1
            left.append(i)
            right.append(j)
        i -= 1
    return np.array(left[::-1], dtype=np.intp), np.array(right[::-1], dtype=np.intp)
