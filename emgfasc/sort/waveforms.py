"""The stretch of signal around each potential."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Recording
from emgfasc.containers.gaps import filled

__all__ = ["cut_out"]

_BLOCK_S = 30.0


def cut_out(
    rec: Recording,
    peaks: NDArray[np.int64],
    *,
    before: int,
    after: int,
    channel: NDArray[np.intp] | None = None,
) -> NDArray[np.float32]:
    """Return the good channels around each peak, reading the recording once.

    Parameters
    ----------
    rec : Recording
        Cleaned.
    peaks : array of int64, shape (n,)
        Sample numbers, in order.
    before, after : int
        Samples before the peak, and from the peak on.
    channel : array of int, shape (n,), optional
        One channel for each peak, instead of all good ones.

    Returns
    -------
    array of float32, shape (n, n_good_channels, before + after)
        With one channel where `channel` is given.
        Zero beyond the ends of the recording and in gaps.
    """
    good = rec.good
    n_rows = len(good) if channel is None else 1
    every = good if n_rows < rec.n_channels else slice(None)  # a slice is not copied twice
    out = np.zeros((len(peaks), n_rows, before + after), np.float32)
    block = max(before + after, round(_BLOCK_S * rec.fs_hz))
    for start in range(0, rec.n_samples, block):
        mine = np.flatnonzero((peaks >= start) & (peaks < start + block))
        if not mine.size:
            continue
        low = max(0, start - before)
        data = rec.read(low, start + block + after)
        for k in mine:
            first = int(peaks[k]) - before - low
            left, right = max(first, 0), min(first + before + after, data.shape[1])
            rows = every if channel is None else channel[k : k + 1]
            out[k, :, left - first : right - first] = data[rows, left:right]
    return filled(out)
