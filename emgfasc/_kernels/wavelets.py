"""Responses of lanes to box wavelets, summarised in short cells.

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
from emgfasc._kernels.lanes import lane_row

__all__ = ["cell_responses", "strongest"]

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

_CHUNK, _FEWEST_CELLS = 10_240, 256  # samples and cells taken together: enough, yet near the core
_MOST_CELLS = 1024
# The four running values of a cell lie a fixed number of places apart, so the compiler need not
# ask whether they overlap; a multiple of 1024 would make the processor ask.
_APART = _MOST_CELLS + 16


@kernel
def _phases(row: F32, out: F32) -> None:
    """Copy a row into phases."""
    size, n = out.shape
    for i in range(size):
        phase, source = out[i], row[i::size]
        for k in range(n):
            phase[k] = source[k]


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
def _shifted(box: F32, at: int, count: int) -> F32:
    """Return sample `at` of `count` cells in a row."""
    size = box.shape[0]
    return box[at % size, at // size : at // size + count]


@kernel
def _boxes(box: F32, sides: F32, at: int, width: int, count: int) -> tuple[F32, F32, F32]:
    """Return the sums at sample `at`, and those before and after them."""
    before, after = _shifted(sides, at - width, count), _shifted(sides, at + width, count)
    return _shifted(box, at, count), before, after


@kernel
def _answer(middle: F32, before: F32, after: F32, k: int) -> np.float32:
    """Return the response of cell `k`."""
    return np.float32(np.float32(2.0) * middle[k] - before[k] - after[k])


@kernel
def _turned(u: np.float32, v: np.float32) -> np.float32:
    """Return 1 where the sign changes."""
    zero = np.float32(0.0)
    return np.float32(1.0) if (u < zero) != (v < zero) else zero


@kernel
def _larger(u: np.float32, v: np.float32) -> np.float32:
    """Return the larger of `u` and the size of `v`."""
    return abs(v) if abs(v) > u else u


@kernel
def _take(box: F32, sides: F32, at: int, width: int, count: int, held: F32) -> None:
    """Take a phase into the cells' running sum of squares, peak, sign changes and last value."""
    middle, before, after = _boxes(box, sides, at, width, count)
    for k in range(count):
        u = _answer(middle, before, after, k)
        held[k] += u * u
        held[_APART + k] = _larger(held[_APART + k], u)
        held[2 * _APART + k] += _turned(held[3 * _APART + k], u)
        held[3 * _APART + k] = u


@kernel
def _take_five(box: F32, sides: F32, at: int, width: int, count: int, held: F32) -> None:
    """Take five phases that follow each other: less to load and store than one by one."""
    # Spelt out: a loop over the five would not be vectorised.
    m0, b0, a0 = _boxes(box, sides, at, width, count)
    m1, b1, a1 = _boxes(box, sides, at + 1, width, count)
    m2, b2, a2 = _boxes(box, sides, at + 2, width, count)
    m3, b3, a3 = _boxes(box, sides, at + 3, width, count)
    m4, b4, a4 = _boxes(box, sides, at + 4, width, count)
    for k in range(count):
        u = _answer(m0, b0, a0, k)
        v = _answer(m1, b1, a1, k)
        w = _answer(m2, b2, a2, k)
        x = _answer(m3, b3, a3, k)
        y = _answer(m4, b4, a4, k)
        held[k] += u * u + v * v + w * w + x * x + y * y
        peak = _larger(_larger(_larger(held[_APART + k], u), v), w)
        held[_APART + k] = _larger(_larger(peak, x), y)
        held[2 * _APART + k] += (
            _turned(held[3 * _APART + k], u)
            + _turned(u, v)
            + _turned(v, w)
            + _turned(w, x)
            + _turned(x, y)
        )
        held[3 * _APART + k] = y


