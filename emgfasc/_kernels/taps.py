"""Rows of signal through a short filter of their own each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels.jit import kernel

__all__ = ["filtered"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@kernel
def filtered(rows: Floats, first: Ints, taps: Floats, width: int) -> Floats:
    """Return ``sum_k taps[i, k] * rows[i, first[i] + k + t]`` for each row and ``t < width``.

    Parameters
    ----------
    rows : array of float, shape (n, size)
    first : array of int, shape (n,)
        From where each is read; ``first + n_taps + width - 1 <= size``.
    taps : array of float, shape (n, n_taps)
    width : int

    Returns
    -------
    array of float, shape (n, width)
    """
    out = np.zeros((len(rows), width))
    for i in range(len(rows)):
        row, sums = rows[i], out[i]
        for k in range(taps.shape[1]):
            weight, part = taps[i, k], row[first[i] + k : first[i] + k + width]
            for t in range(width):
                sums[t] += weight * part[t]
    return out
