"""Zero-phase band-pass over tiles of lanes.

A *lane* is one channel over one stretch of time. Sixteen lanes lie side by side in a tile that
fits the cache, and two biquads run down it and up again, see :mod:`emgfasc._kernels.vectors`.
Stretches lie on a grid fixed by the recording, never by the caller, so results do not depend on
how the recording was cut or on which thread took which lane.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels.jit import kernel
from emgfasc._kernels.vectors import (
    LANES,
    columns_to_rows,
    fma,
    load,
    rows_to_columns,
    splat,
    store,
)

__all__ = ["EDGE_SAMPLES", "LANES", "Part", "filter_lanes"]

F32 = NDArray[np.float32]
I64 = NDArray[np.int64]
Design = NDArray[np.float32] | NDArray[np.float64]

# Odd extension at the ends of a recording, as scipy.signal.sosfiltfilt's default for 2 sections.
EDGE_SAMPLES = 15


class Part(NamedTuple):
    """A block of a recording and how it is cut into stretches.

    Attributes
    ----------
    x : float32 (n,)
        The block, one channel after another.
    apart : int
        How far apart the channels begin in it.
    origin, total : int
        Its first sample; samples in the whole recording.
    warm, length : int
        Samples run before and after a stretch to forget the start; samples in a stretch. Both are
        multiples of 16.
    """

    x: F32
    apart: int
    origin: int
    total: int
    warm: int
    length: int


@kernel
def _extended(
    x: F32, row: int, first: int, rows: int, origin: int, total: int, tile: F32, lane: int
) -> None:
    """Copy one lane into its tile column, extending the ends of the recording."""
    last = total - 1
    at = row - origin  # where the recording's first sample is, or would be
    for i in range(rows):
        p = first + i
        if p < 0:
            q = -p if -p <= EDGE_SAMPLES else EDGE_SAMPLES
            tile[i, lane] = np.float32(2.0) * x[at] - x[at + min(q, last)]
        elif p > last:
            q = p - last if p - last <= EDGE_SAMPLES else EDGE_SAMPLES
            tile[i, lane] = np.float32(2.0) * x[at + last] - x[at + max(last - q, 0)]
        else:
            tile[i, lane] = x[at + p]


@kernel
def _cascade(tile: F32, design: Design, start: int, stop: int, step: int) -> None:
    """Run both biquads over rows `start` to `stop` (exclusive), as precise as `design`.

    Each is ``(1 - z^-2) / (1 + a z^-1 + b z^-2)``, that of the upper corner first. Both start from
    differences, which are all but exact in float32: an offset or drift costs no precision, and the
    steady state of a constant is zero. The lower corner's is run by its steps, ``1 + a + b`` and b
    given: from sample to sample its value changes little, and its errors would add up.
    """
    like = design[0]
    a, b, whole, d = splat(-design[0]), splat(-design[1]), splat(-design[2]), splat(design[3])
    gain = splat(design[4])
    x1 = load(tile, LANES * start, like)
    x2 = x1
    y1 = y2 = z1 = step1 = splat(like - like)
    for i in range(start, stop, step):
        x = load(tile, LANES * i, like)
        y = fma(a, y1, fma(b, y2, x - x2))
        step1 = fma(whole, z1, fma(d, step1, y - y2))
        z1 = z1 + step1
        store(tile, LANES * i, gain * z1)
        x2, y2 = x1, y1
        x1, y1 = x, y


@kernel
def _hold(tile: F32, rows: int, firsts: I64, warm: int, total: int) -> None:
    """Repeat the last output beyond the extended end, where the recording has none."""
    for lane in range(LANES):
        # That is where sosfiltfilt starts its way back.
        end = total + EDGE_SAMPLES - (firsts[lane] - warm)
        if end < rows:
            for i in range(max(end, 1), rows):
                tile[i, lane] = tile[i - 1, lane]


@kernel
def _scatter(tile: F32, length: int, channels: I64, firsts: I64, lo: int, m: int, out: F32) -> None:
    """Copy `length` rows of a tile to the places of `out` that the lanes belong to."""
    begin = max(0, lo - firsts.min())  # what all lanes have in `out` is copied at once
    stop = min(length, lo + m - firsts.max())
    at = channels * m + firsts - lo
    whole = begin + max(stop - begin, 0) // LANES * LANES if channels.min() >= 0 else begin
    for i in range(begin, whole, LANES):
        columns_to_rows(tile, LANES * i, out, at, i)
    for lane in range(LANES):
        if channels[lane] < 0:
            continue
        first, last = max(0, lo - firsts[lane]), min(length, lo + m - firsts[lane])
        for i in range(first, min(begin, last)):
            out[at[lane] + i] = tile[i, lane]
        for i in range(max(first, whole), last):
            out[at[lane] + i] = tile[i, lane]


@kernel
def _filter_sixteen(
    part: Part, channels: I64, firsts: I64, design: Design, out: F32, lo: int, m: int, tile: F32
) -> bool:
    """Filter up to sixteen lanes, see :func:`filter_lanes`; tell whether it went well."""
    warm, total = part.warm, part.total
    rows = part.length + 2 * warm
    inside = True
    for lane in range(LANES):
        end = firsts[lane] + part.length + warm
        if channels[lane] < 0 or firsts[lane] < warm or end > total:
            inside = False
    if inside:
        places = channels * part.apart + firsts
        for i in range(0, rows, LANES):
            rows_to_columns(part.x, places, i - (part.origin + warm), tile, LANES * i)
    else:
        for lane in range(LANES):
            used = lane if channels[lane] >= 0 else 0
            row, first = channels[used] * part.apart, firsts[used] - warm
            _extended(part.x, row, first, rows, part.origin, total, tile, lane)
    _cascade(tile, design, 0, rows, 1)
    for lane in range(LANES):
        if np.isnan(tile[rows - 1, lane]):
            return False
    _hold(tile, rows, firsts, warm, total)
    needed = warm + max(0, lo - firsts.max())
    _cascade(tile, design, rows - 1, needed - 1, -1)
    _scatter(tile[warm:], part.length, channels, firsts, lo, m, out)
    return True


@kernel
def filter_lanes(
    part: Part, channels: I64, firsts: I64, design: Design, out: F32, lo: int, m: int, tile: F32
) -> bool:
    """Filter lanes forwards and backwards, sixteen at a time.

    Parameters
    ----------
    part : Part
        What is filtered.
    channels, firsts : int64 (n_batches, 16)
        Channel and first sample of each lane; a channel of -1 marks an unused lane.
    design : float32 or float64 (5,)
        a and b of the upper corner's biquad, ``1 + a + b`` and b of the lower one's, and the gain
        of both together. What is calculated is as precise as this array.
    out : float32 (n_channels * m,)
        Receives the lanes, `m` samples for each channel from sample `lo` on.
    lo, m : int
    tile : float32 (length + 2 * warm, 16)
        Scratch.

    Returns
    -------
    bool
        False when a lane held ``nan`` (or infinity), which ruins all that comes after it; the rest
        is not filtered then.
    """
    for batch in range(len(channels)):
        if not _filter_sixteen(part, channels[batch], firsts[batch], design, out, lo, m, tile):
            return False
    return True
