"""Responses of sixteen lanes to box wavelets, summarised in short cells.

A box wavelet of width w is twice the mean of w samples less the means of the w samples before and
after: a second difference at a chosen scale. Sums over 2w samples are put together from two over w,
so that every response is rounded in the same way wherever a block begins.

Lanes lie side by side in a tile, sample by sample, and everything is done to sixteen at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels.jit import kernel
from emgfasc._kernels.vectors import (
    LANES,
    absolute,
    count_where,
    differ,
    fma,
    larger,
    load,
    negative,
    splat,
    store,
)

__all__ = ["margin_of", "steps_to", "summarise"]

F32 = NDArray[np.float32]
I64 = NDArray[np.int64]
ZERO = np.float32(0.0)


def margin_of(widths: I64) -> int:
    """Return the samples that a response looks at on either side; one more for sign changes."""
    return 2 * int(widths.max()) + 1


def steps_to(widths: I64) -> I64:
    """Return how sums over all `widths` are built, each from one over half as many samples.

    Returns
    -------
    array of int64, shape (n_steps, 3)
        Width it is built from (1: the lane itself), width, and the scale it answers or -1. A
        width is twice the one before, or one more, or starts from the lane again.
    """
    steps = []
    reached = 1
    for scale, width in enumerate(widths.tolist()):
        if width == 0:
            continue
        bits = width.bit_length()
        known = [shift for shift in range(bits) if width >> shift == reached]
        reached = reached if known else 1
        for shift in range((known[0] if known else bits - 1) - 1, -1, -1):
            steps.append((reached, width >> shift, -1))
            reached = width >> shift
        if width == 1 or (known and known[0] == 0):
            steps.append((width, width, scale))
        else:
            steps[-1] = (*steps[-1][:2], scale)
    return np.array(steps, np.int64).reshape(-1, 3)


@kernel
def _sum(box: F32, tile: F32, i: int, half: int, width: int) -> Any:
    """Return the sum over `width` samples, which is twice `half` or one more."""
    total = load(box, i, ZERO) + load(box, i + LANES * half, ZERO)
    return total if width == 2 * half else total + load(tile, i + 2 * LANES * half, ZERO)


@kernel
def _longer(box: F32, tile: F32, half: int, width: int, begin: int, stop: int, out: F32) -> None:
    """Write sums over `width` samples from those over `half`."""
    for i in range(LANES * begin, LANES * stop, LANES):
        store(out, i, _sum(box, tile, i, half, width))


@kernel
def _answer(box: F32, i: int, width: int) -> Any:
    """Return the response, `width` times as large; the lane itself for a width of 0."""
    if width == 0:
        return load(box, i, ZERO)
    step = LANES * width
    sides = load(box, i - step, ZERO) + load(box, i + step, ZERO)
    return fma(splat(np.float32(2.0)), load(box, i, ZERO), -sides)


@kernel
def _respond(
    box: F32,
    tile: F32,
    rows: tuple[int, int],
    size: int,
    width: int,
    half: int,
    longer: int,
    power: F32,
    peak: F32,
    top: F32,
    changes: F32,
    out: F32,
) -> None:
    """Summarise the responses at some rows in cells of `size`.

    Where sums over `longer` samples (not 0) are made of what is loaded here, they are written too.
    """
    begin, stop = LANES * rows[0], LANES * rows[1]
    before = negative(_answer(box, begin - LANES, width))
    count, highest = load(changes, 0, ZERO), load(top, 0, ZERO)
    factor = np.float32(1.0 / width) if width else np.float32(1.0)
    for cell, first in enumerate(range(begin, stop, LANES * size)):
        last = min(first + LANES * size, stop)
        total = splat(ZERO)
        most = splat(ZERO)
        for i in range(first, last, LANES):
            u = _answer(box, i, width)
            if longer:
                store(out, i, _sum(box, tile, i, half, longer))
            total = fma(u, u, total)
            most = larger(most, absolute(u))
            now = negative(u)
            count = count_where(count, differ(now, before))
            before = now
        mean = factor * factor / np.float32((last - first) // LANES)
        store(power, LANES * cell, splat(mean) * total)
        most = splat(factor) * most
        highest = larger(highest, most)
        store(peak, LANES * cell, most)
    store(changes, 0, count)
    store(top, 0, highest)


@kernel
def summarise(
    tiles: F32,
    margin: int,
    size: int,
    n: int,
    steps: I64,
    plain: int,
    first: int,
    power: F32,
    peak: F32,
    top: F32,
    changes: F32,
) -> None:
    """Summarise the responses to every wavelet in cells.

    Parameters
    ----------
    tiles : float32 (3, 16 * rows)
        The first holds sixteen lanes from `margin` samples before the first cell to as many after
        the last; the others are scratch.
    margin, size, n : int
        See :func:`margin_of`; samples in a cell, and in all cells: the last may be shorter.
    steps : int64 (n_steps, 3)
        From :func:`steps_to`.
    plain : int
        The scale that is the lane as it is, or -1.
    first : int
        Cell that the results are written from.
    power, peak : float32 (n_scales, 16 * n_cells)
        Receive mean square and largest absolute response of each cell.
    top : float32 (n_scales, 16)
        Becomes the largest of these responses where it was smaller.
    changes : float32 (n_scales, 16)
        The sign changes from the sample before the first cell on are added.
    """
    to = LANES * first
    lane = tiles[0]
    box, width, scale = lane, 0, plain  # what is there to answer
    turn = 1
    for k in range(len(steps) + 1):
        half, longer, next_scale = (
            (steps[k, 0], steps[k, 1], steps[k, 2]) if k < len(steps) else (0, 0, -1)
        )
        out = tiles[turn]
        at = margin - width // 2
        begin, stop = 0, n + 2 * margin - longer + 1 if longer > half else 0
        if scale >= 0:
            fits = longer > half and (half > 1 or width <= 1)  # made of this box
            _respond(
                box,
                lane,
                (at, at + n),
                size,
                width,
                half,
                longer if fits else 0,
                power[scale, to:],
                peak[scale, to:],
                top[scale],
                changes[scale],
                out,
            )
            if fits:
                _longer(box, lane, half, longer, 0, at, out)
                begin = at + n
        if half == 1:
            box = lane
        if longer > half:
            _longer(box, lane, half, longer, begin, stop, out)
            box, turn = out, 3 - turn
        width, scale = longer, next_scale
