"""Power of short cells of a block."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels.jit import kernel

__all__ = ["cell_power"]

F32 = NDArray[np.float32]


@kernel
def cell_power(x: F32, size: int, out: F32) -> None:
    """Write the mean square of every cell of `size` samples; ``nan`` where a sample is.

    Parameters
    ----------
    x : float32 (n_channels, n)
    size : int
        Samples in a cell; the last cell may be shorter.
    out : float32 (n_channels, ceil(n / size))
    """
    n = x.shape[1]
    for c in range(x.shape[0]):
        row = x[c]
        for k in range(out.shape[1]):
            begin = k * size
            stop = min(begin + size, n)
            total = np.float32(0.0)
            for i in range(begin, stop):
                total += row[i] * row[i]
            out[c, k] = total / np.float32(stop - begin)
