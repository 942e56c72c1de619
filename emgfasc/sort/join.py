"""Tight groups into units: each unit is a cloud as wide as its own potentials vary."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, logsumexp

from emgfasc.sort.rules import SortRules
from emgfasc.sort.separate import separation

__all__ = ["join"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_LEAST_SPREAD = 0.003  # share of the energy; what varies by less is all but stable
_FEW = 5  # potentials of a unit, fewer show no gap
_LITTLE = 0.2  # share of the energy; what varies by more may have gaps, as when a branch fails


def join(points: Floats, group: Ints, rules: SortRules) -> Ints:
    """Join groups into units while that makes them more probable, and no gap parts them.

    Parameters
    ----------
    points : array, shape (n, d)
        Potentials in units of the noise.
    group : array of int64, shape (n,)
        Tight group of each potential, from 0 without a gap.
    rules : SortRules
        `varies`, `unit_nats` and `gap_nats`.

    Returns
    -------
    array of int64, shape (k,)
        Unit of each group, from 0.

    Notes
    -----
    A unit is a normal cloud. Its variance is that of noise, 1, and that of its changes from one
    discharge to the next, a share of its energy that is not known (jitter is drawn anew at every
    discharge, so changes are continuous); the mean lies anywhere at that energy. Mean and share
    are integrated out. Units share the potentials as tables of a Chinese restaurant do (Pitman
    2006, doi:10.1007/b11601500), but a further unit costs `unit_nats`. The two units whose union
    is more probable by the largest factor are joined first.

    Such a cloud is equally wide in all directions. Two units that differ in one of them are seen
    by the gap between them, measured in their own SD, where both vary little.
    """
    units = _Units(points, group, rules)
    unit = np.arange(units.n)
    gain = units.gains()
    while True:
        i, j = (int(k) for k in np.unravel_index(int(gain.argmax()), gain.shape))
        if gain[i, j] <= 0:
            return np.unique(unit, return_inverse=True)[1].astype(np.int64)
        if units.parted(i, j):
            gain[i, j] = -np.inf
            continue
        unit[unit == j] = i
        gain[j], gain[:, j] = -np.inf, -np.inf
        others, fresh = units.merge(i, j)
        gain[np.minimum(i, others), np.maximum(i, others)] = fresh


class _Units:
    """Units while they are joined, each with the sums from which its probability follows."""

    def __init__(self, points: Floats, group: Ints, rules: SortRules) -> None:
        self.points, self.rules = points, rules
        self.n = int(group.max()) + 1
        self.members = [np.flatnonzero(group == k) for k in range(self.n)]
        square = (points**2).sum(axis=1, keepdims=True)
        self.sums = np.zeros((self.n, 2 + points.shape[1]))
        np.add.at(self.sums, group, np.hstack([np.ones_like(square), square, points]))
        self.own = _score(self.sums, rules)
        self.alive = np.ones(self.n, bool)

    def gains(self) -> Floats:
        """Return by how much each union is more probable, above the diagonal."""
        gain = np.full((self.n, self.n), -np.inf)
        for k in range(self.n - 1):
            gain[k, k + 1 :] = self._gain(k, np.arange(k + 1, self.n))
        return gain

    def merge(self, i: int, j: int) -> tuple[Ints, Floats]:
        """Let unit i take over unit j; return the other units and their gains with it."""
        self.members[i] = np.sort(np.concatenate([self.members[i], self.members[j]]))
        self.sums[i] += self.sums[j]
        self.own[i] = _score(self.sums[i : i + 1], self.rules)[0]
        self.alive[j] = False
        others = np.flatnonzero(self.alive)
        others = others[others != i]
        return others, self._gain(i, others)

    def parted(self, i: int, j: int) -> bool:
        """Tell whether a gap lies between two units, seen from how much each of them varies."""
        one, two = self.points[self.members[i]], self.points[self.members[j]]
        if min(len(one), len(two)) < _FEW:
            return False
        n, d = len(one) + len(two), self.points.shape[1]
        middle = (self.sums[i, 2:] + self.sums[j, 2:]) / n
        within = sum(float(((part - part.mean(axis=0)) ** 2).sum()) for part in (one, two))
        variance = within / (d * (n - 2))
        if d * (variance - 1) > _LITTLE * float(middle @ middle):
            return False
        wide = self.rules.amplitude_cv * middle[None]
        return separation(one, two, wide=wide, floor=max(variance, 1.0)) > self.rules.gap_nats

    def _gain(self, i: int, others: Ints) -> Floats:
        union = _score(self.sums[i] + self.sums[others], self.rules)
        return np.asarray(union - self.own[i] - self.own[others])


def _score(sums: Floats, rules: SortRules) -> Floats:
    """Return the log-probability of units, each given by the sums over its potentials.

    Parameters
    ----------
    sums : array, shape (n_units, 2 + d)
        Of 1, of the squared length and of the points; sums of parts add up.
    """
    n, square, total = sums[:, :1], sums[:, 1:2], sums[:, 2:]
    d = total.shape[1]
    energy = np.maximum(square / n - d, d) / d  # of the potential, in each dimension
    variance = 1 + energy * _spreads(rules.varies)
    pull = (total**2).sum(axis=1, keepdims=True)
    place = -0.5 * (
        d * ((n - 1) * np.log(variance) + np.log(variance + n * energy))
        + square / variance
        - energy * pull / (variance * (variance + n * energy))
    )
    seated = gammaln(n[:, 0]) - rules.unit_nats
    return np.asarray(logsumexp(place, axis=1) - np.log(place.shape[1]) + seated)


def _spreads(most: float) -> Floats:
    """Return the shares of the energy that are tried: none, and by halves down from the most."""
    halves = int(np.log2(max(most / _LEAST_SPREAD, 1.0)))
    return np.array([0.0, *(most / 2.0**k for k in range(halves + 1))])
