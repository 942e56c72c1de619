"""Explain a stretch of signal as a sum of known potentials, by their correlations alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["BY_CHANCE", "Bank", "Part", "bank_of", "doublet", "gain_of", "peel"]

Floats = NDArray[np.float64]

_MOST_PARTS = 4
_FIT = 0.5  # share of a potential's energy that subtracting it must take away
_WORTH = 0.03  # and, from the second part on, share of the stretch's energy: shapes vary by more
_WORTH_TWIN_SIZED = 0.02  # for a second discharge of the unit, beyond one of another size
BY_CHANCE = 30.0  # and what noise of SD 1 gives to the best of many templates and lags
_SIZES = (0.5, 2.0)  # a potential may be so much smaller or larger than its average
_ROUNDS = 2
_PAIRED = 5  # units that are tried in pairs, the likeliest ones


@dataclass(frozen=True)
class Part:
    """One potential within a stretch: its unit (from 0) and the lag of its template."""

    unit: int
    lag: int


@dataclass(frozen=True, eq=False)
class Bank:
    """Templates and how they overlap.

    Attributes
    ----------
    templates : array of float32, shape (n_units, n_channels, n_samples)
    energy : array, shape (n_units,)
        Squared length of each.
    overlap : array, shape (n_units, n_units, 2 * n_samples - 1)
        ``overlap[u, v, n_samples - 1 + d]`` is the product of u with v shifted by d samples.
    by_chance : float, default 30
        Energy that a further potential must take away at least; it is that of the best of many
        templates and lags in noise of SD 1.
    """

    templates: NDArray[np.float32]
    energy: Floats
    overlap: Floats
    by_chance: float = BY_CHANCE

    def correlate(self, stretch: NDArray[np.float32]) -> Floats:
        """Return the product of every template with a stretch at every lag.

        Parameters
        ----------
        stretch : array of float32, shape (n_channels, n)

        Returns
        -------
        array, shape (n_units, n - n_samples + 1)
        """
        n_units, n_channels, size = self.templates.shape
        windows = np.lib.stride_tricks.sliding_window_view(stretch, size, axis=1)
        out = np.zeros((n_units, windows.shape[1]))
        for channel in range(n_channels):
            out += self.templates[:, channel] @ windows[channel].T
        return out

    def taken(self, correlation: Floats, lags: slice) -> Floats:
        """Return the energy that subtracting each unit alone takes away at its best lag."""
        return np.asarray(2 * correlation[:, lags].max(axis=1) - self.energy)

    def some(self, units: NDArray[np.int64]) -> Bank:
        """Return the bank of some of the units."""
        return Bank(
            self.templates[units],
            self.energy[units],
            self.overlap[np.ix_(units, units)],
            self.by_chance,
        )

    def without(self, correlation: Floats, part: Part, *, sign: float = -1.0) -> None:
        """Take one potential out of `correlation` (or put it back with `sign` 1), in place."""
        size = self.templates.shape[2]
        n_lags = correlation.shape[1]
        first, last = max(0, part.lag - size + 1), min(n_lags, part.lag + size)
        shift = size - 1 + part.lag - np.arange(first, last)
        correlation[:, first:last] += sign * self.overlap[:, part.unit, shift]


def bank_of(templates: NDArray[np.float32]) -> Bank:
    """Prepare templates, shape (n_units, n_channels, n_samples)."""
    n_units, _, size = templates.shape
    flat = templates.astype(np.float64)
    overlap = np.zeros((n_units, n_units, 2 * size - 1))
    spectrum = np.fft.rfft(flat, 2 * size, axis=2)
    for u in range(n_units):
        product = (spectrum[u].conj()[None] * spectrum).sum(axis=1)
        circular = np.fft.irfft(product, 2 * size, axis=1)
        # product at +d sits where v must move back by d to meet u
        lags = np.arange(-(size - 1), size)
        overlap[u] = circular[:, (-lags) % (2 * size)]
    return Bank(templates, (flat**2).sum(axis=(1, 2)), overlap)


def peel(
    bank: Bank, correlation: Floats, energy: float, *, lags: slice, apart: int, near: int
) -> list[Part]:
    """Find the potentials that make up a stretch.

    The one that takes most energy away is subtracted, then all found so far are moved to where
    they fit best together, and so on while what is subtracted really was there. Potentials that
    overlap are also tried in pairs, since alone neither may fit. Several must explain more than
    one alone does when its size may differ from the average, or one potential of an unstable unit
    would come apart.

    Parameters
    ----------
    bank : Bank
        Known potentials.
    correlation : array, shape (n_units, n_lags)
        From :meth:`Bank.correlate`.
    energy : float
        Squared length of the stretch, in units of the noise as everything here.
    lags : slice
        Lags a potential may have.
    apart : int
        Smallest distance of two discharges of one unit, in samples.
    near : int
        How far a potential may move when others are added.

    Returns
    -------
    list of Part
        In order of lag; empty when no known potential is there.
    """
    best = _grow(bank, correlation.copy(), [], energy, lags, apart, near)
    gain = gain_of(bank, correlation, best)
    worth = _worth(bank, _WORTH, energy)
    for same in (True, False):
        pair = _best_pair(bank, correlation, lags, apart, near, same=same)
        if not pair:
            continue
        left = correlation.copy()
        for part in pair:
            bank.without(left, part)
        grown = _grow(bank, left, pair, energy, lags, apart, near)
        if gain_of(bank, correlation, grown) > gain + worth * (len(grown) - len(best)):
            best, gain = grown, gain_of(bank, correlation, grown)
    if len(best) > 1 and gain < _alone(bank, correlation, lags) + _worth(bank, _more(best), energy):
        part, gain = _best(bank, correlation, [], lags, apart)
        best = [part] if gain >= _FIT * bank.energy[part.unit] else []
    return sorted(best, key=lambda part: part.lag)


def doublet(
    bank: Bank, correlation: Floats, energy: float, *, lags: slice, apart: int, near: int
) -> list[Part]:
    """Return two discharges of one unit that explain a stretch, better than one of any size.

    Parameters
    ----------
    bank, correlation, energy, lags, apart, near
        As for :func:`peel`.

    Returns
    -------
    list of Part
        Two, in order of lag, or none.
    """
    pair = _best_pair(bank, correlation, lags, apart, near, same=True)
    if not pair:
        return []
    left = correlation.copy()
    for part in pair:
        bank.without(left, part)
    _settle(bank, left, pair, lags, apart, near)
    least = _alone(bank, correlation, lags) + _worth(bank, _WORTH_TWIN_SIZED, energy)
    good = pair[0].unit == pair[1].unit
    good &= gain_of(bank, correlation, pair) >= max(least, _FIT * energy)
    return sorted(pair, key=lambda part: part.lag) if good else []


def _settle(
    bank: Bank, left: Floats, parts: list[Part], lags: slice, apart: int, near: int
) -> None:
    """Move potentials, in place, to where they fit best together."""
    for _ in range(_ROUNDS):
        for k, old in enumerate(parts):
            bank.without(left, old, sign=1.0)
            others = parts[:k] + parts[k + 1 :]
            around = slice(max(lags.start, old.lag - near), min(lags.stop, old.lag + near + 1))
            parts[k], _ = _best(bank, left, others, around, apart)
            bank.without(left, parts[k])


def _worth(bank: Bank, share: float, energy: float) -> float:
    """Return the energy that a further potential must take away."""
    return max(share * energy, bank.by_chance)


def _alone(bank: Bank, correlation: Floats, lags: slice) -> float:
    """Return the energy that the best single potential takes away when its size may differ."""
    reached = np.maximum(correlation[:, lags], 0.0)
    size = np.clip(reached / bank.energy[:, None], *_SIZES)
    return float((2 * size * reached - size**2 * bank.energy[:, None]).max())


def _more(parts: list[Part]) -> float:
    """Return the share that several potentials must explain beyond one of another size."""
    return _WORTH_TWIN_SIZED if len({part.unit for part in parts}) == 1 else _WORTH


def _grow(
    bank: Bank,
    left: Floats,
    parts: list[Part],
    energy: float,
    lags: slice,
    apart: int,
    near: int,
) -> list[Part]:
    """Add potentials one by one; `left` is the correlation with what is not yet explained."""
    parts = list(parts)
    while len(parts) < _MOST_PARTS:
        part, gain = _best(bank, left, parts, lags, apart)
        needed = max(_FIT * bank.energy[part.unit], _worth(bank, _WORTH, energy) if parts else 0.0)
        if gain < needed:
            break
        parts.append(part)
        bank.without(left, part)
        if len(parts) > 1:
            _settle(bank, left, parts, lags, apart, near)
    return parts


def _best(
    bank: Bank, left: Floats, others: list[Part], lags: slice, apart: int
) -> tuple[Part, float]:
    """Return the potential whose subtraction takes most energy away, and how much."""
    gain = 2 * left[:, lags] - bank.energy[:, None]
    for part in others:
        first = max(0, part.lag - apart + 1 - lags.start)
        gain[part.unit, first : max(0, part.lag + apart - lags.start)] = -np.inf
    unit, lag = np.unravel_index(int(gain.argmax()), gain.shape)
    return Part(int(unit), int(lag) + lags.start), float(gain[unit, lag])


def _best_pair(
    bank: Bank, correlation: Floats, lags: slice, apart: int, near: int, *, same: bool
) -> list[Part]:
    """Return the best two overlapping potentials of one unit, or of two, on a coarse raster."""
    size = bank.templates.shape[2]
    raster = np.arange(lags.start, lags.stop, max(1, near // 4))
    distance = raster[None] - raster[:, None]
    overlapping = np.abs(distance) < size
    shift = np.clip(size - 1 + distance, 0, 2 * size - 2)
    alone = 2 * correlation[:, raster] - bank.energy[:, None]
    likely = np.argsort(-alone.max(axis=1), kind="stable")[:_PAIRED]
    best, found = 0.0, []
    for k, u in enumerate(likely):
        for v in likely[k : k + 1] if same else likely[k + 1 :]:
            gain = alone[u][:, None] + alone[v][None] - 2 * bank.overlap[u, v, shift]
            gain[~overlapping | ((u == v) & (distance < apart))] = -np.inf
            i, j = np.unravel_index(int(gain.argmax()), gain.shape)
            if gain[i, j] > best:
                best = float(gain[i, j])
                found = [Part(int(u), int(raster[i])), Part(int(v), int(raster[j]))]
    return found


def gain_of(bank: Bank, correlation: Floats, parts: list[Part]) -> float:
    """Return the energy that subtracting all parts takes away."""
    size = bank.templates.shape[2]
    total = 0.0
    for k, one in enumerate(parts):
        total += 2 * correlation[one.unit, one.lag] - bank.energy[one.unit]
        for other in parts[k + 1 :]:
            shift = other.lag - one.lag
            if abs(shift) < size:
                total -= 2 * bank.overlap[one.unit, other.unit, size - 1 + shift]
    return total
