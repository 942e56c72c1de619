"""Tiles: sixteen lanes side by side, so that the compiler vectorises across them.

Rows of an array become columns of a tile in two steps that both vectorise: four rows are woven
into one, and the woven rows are laid side by side, 16 bytes at a time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels.jit import kernel

__all__ = ["LANES", "WOVEN", "gather", "scatter"]

F32 = NDArray[np.float32]
I64 = NDArray[np.int64]

LANES = 16
_RUN = 256
WOVEN = (4, _RUN + 8, 4)  # scratch; the 8 keeps the four parts off the same cache lines


@kernel
def _weave(a: F32, b: F32, c: F32, d: F32, out: F32) -> None:
    """Write four rows value by value in turn."""
    for i in range(len(a)):
        out[i, 0] = a[i]
        out[i, 1] = b[i]
        out[i, 2] = c[i]
        out[i, 3] = d[i]


@kernel
def _unweave(woven: F32, a: F32, b: F32, c: F32, d: F32) -> None:
    """Undo :func:`_weave`."""
    for i in range(len(a)):
        a[i] = woven[i, 0]
        b[i] = woven[i, 1]
        c[i] = woven[i, 2]
        d[i] = woven[i, 3]


@kernel
def gather(x: F32, rows: I64, firsts: I64, n: int, tile: F32, woven: F32) -> None:
    """Copy `n` samples of sixteen rows of `x`, each from its own first sample, into a tile.

    Parameters
    ----------
    x : float32 (n_rows, m)
    rows, firsts : int64 (16,)
        Row and first sample of each lane; every lane lies inside `x`.
    n : int
        Samples to copy.
    tile : float32 (at least n, 16)
        Receives them.
    woven : float32, shape `WOVEN`
        Scratch.
    """
    wide = tile.view(np.complex128)  # 16 bytes: four lanes at once
    quads = woven.view(np.complex128).reshape(4, -1)
    for start in range(0, n, _RUN):
        size = min(_RUN, n - start)
        for q in range(4):
            a, b = firsts[4 * q] + start, firsts[4 * q + 1] + start
            c, d = firsts[4 * q + 2] + start, firsts[4 * q + 3] + start
            _weave(
                x[rows[4 * q], a : a + size],
                x[rows[4 * q + 1], b : b + size],
                x[rows[4 * q + 2], c : c + size],
                x[rows[4 * q + 3], d : d + size],
                woven[q],
            )
        part = wide[start : start + size]
        for i in range(size):
            for q in range(4):
                part[i, q] = quads[q, i]


@kernel
def scatter(tile: F32, n: int, x: F32, rows: I64, firsts: I64, woven: F32) -> None:
    """Copy the first `n` rows of a tile back into rows of `x`; undoes :func:`gather`."""
    wide = tile.view(np.complex128)
    quads = woven.view(np.complex128).reshape(4, -1)
    for start in range(0, n, _RUN):
        size = min(_RUN, n - start)
        part = wide[start : start + size]
        for q in range(4):
            for i in range(size):
                quads[q, i] = part[i, q]
        for q in range(4):
            a, b = firsts[4 * q] + start, firsts[4 * q + 1] + start
            c, d = firsts[4 * q + 2] + start, firsts[4 * q + 3] + start
            _unweave(
                woven[q],
                x[rows[4 * q], a : a + size],
                x[rows[4 * q + 1], b : b + size],
                x[rows[4 * q + 2], c : c + size],
                x[rows[4 * q + 3], d : d + size],
            )
