"""Average potentials of units, and units that are one but for a shift."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Recording
from emgfasc.sort.rules import SortRules

__all__ = ["merge_shifted", "templates_of"]


def templates_of(
    label: NDArray[np.int64], waveforms: NDArray[np.float32], rec: Recording
) -> NDArray[np.float32]:
    """Return the median potential of each unit.

    Parameters
    ----------
    label : array of int64, shape (n,)
        Units from 1 on, without a gap; 0 is passed over.
    waveforms : array of float32, shape (n, n_good_channels, n_samples)
    rec : Recording
        Tells which channels are bad; they are zero.

    Returns
    -------
    array of float32, shape (n_units, n_channels, n_samples)
    """
    n_units = int(label.max(initial=0))
    out = np.zeros((n_units, rec.n_channels, waveforms.shape[2]), np.float32)
    for unit in range(1, n_units + 1):
        out[unit - 1, rec.good] = np.median(waveforms[label == unit], axis=0)
    return out


def merge_shifted(
    label: NDArray[np.int64], waveforms: NDArray[np.float32], fs_hz: float, rules: SortRules
) -> NDArray[np.int64]:
    """Join units whose averages are alike once one is shifted.

    When two deflections of a potential are about equally large, noise decides which one is taken
    as the peak, and the unit falls apart into two that differ by a shift.
    """
    units = np.unique(label[label > 0])
    if len(units) < 2:
        return label
    averages = {unit: np.median(waveforms[label == unit], axis=0) for unit in units}
    counts = {unit: int((label == unit).sum()) for unit in units}
    lags = range(-round(rules.lag_ms * fs_hz / 1e3), round(rules.lag_ms * fs_hz / 1e3) + 1)
    out = label.copy()
    kept: list[np.int64] = []
    for unit in sorted(units, key=lambda u: -counts[u]):
        twin = next(
            (k for k in kept if _unlike(averages[k], averages[unit], lags) <= rules.same_unit),
            None,
        )
        if twin is None:
            kept.append(unit)
        else:
            out[out == unit] = twin
    return out


def _unlike(a: NDArray[np.float32], b: NDArray[np.float32], lags: range) -> float:
    """Return the smallest unlikeness of two averages over shifts by `lags` samples."""
    energy = float((a**2).sum() + (b**2).sum())
    size = a.shape[1]
    best = 1.0
    for lag in lags:
        left, right = max(0, lag), min(size, size + lag)
        overlap = float((a[:, left:right] * b[:, left - lag : right - lag]).sum())
        best = min(best, 1 - 2 * overlap / energy)
    return best
