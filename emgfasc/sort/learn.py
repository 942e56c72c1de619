"""Learn which units there are: embed, group, lay over one another, and again; then join."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Recording
from emgfasc.sort.align import best_lags, chain_lags, moved
from emgfasc.sort.atoms import atoms
from emgfasc.sort.embed import Embedding, embed
from emgfasc.sort.join import join
from emgfasc.sort.noise import ORDER, Whitening, quiet_stretches, whitening
from emgfasc.sort.rules import SortRules
from emgfasc.sort.unsorted import learned_apart
from emgfasc.sort.waveforms import cut_out

__all__ = ["Learned", "learn"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_ROUNDS = 2  # of laying potentials over one another
_LONE = 3  # groups of fewer give no average to lay a potential over, where there are larger ones
_AT_ONCE = 2000


@dataclass(frozen=True, eq=False)
class Learned:
    """The unit of every potential.

    Attributes
    ----------
    unit : array of int64, shape (n,)
        From 1 on, the one with most potentials first; 0 where too few are alike.
    shift : array of int64, shape (n,)
        Samples by which each must move to lie over the others of its unit.
    confidence : array, shape (n,)
        Probability of the unit among all units, by the distances from their nearest groups.
    why : array of str, shape (n,)
        Why there is no unit, see ``emgfasc.containers.UNSORTED``; empty where there is one.
    """

    unit: Ints
    shift: Ints
    confidence: Floats
    why: NDArray[np.object_]


def learn(rec: Recording, peaks: Ints, rules: SortRules) -> Learned:
    """Sort potentials by shape.

    Parameters
    ----------
    rec : Recording
        Cleaned.
    peaks : array of int64, shape (n,)
        Samples at which they lie, in order.
    rules : SortRules
        Windows and limits.

    Returns
    -------
    Learned
    """
    work = _Work.of(rec, peaks, rules)
    seen = _lone(peaks, rules.learn_from)
    shift = np.zeros(len(peaks), np.int64)
    embedding = work.embedded(peaks[seen])
    group = atoms(embedding, rules)
    for _ in range(_ROUNDS):
        shift[seen] = work.aligned(peaks[seen], shift[seen], embedding, group)
        embedding = work.embedded(peaks[seen] + shift[seen])
        group = atoms(embedding, rules)
    size = np.bincount(group)
    centres = _means(embedding.points, group)
    least = rules.least(len(seen))
    joined = join(embedding.points, group, rules)
    unit_of = _numbered(joined, size, least)
    every = np.full(len(peaks), -1, np.int64)
    every[seen] = group
    points = np.zeros((len(peaks), embedding.points.shape[1]))
    points[seen] = embedding.points
    late = np.flatnonzero(every < 0)
    if late.size and unit_of.any():
        known = np.flatnonzero((unit_of > 0) & (size >= min(_LONE, size.max())))
        every[late], shift[late], points[late] = work.assigned(
            peaks[late], embedding, centres, known
        )
    unit = np.where(every >= 0, unit_of[every], 0)
    alike = np.where(every >= 0, np.bincount(joined, weights=size)[joined[every]], 1)
    why = learned_apart(points, unit, alike.astype(np.int64))
    confidence = _confidence(points, centres, unit_of, unit)
    return Learned(unit, np.where(unit > 0, shift, 0), confidence, why)


@dataclass(frozen=True, eq=False)
class _Work:
    """Where and how potentials are cut out."""

    rec: Recording
    noise: NDArray[np.float32]
    white: Whitening
    before: int
    after: int
    reach: int
    within: int
    rules: SortRules

    @classmethod
    def of(cls, rec: Recording, peaks: Ints, rules: SortRules) -> _Work:
        before, after, reach, within = (
            max(1, round(ms * rec.fs_hz / 1e3))
            for ms in (rules.before_ms, rules.after_ms, rules.lag_ms, rules.within_ms)
        )
        noise = quiet_stretches(rec, peaks, size=ORDER + before + after)
        return cls(rec, noise, whitening(noise), before, after, reach, within, rules)

    def cut(self, peaks: Ints, margin: int = 0) -> NDArray[np.float32]:
        """Return the stretches around peaks, with the past that whitening uses up."""
        return cut_out(
            self.rec, peaks, before=self.before + ORDER + margin, after=self.after + margin
        )

    def embedded(self, peaks: Ints) -> Embedding:
        """Return potentials as points."""
        return embed(self.cut(peaks), self.noise, self.white, dimensions=self.rules.dimensions)

    def aligned(self, peaks: Ints, shift: Ints, embedding: Embedding, group: Ints) -> Ints:
        """Return new shifts: groups over their neighbours, then each potential over a group."""
        size = np.bincount(group)
        averages = np.array([embedding.waveform(c) for c in _means(embedding.points, group)])
        lag = chain_lags(averages, size, reach=self.reach, alike=self.rules.alike)
        known = np.flatnonzero(size >= min(_LONE, size.max()))
        templates = np.array([moved(averages[k], int(lag[k])) for k in known])
        first = shift + lag[group]
        waves = embedding.white(self.cut(peaks + first, self.within))
        _, offset, _ = best_lags(waves, templates)
        return np.asarray(np.clip(first + offset - self.within, -self.reach, self.reach))

    def assigned(
        self, peaks: Ints, embedding: Embedding, centres: Floats, known: Ints
    ) -> tuple[Ints, Ints, Floats]:
        """Return group (-1: like none), shift and point of potentials not learned from."""
        templates = np.array([embedding.waveform(centre) for centre in centres[known]])
        group, shift = np.full(len(peaks), -1, np.int64), np.zeros(len(peaks), np.int64)
        points = np.zeros((len(peaks), centres.shape[1]))
        for start in range(0, len(peaks), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            waves = embedding.white(self.cut(peaks[part], self.reach))
            best, offset, gain = best_lags(waves, templates)
            fits = gain >= 0.5 * (templates**2).sum(axis=(1, 2))[best]
            group[part] = np.where(fits, known[best], -1)
            shift[part] = offset - self.reach
            size = templates.shape[2]
            there = np.array(
                [wave[:, at : at + size] for wave, at in zip(waves, offset, strict=True)]
            )
            points[part] = embedding.project(there)
        return group, shift, points


def _lone(peaks: Ints, most: int) -> Ints:
    """Return which potentials to learn from: of as many successive runs, the loneliest of each.

    Overlaps are alike by chance, the more there are the more; potentials that lie alone are not.
    """
    if len(peaks) <= most:
        return np.arange(len(peaks))
    gap = np.pad(np.diff(peaks), 1, mode="edge")
    alone = np.minimum(gap[:-1], gap[1:])
    edges = np.linspace(0, len(peaks), most + 1).astype(np.int64)
    return np.array([first + int(alone[first:last].argmax()) for first, last in pairwise(edges)])


def _means(points: Floats, group: Ints) -> Floats:
    """Return the mean point of each group."""
    sums = np.zeros((int(group.max()) + 1, points.shape[1]))
    np.add.at(sums, group, points)
    return np.asarray(sums / np.bincount(group)[:, None])


def _numbered(unit: Ints, size: Ints, min_size: int) -> Ints:
    """Return numbers, from the unit with most potentials on; 0 for those with too few."""
    counts = np.bincount(unit, weights=size)
    ranked = np.argsort(-counts, kind="stable")
    number = np.zeros(len(counts), np.int64)
    number[ranked] = np.arange(1, len(counts) + 1)
    number[counts < min_size] = 0
    return number[unit]


def _confidence(points: Floats, centres: Floats, unit_of: Ints, unit: Ints) -> Floats:
    """Return the probability of each point's unit among all, noise having SD 1."""
    out = np.zeros(len(points))
    numbers = np.arange(1, int(unit_of.max()) + 1)
    if not numbers.size:
        return out
    for start in range(0, len(points), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        own = (points[part] ** 2).sum(axis=1)[:, None] + (centres**2).sum(axis=1)
        square = own - 2 * points[part] @ centres.T
        nearest = np.stack([square[:, unit_of == k].min(axis=1) for k in numbers], axis=1)
        weight = np.exp(-0.5 * (nearest - nearest.min(axis=1, keepdims=True)))
        share = weight / weight.sum(axis=1, keepdims=True)
        mine = np.maximum(unit[part] - 1, 0)
        out[part] = np.where(unit[part] > 0, share[np.arange(len(share)), mine], 0.0)
    return out
