"""What disturbs a recording without coming from its muscle, each piece with its label.

Every nuisance is a sum of patches, and a patch is one waveform times a gain per channel. Sizes are
in multiples of the noise, so that they disturb a quiet and a loud recording alike; all of them are
plausible rather than measured (unverified).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgfasc.simulate.scene import Scene, Span

__all__ = ["PATCHES", "Patch"]

Wave = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Patch:
    """One disturbance: ``gains[:, None] * wave`` from sample `start` on.

    Attributes
    ----------
    start : int
        First sample.
    gains : array of float32, shape (n_channels,)
        Size on each channel, in uV per unit of the waveform; 0 where it is absent.
    wave : array of float32, shape (n,)
        Waveform, without unit.
    category, reason : str
        Its label in the truth.
    """

    start: int
    gains: NDArray[np.float32]
    wave: Wave
    category: str
    reason: str


def _patch(
    scene: Scene,
    at_s: float,
    gains: NDArray[np.floating],
    wave: NDArray[np.floating],
    label: tuple[str, str],
) -> Patch:
    """Cut a waveform at the recording's end and label it."""
    start = min(max(round(at_s * scene.fs_hz), 0), scene.n_samples - 1)
    kept = wave[: scene.n_samples - start]
    return Patch(start, np.asarray(gains, np.float32), np.asarray(kept, np.float32), *label)


def _times(rng: np.random.Generator, scene: Scene, per_min: float) -> NDArray[np.float64]:
    """Draw at least one time, away from the edges and from lost stretches."""
    n = max(1, rng.poisson(per_min * scene.seconds / 60))
    times = np.sort(rng.uniform(0.05, 0.9, n)) * scene.seconds
    return np.asarray(times[scene.clear(times)])


def _seconds(scene: Scene, length: float) -> NDArray[np.float64]:
    return np.arange(max(2, round(length * scene.fs_hz))) / scene.fs_hz


def mains(rng: np.random.Generator, scene: Scene) -> list[Patch]:
    """Add 50 or 60 Hz with harmonics, its frequency wandering by some 0.05 Hz."""
    t = np.arange(scene.n_samples) / scene.fs_hz
    knots = np.linspace(0, scene.seconds, max(4, round(scene.seconds / 5)))
    wander = np.interp(t, knots, rng.normal(0, 0.05, len(knots)))
    phase = 2 * np.pi * np.cumsum(rng.choice([50.0, 60.0]) + wander) / scene.fs_hz
    wave = np.zeros(scene.n_samples, np.float32)
    for harmonic, size in ((1, 1.0), (2, 0.1), (3, 0.4), (5, 0.2), (7, 0.1)):
        wave += (size * np.sin(harmonic * phase + rng.uniform(0, 2 * np.pi))).astype(np.float32)
    gains = scene.noise_uv * rng.uniform(1.0, 3.0) * rng.uniform(0.7, 1.3, scene.n_channels)
    return [_patch(scene, 0, gains, wave, ("artifact", "mains"))]


def ecg(rng: np.random.Generator, scene: Scene) -> list[Patch]:
    """Add heart beats at 55-90 per minute, of one shape on all channels at the same moment."""
    t = _seconds(scene, 0.6) - 0.2
    shape = ((-0.15, 0.020, 0.08), (-0.025, 0.007, -0.15), (0.0, 0.009, 1.0), (0.03, 0.009, -0.3))
    wave = sum(size * np.exp(-0.5 * ((t - at) / width) ** 2) for at, width, size in shape)
    wave += 0.15 * np.exp(-0.5 * ((t - 0.25) / 0.04) ** 2)
    gains = np.median(scene.noise_uv) * rng.uniform(8, 20) * rng.uniform(0.9, 1.1, scene.n_channels)
    period = 60 / rng.uniform(55, 90)
    beats = np.cumsum(rng.normal(1, 0.04, int(scene.seconds / period) + 2)) * period - 0.5 * period
    beats = beats[(beats > 0) & (beats < scene.seconds - 0.6)]
    return [
        _patch(scene, beat, gains, np.asarray(wave), ("ecg", "heart beat"))
        for beat in beats[scene.clear(beats)]
    ]


