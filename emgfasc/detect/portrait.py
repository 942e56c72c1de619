"""What an event looks like, as far as it tells a potential from an artifact."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["Portrait", "View"]

_TAU_S = (0.008, 0.012, 0.018, 0.027, 0.040, 0.060)
_STEP_HZ = 2000.0  # rate at which a step and its decay are fitted

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class View:
    """A recording around one event.

    Attributes
    ----------
    clean : array of float, shape (n_channels, n)
        Good channels, cleaned, from 50 ms before the peak to 50 ms after it.
    raw : array of float, shape (m,)
        The event's channel before the band-pass, from 250 ms before to 250 ms after.
    best : int
        Row of the event's channel in `clean`.
    noise_uv : float
        Noise SD of that channel.
    fs_hz : float
        Sampling rate.
    """

    clean: NDArray[np.float32]
    raw: Floats
    best: int
    noise_uv: float
    fs_hz: float


@dataclass(frozen=True, eq=False)
class Portrait:
    """Measures of one event.

    Attributes
    ----------
    decay : float
        Share of the energy, before the band-pass, that a step with an exponential decay explains.
    duration_ms : float
        Least time that holds 80 % of the energy.
    middle_hz : float
        Frequency that halves the energy.
    slow : float
        Swing of the 20 ms average before the band-pass, over the event's amplitude.
    fast_snr : float
        Peak to peak above 40 Hz over the noise SD.
    odd : float
        Likeness to its own mirror image turned upside down, 1 when identical but for noise.
    gains : array of float, shape (n_channels,)
        The event on each good channel relative to its own, at the same moment.
    """

    decay: float
    duration_ms: float
    middle_hz: float
    slow: float
    fast_snr: float
    odd: float
    gains: Floats

    @classmethod
    def of(cls, view: View) -> Portrait:
        """Measure an event."""
        fs = view.fs_hz
        middle = view.clean.shape[1] // 2
        wave = view.clean[view.best].astype(np.float64)
        core = slice(middle - round(0.015 * fs), middle + round(0.015 * fs) + 1)
        energy = wave[core] ** 2
        amplitude = float(np.ptp(wave[core]))
        total = float(energy.sum())
        if not total > 0:
            return cls(0.0, np.inf, np.inf, 0.0, 0.0, 0.0, np.zeros(len(view.clean)))
        held = int(np.searchsorted(np.cumsum(np.sort(energy)[::-1]), 0.8 * total)) + 1
        width = max(1, round(0.02 * fs))
        sums = np.cumsum(np.concatenate([[0.0], view.raw]))
        slow = (sums[width:] - sums[:-width]) / width
        spectrum = np.fft.rfft(wave)
        frequency = np.fft.rfftfreq(len(wave), 1 / fs)
        fast = np.fft.irfft(np.where(frequency > 40.0, spectrum, 0), len(wave))
        return cls(
            decay=_decay(view.raw, fs),
            duration_ms=held * 1e3 / fs,
            middle_hz=_middle_hz(wave, fs),
            slow=float(np.ptp(slow)) / amplitude,
            fast_snr=float(np.ptp(fast[core])) / view.noise_uv if view.noise_uv > 0 else 0.0,
            odd=_odd(wave, held / fs, view.noise_uv, fs),
            gains=np.asarray(view.clean[:, core] @ wave[core] / total, np.float64),
        )


def _middle_hz(wave: Floats, fs_hz: float) -> float:
    """Return the frequency that halves the energy under a Hann window."""
    power = np.cumsum(np.abs(np.fft.rfft(wave * np.hanning(len(wave)))) ** 2)
    return float(np.searchsorted(power, 0.5 * power[-1]) * fs_hz / len(wave))


def _odd(wave: Floats, duration_s: float, noise_uv: float, fs_hz: float) -> float:
    """Return the likeness to the odd mirror around any middle within 1.5 ms, noise taken off.

    As much is compared as the event lasts: noise beyond it has no mirror, and neither has the
    noise beneath it, whose energy is known. Where more than 15 % is noise, nothing is alike.
    """
    half = round(np.clip(1.6 * duration_s, 0.003, 0.006) * fs_hz)
    reach, middle = round(0.0015 * fs_hz), len(wave) // 2
    stretch = wave[middle - half - reach : middle + half + reach + 1]
    pieces = np.lib.stride_tricks.sliding_window_view(stretch, 2 * half + 1)
    mirrored = -(pieces * pieces[:, ::-1]).sum(axis=1)
    energy = (pieces**2).sum(axis=1)
    above = energy - (2 * half + 1) * noise_uv**2
    alike = np.divide(mirrored, above, out=np.zeros(len(above)), where=above > 0.85 * energy)
    return float(alike.max())


@lru_cache(maxsize=32)
def _decays(rate_hz: float) -> tuple[Floats, ...]:
    """Return the decays that are tried, each three time constants or 0.1 s long."""
    return tuple(
        np.exp(-np.arange(round(min(3 * tau, 0.1) * rate_hz)) / rate_hz / tau) for tau in _TAU_S
    )


def _decay(raw: Floats, fs_hz: float) -> float:
    """Return how well a step within 12 ms of the event, and its decay, explain what is there."""
    size = max(1, round(fs_hz / _STEP_HZ))
    n = len(raw) // size
    coarse = raw[: n * size].reshape(n, size).mean(axis=1)
    rate = fs_hz / size
    middle = n // 2
    begin = middle - round(0.022 * rate)
    wave = coarse - np.median(coarse[middle - round(0.03 * rate) : middle - round(0.008 * rate)])
    energy = np.concatenate([[0.0], np.cumsum(wave**2)])
    starts = np.arange(middle - round(0.012 * rate), middle + round(0.012 * rate) + 1)
    best = 0.0
    for shape in _decays(rate):
        stretch = wave[starts[0] : starts[-1] + len(shape)]
        fit = np.correlate(stretch, shape, mode="valid") ** 2 / (shape @ shape)
        there = energy[starts + len(shape)] - energy[begin]
        best = max(best, float((fit / np.maximum(there, 1e-12)).max()))
    return best
