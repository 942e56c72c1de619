"""What the best sorter could do: one that is told every potential of every unit.

Each detected potential is assigned by maximum likelihood to one of the true waveforms (all
variants of all units, cleaned as the recording was, in noise made white), to the best pair of
them, or to none. What it loses is lost by detection, or because units cannot be told apart.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import emgfasc as ef
from emgfasc.containers import ArraySource, Events, Recording
from emgfasc.simulate import Scenario
from emgfasc.simulate.activity import fasciculating
from emgfasc.simulate.scene import Scene
from emgfasc.simulate.truth import shapes
from emgfasc.sort.noise import ORDER, Whitening, quiet_stretches, whitening
from emgfasc.sort.waveforms import cut_out

__all__ = ["oracle", "undetected"]

WINDOW_MS = {"needle": (15.0, 30.0), "surface": (30.0, 40.0), "hdsemg": (30.0, 40.0)}
REACH_MS = {"needle": 5.0, "surface": 10.0, "hdsemg": 10.0}  # of a detected peak from the true one
APART_S = 0.003
# What a potential must take away, in squared noise SD: 2 ln of how many waveforms and lags there
# are to choose from (some 5,000), and for a second one of how rare an overlap is (3 in 100).
WORTH, WORTH_SECOND = 17.0, 24.0
_ROUNDS = 3

Array = NDArray[np.float64]


def oracle(scenario: Scenario, clean: Recording, found: Events, truth: Events) -> Events:
    """Return the detected potentials with their most likely units.

    Parameters
    ----------
    scenario : Scenario
        What was simulated.
    clean : Recording
        As cleaned for detection.
    found : Events
        What was detected in it; units are not looked at.
    truth : Events
        Tells where there is nothing but noise.
    """
    known = _Known.of(scenario, clean, truth)
    rows = []
    for row in found.frame.to_dict("records"):
        for unit, peak_s in known.explain(float(row["peak_s"])):
            rows.append({**row, "unit": unit, "peak_s": peak_s, "category": "fasciculation"})
    if not rows:
        return Events.empty()
    frame = pd.DataFrame(rows).sort_values(["unit", "peak_s"], kind="stable")
    frame = frame[~(frame.groupby("unit")["peak_s"].diff() < APART_S)]
    frame["peak_s"] = frame["peak_s"].clip(0.0, clean.duration_s - 1 / clean.fs_hz)
    return Events(frame.sort_values("peak_s", kind="stable", ignore_index=True))


def undetected(truth: Events, found: Events, *, tolerance_s: float, min_n: int) -> int:
    """Count the units that cannot be well detected: fewer than 80 % of their discharges are."""
    pairs = ef.evaluate.events(truth, found, tolerance_s=tolerance_s, category=None).matches
    own = pairs[pairs["truth_unit"] > 0]
    share = (own["outcome"] == "matched").groupby(own["truth_unit"]).agg(["mean", "size"])
    return int(((share["mean"] < 0.8) & (share["size"] >= min_n)).sum())


class _Known:
    """The true waveforms in white noise."""

    def __init__(
        self, clean: Recording, white: Whitening, waves: Array, peaks: NDArray[np.int64]
    ) -> None:
        self.clean, self.white, self.peaks = clean, white, peaks
        before, after = _samples(clean)
        self.reach = round(REACH_MS[clean.kind] * clean.fs_hz / 1e3)
        self.before, self.after = before + self.reach, after + self.reach
        self.n_units, self.n_variants = waves.shape[:2]
        self.waves = waves.reshape(-1, *waves.shape[2:])
        self.energy = (self.waves**2).sum(axis=(1, 2))
        self.size = self.before + self.after
        self.spectrum = np.fft.rfft(self.waves, self.size, axis=2).conj()

    @classmethod
    def of(cls, scenario: Scenario, clean: Recording, truth: Events) -> _Known:
        """Clean the true waveforms and learn the noise."""
        before, after = _samples(clean)
        peaks = np.rint(np.sort(truth.peak_s) * clean.fs_hz).astype(np.int64)
        white = whitening(quiet_stretches(clean, peaks, size=before + after))
        waves, offset = [], []
        for train in fasciculating(Scene.of(scenario)):
            shape = train.potentials
            offset.append(shapes(shape.waveforms).peak - shape.center)
            spaced = _spaced(shape.waveforms)
            length = shape.waveforms.shape[2]
            passed = ef.preprocess.clean(
                clean.replace(source=ArraySource(spaced), bad_channels=()), mains_hz=None
            )
            at = length * (2 * np.arange(len(shape)) + 1) + shape.center
            waves.append(
                white.apply(
                    cut_out(
                        passed.replace(bad_channels=clean.bad_channels),
                        at.astype(np.int64),
                        before=before + ORDER,
                        after=after,
                    )
                )
            )
        return cls(clean, white, np.array(waves, np.float64), np.array(offset))

    def explain(self, peak_s: float) -> list[tuple[int, float]]:
        """Return unit and peak of what lies around a detected peak: nothing, one, or two."""
        at = np.array([round(peak_s * self.clean.fs_hz)])
        seen = cut_out(self.clean, at, before=self.before + ORDER, after=self.after)
        signal = self.white.apply(seen)[0].astype(np.float64)
        gain = self._gain(signal)
        best = _top(gain)
        if gain[best] < WORTH:
            return []
        pairs = [self._pair(signal, gain, unit) for unit in range(self.n_units)]
        total, pair = max(pairs, key=lambda found: found[0])
        parts = pair if total > gain[best] + WORTH_SECOND else [best]
        return [self._named(part, int(at[0])) for part in parts]

    def _gain(self, signal: Array) -> Array:
        """Return what subtracting each waveform at each lag takes away, (waves, lags)."""
        spectrum = np.fft.rfft(signal, self.size, axis=1)
        product = np.einsum("kcf,cf->kf", self.spectrum, spectrum)
        match = np.fft.irfft(product, self.size, axis=1)[:, : 2 * self.reach + 1]
        return np.asarray(2 * match - self.energy[:, None])

    def _pair(self, signal: Array, gain: Array, unit: int) -> tuple[float, list[tuple[int, int]]]:
        """Return the best pair that begins with the best waveform of a unit."""
        own = gain.reshape(self.n_units, self.n_variants, -1)[unit]
        variant, lag = _top(own)
        first, total, second = (unit * self.n_variants + variant, lag), -np.inf, (0, 0)
        for _ in range(_ROUNDS):
            left = self._gain(self._without(signal, first))
            second = _top(left)
            if gain[first] + left[second] <= total:
                break
            total = float(gain[first] + left[second])
            pair = [first, second]
            first = _top(self._gain(self._without(signal, second)))
        return total, pair

    def _without(self, signal: Array, part: tuple[int, int]) -> Array:
        wave, lag = part
        left = signal.copy()
        left[:, lag : lag + self.waves.shape[2]] -= self.waves[wave]
        return left

    def _named(self, part: tuple[int, int], at: int) -> tuple[int, float]:
        unit, variant = divmod(part[0], self.n_variants)
        sample = at - self.reach + part[1] + self.peaks[unit, variant]
        return unit + 1, float(sample / self.clean.fs_hz)


def _top(gain: Array) -> tuple[int, int]:
    """Return where a table is largest."""
    row, column = divmod(int(gain.argmax()), gain.shape[1])
    return row, column


def _samples(clean: Recording) -> tuple[int, int]:
    """Return the samples before and after a center that hold a whole potential."""
    before, after = WINDOW_MS[clean.kind]
    return round(before * clean.fs_hz / 1e3), round(after * clean.fs_hz / 1e3)


def _spaced(waveforms: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the variants one after the other with silence between them, (channels, samples)."""
    n, channels, length = waveforms.shape
    out = np.zeros((channels, (2 * n + 1) * length), np.float32)
    for k, wave in enumerate(waveforms):
        out[:, (2 * k + 1) * length : (2 * k + 2) * length] = wave
    return out
