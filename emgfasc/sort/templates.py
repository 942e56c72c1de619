"""Average potentials of units, and units that are one but for a shift."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Recording
from emgfasc.measure.align import alike
from emgfasc.sort.rules import SortRules

__all__ = ["Templates", "merge_shifted", "templates_of"]

_SEEN = 0.7  # share of an average's energy that must remain in view when it is shifted


class Templates(NamedTuple):
    """Average potentials of units, and how they spread.

    Attributes
    ----------
    average_uv, spread_uv : array of float32, shape (n_units, n_channels, n_samples)
        Mean and SD over a unit's potentials, sample by sample. On bad channels the mean is 0 and
        the SD ``nan``, as it is where only one potential is left.
    """

    average_uv: NDArray[np.float32]
    spread_uv: NDArray[np.float32]


def templates_of(
    label: NDArray[np.int64], waveforms: NDArray[np.float32], rec: Recording
) -> Templates:
    """Return the average potential of each unit and its spread.

    A potential whose distance from the unit's median is far beyond that of the others overlaps
    with something else; it is left out.

    Parameters
    ----------
    label : array of int64, shape (n,)
        Units from 1 on, without a gap; 0 is passed over.
    waveforms : array of float32, shape (n, n_good_channels, n_samples)
    rec : Recording
        Tells which channels are bad.

    Returns
    -------
    Templates
    """
    n_units = int(label.max(initial=0))
    shape = (n_units, rec.n_channels, waveforms.shape[2])
    average = np.zeros(shape, np.float32)
    spread = np.full(shape, np.nan, np.float32)
    for unit in range(1, n_units + 1):
        waves = waveforms[label == unit].astype(np.float64)
        kept = waves[alike(waves)]
        average[unit - 1, rec.good] = kept.mean(axis=0)
        if len(kept) > 1:
            spread[unit - 1, rec.good] = kept.std(axis=0, ddof=1)
    return Templates(average, spread)


def merge_shifted(
    label: NDArray[np.int64], waveforms: NDArray[np.float32], fs_hz: float, rules: SortRules
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Join units whose averages are alike once one is shifted.

    When two deflections of a potential are about equally large, noise decides which one is taken
    as the peak, and the unit falls apart into two that differ by a shift.

    Returns
    -------
    label : array of int64, shape (n,)
        With fewer units.
    shift : array of int64, shape (n,)
        Samples by which each potential must move to lie over the others of its unit.
    """
    units = np.unique(label[label > 0])
    averages = {unit: np.median(waveforms[label == unit], axis=0) for unit in units}
    counts = {unit: int((label == unit).sum()) for unit in units}
    reach = round(rules.lag_ms * fs_hz / 1e3)
    out, shift = label.copy(), np.zeros(len(label), np.int64)
    kept: list[np.int64] = []
    for unit in sorted(units, key=lambda u: -counts[u]):
        fits = [(*_unlike(averages[twin], averages[unit], reach), twin) for twin in kept]
        unlike, lag, twin = min(fits, default=(1.0, 0, unit))
        if unlike <= rules.alike:
            mine = label == unit
            out[mine], shift[mine] = twin, -lag
        else:
            kept.append(unit)
    return out, shift


def _unlike(a: NDArray[np.float32], b: NDArray[np.float32], reach: int) -> tuple[float, int]:
    """Return the smallest unlikeness of two averages, and the shift of `b` that gives it.

    Only where both are known counts, and a shift that loses much of either is not tried.
    """
    size = a.shape[1]
    whole = float((a**2).sum()), float((b**2).sum())
    best, found = 1.0, 0
    for lag in range(-reach, reach + 1):
        left, right = max(0, lag), min(size, size + lag)
        one, two = a[:, left:right], b[:, left - lag : right - lag]
        energy = float((one**2).sum()), float((two**2).sum())
        if energy[0] < _SEEN * whole[0] or energy[1] < _SEEN * whole[1]:
            continue
        unlike = 1 - 2 * float((one * two).sum()) / (energy[0] + energy[1])
        if unlike < best:
            best, found = unlike, lag
    return best, found
