"""Tight groups into units: a stable unit is one of them, a changing unit is many small ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, logsumexp

from emgfasc.sort.rules import SortRules

__all__ = ["join"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SPREADS = (0.05, 0.1, 0.2, 0.4)  # energy by which a changing unit's shapes vary, over its own


def join(centres: Floats, size: Ints, energy: float, rules: SortRules) -> Ints:
    """Join groups into units while that makes them more probable.

    Parameters
    ----------
    centres : array, shape (k, d)
        Means of the groups in units of the noise.
    size : array of int64, shape (k,)
        Potentials in each.
    energy : float
        Typical squared length of a potential.
    rules : SortRules
        `shapes`.

    Returns
    -------
    array of int64, shape (k,)
        Unit of each group, from 0.

    Notes
    -----
    Two Chinese restaurants, one in the other (Pitman 2006, doi:10.1007/b11601500): potentials
    come from units, and those of a changing unit from shapes, of which it has about
    ``rules.shapes``; a stable unit has one. A unit's mean lies anywhere (normal, with the
    variance of all potentials), its shapes around the mean. The two units whose union is more
    probable by the largest factor are joined first.
    """
    model = _Model(centres, size, energy, rules)
    unit = np.arange(len(centres))
    alive = list(range(len(centres)))
    own = model.score(model.parts)
    gain = np.full((len(alive), len(alive)), -np.inf)
    for k in alive[:-1]:
        gain[k, k + 1 :] = (
            model.score(model.parts[k] + model.parts[k + 1 :]) - own[k] - own[k + 1 :]
        )
    while len(alive) > 1:
        i, j = np.unravel_index(int(gain.argmax()), gain.shape)
        if gain[i, j] <= 0:
            break
        unit[unit == j] = i
        model.parts[i] += model.parts[j]
        alive.remove(int(j))
        gain[j], gain[:, j] = -np.inf, -np.inf
        own[i] = model.score(model.parts[i : i + 1])[0]
        others = np.array([k for k in alive if k != i], np.int64)
        if not others.size:
            break
        fresh = model.score(model.parts[i] + model.parts[others]) - own[i] - own[others]
        low, high = np.minimum(i, others), np.maximum(i, others)
        gain[low, high] = fresh
    return np.unique(unit, return_inverse=True)[1].astype(np.int64)


class _Model:
    """Sums over a unit's groups from which its probability follows; sums of parts add up.

    ``parts`` has one row per group: its size, 1, the log-gamma of its size, then for each spread
    of shapes the log variance of its mean, the weight, the weighted squared length and the
    weighted mean.
    """

    def __init__(self, centres: Floats, size: Ints, energy: float, rules: SortRules) -> None:
        self.d, self.shapes = centres.shape[1], rules.shapes
        self.base = max(energy / self.d, 1.0)
        spreads = np.array([0.0, *(share * energy / self.d for share in _SPREADS)])
        columns = [size, np.ones(len(size)), gammaln(size)]
        for variance in spreads[:, None] + 1 / size:
            columns += [np.log(variance), 1 / variance, (centres**2).sum(axis=1) / variance]
            columns += list((centres / variance[:, None]).T)
        self.parts: Floats = np.array(columns, np.float64).T

    def score(self, parts: Floats) -> Floats:
        """Return the log-probability of units from their sums, shape (n_units,)."""
        n, k, tables = parts[:, 0], parts[:, 1], parts[:, 2]
        block = parts[:, 3:].reshape(len(parts), -1, 3 + self.d)
        weight, square, pull = block[..., 1], block[..., 2], block[..., 3:]
        place = -0.5 * (
            self.d * (block[..., 0] + np.log1p(self.base * weight))
            + square
            - self.base / (1 + self.base * weight) * (pull**2).sum(axis=2)
        )
        changing = (
            k * np.log(self.shapes) + tables + gammaln(self.shapes) - gammaln(self.shapes + n)
        )
        as_stable = np.where(k == 1, place[:, 0], -np.inf)
        as_changing = logsumexp(place[:, 1:], axis=1) - np.log(place.shape[1] - 1) + changing
        return np.asarray(gammaln(n) + np.logaddexp(as_stable, as_changing))
