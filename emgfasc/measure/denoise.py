"""Single potentials with less noise: drawn to their unit's average as far as noise explains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emgfasc.measure.align import aligned, alike, clear, cut, delays, lag_margin, shifted
from emgfasc.measure.rules import Rules

if TYPE_CHECKING:
    from emgfasc.containers import Recording

__all__ = ["Denoised", "denoised"]

_LEARNED_FROM = 400  # discharges of a unit, at most; evenly spread ones
_AT_ONCE = 250
_SD_OF_MAD = 1.4826
_AT_MOST = 1.25  # the noise told, over that of the baselines, or it is not believed

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Denoised(NamedTuple):
    """Some discharges of one unit on one channel.

    Attributes
    ----------
    rows : array of int
        Their positions among all events.
    waves : array of float, shape (n, width)
        Microvolts, each at its own time.
    center : int
        Sample of the peak within a wave.
    """

    rows: Ints
    waves: Floats
    center: int


def denoised(
    rec: Recording, unit: Ints, peaks: Ints, channel: Ints, noise_uv: Floats, rules: Rules
) -> Iterator[Denoised]:
    """Yield the discharges whose unit tells what in them is noise.

    Laid over one another, the discharges of a unit are ``m + a_k m + r_k(t)``: the average, a
    change of size and a change of shape. The noise of SD ``s`` adds to the variance of both. What
    exceeds it is the unit's own: ``a_k`` and ``r_k(t)`` are multiplied by ``sqrt(1 - noise /
    variance)`` each, and by 0 where noise explains all. So a stable unit gives its average, an
    unstable one the single potentials as they are, and the discharges keep the spread that is
    theirs; the Wiener weight, without the root, would leave them too alike.

    A discharge with another potential in its window is left out, and so is one from which more
    would be taken away than noise can be: it does not look like its unit.

    Parameters
    ----------
    rec : Recording
        The cleaned recording.
    unit, peaks, channel : array of int, shape (n,)
        Unit (0 for none), peak sample and channel of each potential; `peaks` in order.
    noise_uv : array of float, shape (n,)
        Noise SD at each; 0 where it is unknown: such potentials stay as they are.
    rules : Rules
        ``denoise_discharges``, ``denoise_ms``, ``denoise_most_sigma`` and the windows.

    Notes
    -----
    Shrinking that keeps the ensemble's variance: Louis 1984, doi:10.1080/01621459.1984.10478062
    (unverified).
    """
    ms = rec.fs_hz / 1e3
    margin = lag_margin(rec.fs_hz)
    lead = round((rules.baseline_ms + rules.baseline_gap_ms) * ms)
    before = max(lead, round(rules.before_ms * ms))
    after = round(rules.after_ms * ms)
    reach = before + 2 * margin, after + 2 * margin
    for number in np.unique(unit[unit > 0]):
        every = clear(peaks, np.flatnonzero(unit == number), *reach, rec.n_samples)
        if len(every) < max(rules.denoise_discharges, 2):
            continue
        for lane in np.unique(channel[every]):
            some = every[:: max(1, len(every) // _LEARNED_FROM)]
            known = _Known.of(rec, int(lane), peaks[some], noise_uv[some], reach, rules)
            if known is None:
                continue
            mine = every[channel[every] == lane]
            for start in range(0, len(mine), _AT_ONCE):
                rows = mine[start : start + _AT_ONCE]
                waves, kept = known.applied(cut(rec, int(lane), peaks[rows], *reach))
                yield Denoised(rows[kept], waves[kept], before)


@dataclass(frozen=True, eq=False)
class _Known:
    """What a unit's discharges have told.

    Attributes
    ----------
    average : array, shape (width,)
        The average discharge.
    keep_size : float
        What is kept of a change of size.
    keep : array, shape (width,)
        What is kept of a change of shape.
    most_uv : float
        Most that noise can be.
    margin : int
        Samples at each end that alignment needs.
    """

    average: Floats
    keep_size: float
    keep: Floats
    most_uv: float
    margin: int

    @classmethod
    def of(
        cls,
        rec: Recording,
        lane: int,
        peaks: Ints,
        noise_uv: Floats,
        reach: tuple[int, int],
        rules: Rules,
    ) -> _Known | None:
        """Learn from discharges; None where noise or signal is not known."""
        margin = lag_margin(rec.fs_hz)
        windows = cut(rec, lane, peaks, *reach)
        if not np.isfinite(windows).all():
            return None
        laid = aligned(windows, margin)
        laid = laid[alike(laid)]
        average = laid.mean(axis=0)
        energy = float(average @ average)
        # no potential of the unit lies there: the rules take the baseline from it
        quiet = laid[:, margin : margin + round(rules.baseline_ms * rec.fs_hz / 1e3)]
        noise = min(float(np.median(noise_uv)), _AT_MOST * _sd(quiet))
        if energy == 0 or noise == 0:
            return None
        change = laid - average
        size = change @ average / energy
        shape = change - size[:, None] * average
        variance = _pooled((shape**2).sum(axis=0) / (len(laid) - 1), rec.fs_hz, rules)
        by_noise = noise**2 * _gathered(average, quiet) / energy**2
        return cls(
            average,
            float(_kept(by_noise, size.var(ddof=1))),
            _kept(noise**2, variance),
            rules.denoise_most_sigma * noise,
            margin,
        )

    def applied(self, windows: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        """Return discharges with less noise, each at its own time, and which of them count."""
        margin = self.margin
        whole = np.asarray(np.isfinite(windows).all(axis=1))
        windows = np.where(whole[:, None], windows, 0.0)
        delay = delays(windows, self.average, margin)
        laid = shifted(windows, delay, margin)
        change = laid - self.average
        size = change @ self.average / (self.average @ self.average)
        shape = change - size[:, None] * self.average
        drawn = (1 + self.keep_size * size)[:, None] * self.average + self.keep * shape
        kept = np.asarray(whole & (np.abs(laid - drawn).max(axis=1) <= self.most_uv))
        return shifted(drawn, -delay, margin), kept


def _sd(quiet: Floats) -> float:
    """Return the SD of noise, of which a few outliers are no part; its mean is 0 (high-passed)."""
    return float(_SD_OF_MAD * np.median(np.abs(quiet)))


def _kept(noise: float, variance: float | Floats) -> Floats:
    """Return the share of a deviation that is kept when noise has its part in the variance."""
    own = np.maximum(np.asarray(variance, float) - noise, 0.0)
    return np.sqrt(np.divide(own, variance, out=np.zeros_like(own), where=own > 0))


def _pooled(variance: Floats, fs_hz: float, rules: Rules) -> Floats:
    """Return a variance averaged over neighbouring samples (Hann window)."""
    half = max(1, round(rules.denoise_ms * fs_hz / 1e3))
    weights = np.hanning(2 * half + 1)
    padded = np.pad(variance, half, mode="edge")
    return np.convolve(padded, weights / weights.sum(), mode="valid")


def _gathered(average: Floats, quiet: Floats) -> float:
    """Return the variance of noise of SD 1 along `average`, noise being coloured as in `quiet`."""
    size = quiet.shape[1]
    spectrum = np.abs(np.fft.rfft(quiet, 2 * size, axis=1)) ** 2
    noise = np.fft.irfft(spectrum.mean(axis=0), 2 * size)[:size] / (size - np.arange(size))
    spectrum = np.abs(np.fft.rfft(average, 2 * len(average))) ** 2
    own = np.fft.irfft(spectrum, 2 * len(average))[: len(average)]
    lags = min(size // 2, len(own))  # beyond, few pairs of samples tell
    total = own[0] * noise[0] + 2 * float(own[1:lags] @ noise[1:lags])
    return max(total / noise[0], 0.0) if noise[0] > 0 else float(own[0])
