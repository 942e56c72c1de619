"""Units that are none: doublets of another unit, alike because their intervals are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Events, Units
from emgfasc.sort.peel import gain_of
from emgfasc.sort.search import Look, Search

__all__ = ["doubled", "without"]

_MOST = 40  # potentials of a unit that are looked at
_AS_WELL = 0.97  # of what an average of the unit's other potentials takes away
_MOSTLY = 0.5  # of its potentials
_PINNED = 0.9  # of the pairs: would lie nearer still, for their sum only mimics a longer potential
_RARER = 2  # times as often the other unit is alone: it rarely fires the same doublet

Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]


def doubled(search: Search, events: Events, units: Units) -> Flags:
    """Tell which units are doublets of units with twice as many potentials, or more.

    Two discharges a few milliseconds apart add up to another shape, and a unit that often fires
    doublets leaves many that are alike. Two discharges of that unit explain them as well as their
    own average does, while the potential of a real unit is no sum of two equal ones, save by
    chance: what is seen as often as the other unit alone is its own unit, and so is what would be
    two at the shortest interval there is.

    Parameters
    ----------
    search : Search
        Knows the units' averages.
    events : Events
        With `unit`.
    units : Units
        Numbered from 1 without a gap.

    Returns
    -------
    array of bool, shape (n_units,)
    """
    unit = events.frame["unit"].to_numpy(np.int64)
    size = np.bincount(unit, minlength=len(units) + 1)[1:]
    gone = np.zeros(len(units), bool)
    for one in np.argsort(size, kind="stable"):
        larger = np.flatnonzero((size >= _RARER * size[one]) & ~gone)
        mine = np.flatnonzero(unit == one + 1)
        if larger.size and mine.size:
            rows = events.frame.iloc[mine[:: max(1, len(mine) // _MOST)]]
            looks = [search.look(row) for row in rows.itertuples(index=False)]
            gone[one] = _are_doublets(search, looks, int(one), larger, n=int(size[one]))
    return gone


def _are_doublets(
    search: Search, looks: Sequence[Look], unit: int, others: Ints, *, n: int
) -> bool:
    """Compare what two discharges of another unit take away with what the unit itself does.

    The average of few potentials fits their own noise, too. One without the potential that is
    looked at takes away less: by the noise's energy, twice, over the number averaged.
    """
    bank, pairs, pinned, own, by_pair = search.bank.some(others), 0, 0, 0.0, 0.0
    own_noise = 2 * search.bank.templates[unit].size / n
    for seen in looks:
        own += float(search.bank.taken(seen.correlation, seen.lags)[unit]) - own_noise
        left = seen.correlation[others]
        parts = search.parts(seen._replace(correlation=left), bank)
        if len(parts) == 2 and parts[0].unit == parts[1].unit:
            pairs += 1
            pinned += parts[1].lag - parts[0].lag <= search.apart
        by_pair += gain_of(bank, left, parts)
    often = pairs >= _MOSTLY * len(looks) and pinned <= _PINNED * pairs
    return often and by_pair >= _AS_WELL * own


def without(events: Events, units: Units, gone: Flags) -> tuple[Events, Units]:
    """Leave out units, whose potentials are unsorted then; the others are numbered anew."""
    number = np.append(0, np.where(gone, 0, np.cumsum(~gone)))
    unit = number[events.frame["unit"].to_numpy(np.int64)]
    lost = (unit == 0) & (events.frame["unit"].to_numpy(np.int64) > 0)
    confidence = np.where(lost, 0.0, events.frame["confidence"].to_numpy(np.float64))
    why = np.where(lost, "partly_a_unit", events.frame["unsorted"].to_numpy(object))
    kept = units.frame[~gone]
    left = replace(
        units,
        frame=kept.assign(unit=number[kept["unit"].to_numpy(np.int64)]),
        templates_uv=units.templates_uv[~gone],
        spread_uv=units.spread_uv[~gone],
    )
    return events.assign(unit=unit, confidence=confidence, unsorted=why), left
