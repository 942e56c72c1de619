"""Noise levels from the powers of cells, a running median of them, and the cells above."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels.jit import kernel

__all__ = ["exceeding", "quantile_levels", "running_medians"]

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

_ABREAST = 128  # groups sorted side by side
_LOW, _MID = 0.2, 0.4


@kernel
def _exchange(a: F32, b: F32) -> None:
    """Put the smaller values into `a`, the larger ones into `b`.

    A function of its own, for the compiler does not vectorise the same loop where it is called.
    """
    for k in range(len(a)):
        low, high = min(a[k], b[k]), max(a[k], b[k])
        a[k] = low
        b[k] = high


@kernel
def _sort(columns: F32) -> None:
    """Sort every column by merge exchange (Batcher 1968; Knuth, vol. 3, algorithm 5.2.2M).

    Which rows are compared does not depend on their values, so all columns go at once.
    """
    n = len(columns)
    top = 1
    while 2 * top < n:
        top *= 2
    p = top
    while p > 0:
        q, r, d = top, 0, p
        while True:
            for i in range(n - d):
                if i & p == r:
                    _exchange(columns[i], columns[i + d])
            if q == p:
                break
            d, q, r = q - p, q // 2, p
        p //= 2


@kernel
def _between(columns: F32, k: int, share: float) -> float:
    """Return a quantile of a sorted column."""
    position = share * (len(columns) - 1)
    left = int(position)
    low = float(columns[left, k])
    high = float(columns[min(left + 1, len(columns) - 1), k])
    return low + (position - left) * (high - low)


@kernel
def _gamma_mean(low: float, mid: float) -> float:
    """Return the mean of a gamma variable from its 20 and 40 % quantiles.

    The cube root of a gamma variable is close to normal (Wilson and Hilferty 1931,
    https://doi.org/10.1073/pnas.17.12.684); the two quantiles lie 0.5883 of its SD apart.
    """
    middle = np.cbrt(mid)
    spread = (middle - np.cbrt(low)) / 0.5883
    centre = middle + 0.2533 * spread
    return float(((centre + np.sqrt(centre**2 + 4 * spread**2)) / 2) ** 3)


@kernel
def _some_levels(power: F32, rows: I64, firsts: I64, each: int, columns: F32, out: F64) -> None:
    """Write the level of one group of cells for each of `rows` and `firsts`."""
    for k in range(len(rows)):
        cells = power[rows[k]]
        for j in range(len(columns)):
            total = np.float32(0.0)
            for i in range(firsts[k] + j * each, firsts[k] + (j + 1) * each):
                total += cells[i]
            columns[j, k] = total
    _sort(columns)
    for k in range(len(rows)):
        low, mid = _between(columns, k, _LOW) / each, _between(columns, k, _MID) / each
        out[k] = _gamma_mean(low, mid)


@kernel
def quantile_levels(power: F32, group: int, pool: int, out: F64) -> None:
    """Write one noise power per group of cells.

    Parameters
    ----------
    power : float32 (n_rows, n_cells)
        Mean square of each cell.
    group : int
        Cells in a group.
    pool : int
        Cells whose powers are averaged first, so that each value holds enough independent
        samples; what is left over in a group is passed over, unless it is all there is.
    out : float64 (n_rows, n_groups)
        The last group takes all cells that are left.
    """
    n_rows, n_groups = out.shape
    each = min(pool, group)
    columns = np.zeros((group // each, _ABREAST), np.float32)
    whole = n_groups - 1
    rows, firsts = np.empty(_ABREAST, np.int64), np.empty(_ABREAST, np.int64)
    found = np.empty(_ABREAST)
    for start in range(0, n_rows * whole, _ABREAST):
        count = min(_ABREAST, n_rows * whole - start)
        for k in range(count):
            rows[k], firsts[k] = (start + k) // whole, (start + k) % whole * group
        _some_levels(power, rows[:count], firsts[:count], each, columns, found)
        for k in range(count):
            out[rows[k], firsts[k] // group] = found[k]
    left = power.shape[1] - whole * group
    each = min(pool, left)
    columns = np.zeros((left // each, _ABREAST), np.float32)
    firsts[:] = whole * group
    for start in range(0, n_rows, _ABREAST):
        count = min(_ABREAST, n_rows - start)
        for k in range(count):
            rows[k] = start + k
        _some_levels(power, rows[:count], firsts[:count], each, columns, found)
        out[start : start + count, whole] = found[:count]


@kernel
def _insert(ordered: F64, held: int, value: float) -> None:
    """Put a value among the first `held` ordered ones."""
    k = held
    while k > 0 and ordered[k - 1] > value:
        ordered[k] = ordered[k - 1]
        k -= 1
    ordered[k] = value


@kernel
def _running_median(values: F64, least: float, reach: int, out: F64) -> None:
    n = len(values)
    ordered = np.empty(2 * reach + 1)
    known = np.zeros(n, np.bool_)
    for i in range(n):
        held = 0
        for j in range(max(0, i - reach), min(n, i + reach + 1)):
            if values[j] > least:
                _insert(ordered, held, values[j])
                held += 1
        if held:
            known[i] = True
            out[i] = (ordered[(held - 1) // 2] + ordered[held // 2]) / 2
    for i in range(n):
        if not known[i]:
            out[i] = 0.0
            for away in range(1, n):
                if i >= away and known[i - away]:
                    out[i] = out[i - away]
                    break
                if i + away < n and known[i + away]:
                    out[i] = out[i + away]
                    break


@kernel
def running_medians(values: F64, least: F64, reach: int, out: F64) -> None:
    """Write the median of the values above `least` among those up to `reach` places away.

    Where there is none, the nearest median in time (the earlier of two) is taken; 0 without any.

    Parameters
    ----------
    values, out : float64 (n_rows, n)
    least : float64 (n_rows,)
    """
    for row in range(len(values)):
        _running_median(values[row], least[row], reach, out[row])


@kernel
def exceeding(peak: F32, limit: F32, group: int) -> tuple[I64, I64]:
    """Return row and number of the cells whose peak exceeds the limit of their group.

    Parameters
    ----------
    peak : float32 (n_rows, n_cells)
    limit : float32 (n_rows, n_groups)
        The last one also holds for the cells after its group.
    """
    n_rows, n_cells = peak.shape
    room = 1024
    rows, cells = np.empty(room, np.int64), np.empty(room, np.int64)
    count = 0
    for r in range(n_rows):
        for g in range(limit.shape[1]):
            stop = n_cells if g == limit.shape[1] - 1 else min((g + 1) * group, n_cells)
            values, bound = peak[r, g * group : stop], limit[r, g]
            above = 0  # most groups hold none, and counting them vectorises
            for k in range(len(values)):
                above += values[k] > bound
            if not above:
                continue
            if count + above > room:
                room = 2 * (count + above)
                rows = np.concatenate((rows[:count], np.empty(room - count, np.int64)))
                cells = np.concatenate((cells[:count], np.empty(room - count, np.int64)))
            for k in range(len(values)):
                if values[k] > bound:
                    rows[count], cells[count] = r, g * group + k
                    count += 1
    return rows[:count].copy(), cells[:count].copy()