def cable_motion(rng: np.random.Generator, scene: Scene) -> list[Patch]:
    """Add swings of 2-15 Hz on some of the channels while the cable moves."""
    patches = []
    for start, stop in scene.episodes.get("cable_motion", []):
        t = _seconds(scene, stop - start)
        wave = np.zeros(len(t))
        for _ in range(4):
            wave += rng.normal() * np.sin(2 * np.pi * (rng.uniform(2, 15) * t + rng.random()))
        wave *= np.sin(np.pi * t / t[-1]).clip(0) ** 0.5
        moved = rng.random(scene.n_channels) < 0.6
        moved[rng.integers(scene.n_channels)] = True
        gains = scene.noise_uv * rng.uniform(15, 40, scene.n_channels) * moved
        patches.append(_patch(scene, start, gains, wave, ("artifact", "cable motion")))
    return patches


def pop(rng: np.random.Generator, scene: Scene) -> list[Patch]:
    """Add steps on one electrode that decay with a time constant of 10-60 ms."""
    patches = []
    for at in _times(rng, scene, 4):
        tau = rng.uniform(0.01, 0.06)
        wave = np.exp(-_seconds(scene, 6 * tau) / tau)
        gains = np.zeros(scene.n_channels)
        channel = rng.integers(scene.n_channels)
        gains[channel] = scene.noise_uv[channel] * rng.uniform(10, 40) * rng.choice([-1, 1])
        patches.append(_patch(scene, at, gains, wave, ("artifact", "pop")))
    return patches


def common_spike(rng: np.random.Generator, scene: Scene) -> list[Patch]:
    """Add biphasic spikes of 1-4 ms, identical on all channels at the same moment."""
    patches = []
    for at in _times(rng, scene, 4):
        width = rng.uniform(0.3e-3, 1e-3)
        t = (_seconds(scene, 12 * width) - 6 * width) / width
        wave = -t * np.exp(0.5 - 0.5 * t**2)
        size = np.median(scene.noise_uv) * rng.uniform(8, 25) * rng.choice([-1, 1])
        gains = np.full(scene.n_channels, size)
        patches.append(_patch(scene, at, gains, wave, ("artifact", "common spike")))
    return patches


def stimulus(rng: np.random.Generator, scene: Scene) -> list[Patch]:
    """Add ten stimuli at 1 Hz each minute: a pulse of 0.2-1 ms and the amplifier's recovery."""
    width, tau = rng.uniform(0.2e-3, 1e-3), rng.uniform(1e-3, 4e-3)
    t = _seconds(scene, 8 * tau + width)
    wave = np.where(t <= width, 1.0, -0.3 * np.exp(-(t - width) / tau))
    gains = scene.noise_uv * rng.uniform(40, 80) * np.linspace(1.2, 0.8, scene.n_channels)
    begin = rng.uniform(0, np.clip(scene.seconds - 10, 0.5, 50))
    times = (np.arange(0, scene.seconds, 60.0)[:, None] + begin + np.arange(10)).ravel()
    times = times[times < scene.seconds - 0.1]
    return [
        _patch(scene, at, gains, wave, ("artifact", "stimulus")) for at in times[scene.clear(times)]
    ]


def clipping(rng: np.random.Generator, scene: Scene) -> list[Patch]:
    """Add swings far beyond the converter's range, so that it stands at its rail."""
    rail = scene.scenario.rail_uv
    patches = []
    for start, stop in scene.episodes.get("clipping", []):
        t = _seconds(scene, stop - start)
        wave = np.sin(np.pi * t / t[-1]).clip(0) ** 0.25
        gains = np.full(scene.n_channels, 3 * rail * rng.choice([-1, 1]))
        patches.append(_patch(scene, start, gains, wave, ("artifact", "clipping")))
    return patches


PATCHES: dict[str, Callable[[np.random.Generator, Scene], list[Patch]]] = {
    "mains": mains,
    "ecg": ecg,
    "cable_motion": cable_motion,
    "pop": pop,
    "common_spike": common_spike,
    "stimulus": stimulus,
    "clipping": clipping,
}


def dropouts(scene: Scene) -> list[Span]:
    """Return the stretches in which the transmission fails and the last sample is held."""
    return scene.episodes.get("dropout", [])
