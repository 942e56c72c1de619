"""Why a potential has no unit, in the words of ``emgfasc.containers.UNSORTED``."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri

__all__ = ["by_hand", "learned_apart", "unexplained"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Words = NDArray[np.object_]

_BY_CHANCE = 1e-3  # of noise alone, to have as much energy as this
_PART = 0.25  # of a unit's energy that subtracting its average takes away: half of what is asked
_RIVAL = 0.8  # of what the best unit takes away, that a second one takes away as well


def learned_apart(points: Floats, unit: Ints, alike: Ints) -> Words:
    """Say why potentials found no unit when units were learned.

    Parameters
    ----------
    points : array, shape (n, d)
        Potentials in units of the noise.
    unit : array of int64, shape (n,)
        0 where there is none.
    alike : array of int64, shape (n,)
        How many potentials have a potential's shape, itself among them.

    Returns
    -------
    array of str, shape (n,)
        Empty where there is a unit.
    """
    weak = (points**2).sum(axis=1) <= float(chdtri(points.shape[1], _BY_CHANCE))
    why = np.where(alike > 1, "too_few_alike", "like_no_other").astype(object)
    why[weak] = "too_weak"
    why[unit > 0] = ""
    return why


def unexplained(taken: Floats, energy: Floats, *, by_chance: float, before: str) -> str:
    """Say why no sum of units explains a potential that has none.

    Parameters
    ----------
    taken : array, shape (n_units,)
        Energy that subtracting each unit's average takes away, at the best lag.
    energy : array, shape (n_units,)
        Of the averages.
    by_chance : float
        Energy that noise gives to the best of many units and lags.
    before : str
        What was said when units were learned; it stands where no unit explains a part.
    """
    part = np.where(taken > by_chance, taken / energy, 0.0)
    near = np.sort(part[part >= _PART])
    if not near.size:
        return before
    return "between_units" if near.size > 1 and near[-2] >= _RIVAL * near[-1] else "partly_a_unit"


def by_hand(unit: Ints, former: Ints, before: Words) -> Words:
    """Say why potentials have no unit once a person corrected them.

    Parameters
    ----------
    unit, former : array of int64, shape (n,)
        The unit now, and before; 0 for none.
    before : array of str, shape (n,)
        What the corrected table says; empty where it says nothing.
    """
    kept = (former == 0) & (before != "")
    return np.where(unit > 0, "", np.where(kept, before, "by_hand")).astype(object)
