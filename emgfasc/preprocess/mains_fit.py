"""Mains removal by fitting sinusoids, which does not ring on potentials as a notch does."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Recording, Source
from emgfasc.preprocess.mains import Mains

__all__ = ["MainsFreeSource", "without_mains"]

_WINDOW_S = 2.0
_CELL_S = 0.025
_FAR = 20.0  # median absolute deviations
_LEAST_USABLE = 0.25  # of a window
_LOST = 0.5  # of the channels
_TYPICAL = 1024  # samples of a window that tell its medians within 4 %
_STEP_HZ = 0.01  # half of it turns the 20th harmonic by 0.6 rad at the ends of a window
_MOST_STEPS = 50  # as far off as the mains is looked for
_REFITS = 4
_HEARD = 0.01  # of the strongest harmonic's power
_KEPT = 6  # frequencies whose waves are kept: 20 MB each with 5 harmonics at 50 kHz


@dataclass(frozen=True, eq=False)
class MainsFreeSource:
    """A source from which fitted mains sinusoids are subtracted where it is read.

    Windows of 2 s overlap by half and are cross-faded. In each, every harmonic is fitted with an
    amplitude and phase that may drift in a straight line, twice: the second time with potentials
    clipped, so that they leave no echo at the mains period. Where the phases drift, the mains has
    another frequency there, and is fitted again with that one: a straight line does not follow the
    higher harmonics through a wander of 0.1 Hz. Cells of 25 ms in which the signal stands still or
    lies far off (failed transmission, an amplifier at its rail) are left out of the fit; where they
    leave too little of a window, its neighbours are not faded into it. Windows lie on a fixed grid.
    """

    parent: Source
    mains: Mains
    fs_hz: float

    @property
    def n_samples(self) -> int:
        """Samples per channel."""
        return self.parent.n_samples

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return samples `start` to `stop` without the mains."""
        half = round(_WINDOW_S * self.fs_hz / 2)
        size = min(2 * half, self.n_samples)
        first = start // half - 1
        last = max(first, (max(stop, 1) - 1) // half)
        low = min(max(0, first * half), self.n_samples - size)
        high = min(self.n_samples, max((last + 2) * half, low + size))
        block = self.parent.read(low, high)
        out = block[:, start - low : stop - low].copy()
        cell, filled = max(2, round(_CELL_S * self.fs_hz)), np.nan_to_num(block)
        numbers = range(first, last + 1)
        anchors = [min(max(k * half, 0), self.n_samples - size) - low for k in numbers]
        usable = [_usable(filled[:, at : at + size], cell) for at in anchors]
        known = [True, *(part.mean() >= _LEAST_USABLE for part in usable), True]
        for n, (k, at) in enumerate(zip(numbers, anchors, strict=True)):
            begin, end = max(start, k * half), min(stop, (k + 2) * half)
            if end <= begin or not known[n + 1]:
                continue
            fade = _fade(2 * half, alone=(not known[n], not known[n + 2]))
            fit = self._fitted(np.ascontiguousarray(filled[:, at : at + size]), usable[n])
            fit = fit[:, begin - low - at : end - low - at]
            out[:, begin - start : end - start] -= fit * fade[begin - k * half : end - k * half]
        return out

    def _fitted(self, data: NDArray[np.float32], usable: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Return the mains part of one window, fitted where it is usable; shape of `data`."""
        some = None if usable.all() else usable
        seen = data if some is None else data[:, some]
        waves = self._waves(data.shape[1], 0)
        mains = waves.onto(waves.fitted(seen, some), some)
        rest = seen - mains
        limit = 4 * _median(np.abs(rest)) / 0.6745
        clipped = mains + np.clip(rest, -limit, limit)
        share = waves.fitted(clipped, some)
        steps = 0
        for _ in range(_REFITS):
            off = round(waves.off_hz(share) / _STEP_HZ)
            if off == 0 or abs(steps + off) > _MOST_STEPS:
                break
            steps += off
            waves = self._waves(data.shape[1], steps)
            share = waves.fitted(clipped, some)
        return waves.onto(share)

    def _waves(self, size: int, steps: int) -> _Waves:
        """Return the waves of a window whose frequency lies so many steps off the mean."""
        frequency = self.mains.frequency_hz + steps * _STEP_HZ
        return _waves(size, frequency, self.mains.harmonics, self.fs_hz)


@dataclass(frozen=True, eq=False)
class _Waves:
    """Cosines and sines of every harmonic, with and without a slope, over one window.

    Attributes
    ----------
    rows : array of float32, shape (1 + 4 * n_harmonics, size)
        Ones, then cosine and sine of each harmonic, then the same times a slope from -0.5 to 0.5
        in a window of full length.
    harmonics : tuple of int
        In the same order.
    inverse : array of float64
        Of the products of all rows with one another.
    """

    rows: NDArray[np.float32]
    harmonics: tuple[int, ...]
    inverse: NDArray[np.float64]

    def fitted(
        self, seen: NDArray[np.float32], some: NDArray[np.bool_] | None
    ) -> NDArray[np.float32]:
        """Return least-squares shares, shape (n_channels, n_rows), of `some` samples or all."""
        rows = self.rows if some is None else self.rows[:, some]
        inverse = self.inverse if some is None else _inverse(rows)
        return np.asarray((seen @ rows.T) @ inverse, np.float32)

    def onto(
        self, share: NDArray[np.float32], some: NDArray[np.bool_] | None = None
    ) -> NDArray[np.float32]:
        """Return the sum of the waves; the mean took part in the fit, but is not mains."""
        rows = self.rows[1:] if some is None else self.rows[1:, some]
        return np.asarray(share[:, 1:] @ rows, np.float32)

    def off_hz(self, share: NDArray[np.float32]) -> float:
        """Return how far the frequency lies off: the mean drift of phase over a harmonic's number.

        Each harmonic of each channel counts by how well it tells: its power times its number
        squared; those that are hardly there do not count.
        """
        level, slope = share[:, 1:].astype(np.float64).reshape(len(share), 2, -1, 2).swapaxes(0, 1)
        number = np.array(self.harmonics, np.float64)
        turning = level[..., 1] * slope[..., 0] - level[..., 0] * slope[..., 1]
        power = (level**2).sum(axis=2)
        heard = power >= _HEARD * power.max(axis=1, keepdims=True)
        weight = float((heard * number**2 * power).sum())
        if not weight > 0:
            return 0.0
        return float((heard * number * turning).sum()) / weight / (2 * math.pi * _WINDOW_S)


@lru_cache(maxsize=_KEPT)
def _waves(size: int, frequency: float, harmonics: tuple[int, ...], fs_hz: float) -> _Waves:
    """Return the waves of one frequency; neighbouring windows mostly share it."""
    time = (np.arange(size) - size / 2) / fs_hz
    one = np.exp(2j * math.pi * frequency * time)
    waves = [part for h in harmonics for part in ((one**h).real, (one**h).imag)]
    slope = time / _WINDOW_S
    rows = np.stack([np.ones(size), *waves, *(wave * slope for wave in waves)]).astype(np.float32)
    return _Waves(rows, harmonics, _inverse(rows))


def _inverse(rows: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the inverse of the products of rows; waves near half the sampling rate have none."""
    wide = rows.astype(np.float64)
    return np.asarray(np.linalg.pinv(wide @ wide.T, hermitian=True), np.float64)


def _usable(data: NDArray[np.float32], cell: int) -> NDArray[np.bool_]:
    """Return which samples lie in cells that show something, on at least half of the channels."""
    n = data.shape[1] // cell
    if not n:
        return np.ones(data.shape[1], bool)
    cells = data[:, : n * cell].reshape(len(data), n, cell)
    low, high = cells.min(axis=2), cells.max(axis=2)
    lost = low == high
    moving = lost.mean(axis=0) < _LOST
    if not moving.any():
        return np.zeros(data.shape[1], bool)
    # What stands still for most of a window would be its middle, and all else far off.
    seen = data if moving.all() else cells[:, moving].reshape(len(data), -1)
    middle = _median(seen)
    limit = _FAR * _median(np.abs(seen - middle))
    lost |= (low > middle + limit) | (high < middle - limit)
    # A stretch far off may end in the first cell, or begin in the last one.
    lost[:, [0, -1]] |= np.abs(data[:, [0, -1]] - middle) > limit
    cell_lost = np.pad(lost.mean(axis=0) >= _LOST, 1)
    cell_lost = cell_lost[:-2] | cell_lost[1:-1] | cell_lost[2:]  # and where it begins and ends
    index = np.minimum(np.arange(data.shape[1]) // cell, n - 1)  # the rest goes with the last
    return np.asarray(~cell_lost[index])


def _median(data: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return each row's median as a column, told by samples spread evenly over it."""
    some = data[:, :: max(data.shape[1] // _TYPICAL, 1)]
    return np.asarray(np.median(some, axis=1, keepdims=True), np.float32)


def _hann(size: int) -> NDArray[np.float32]:
    """Return a periodic Hann window; copies shifted by half its length add up to one."""
    phase = 2 * math.pi * np.arange(size) / size
    return (0.5 - 0.5 * np.cos(phase)).astype(np.float32)


def _fade(size: int, *, alone: tuple[bool, bool]) -> NDArray[np.float32]:
    """Return a window's weights: faded on each side, unless it is `alone` there."""
    fade = _hann(size)
    if alone[0]:
        fade[: size // 2] = 1
    if alone[1]:
        fade[size // 2 :] = 1
    return fade


def without_mains(rec: Recording, mains: Mains | None) -> Recording:
    """Return `rec` without the mains lines in `mains`; as it is when there are none."""
    if mains is None:
        return rec
    lines = ", ".join(str(harmonic) for harmonic in mains.harmonics)
    step = f"mains {mains.frequency_hz:.2f} Hz fitted and subtracted (harmonics {lines})"
    return rec.replace(
        source=MainsFreeSource(rec.source, mains, rec.fs_hz), steps=(*rec.steps, step)
    )
