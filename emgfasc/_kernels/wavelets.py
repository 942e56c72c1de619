"""Responses of a row to box wavelets, summarised in short cells.

A box wavelet of width w is twice the mean of w samples less the means of the w samples before and
after: a second difference at a chosen scale. Sums over w samples are put together from sums over
1, 2, 4, ... samples, so that every response is rounded in the same way wherever a block begins.

Samples lie in phases: all first samples of the cells, then all second ones, and so on. The cells
are then neighbours in memory, and the compiler vectorises across them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels.jit import kernel

__all__ = ["cell_responses", "strongest"]

F32 = NDArray[np.float32]
I64 = NDArray[np.int64]

_CHUNK, _FEWEST_CELLS = 8192, 256  # samples and cells taken together: enough, yet near the core


@kernel
def _phases(row: F32, first: int, out: F32) -> None:
    """Copy a stretch of `row` into phases; zeros beyond the ends and in gaps."""
    size, n = out.shape
    inside = first >= 0 and first + n * size <= len(row)
    for i in range(size):
        phase = out[i]
        if inside:
            source = row[first + i : first + n * size : size]
            for k in range(n):
                phase[k] = source[k] if source[k] == source[k] else np.float32(0.0)
        else:
            for k in range(n):
                p = first + i + k * size
                ok = 0 <= p < len(row) and row[p] == row[p]
                phase[k] = row[p] if ok else np.float32(0.0)


@kernel
def _sum(a: F32, b: F32, lag: int, out: F32) -> None:
    """Write ``a[j] + b[j + lag]`` for every sample j, all in phases."""
    size, n = out.shape
    for i in range(size):
        count = n - (i + lag) // size
        late = b[(i + lag) % size, (i + lag) // size :]
        now, to = a[i], out[i]
        for k in range(count):
            to[k] = now[k] + late[k]


@kernel
def _box(sums: F32, width: int, spares: F32) -> F32:
    """Return sums over `width` samples from those over powers of two."""
    bits = 0
    while (1 << (bits + 1)) <= width:
        bits += 1
    box: F32 = sums[bits]
    offset = 1 << bits
    turn = 0
    for bit in range(bits - 1, -1, -1):
        if width & (1 << bit):
            # Never in place: arrays that overlap are not vectorised.
            _sum(box, sums[bit], offset, spares[turn])
            box = spares[turn]
            turn = 1 - turn
            offset += 1 << bit
    return box


@kernel
def _respond(
    middle: F32,
    before: F32,
    after: F32,
    gain: np.float32,
    last: F32,
    power: F32,
    peak: F32,
    changes: F32,
) -> None:
    """Take one phase into the cells' power, peak and sign changes; keep it as `last`."""
    two, zero, one = np.float32(2.0), np.float32(0.0), np.float32(1.0)
    for k in range(len(middle)):
        u = gain * (two * middle[k] - before[k] - after[k])
        power[k] += u * u
        peak[k] = max(peak[k], abs(u))
        changes[k] += one if (u < zero) != (last[k] < zero) else zero
        last[k] = u


@kernel
def _summarise(box: F32, width: int, pad: int, stop: int, last: F32, out: F32) -> None:
    """Summarise one response; `pad` cells lie before the first, `stop` samples follow."""
    size = box.shape[0]
    n = -(-stop // size)
    gain = np.float32(1.0 / width) if width else np.float32(0.5)
    silent = np.zeros(n, np.float32)
    out[:] = np.float32(0.0)
    last[:] = np.float32(0.0)
    for i in range(-1, size):
        # The last cell may be shorter.
        count = n if i < stop - (n - 1) * size else n - 1
        at = i + pad * size - width // 2
        middle = box[at % size, at // size : at // size + count]
        if width:
            left, right = at - width, at + width
            before = box[left % size, left // size : left // size + count]
            after = box[right % size, right // size : right // size + count]
            _respond(middle, before, after, gain, last, out[0], out[1], out[2])
        else:
            none = silent[:count]
            _respond(middle, none, none, gain, last, out[0], out[1], out[2])
        if i < 0:  # the sample before each cell is there for the sign changes only
            out[:] = np.float32(0.0)


@kernel
def cell_responses(
    row: F32, begin: int, n: int, size: int, widths: I64, power: F32, peak: F32
) -> I64:
    """Summarise the responses of one row to every wavelet, cell by cell.

    Parameters
    ----------
    row : float32 (m,)
        Gaps are taken as zeros, and so is what lies beyond the ends.
    begin, n : int
        First sample and number of samples to summarise.
    size : int
        Samples in a cell; the last one may be shorter.
    widths : int64 (n_scales,)
        Widths of the boxes; 0 is the row as it is.
    power, peak : float32 (n_scales, n_cells)
        Receive mean square and largest absolute response of each cell.

    Returns
    -------
    int64 (n_scales,)
        Sign changes from the sample before `begin` on.
    """
    widest = widths.max()
    pad = (2 * widest + 1) // size + 2
    chunk = max(_FEWEST_CELLS, _CHUNK // size)
    levels = 1
    while (1 << levels) <= widest:
        levels += 1
    sums = np.zeros((levels, size, chunk + 2 * pad), np.float32)
    spares = np.zeros((2, size, chunk + 2 * pad), np.float32)
    out = np.empty((3, chunk), np.float32)
    last = np.empty(chunk, np.float32)
    changes = np.zeros(len(widths), np.int64)
    n_cells = -(-n // size)
    for cell in range(0, n_cells, chunk):
        count = min(chunk, n_cells - cell)
        stop = min(count * size, n - cell * size)
        _phases(row, begin + (cell - pad) * size, sums[0])
        for level in range(1, levels):
            _sum(sums[level - 1], sums[level - 1], 1 << (level - 1), sums[level])
        for scale in range(len(widths)):
            width = widths[scale]
            box = _box(sums, width, spares) if width else sums[0]
            _summarise(box, width, pad, stop, last, out)
            for k in range(count):
                held = min(size, stop - k * size)
                power[scale, cell + k] = out[0, k] / np.float32(held)
                peak[scale, cell + k] = out[1, k]
                changes[scale] += np.int64(out[2, k])
    return changes


@kernel
def _at(row: F32, i: int) -> float:
    """Return a sample; 0 beyond the ends and in gaps."""
    if i < 0 or i >= len(row) or np.isnan(row[i]):
        return 0.0
    return float(row[i])


@kernel
def strongest(row: F32, begin: int, n: int, size: int, width: int, cells: I64, out: I64) -> None:
    """Write the sample, counted from `begin`, at which each cell's response is largest.

    Parameters
    ----------
    row, begin, n, size
        As for :func:`cell_responses`.
    width : int
        Of the box; 0 is the row as it is.
    cells : int64 (n_found,)
        Numbers of the cells.
    out : int64 (n_found,)
    """
    for c in range(len(cells)):
        first = begin + cells[c] * size
        best = -1.0
        inner = outer = 0.0
        left = first - width // 2
        for j in range(left, left + width):
            inner += _at(row, j)
            outer += _at(row, j - width) + _at(row, j + width)
        for i in range(first, min(first + size, begin + n)):
            u = 2.0 * inner - outer if width else _at(row, i)
            if abs(u) > best:
                best = abs(u)
                out[c] = i - begin
            # Slide the three boxes by one sample.
            left = i - width // 2
            leave, enter = _at(row, left), _at(row, left + width)
            inner += enter - leave
            outer += leave - _at(row, left - width) + _at(row, left + 2 * width) - enter
