"""Size and peak of a potential on every channel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels.jit import kernel

__all__ = ["outline"]

F32 = NDArray[np.float32]
I64 = NDArray[np.int64]


@kernel
def outline(
    piece: F32, channels: I64, noise: F32, least: float
) -> tuple[int, np.float32, int, int]:
    """Return the channel of the largest swing, that swing, its peak, and how many channels swing.

    Parameters
    ----------
    piece : float32 (n_channels, n)
    channels : int64 (n_good,)
        Those that take part; one with a gap counts as flat.
    noise : float32 (n_good,)
    least : float
        Peak to peak over noise, for a channel to count.

    Returns
    -------
    best : int
        Place among `channels`; the first of equals.
    swing : float32
        Peak to peak there.
    peak : int
        First sample of the largest absolute value there, gaps left out.
    reached : int
        Number of channels.
    """
    zero = np.float32(0.0)
    best, most, reached = 0, zero, 0
    for k in range(len(channels)):
        row = piece[channels[k]]
        low = high = row[0]
        whole = True
        for value in row:
            low, high = min(low, value), max(high, value)
            whole &= not np.isnan(value)
        swing = high - low if whole else zero
        if swing > most:
            best, most = k, swing
        reached += swing > np.float32(least) * noise[k]
    row = piece[channels[best]]
    peak, size = 0, np.float32(-1.0)
    for i in range(len(row)):
        value = zero if np.isnan(row[i]) else abs(row[i])
        if value > size:
            peak, size = i, value
    return best, most, peak, reached
