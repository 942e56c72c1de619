"""Tight groups: potentials that differ by noise alone, and a little."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import linkage, to_tree
from scipy.special import chdtri

from emgfasc.sort.embed import Embedding
from emgfasc.sort.rules import SortRules
from emgfasc.sort.separate import separation

__all__ = ["atoms"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_FEW = 4  # fewer points show no two heaps; their distance alone must tell
_BY_CHANCE = 1e-4  # of a distance as large between few points of one group
_OFF_SAMPLE = 0.3  # SD of the shift that is left after alignment to whole samples (1 / sqrt(12))
_NEIGHBOURS = 5  # with which a group may be joined, the nearest ones


def atoms(embedding: Embedding, rules: SortRules) -> Ints:
    """Group points that cannot be told apart at the level of the noise.

    Ward's tree is followed from its root: two branches are two groups when the test of
    :func:`separation` says so, or, when one holds very few points, when their distance is more
    than noise makes. Groups that are not apart after all are joined, the nearest first.

    Parameters
    ----------
    embedding : Embedding
        Potentials in units of the noise.
    rules : SortRules
        `apart_nats`, `shape_var` and `amplitude_cv`.

    Returns
    -------
    array of int64, shape (n,)
        Groups from 0.
    """
    if len(embedding.points) == 1:
        return np.zeros(1, np.int64)
    groups: list[Ints] = []
    waiting = [to_tree(linkage(embedding.points, "ward"))]
    while waiting:
        node = waiting.pop()
        if not node.is_leaf():
            left, right = (np.sort(branch.pre_order()) for branch in (node.left, node.right))
            if _apart(embedding, left, right, rules):
                waiting += [node.right, node.left]
                continue
        groups.append(np.sort(np.array(node.pre_order(), np.int64)))
    groups = _joined(embedding, groups, rules)
    label = np.zeros(len(embedding.points), np.int64)
    for number, members in enumerate(sorted(groups, key=lambda group: int(group[0]))):
        label[members] = number
    return label


def _joined(embedding: Embedding, groups: list[Ints], rules: SortRules) -> list[Ints]:
    """Join neighbouring groups that are not apart, the nearest first, until all are."""
    tried: set[tuple[int, ...]] = set()
    while True:
        fresh: list[Ints] = []
        gone: set[int] = set()
        for i, j in _near_pairs(embedding, groups):
            pair = (int(groups[i][0]), len(groups[i]), int(groups[j][0]), len(groups[j]))
            if i in gone or j in gone or pair in tried:
                continue
            tried.add(pair)
            if not _apart(embedding, groups[i], groups[j], rules):
                gone |= {i, j}
                fresh.append(np.sort(np.concatenate([groups[i], groups[j]])))
        if not fresh:
            return groups
        groups = [group for k, group in enumerate(groups) if k not in gone] + fresh


def _near_pairs(embedding: Embedding, groups: list[Ints]) -> list[tuple[int, int]]:
    """Return each group with its nearest others, nearest pairs first."""
    centres = np.array([embedding.points[group].mean(axis=0) for group in groups])
    square = (centres**2).sum(axis=1)
    distance = square[:, None] + square[None] - 2 * centres @ centres.T
    np.fill_diagonal(distance, np.inf)
    near = np.argsort(distance, axis=1, kind="stable")[:, :_NEIGHBOURS]
    pairs = {
        (min(i, int(j)), max(i, int(j))) for i, row in enumerate(near) for j in row if i != int(j)
    }
    return sorted(pairs, key=lambda pair: (float(distance[pair]), pair))


def _apart(embedding: Embedding, one: Ints, two: Ints, rules: SortRules) -> bool:
    """Tell whether two groups are two."""
    a, b = embedding.points[one], embedding.points[two]
    middle = (len(a) * a.mean(axis=0) + len(b) * b.mean(axis=0)) / (len(a) + len(b))
    wide = np.stack([rules.amplitude_cv * middle, _OFF_SAMPLE * embedding.derivative(middle)])
    floor = 1 + rules.shape_var * float(middle @ middle)
    if min(len(a), len(b)) >= _FEW:
        return separation(a, b, wide=wide, floor=floor) > rules.apart_nats
    line = b.mean(axis=0) - a.mean(axis=0)
    square = float((line**2).sum())
    if square == 0:
        return False
    variance = floor + float(((wide @ line) ** 2).sum()) / square
    harmonic = len(a) * len(b) / (len(a) + len(b))
    return harmonic * square / variance > float(chdtri(a.shape[1], _BY_CHANCE))
