"""Noise levels from the powers of cells, and a running median of them."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels.jit import kernel
from emgfasc._kernels.vectors import LANES, larger, load, smaller, splat, store

__all__ = ["network", "quantile_levels", "running_medians"]

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
ZERO = np.float32(0.0)

_LOW, _MID = 0.2, 0.4


@cache
def network(n: int) -> I64:
    """Return which rows of `n` to compare, in order, so that the lowest quantiles are in place.

    Merge exchange (Batcher 1968; Knuth, vol. 3, algorithm 5.2.2M) without the comparisons that only
    the rows above the quantiles depend on. Which rows are compared does not depend on their values,
    so sixteen columns are sorted at once.
    """
    pairs = []
    top = 1
    while 2 * top < n:
        top *= 2
    p = top if n > 1 else 0
    while p > 0:
        q, r, d = top, 0, p
        while True:
            pairs += [(i, i + d) for i in range(n - d) if i & p == r]
            if q == p:
                break
            d, q, r = q - p, q // 2, p
        p //= 2
    wanted = set(range(int(_MID * (n - 1)) + 2))
    kept = []
    for low, high in reversed(pairs):
        if low in wanted or high in wanted:
            wanted |= {low, high}
            kept.append((low, high))
    return np.array(kept[::-1], np.int64).reshape(-1, 2)


@kernel
def _sort(columns: F32, pairs: I64) -> None:
    """Sort sixteen columns as far as `pairs` go."""
    for k in range(len(pairs)):
        i, j = LANES * pairs[k, 0], LANES * pairs[k, 1]
        a, b = load(columns, i, ZERO), load(columns, j, ZERO)
        store(columns, i, smaller(a, b))
        store(columns, j, larger(a, b))


@kernel
def _between(columns: F32, n: int, share: float, out: F64) -> None:
    """Write a quantile of each sorted column."""
    position = share * (n - 1)
    left = int(position)
    part = position - left
    low = columns[LANES * left : LANES * (left + 1)]
    right = LANES * min(left + 1, n - 1)
    high = columns[right : right + LANES]
    for lane in range(LANES):
        out[lane] = low[lane] + part * (float(high[lane]) - float(low[lane]))


@kernel
def _cube_roots(values: F64, single: F32, out: F64) -> None:
    """Write cube roots; `single` is scratch.

    From a third of the exponent (as in FreeBSD's cbrtf) Halley's rule gives 4, then 12 and all
    digits. ``np.cbrt`` would be called value by value.
    """
    for k in range(LANES):
        single[k] = np.float32(values[k])
    bits = single.view(np.int32)
    for k in range(LANES):
        bits[k] = bits[k] // np.int32(3) + np.int32(709_958_130)
    for k in range(LANES):
        x, root = values[k], float(single[k])
        for _ in range(3):
            cube = root * root * root
            root *= (cube + 2.0 * x) / (2.0 * cube + x)
        out[k] = root if x > 0.0 else 0.0


@kernel
def _gamma_means(low: F64, mid: F64, out: F64) -> None:
    """Write the means of gamma variables from the cube roots of their 20 and 40 % quantiles.

    The cube root of a gamma variable is close to normal (Wilson and Hilferty 1931,
    https://doi.org/10.1073/pnas.17.12.684); the two quantiles lie 0.5883 of its SD apart.
    """
    for k in range(LANES):
        spread = (mid[k] - low[k]) / 0.5883
        centre = mid[k] + 0.2533 * spread
        root = (centre + np.sqrt(centre * centre + 4.0 * spread * spread)) / 2.0
        out[k] = root * root * root


@kernel
def _pooled(power: F32, each: int, n: int, columns: F32) -> None:
    """Write means over `each` cells in a row."""
    share = splat(np.float32(1.0 / each))
    for k in range(n):
        total = load(power, LANES * k * each, ZERO)
        for i in range(1, each):
            total = total + load(power, LANES * (k * each + i), ZERO)
        store(columns, LANES * k, share * total)


@kernel
def quantile_levels(power: F32, each: int, pairs: I64, columns: F32, out: F64) -> None:
    """Write the noise power of sixteen lanes.

    Parameters
    ----------
    power : float32 (16 * n_cells,)
        Mean square of each cell, sixteen lanes side by side.
    each : int
        Cells whose powers are averaged first, so that each value holds enough independent
        samples; what is left over is passed over.
    pairs : int64 (n_pairs, 2)
        The :func:`network` for ``n_cells // each`` values.
    columns : float32 (at least 16 * (n_cells // each),)
        Scratch.
    out : float64 (16,)
    """
    n = len(power) // LANES // each
    _pooled(power, each, n, columns)
    _sort(columns, pairs)
    both, roots, single = np.empty((2, LANES)), np.empty((2, LANES)), np.empty(LANES, np.float32)
    for k, share in enumerate((_LOW, _MID)):
        _between(columns, n, share, both[k])
        _cube_roots(both[k], single, roots[k])
    _gamma_means(roots[0], roots[1], out)


@kernel
def _insert(ordered: F64, held: int, value: float) -> None:
    """Put a value among the first `held` ordered ones."""
    k = held
    while k > 0 and ordered[k - 1] > value:
        ordered[k] = ordered[k - 1]
        k -= 1
    ordered[k] = value


@kernel
def _remove(ordered: F64, held: int, value: float) -> None:
    """Take a value out of the first `held` ordered ones."""
    k = 0
    while ordered[k] != value:
        k += 1
    for j in range(k, held - 1):
        ordered[j] = ordered[j + 1]


@kernel
def _running_median(values: F64, least: float, reach: int, out: F64) -> None:
    n = len(values)
    ordered = np.empty(2 * reach + 2)
    known = np.zeros(n, np.bool_)
    held = 0
    for i in range(-reach, n):
        if i + reach < n and values[i + reach] > least:
            _insert(ordered, held, values[i + reach])
            held += 1
        if i > reach and values[i - reach - 1] > least:
            _remove(ordered, held, values[i - reach - 1])
            held -= 1
        if i >= 0 and held:
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
