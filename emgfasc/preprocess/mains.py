"""Mains found in a recording: its frequency, and which of its harmonics stand out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels import jit
from emgfasc._kernels.levels import network
from emgfasc.containers import Recording

__all__ = ["Mains", "find_mains"]

_NOMINAL_HZ = (50.0, 60.0)
_SEARCH_HZ = 0.5  # how far the mains frequency may lie from its nominal value
_PROBE_S = 8.0
_N_PROBES = 6
_N_CHANNELS = 16  # mains is much the same on all
_EACH = 8  # of this many samples one is enough for a median
_STANDS_OUT = 6.0  # line amplitude over the neighbourhood's, to count as mains
_ALONE = 1.5  # line amplitude over the largest beside it
_MAX_HARMONIC = 20


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
