"""Summaries of short cells of a block: power, and the response to box wavelets.

A box wavelet of width w is twice the mean of w samples less the means of the w samples before and
after: a second difference at a chosen scale, taken from one running sum.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels.jit import kernel

__all__ = ["cell_hats", "cell_power", "cell_raw"]

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I32 = NDArray[np.int32]


@kernel
def cell_power(x: F32, size: int, out: F32) -> None:
    """Write the mean square of every cell of `size` samples; ``nan`` where a sample is.

    Parameters
    ----------
    x : float32 (n_channels, n)
    size : int
        Samples in a cell; the last cell may be shorter.
    out : float32 (n_channels, ceil(n / size))
    """
    n = x.shape[1]
    for c in range(x.shape[0]):
        row = x[c]
        for k in range(out.shape[1]):
            begin = k * size
            stop = min(begin + size, n)
            total = np.float32(0.0)
            for i in range(begin, stop):
                total += row[i] * row[i]
            out[c, k] = total / np.float32(stop - begin)


@kernel
def cell_raw(row: F32, margin: int, size: int, power: F32, peak: F32, where: I32) -> int:
    """Summarise one channel as it is; as :func:`cell_hats` without a wavelet."""
    n = row.shape[0] - 2 * margin
    crossings = 0
    before = np.float32(0.0)
    for k in range(power.shape[0]):
        begin = k * size
        stop = min(begin + size, n)
        total = 0.0
        best = np.float32(-1.0)
        at = begin
        for i in range(begin, stop):
            u = row[i + margin]
            total += u * u
            crossings += (u < 0.0) != (before < 0.0)
            before = u
            if abs(u) > best:
                best = abs(u)
                at = i
        power[k] = total / (stop - begin)
        peak[k] = best
        where[k] = at
    return crossings


@kernel
def cell_hats(
    row: F32, margin: int, width: int, size: int, sums: F64, power: F32, peak: F32, where: I32
) -> int:
    """Summarise the response of one channel to one box wavelet, cell by cell.

    Parameters
    ----------
    row : float32 (n,)
        Samples, with `margin` extra ones at both ends (at least 2 * width).
    margin, width, size : int
        Extra samples; width of the box; samples in a cell.
    sums : float64 (n + 1,)
        Running sum of `row` from 0.
    power, peak, where : (n_cells,)
        Receive the mean square, the largest absolute response and its sample (without margin).

    Returns
    -------
    int
        Sign changes of the response.
    """
    n = row.shape[0] - 2 * margin
    half = width // 2
    scale = 1.0 / width
    crossings = 0
    before = 0.0
    for k in range(power.shape[0]):
        begin = k * size
        stop = min(begin + size, n)
        total = 0.0
        best = -1.0
        at = begin
        for i in range(begin, stop):
            left = i + margin - half
            inner = sums[left + width] - sums[left]
            outer = sums[left + 2 * width] - sums[left - width]
            u = scale * (3.0 * inner - outer)
            total += u * u
            crossings += (u < 0.0) != (before < 0.0)
            before = u
            if abs(u) > best:
                best = abs(u)
                at = i
        power[k] = total / (stop - begin)
        peak[k] = best
        where[k] = at
    return crossings
