"""Zero-phase biquad cascade over tiles of lanes.

A *lane* is one channel over one stretch of time. Sixteen lanes lie side by side in a tile that
fits the cache; the cascade runs down the tile, and the compiler vectorises across the lanes.
Stretches lie on a grid fixed by the recording, never by the caller, so results do not depend on
how the recording was cut or on which thread took which lane.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels.jit import kernel
from emgfasc._kernels.tiles import LANES, WOVEN, gather, scatter

__all__ = ["EDGE_SAMPLES", "LANES", "empty_tile", "filter_lanes"]

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

# Odd extension at the ends of a recording, as scipy.signal.sosfiltfilt's default for 2 sections.
EDGE_SAMPLES = 15


@kernel
def _gather(
    x: F32, channel: int, first: int, rows: int, origin: int, total: int, tile: F32, lane: int
) -> None:
    """Copy one lane into its tile column, extending the ends of the recording."""
    row = x[channel]
    last = total - 1
    for i in range(rows):
        p = first + i
        if p < 0:
            q = -p if -p <= EDGE_SAMPLES else EDGE_SAMPLES
            tile[i, lane] = 2.0 * row[0 - origin] - row[min(q, last) - origin]
        elif p > last:
            q = p - last if p - last <= EDGE_SAMPLES else EDGE_SAMPLES
            tile[i, lane] = 2.0 * row[last - origin] - row[max(last - q, 0) - origin]
        else:
            tile[i, lane] = row[p - origin]


@kernel
def _section(tile: F32, sos: F64, zi: F64, start: int, stop: int, step: int) -> None:
    """Run one pair of biquads over rows `start` to `stop` (exclusive), in float64 state."""
    b00, b01, b02 = sos[0, 0], sos[0, 1], sos[0, 2]
    a01, a02 = sos[0, 4], sos[0, 5]
    b10, b11, b12 = sos[1, 0], sos[1, 1], sos[1, 2]
    a11, a12 = sos[1, 4], sos[1, 5]
    # One array for all four states: the compiler then need not ask on every row if they overlap.
    state = np.empty(64)
    for lane in range(16):
        x0 = tile[start, lane]
        state[lane] = zi[0, 0] * x0
        state[16 + lane] = zi[0, 1] * x0
        state[32 + lane] = zi[1, 0] * x0
        state[48 + lane] = zi[1, 1] * x0
    for i in range(start, stop, step):
        for lane in range(16):
            x = np.float64(tile[i, lane])  # float32 state is not accurate enough at 20 Hz of 50 kHz
            y = b00 * x + state[lane]
            state[lane] = b01 * x - a01 * y + state[16 + lane]
            state[16 + lane] = b02 * x - a02 * y
            z = b10 * y + state[32 + lane]
            state[32 + lane] = b11 * y - a11 * z + state[48 + lane]
            state[48 + lane] = b12 * y - a12 * z
            tile[i, lane] = np.float32(z)


@kernel
def _hold(tile: F32, rows: int, firsts: I64, warm: int, total: int) -> None:
    """Repeat the last output beyond the extended end, where the recording has none."""
    for lane in range(16):
        # That is where sosfiltfilt starts its way back.
        end = total + EDGE_SAMPLES - (firsts[lane] - warm)
        if end < rows:
            for i in range(max(end, 1), rows):
                tile[i, lane] = tile[i - 1, lane]


@kernel
def filter_lanes(
    x: F32,
    origin: int,
    total: int,
    channels: I64,
    firsts: I64,
    warm: int,
    length: int,
    sos: F64,
    zi: F64,
    out: F32,
    lo: int,
    tile: F32,
    woven: F32,
) -> bool:
    """Filter up to sixteen lanes forwards and backwards.

    Parameters
    ----------
    x : float32 (n_channels, n)
        Block of the recording that starts at sample `origin`.
    origin, total : int
        First sample in `x`; samples in the whole recording.
    channels, firsts : int64 (16,)
        Channel and first sample of each lane; a channel of -1 marks an unused lane.
    warm, length : int
        Samples run before and after a stretch to forget the start; samples in a stretch.
    sos, zi : float64 (2, 6), (2, 2)
        Two biquads and the state of their steady response to a step.
    out : float32 (n_channels, m)
        Receives the lanes; its first sample is `lo`.
    tile, woven : float32 (length + 2 * warm, 16), `tiles.WOVEN`
        Scratch.

    Returns
    -------
    bool
        False when a lane held ``nan`` (or infinity), which ruins all that comes after it; nothing
        is written then.
    """
    rows = length + 2 * warm
    inside = True
    for lane in range(16):
        if channels[lane] < 0 or firsts[lane] < warm or firsts[lane] + length + warm > total:
            inside = False
    if inside:
        gather(x, channels, firsts - (origin + warm), rows, tile, woven)
    else:
        for lane in range(16):
            source = channels[lane] if channels[lane] >= 0 else channels[0]
            first = firsts[lane] if channels[lane] >= 0 else firsts[0]
            _gather(x, source, first - warm, rows, origin, total, tile, lane)
    _section(tile, sos, zi, 0, rows, 1)
    for lane in range(16):
        if np.isnan(tile[rows - 1, lane]):
            return False
    _hold(tile, rows, firsts, warm, total)
    _section(tile, sos, zi, rows - 1, warm - 1, -1)
    m = out.shape[1]
    if inside and firsts.min() >= lo and firsts.max() + length <= lo + m:
        scatter(tile[warm:], length, out, channels, firsts - lo, woven)
        return True
    for lane in range(16):
        if channels[lane] < 0:
            continue
        base = firsts[lane] - lo
        for i in range(max(0, -base), min(length, m - base)):
            out[channels[lane], base + i] = tile[warm + i, lane]
    return True


def empty_tile(length: int, warm: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return `tile` and `woven`, the scratch for :func:`filter_lanes`."""
    return np.empty((length + 2 * warm, LANES), np.float32), np.empty(WOVEN, np.float32)
