"""A running median of noise levels, and the cells that stand out of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels.jit import kernel

__all__ = ["exceeding", "running_median"]

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


@kernel
def _insert(ordered: F64, held: int, value: float) -> None:
    """Put a value among the first `held` ordered ones."""
    k = held
    while k > 0 and ordered[k - 1] > value:
        ordered[k] = ordered[k - 1]
        k -= 1
    ordered[k] = value


@kernel
def running_median(values: F64, least: float, reach: int, out: F64) -> None:
    """Write the median of the values above `least` among those up to `reach` places away.

    Where there is none, the nearest median in time (the earlier of two) is taken; 0 without any.

    Parameters
    ----------
    values, out : float64 (n,)
    """
    n = len(values)
    ordered = np.empty(2 * reach + 1)
    known = np.zeros(n, np.bool_)
    for i in range(n):
        held = 0
        for j in range(max(0, i - reach), min(n, i + reach + 1)):
            if values[j] > least:
                _insert(ordered, held, values[j])
                held += 1
        if held:
            known[i] = True
            out[i] = (ordered[(held - 1) // 2] + ordered[held // 2]) / 2
    for i in range(n):
        if not known[i]:
            out[i] = 0.0
            for away in range(1, n):
                if i >= away and known[i - away]:
                    out[i] = out[i - away]
                    break
                if i + away < n and known[i + away]:
                    out[i] = out[i + away]
                    break


@kernel
def exceeding(peak: F32, limit: F32, group: int) -> I64:
    """Return the cells whose peak exceeds the limit of their group.

    Parameters
    ----------
    peak : float32 (n_cells,)
    limit : float32 (n_groups,)
        The last one also holds for the cells after its group.
    """
    found = np.empty(len(peak), np.int64)
    count = 0
    for g in range(len(limit)):
        stop = len(peak) if g == len(limit) - 1 else min((g + 1) * group, len(peak))
        above = 0  # most groups hold none, and counting them vectorises
        for k in range(g * group, stop):
            above += peak[k] > limit[g]
        if above:
            for k in range(g * group, stop):
                if peak[k] > limit[g]:
                    found[count] = k
                    count += 1
    return found[:count].copy()
