"""Blocks of a recording as kernels take them: one flat array."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["aligned", "flat", "padded"]

F32 = NDArray[np.float32]

_LINE = 64  # bytes of a cache line


def flat(block: F32) -> tuple[F32, int]:
    """Return the values of a block one after another, and how far apart its channels begin.

    A block that is part of a larger array need not be copied for that.
    """
    if block.strides[1] != 4 or block.strides[0] % 4 or block.strides[0] < 4 * block.shape[1]:
        block = np.ascontiguousarray(block)
    apart = block.strides[0] // 4
    size = (len(block) - 1) * apart + block.shape[1]
    return np.lib.stride_tricks.as_strided(block, (size,), (4,), writeable=False), apart


def padded(block: F32, before: int, after: int) -> F32:
    """Return a block with zeros before and after it."""
    out = np.empty((len(block), before + block.shape[1] + after), np.float32)
    out[:, :before] = 0
    out[:, before : before + block.shape[1]] = block
    out[:, before + block.shape[1] :] = 0
    return out


def aligned(*shape: int) -> F32:
    """Return an empty array that begins on a cache line: vectors then never lie across two."""
    size = int(np.prod(shape))
    values = np.empty(size + _LINE // 4, np.float32)
    skip = -values.ctypes.data % _LINE // 4
    return values[skip : skip + size].reshape(shape)
