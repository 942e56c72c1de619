"""The search through a block: sixteen lanes at a time, group of cells by group of cells.

A *piece* is one lane over one group of cells; sixteen pieces of the same length make a batch. They
are lanes side by side in time, or, where there are few lanes, groups that follow each other.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels.blocks import aligned
from emgfasc._kernels.jit import kernel
from emgfasc._kernels.lanes import Lanes, fill_tile, lane_row
from emgfasc._kernels.levels import network, quantile_levels
from emgfasc._kernels.vectors import LANES
from emgfasc._kernels.wavelets import margin_of, steps_to, summarise

__all__ = ["Found", "Shape", "Work", "exceeding", "look", "strongest"]

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

_ROWS = 2200  # of a tile: three of them stay near the core


class Shape(NamedTuple):
    """How a piece is cut up.

    Attributes
    ----------
    n, size : int
        Samples in a piece and in a cell; the last cell may be shorter.
    chunk : int
        Samples that are laid side by side at once, whole cells.
    each : int
        Cells whose power is averaged before quantiles are taken.
    margin : int
        Samples that a response looks at on either side.
    steps : int64 (n_steps, 3)
        From :func:`emgfasc._kernels.wavelets.steps_to`.
    plain : int
        The scale that is the lane as it is, or -1.
    pairs : int64 (n_pairs, 2)
        From :func:`emgfasc._kernels.levels.network`.
    """

    n: int
    size: int
    chunk: int
    each: int
    margin: int
    steps: I64
    plain: int
    pairs: I64

    @classmethod
    def of(cls, n: int, size: int, pool: int, widths: I64) -> Shape:
        """Return the shape of pieces of `n` samples in cells of `size`."""
        n_cells = -(-n // size)
        margin = margin_of(widths)
        chunk = size * min(n_cells, max(1, (_ROWS - 2 * margin) // size, 2 * margin // size))
        each = min(pool, n_cells)
        plain = widths.tolist().index(0) if 0 in widths else -1
        return cls(n, size, chunk, each, margin, steps_to(widths), plain, network(n_cells // each))


class Work(NamedTuple):
    """Scratch for :func:`look`, of use for one shape and number of scales."""

    tiles: F32
    spare: F32
    power: F32
    columns: F32

    @classmethod
    def of(cls, shape: Shape, n_scales: int) -> Work:
        """Return enough of it."""
        rows = -(-(shape.chunk + 2 * shape.margin) // LANES) * LANES
        n_cells = -(-shape.n // shape.size)
        return cls(
            aligned(3, LANES * rows),
            aligned(LANES, rows + 3 * LANES),  # the rows on different cache lines
            aligned(n_scales, LANES * n_cells),
            aligned(LANES * (n_cells // shape.each)),
        )


class Found(NamedTuple):
    """What there is in every batch.

    Attributes
    ----------
    level : float64 (n_batches, n_scales, 16)
        Noise power of each piece.
    peak : float32 (n_batches, n_scales, 16 * n_cells)
        Largest absolute response of each cell, sixteen pieces side by side.
    top : float32 (n_batches, n_scales, 16)
        Largest of a piece.
    changes : float32 (n_batches, n_scales, 16)
        Sign changes of a piece.
    """

    level: F64
    peak: F32
    top: F32
    changes: F32

    @classmethod
    def room(cls, n_batches: int, n_scales: int, n_cells: int) -> Found:
        """Return room for it."""
        shape = n_batches, n_scales, LANES
        return cls(
            np.empty(shape),
            aligned(n_batches, n_scales, LANES * n_cells),
            np.zeros(shape, np.float32),
            np.zeros(shape, np.float32),
        )


@kernel
def look(lanes: Lanes, which: I64, firsts: I64, shape: Shape, work: Work, found: Found) -> None:
    """Summarise the responses of every piece.

    Parameters
    ----------
    lanes : Lanes
    which, firsts : int64 (n_batches, 16)
        Lane and first sample of each piece. The block reaches `margin` samples further on either
        side, and 16 more behind.
    shape : Shape
    work : Work
    found : Found
        Receives everything.
    """
    size = shape.size
    for batch in range(len(which)):
        for begin in range(0, shape.n, shape.chunk):
            n = min(shape.chunk, shape.n - begin)
            rows = -(-(n + 2 * shape.margin) // LANES) * LANES
            from_here = firsts[batch] + (begin - shape.margin)
            fill_tile(lanes, which[batch], from_here, rows, work.spare, work.tiles[0])
            summarise(
                work.tiles,
                shape.margin,
                size,
                n,
                shape.steps,
                shape.plain,
                begin // size,
                work.power,
                found.peak[batch],
                found.top[batch],
                found.changes[batch],
            )
        for scale in range(len(work.power)):
            quantile_levels(
                work.power[scale],
                shape.each,
                shape.pairs,
                work.columns,
                found.level[batch, scale],
            )


@kernel
def exceeding(found: Found, limit: F32) -> tuple[I64, F32]:
    """Return the cells whose peak exceeds the limit of their piece, and that peak.

    Parameters
    ----------
    found : Found
    limit : float32 (n_batches, n_scales, 16)

    Returns
    -------
    where : int64 (n_found, 3)
        Piece, counted through all batches, scale and cell.
    peak : float32 (n_found,)
    """
    room, count = 1024, 0
    where, values = np.empty((room, 3), np.int64), np.empty(room, np.float32)
    for batch in range(limit.shape[0]):
        for scale in range(limit.shape[1]):
            peak = found.peak[batch, scale]
            for lane in range(LANES):
                bound = limit[batch, scale, lane]
                if not found.top[batch, scale, lane] > bound:
                    continue
                n_cells = len(peak) // LANES
                if count + n_cells > room:
                    room = 2 * (count + n_cells)
                    where = np.concatenate((where[:count], np.empty((room - count, 3), np.int64)))
                    values = np.concatenate((values[:count], np.empty(room - count, np.float32)))
                for cell in range(n_cells):
                    value = peak[LANES * cell + lane]
                    if value > bound:
                        where[count, 0] = LANES * batch + lane
                        where[count, 1] = scale
                        where[count, 2] = cell
                        values[count] = value
                        count += 1
    return where[:count].copy(), values[:count].copy()


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
def strongest(lanes: Lanes, which: I64, firsts: I64, sizes: I64, widths: I64, out: I64) -> None:
    """Write the sample at which each cell's response is largest.

    Parameters
    ----------
    lanes : Lanes
    which, firsts, sizes, widths : int64 (n_found,)
        Lane, first sample and number of samples of each cell, and the width of the response.
    out : int64 (n_found,)
    """
    longest = sizes.max() + 4 * widths.max() + 1 if len(which) else 0
    row = np.empty(-(-longest // LANES) * LANES, np.float32)
    for c in range(len(which)):
        width = widths[c]
        needed = -(-(sizes[c] + 4 * width + 1) // LANES) * LANES
        lane_row(lanes, which[c], firsts[c] - 2 * width, row[:needed])
        out[c] = firsts[c] + _largest(row, sizes[c], width)
