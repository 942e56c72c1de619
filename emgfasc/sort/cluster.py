"""Group points that differ by no more than noise and a little; no assumption on their timing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc.sort.embed import Embedding
from emgfasc.sort.rules import SortRules

__all__ = ["assign", "learn", "unlikeness"]

Floats = NDArray[np.float64]
_ROUNDS = 5


def unlikeness(points: Floats, centres: Floats, noise: float, size: NDArray[np.int64]) -> Floats:
    """Return how much points differ from centres: 0 alike, 1 unrelated.

    The squared distance, less what noise adds to the point and to the mean of `size` points, over
    the summed energies, also less noise.

    Parameters
    ----------
    points, centres : array, shape (n, d), (k, d)
    noise : float
        Mean squared length of noise.
    size : array of int, shape (k,)
        Points behind each centre.

    Returns
    -------
    array, shape (n, k)
    """
    own = (points**2).sum(axis=1)[:, None]
    other = (centres**2).sum(axis=1)[None]
    distance = own + other - 2 * points @ centres.T
    energy = np.maximum(own - noise, 0.25 * own) + np.maximum(other - noise / size, 0.25 * other)
    return np.asarray((distance - noise * (1 + 1 / size)) / np.maximum(energy, 1e-12))


def learn(embedding: Embedding, rules: SortRules) -> tuple[Floats, NDArray[np.int64]]:
    """Find the centres of the groups.

    Potentials are visited from the largest to the smallest: each joins the group it is most like,
    or founds a new one. Groups are then refined by their medians until nothing changes.

    Returns
    -------
    centres : array, shape (k, d)
    size : array of int, shape (k,)
    """
    points, noise = embedding.points, embedding.noise_energy
    order = np.argsort(-(points**2).sum(axis=1), kind="stable")
    if len(order) > rules.learn_from:
        order = order[np.linspace(0, len(order) - 1, rules.learn_from).astype(int)]
    chosen = points[order]
    sums = np.empty_like(chosen)
    size = np.zeros(len(chosen), np.int64)
    k = 0
    for point in chosen:
        if k:
            unlike = unlikeness(point[None], sums[:k] / size[:k, None], noise, size[:k])[0]
            best = int(unlike.argmin())
            if unlike[best] <= rules.same_unit:
                sums[best] += point
                size[best] += 1
                continue
        sums[k], size[k] = point, 1
        k += 1
    return _refined(chosen, sums[:k] / size[:k, None], size[:k], noise, rules)


def _refined(
    points: Floats, centres: Floats, size: NDArray[np.int64], noise: float, rules: SortRules
) -> tuple[Floats, NDArray[np.int64]]:
    """Move centres to the medians of their groups and let empty or like groups go."""
    for _ in range(_ROUNDS):
        centres, size = _joined(centres, size, noise, rules)
        label, _ = assign(points, centres, size, noise, rules)
        members = [points[label == k] for k in range(1, len(centres) + 1)]
        members = [group for group in members if len(group)]
        centres = np.array([np.median(group, axis=0) for group in members])
        size = np.array([len(group) for group in members], dtype=np.int64)
    return centres, size


def _joined(
    centres: Floats, size: NDArray[np.int64], noise: float, rules: SortRules
) -> tuple[Floats, NDArray[np.int64]]:
    """Join centres that are alike, largest group first."""
    kept: list[int] = []
    for k in np.argsort(-size, kind="stable"):
        if kept:
            others = np.array(kept)
            # A centre's own noise shrinks with its group, as a point's does not.
            unlike = unlikeness(centres[k][None], centres[others], noise / size[k], size[others])
            if unlike.min() <= rules.same_unit / 2:
                continue
        kept.append(int(k))
    return centres[kept], size[kept]


def assign(
    points: Floats, centres: Floats, size: NDArray[np.int64], noise: float, rules: SortRules
) -> tuple[NDArray[np.int64], Floats]:
    """Return each point's group (from 1; 0 when none is alike) and how surely it belongs there.

    The confidence is 1 for a point on its centre and 0 for one that is as near to a second centre,
    or at the limit of being alike.
    """
    if not len(centres):
        return np.zeros(len(points), np.int64), np.zeros(len(points))
    unlike = unlikeness(points, centres, noise, size)
    best = unlike.argmin(axis=1)
    nearest = np.take_along_axis(unlike, best[:, None], 1)[:, 0]
    inside = nearest <= rules.same_unit
    rival = np.partition(unlike, 1, axis=1)[:, 1] if len(centres) > 1 else np.ones(len(points))
    margin = 1 - np.maximum(nearest, 0) / np.maximum(np.minimum(rival, rules.same_unit), 1e-12)
    return np.where(inside, best + 1, 0), np.where(inside, np.clip(margin, 0, 1), 0.0)