@kernel
def _summarise(box: F32, width: int, pad: int, stop: int, silence: F32, held: F32) -> None:
    """Summarise one response; `pad` cells lie before the first, `stop` samples follow.

    For the row as it is (width 0) the boxes before and after are nothing: twice the row is left.
    """
    size = box.shape[0]
    n = -(-stop // size)
    full = stop - (n - 1) * size  # the last cell may be shorter
    sides = box if width else silence
    at = pad * size - width // 2
    held[:] = np.float32(0.0)
    # The sample before each cell is there for the sign changes only.
    _take(box, sides, at - 1, width, n, held)
    held[: 3 * _APART] = np.float32(0.0)
    i = 0
    while i < size:
        five = i + 5 <= full or (i >= full and i + 5 <= size)
        count = n if i < full else n - 1
        if five:
            _take_five(box, sides, at + i, width, count, held)
        else:
            _take(box, sides, at + i, width, count, held)
        i += 5 if five else 1


@kernel
def _kept(held: F32, width: int, size: int, stop: int, power: F32, peak: F32) -> int:
    """Write the running values of `stop` samples as power and peak; return the sign changes."""
    factor = np.float32(1.0 / width) if width else np.float32(0.5)
    mean = factor * factor / np.float32(size)
    n = -(-stop // size)
    for k in range(n):
        power[k] = mean * held[k]
        peak[k] = factor * held[_APART + k]
    power[n - 1] *= np.float32(size / (stop - (n - 1) * size))
    changes = np.int32(0)
    for k in range(n):
        changes += np.int32(held[2 * _APART + k])
    return int(changes)


@kernel
def cell_responses(
    block: F32,
    members: I64,
    share: F64,
    gain: F64,
    common: F32,
    begin: int,
    n: int,
    size: int,
    widths: I64,
    power: F32,
    peak: F32,
    changes: I64,
) -> None:
    """Summarise the responses of every lane to every wavelet, cell by cell.

    Parameters
    ----------
    block : float32 (n_channels, m)
        Gaps are taken as zeros, and so is what lies beyond the ends.
    members, share, gain, common
        The lanes, see :func:`emgfasc._kernels.lanes.lane_row`; one row or value a lane.
    begin, n : int
        First sample and number of samples to summarise.
    size : int
        Samples in a cell; the last one may be shorter.
    widths : int64 (n_scales,)
        Widths of the boxes; 0 is the lane as it is.
    power, peak : float32 (n_lanes, n_scales, n_cells)
        Receive mean square and largest absolute response of each cell.
    changes : int64 (n_lanes, n_scales)
        Receives the sign changes from the sample before `begin` on.
    """
    widest = widths.max()
    pad = (2 * widest + 1) // size + 2
    chunk = min(max(_FEWEST_CELLS, _CHUNK // size), _MOST_CELLS)
    levels = 1
    while (1 << levels) <= widest:
        levels += 1
    sums = np.zeros((levels, size, chunk + 2 * pad), np.float32)
    spares = np.zeros((2, size, chunk + 2 * pad), np.float32)
    row = np.empty(size * (chunk + 2 * pad), np.float32)
    silence = np.zeros(sums[0].shape, np.float32)
    held = np.empty(4 * _APART, np.float32)
    changes[:] = 0
    n_cells = -(-n // size)
    for cell in range(0, n_cells, chunk):
        count = min(chunk, n_cells - cell)
        stop = min(count * size, n - cell * size)
        first = begin + (cell - pad) * size
        for lane in range(len(members)):
            lane_row(block, members[lane], share[lane], gain[lane], common, first, row)
            _phases(row, sums[0])
            for level in range(1, levels):
                _sum(sums[level - 1], sums[level - 1], 1 << (level - 1), sums[level])
            for scale in range(len(widths)):
                width = widths[scale]
                box = _box(sums, width, spares) if width else sums[0]
                _summarise(box, width, pad, stop, silence, held)
                changes[lane, scale] += _kept(
                    held, width, size, stop, power[lane, scale, cell:], peak[lane, scale, cell:]
                )


@kernel
def _largest(row: F32, size: int, width: int) -> int:
    """Return where, of `size` samples after 2 widths of margin, the response is largest."""
    best, found = -1.0, 0
    inner = outer = 0.0
    left = 2 * width - width // 2
    for j in range(left, left + width):
        inner += row[j]
        outer += row[j - width] + row[j + width]
    for i in range(size):
        at = 2 * width + i
        u = 2.0 * inner - outer if width else row[at]
        if abs(u) > best:
            best, found = abs(u), i
        # Slide the three boxes by one sample.
        left = at - width // 2
        leave, enter = row[left], row[left + width]
        inner += enter - leave
        outer += leave - row[left - width] + row[left + 2 * width] - enter
    return found


@kernel
def strongest(
    block: F32,
    members: I64,
    share: F64,
    gain: F64,
    common: F32,
    begin: int,
    n: int,
    size: int,
    widths: I64,
    lanes: I64,
    scales: I64,
    cells: I64,
    out: I64,
) -> None:
    """Write the sample, counted from `begin`, at which each cell's response is largest.

    Parameters
    ----------
    block, members, share, gain, common, begin, n, size, widths
        As for :func:`cell_responses`.
    lanes, scales, cells : int64 (n_found,)
        Which cells.
    out : int64 (n_found,)
    """
    for c in range(len(cells)):
        width = widths[scales[c]]
        first = begin + cells[c] * size
        row = np.empty(size + 4 * width + 1, np.float32)
        lane = lanes[c]
        lane_row(block, members[lane], share[lane], gain[lane], common, first - 2 * width, row)
        samples = min(size, n - cells[c] * size)
        out[c] = cells[c] * size + _largest(row, samples, width)
