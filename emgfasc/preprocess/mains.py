"""Mains removal by fitting sinusoids, which does not ring on potentials as a notch does."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels import jit
from emgfasc._kernels.levels import network
from emgfasc.containers import Recording, Source

__all__ = ["Mains", "MainsFreeSource", "find_mains", "without_mains"]

_NOMINAL_HZ = (50.0, 60.0)
_SEARCH_HZ = 0.5  # how far the mains frequency may lie from its nominal value
_WINDOW_S = 2.0
_PROBE_S = 8.0
_N_PROBES = 6
_N_CHANNELS = 16  # mains is much the same on all
_EACH = 8  # of this many samples one is enough for a median
_STANDS_OUT = 6.0  # line amplitude over the neighbourhood's, to count as mains
_ALONE = 1.5  # line amplitude over the largest beside it
_MAX_HARMONIC = 20
_CELL_S = 0.025
_FAR = 20.0  # median absolute deviations
_LEAST_USABLE = 0.25  # of a window


@dataclass(frozen=True)
class Mains:
    """Mains interference found in a recording.

    Attributes
    ----------
    frequency_hz : float
        Mean frequency of the fundamental.
    harmonics : tuple of int
        Multiples of it that stand out of their neighbourhood.
    """

    frequency_hz: float
    harmonics: tuple[int, ...]


def find_mains(rec: Recording) -> Mains | None:
    """Look for mains lines in a few pieces spread over the recording.

    A line counts when, on some channel (16 spread over a grid are looked at), its amplitude is
    more than 6 times the median and 1.5 times the largest amplitude within 4 Hz around it (rule
    of this library; Hann window of at most 8 s).

    Parameters
    ----------
    rec : Recording
        As read, before the band-pass.

    Returns
    -------
    Mains or None
        ``None`` when no line stands out, or the recording is shorter than 1 s.
    """
    size = min(rec.n_samples, round(_PROBE_S * rec.fs_hz))
    if size < rec.fs_hz:
        return None
    spectrum = _mean_spectrum(rec, size)
    frequencies = np.arange(size // 2 + 1, dtype=np.float64) * (rec.fs_hz / size)
    found = [_lines(spectrum, frequencies, nominal) for nominal in _NOMINAL_HZ]
    strength, mains = max(found, key=lambda item: item[0])
    return mains if strength > 0 else None


def _mean_spectrum(rec: Recording, size: int) -> NDArray[np.float64]:
    """Return the median amplitude spectrum of up to 16 channels, shape (n, n_frequencies)."""
    rows = np.unique(np.linspace(0, rec.n_channels - 1, _N_CHANNELS).astype(int))
    last = rec.n_samples - size
    starts = np.unique(np.linspace(0, last, min(_N_PROBES, 1 + last // size)).astype(int))
    window = np.hanning(size)

    def spectrum(start: int) -> NDArray[np.float32]:
        block = np.nan_to_num(rec.read(start, start + size)[rows])
        some = block[:, ::_EACH]
        block -= np.median(some, axis=1, keepdims=True)
        # Potentials are rare and large: clipped, they no longer hide a line.
        limit = 8 * np.median(np.abs(some), axis=1, keepdims=True)
        # In float32 the transform would take four times as long.
        lines = np.fft.rfft(np.clip(block, -limit, limit) * window)
        return np.asarray(np.abs(lines), np.float32)

    return _middle(jit.run(spectrum, starts.tolist())).astype(np.float64)


def _middle(arrays: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return the median of up to six arrays, place by place: ``np.median`` takes one at a time."""
    rows = list(arrays)
    for low, high in network(len(rows)).tolist():
        rows[low], rows[high] = np.minimum(rows[low], rows[high]), np.maximum(rows[low], rows[high])
    return np.asarray((rows[(len(rows) - 1) // 2] + rows[len(rows) // 2]) / 2, np.float32)


def _lines(
    spectrum: NDArray[np.float64], frequencies: NDArray[np.float64], nominal: float
) -> tuple[float, Mains | None]:
    """Return the summed strength and the harmonics that stand out near multiples of `nominal`."""
    step = frequencies[1]
    strengths: dict[int, float] = {}
    fundamentals: list[tuple[float, float]] = []
    top = min(_MAX_HARMONIC, int((frequencies[-1] - 5) // nominal))
    for harmonic in range(1, top + 1):
        centre, reach = harmonic * nominal, max(4.0, 6 * step)
        first, last = np.searchsorted(frequencies, [centre - reach, centre + reach])
        away = np.abs(frequencies[first : last + 1] - centre)
        # Higher harmonics wander further in Hz, but 2 Hz keeps other peaks out.
        near = away <= min(_SEARCH_HZ * harmonic, 2.0)
        seen = spectrum[:, first : last + 1]
        lines, background = seen[:, near], seen[:, (away <= reach) & ~near]
        ratio = lines / (np.median(background, axis=1)[:, None] + 1e-12)
        channel, index = np.unravel_index(int(ratio.argmax()), ratio.shape)
        best = float(ratio[channel, index])
        # Potentials that fire regularly have lines too, but a whole comb of them.
        alone = lines[channel].max() > _ALONE * background[channel].max()
        if best > _STANDS_OUT and alone:
            strengths[harmonic] = best
            bin_index = int(first + np.flatnonzero(near)[index])
            peak = _vertex(spectrum[channel], bin_index) * step
            fundamentals.append((peak / harmonic, best))
    if not strengths:
        return 0.0, None
    frequency = float(max(fundamentals, key=lambda item: item[1])[0])
    return sum(strengths.values()), Mains(frequency, tuple(strengths))


def _vertex(spectrum: NDArray[np.float64], index: int) -> float:
    """Return the sub-bin position of a spectral peak (parabola through log amplitudes)."""
    if not 0 < index < len(spectrum) - 1:
        return float(index)
    a, b, c = np.log(spectrum[index - 1 : index + 2] + 1e-12)
    bend = a - 2 * b + c
    return index + 0.5 * (a - c) / bend if bend < 0 else float(index)


@dataclass(frozen=True, eq=False)
class MainsFreeSource:
    """A source from which fitted mains sinusoids are subtracted where it is read.

    Windows of 2 s overlap by half and are cross-faded. In each, every harmonic is fitted with an
    amplitude and phase that may drift in a straight line, twice: the second time with potentials
    clipped, so that they leave no echo at the mains period. Cells of 25 ms in which the signal
    stands still or lies far off (failed transmission, an amplifier at its rail) are left out of the
    fit. Windows lie on a fixed grid.
    """

    parent: Source
    mains: Mains
    fs_hz: float
    _basis: NDArray[np.float64] = field(init=False, repr=False)
    _solver: NDArray[np.float64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Prepare the least-squares solution, which is the same for every window."""
        half = round(_WINDOW_S * self.fs_hz / 2)
        size = min(2 * half, self.parent.n_samples)
        time = (np.arange(size) - size / 2) / self.fs_hz
        phase = 2 * math.pi * self.mains.frequency_hz * time
        waves = [f(h * phase) for h in self.mains.harmonics for f in (np.cos, np.sin)]
        slope = time / _WINDOW_S
        basis = np.stack([np.ones(size), *waves, *(wave * slope for wave in waves)])
        basis[0] = 0.0  # see _solver
        object.__setattr__(self, "_basis", basis.astype(np.float32))
        object.__setattr__(self, "_solver", _solver(basis))

    @property
    def n_samples(self) -> int:
        """Samples per channel."""
        return self.parent.n_samples

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return samples `start` to `stop` without the mains."""
        size = self._basis.shape[1]
        half = round(_WINDOW_S * self.fs_hz / 2)
        first = start // half - 1
        last = max(first, (max(stop, 1) - 1) // half)
        low = min(max(0, first * half), self.n_samples - size)
        high = min(self.n_samples, max((last + 2) * half, low + size))
        block = self.parent.read(low, high)
        out = block[:, start - low : stop - low].copy()
        fade = _hann(2 * half)
        for k in range(first, last + 1):
            begin, end = max(start, k * half), min(stop, (k + 2) * half)
            if end <= begin:
                continue
            anchor = min(max(k * half, 0), self.n_samples - size)
            window = block[:, anchor - low : anchor - low + size]
            fit = self._fitted(window)[:, begin - anchor : end - anchor]
            out[:, begin - start : end - start] -= fit * fade[begin - k * half : end - k * half]
        return out

    def _fitted(self, window: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the mains part of one window, shape of `window`."""
        data = np.nan_to_num(window, nan=0.0)
        usable = _usable(data, max(2, round(_CELL_S * self.fs_hz)))
        whole = bool(usable.all())
        if not whole and usable.mean() < _LEAST_USABLE:
            return np.zeros_like(data)
        solver = self._solver if whole else _solver(self._basis[:, usable])
        seen = data if whole else data[:, usable]
        mains = (seen @ solver) @ self._basis
        rest = seen - mains[:, usable]
        limit = 4 * np.median(np.abs(rest), axis=1, keepdims=True) / 0.6745
        clipped = mains[:, usable] + np.clip(rest, -limit, limit)
        return np.asarray((clipped @ solver) @ self._basis, dtype=np.float32)


def _solver(basis: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return what a row of samples is multiplied with to give its least-squares coefficients."""
    waves = basis.astype(np.float64)
    waves[0] = 1.0  # the mean takes part in the fit, but is not mains
    return np.asarray(np.linalg.pinv(waves.T).T, dtype=np.float32)


def _usable(data: NDArray[np.float32], cell: int) -> NDArray[np.bool_]:
    """Return which samples lie in cells that show something, on at least half of the channels."""
    n = data.shape[1] // cell
    if not n:
        return np.ones(data.shape[1], bool)
    cells = data[:, : n * cell].reshape(len(data), n, cell)
    middle = np.median(data, axis=1)[:, None]
    limit = _FAR * np.median(np.abs(data - middle), axis=1)[:, None]
    off = np.minimum(np.abs(cells.min(axis=2) - middle), np.abs(cells.max(axis=2) - middle))
    same_side = (cells.min(axis=2) > middle) == (cells.max(axis=2) > middle)
    lost = (np.ptp(cells, axis=2) == 0) | (same_side & (off > limit))
    cell_lost = np.pad(lost.mean(axis=0) >= 0.5, 1)
    cell_lost = cell_lost[:-2] | cell_lost[1:-1] | cell_lost[2:]  # and where it begins and ends
    index = np.minimum(np.arange(data.shape[1]) // cell, n - 1)  # the rest goes with the last
    return np.asarray(~cell_lost[index])


def _hann(size: int) -> NDArray[np.float32]:
    """Return a periodic Hann window; copies shifted by half its length add up to one."""
    phase = 2 * math.pi * np.arange(size) / size
    return (0.5 - 0.5 * np.cos(phase)).astype(np.float32)


def without_mains(rec: Recording, mains: Mains | None) -> Recording:
    """Return `rec` without the mains lines in `mains`; as it is when there are none."""
    if mains is None:
        return rec
    lines = ", ".join(str(harmonic) for harmonic in mains.harmonics)
    step = f"mains {mains.frequency_hz:.2f} Hz fitted and subtracted (harmonics {lines})"
    return rec.replace(
        source=MainsFreeSource(rec.source, mains, rec.fs_hz), steps=(*rec.steps, step)
    )
