"""What an event looks like, as far as it tells a potential from an artifact."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["Portrait", "View"]

_TAU_S = (0.008, 0.012, 0.018, 0.027, 0.040, 0.060)
_STEP_HZ = 2000.0  # rate at which a step and its decay are fitted
_SEARCH_S = 0.012  # a step lies so near the event's peak
_OWN_S = 0.008  # what lies 10 ms away reaches no nearer
_LINE_S = 0.014  # before and behind a step; a potential bends within this time
_AS_GOOD = 0.02  # of the energy: of steps that explain as much, the largest is meant
_ODD_S, _BEYOND_S = 0.0025, 0.007  # a spike is over within the first, and nothing more until
_LEAST_CERTAIN = 0.75  # of the energy, that is no noise
_LEAST_ABOVE = 0.25  # of the energy, that is no noise, for a duration to be told
_STANDS_OUT = 2.0  # noise SDs

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
    step : float
        Share of the energy around a parabola, before the band-pass, that a step in it and another
        slope behind it explain.
    step_size : float
        Height of that step over the event's amplitude.
    duration_ms : float
        Least time that holds 80 % of the energy, noise taken off; infinite where nearly all is
        noise.
    middle_hz : float
        Frequency that halves the energy.
    slow : float
        Swing of the 20 ms average before the band-pass, over the event's amplitude.
    fast_snr : float
        Peak to peak above 40 Hz over the noise SD.
    own_snr : float
        The same within 8 ms, where what lies 10 ms away takes no part.
    odd : float
        Likeness to its own mirror image turned upside down above 40 Hz, where no swing takes
        part: 1 when identical but for noise.
    beyond : float
        Energy beyond what was mirrored, over the energy within, above 40 Hz, noise taken off.
    gains : array of float, shape (n_channels,)
        The event on each good channel relative to its own, at the moments when it stands out of
        the noise there.
    """

    decay: float
    step: float
    step_size: float
    duration_ms: float
    middle_hz: float
    slow: float
    fast_snr: float
    own_snr: float
    odd: float
    beyond: float
    gains: Floats

    @classmethod
    def of(cls, view: View) -> Portrait:
        """Measure an event."""
        fs = view.fs_hz
        middle = view.clean.shape[1] // 2
        wave = view.clean[view.best].astype(np.float64)
        core = slice(middle - round(0.015 * fs), middle + round(0.015 * fs) + 1)
        own = slice(middle - round(_OWN_S * fs), middle + round(_OWN_S * fs) + 1)
        energy = wave[core] ** 2
        amplitude = float(np.ptp(wave[core]))
        total = float(energy.sum())
        if not total > 0:
            none = np.zeros(len(view.clean))
            return cls(0.0, 0.0, 0.0, np.inf, np.inf, 0.0, 0.0, 0.0, 0.0, 0.0, none)
        width = max(1, round(0.02 * fs))
        sums = np.cumsum(np.concatenate([[0.0], view.raw]))
        slow = (sums[width:] - sums[:-width]) / width
        spectrum = np.fft.rfft(wave)
        frequency = np.fft.rfftfreq(len(wave), 1 / fs)
        fast = np.fft.irfft(np.where(frequency > 40.0, spectrum, 0), len(wave))
        coarse, rate = _coarse(view.raw, fs)
        step, height = _step(coarse, rate)
        odd, beyond = _odd(fast, view.noise_uv, fs)
        return cls(
            decay=_decay(coarse, rate),
            step=step,
            step_size=height / amplitude,
            duration_ms=_samples_held(energy, view.noise_uv) * 1e3 / fs,
            middle_hz=_middle_hz(wave, fs),
            slow=float(np.ptp(slow)) / amplitude,
            fast_snr=float(np.ptp(fast[core])) / view.noise_uv if view.noise_uv > 0 else 0.0,
            own_snr=float(np.ptp(fast[own])) / view.noise_uv if view.noise_uv > 0 else 0.0,
            odd=odd,
            beyond=beyond,
            gains=_gains(view.clean[:, core], wave[core], view.noise_uv),
        )


def _samples_held(energy: Floats, noise_uv: float) -> float:
    """Return the fewest samples that hold 80 % of the energy that is no noise."""
    above = float(energy.sum()) - len(energy) * noise_uv**2
    if not above > _LEAST_ABOVE * energy.sum():
        return np.inf
    held = np.cumsum(np.sort(energy)[::-1] - noise_uv**2)
    return int(np.argmax(held >= 0.8 * above)) + 1


def _gains(waves: NDArray[np.float32], own: Floats, noise_uv: float) -> Floats:
    """Return each channel's share of an event, read off where the event stands out."""
    weight = np.where(np.abs(own) > _STANDS_OUT * noise_uv, own, 0.0)
    if not weight.any():
        weight = own
    return np.asarray(waves @ weight / float(own @ weight), np.float64)


