"""Lanes that are searched: single channels, and sums over neighbours less the common average."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels.jit import kernel
from emgfasc._kernels.vectors import LANES, fma, load, rows_to_columns, splat, store

__all__ = ["Lanes", "average", "fill_tile", "lane_row"]

F32 = NDArray[np.float32]
I64 = NDArray[np.int64]

ZERO = np.float32(0.0)
_RUN = 1024  # samples averaged at a time: they stay near the core


class Lanes(NamedTuple):
    """A block of a recording and the lanes made of it.

    Each lane is ``gain * (sum of members - share * common)``. What lies beyond the ends of the
    recording or in a gap is zero in the block, see :mod:`emgfasc._kernels.blocks`.

    Attributes
    ----------
    x : float32 (n,)
        The block, one channel after another.
    apart : int
        How far apart the channels begin in it.
    members : int64 (n_lanes, n_most)
        Channels of a lane, filled up with -1.
    share, gain : float32 (n_lanes,)
    common : float32
        The common average.
    """

    x: F32
    apart: int
    members: I64
    share: F32
    gain: F32
    common: F32


@kernel
def _add(row: F32, out: F32) -> None:
    for k in range(len(out)):
        out[k] += row[k]


@kernel
def average(x: F32, apart: int, good: I64, out: F32) -> None:
    """Write the mean of some channels of a block.

    Parameters
    ----------
    x, apart
        The block, as in :class:`Lanes`.
    good : int64 (n_good,)
        The channels that take part.
    out : float32 (n,)
    """
    share = np.float32(1.0 / len(good))
    for begin in range(0, len(out), _RUN):
        some = out[begin : begin + _RUN]
        some[:] = np.float32(0.0)
        for c in good:
            _add(x[c * apart + begin : c * apart + begin + len(some)], some)
        for k in range(len(some)):
            some[k] *= share


@kernel
def lane_row(lanes: Lanes, lane: int, first: int, out: F32) -> None:
    """Write a stretch of one lane from sample `first` on.

    Parameters
    ----------
    lanes : Lanes
    lane, first : int
    out : float32 (16 * m,)
    """
    less = splat(-lanes.share[lane])
    factor = splat(lanes.gain[lane])
    for i in range(0, len(out), LANES):
        total = splat(ZERO)
        for c in lanes.members[lane]:
            if c >= 0:
                total = total + load(lanes.x, c * lanes.apart + first + i, ZERO)
        total = fma(less, load(lanes.common, first + i, ZERO), total)
        store(out, i, factor * total)


@kernel
def fill_tile(lanes: Lanes, which: I64, firsts: I64, rows: int, spare: F32, tile: F32) -> None:
    """Lay stretches of sixteen lanes side by side.

    Parameters
    ----------
    lanes : Lanes
    which, firsts : int64 (16,)
        The lanes, and the first sample of each.
    rows : int
        Samples of each, a multiple of 16.
    spare : float32 (16, at least rows)
        Scratch.
    tile : float32 (at least 16 * rows,)
        Receives them, sample by sample.
    """
    places = np.empty(LANES, np.int64)
    single = True
    for k in range(LANES):
        lane = which[k]
        single &= lanes.share[lane] == 0.0 and lanes.gain[lane] == 1.0
        single &= lanes.members.shape[1] == 1 or lanes.members[lane, 1] < 0
        places[k] = lanes.members[lane, 0] * lanes.apart + firsts[k]
    if single:
        for i in range(0, rows, LANES):
            rows_to_columns(lanes.x, places, i, tile, LANES * i)
        return
    for k in range(LANES):
        lane_row(lanes, which[k], firsts[k], spare[k, :rows])
        places[k] = k * spare.shape[1]
    for i in range(0, rows, LANES):
        rows_to_columns(spare, places, i, tile, LANES * i)
