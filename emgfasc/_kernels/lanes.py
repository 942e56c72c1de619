"""Lanes that are searched: single channels, and sums over neighbours less the common average."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels.jit import kernel

__all__ = ["average", "lane_row"]

F32 = NDArray[np.float32]
I64 = NDArray[np.int64]


@kernel
def _add(row: F32, first: int, factor: np.float32, out: F32) -> None:
    """Add a stretch of `row` from `first` on, times `factor`; nothing beyond the ends, in gaps."""
    begin, stop = max(0, -first), min(len(out), len(row) - first)
    if stop <= begin:
        return
    source, target = row[first + begin : first + stop], out[begin:stop]
    for k in range(len(target)):
        target[k] += factor * source[k] if source[k] == source[k] else np.float32(0.0)


@kernel
def average(block: F32, good: I64, out: F32) -> None:
    """Write the mean of some channels.

    Parameters
    ----------
    block : float32 (n_channels, n)
    good : int64 (n_good,)
        The channels that take part; gaps count as zeros.
    out : float32 (n,)
    """
    out[:] = np.float32(0.0)
    for c in good:
        _add(block[c], 0, np.float32(1.0), out)
    share = np.float32(1.0 / len(good))
    for k in range(len(out)):
        out[k] *= share


@kernel
def lane_row(
    block: F32, members: I64, share: float, gain: float, common: F32, first: int, out: F32
) -> None:
    """Write a stretch of one lane: ``gain * (sum of members - share * common)``.

    Parameters
    ----------
    block : float32 (n_channels, n)
    members : int64 (n_most,)
        The channels that are summed, filled up with -1.
    share, gain : float
    common : float32 (n,)
        The common average; not looked at when `share` is 0.
    first : int
        First sample of the stretch; zeros beyond the ends of `block` and in gaps.
    out : float32 (m,)
    """
    out[:] = np.float32(0.0)
    for c in members:
        if c >= 0:
            _add(block[c], first, np.float32(gain), out)
    if share != 0.0:
        _add(common, first, np.float32(-share * gain), out)