def _middle_hz(wave: Floats, fs_hz: float) -> float:
    """Return the frequency that halves the energy under a Hann window."""
    power = np.cumsum(np.abs(np.fft.rfft(wave * np.hanning(len(wave)))) ** 2)
    return float(np.searchsorted(power, 0.5 * power[-1]) * fs_hz / len(wave))


def _odd(wave: Floats, noise_uv: float, fs_hz: float) -> tuple[float, float]:
    """Return the likeness to the odd mirror around any middle within 1.5 ms, and what lies beyond.

    Noise, whose energy is known, is taken off. Where more than a quarter is noise, nothing is
    alike.
    """
    half, reach, middle = round(_ODD_S * fs_hz), round(0.0015 * fs_hz), len(wave) // 2
    stretch = wave[middle - half - reach : middle + half + reach + 1]
    pieces = np.lib.stride_tricks.sliding_window_view(stretch, 2 * half + 1)
    mirrored = -(pieces * pieces[:, ::-1]).sum(axis=1)
    energy = (pieces**2).sum(axis=1)
    above = energy - (2 * half + 1) * noise_uv**2
    certain = above > _LEAST_CERTAIN * energy
    alike = np.divide(mirrored, above, out=np.zeros(len(above)), where=certain)
    best = int(alike.argmax())
    if not certain[best]:
        return 0.0, 0.0
    far, at = round(_BEYOND_S * fs_hz), middle - reach + best
    around = wave[at - far : at + far + 1]
    more = float((around**2).sum()) - len(around) * noise_uv**2
    return float(alike[best]), more / float(above[best]) - 1


@lru_cache(maxsize=32)
def _decays(rate_hz: float) -> tuple[Floats, ...]:
    """Return the decays that are tried, each three time constants or 0.1 s long."""
    return tuple(
        np.exp(-np.arange(round(min(3 * tau, 0.1) * rate_hz)) / rate_hz / tau) for tau in _TAU_S
    )


def _coarse(raw: Floats, fs_hz: float) -> tuple[Floats, float]:
    """Return means over some half a millisecond, and their rate."""
    size = max(1, round(fs_hz / _STEP_HZ))
    n = len(raw) // size
    return raw[: n * size].reshape(n, size).mean(axis=1), fs_hz / size


def _decay(coarse: Floats, rate: float) -> float:
    """Return how well a step within 12 ms of the event, and its decay, explain what is there."""
    middle = len(coarse) // 2
    begin = middle - round(0.022 * rate)
    wave = coarse - np.median(coarse[middle - round(0.03 * rate) : middle - round(0.008 * rate)])
    energy = np.concatenate([[0.0], np.cumsum(wave**2)])
    reach = round(_SEARCH_S * rate)
    starts = np.arange(middle - reach, middle + reach + 1)
    best = 0.0
    for shape in _decays(rate):
        stretch = wave[starts[0] : starts[-1] + len(shape)]
        fit = np.correlate(stretch, shape, mode="valid") ** 2 / (shape @ shape)
        there = energy[starts + len(shape)] - energy[begin]
        best = max(best, float((fit / np.maximum(there, 1e-12)).max()))
    return best


@lru_cache(maxsize=32)
def _lines(half: int) -> tuple[Floats, Floats, Floats]:
    """Return bases of a parabola and of one with a step and another slope behind it.

    They are orthonormal; the last is what the height of the step is read off with.
    """
    time = (np.arange(-half, half) + 0.5) / half
    behind = (time > 0).astype(np.float64)
    plain = np.stack([np.ones(2 * half), time, time**2])
    stepped = np.stack([*plain, behind, behind * time])
    height = np.linalg.pinv(stepped.T)[3]
    return np.linalg.qr(plain.T)[0], np.linalg.qr(stepped.T)[0], height


def _step(coarse: Floats, rate: float) -> tuple[float, float]:
    """Return how much a step within 12 ms of the event explains, and its height.

    A step is told even where its decay is not seen, for the next one or a heart beat follows.
    Slow swings bend over this time, but do not step.
    """
    half, reach, middle = round(_LINE_S * rate), round(_SEARCH_S * rate), len(coarse) // 2
    stretch = coarse[middle - reach - half : middle + reach + half + 1]
    pieces = np.lib.stride_tricks.sliding_window_view(stretch, 2 * half)
    pieces = pieces - pieces.mean(axis=1, keepdims=True)
    plain, stepped, height = _lines(half)
    energy = (pieces**2).sum(axis=1)
    smooth = energy - ((pieces @ plain) ** 2).sum(axis=1)
    left = energy - ((pieces @ stepped) ** 2).sum(axis=1)
    share = np.divide(smooth - left, smooth, out=np.zeros(len(left)), where=smooth > 0)
    size = np.where(share >= share.max() - _AS_GOOD, np.abs(pieces @ height), 0.0)
    best = int(size.argmax())
    return float(share[best]), float(size[best])
