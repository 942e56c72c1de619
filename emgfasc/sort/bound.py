"""How many units there are at least: only those count that cannot be pieces of one another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Units
from emgfasc.sort.rules import SortRules

__all__ = ["AtLeast", "at_least"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class AtLeast:
    """A lower bound on the number of units, and how small the counted ones are.

    Attributes
    ----------
    n_units : int
        So many units there are at least.
    discharges : int or None
        The fewest discharges at rest of a counted unit; None when none is counted.
    snr : float or None
        The smallest median SNR of a counted unit.
    """

    n_units: int
    discharges: int | None
    snr: float | None


def at_least(units: Units, *, rules: SortRules | None = None) -> AtLeast:
    """Return a lower bound on the number of fasciculating units.

    A unit that changes its shape may lie in pieces, and chance overlaps may look like a unit; so
    the number of units found is no bound. Pieces and overlaps are small or look like a larger
    unit. Counted are, from the one with most discharges at rest on, the units that hold
    ``rules.sure_discharges`` and ``rules.sure_share`` of all sorted discharges at rest, and whose
    average differs from that of every unit already counted: at no shift do the two correlate by
    more than ``1 - rules.sure_unlike``, over all channels, whatever their sizes.

    Parameters
    ----------
    units : Units
        With templates; only those of category ``fasciculation`` count.
    rules : SortRules, optional
        Default: those of a needle; these three do not depend on the kind.

    Returns
    -------
    AtLeast

    Notes
    -----
    ``python -m benchmarks.sorting --part bound`` counts in how many simulated recordings the
    bound exceeds the number of true units.

    Examples
    --------
    >>> from emgfasc import sort
    >>> from emgfasc.containers import Units
    >>> sort.at_least(Units.empty(n_channels=1, fs_hz=2048.0))
    AtLeast(n_units=0, discharges=None, snr=None)
    """
    rules = rules or SortRules.for_kind("needle")
    frame = units.frame
    n = frame.get("n_rest", frame["n"]).to_numpy(np.int64)
    n = np.where(frame["category"] == "fasciculation", n, 0)
    large = np.flatnonzero(n >= max(rules.sure_discharges, rules.sure_share * n.sum(), 1))
    counted: list[int] = []
    for unit in large[np.argsort(-n[large], kind="stable")]:
        own = units.templates_uv[unit].astype(np.float64)
        others = [units.templates_uv[other].astype(np.float64) for other in counted]
        if all(_unlike(own, other) >= rules.sure_unlike for other in others):
            counted.append(int(unit))
    if not counted:
        return AtLeast(0, None, None)
    return AtLeast(len(counted), int(n[counted].min()), float(frame["snr"].iloc[counted].min()))


def _unlike(a: Floats, b: Floats) -> float:
    """Return 1 less the largest correlation of two averages, at shifts of half their length.

    Of an average that is zero everywhere nothing is known: 0.
    """
    size = a.shape[1]
    reach = size // 2
    energy = float(np.sqrt((a**2).sum() * (b**2).sum()))
    if energy == 0:
        return 0.0
    product = np.fft.rfft(a, 2 * size).conj() * np.fft.rfft(b, 2 * size)
    common = np.fft.irfft(product.sum(axis=0), 2 * size)
    return 1 - float(max(common[: reach + 1].max(), common[2 * size - reach :].max())) / energy
