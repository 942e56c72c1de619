"""Recordings to time: noise with potentials, held in memory or made as they are read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import ArraySource, Kind, Recording, Source

__all__ = ["EndlessSource", "made_of", "noise_with_potentials"]


def noise_with_potentials(
    n_channels: int, seconds: float, fs_hz: float, *, every_s: float = 5.0
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Return channels x samples of noise of 5 uV, and the times of potentials of 150 uV."""
    rng = np.random.default_rng(0)
    data = rng.standard_normal((n_channels, round(seconds * fs_hz)), dtype=np.float32)
    data *= 5
    n = round(0.012 * fs_hz)
    t = np.arange(n) / n
    shape = (75 * np.hanning(n) * np.sin(4 * np.pi * t)).astype(np.float32)
    times = np.arange(2.0, seconds - 1.0, every_s)
    for time in times:
        start = round(time * fs_hz)
        data[:, start : start + n] += shape
    return data, times + n / fs_hz / 2


@dataclass(frozen=True, eq=False)
class EndlessSource:
    """A source of any length that repeats one minute and keeps nothing."""

    minute: NDArray[np.float32]
    n_samples: int

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return samples `start` to `stop`."""
        return self.minute[:, np.arange(start, stop) % self.minute.shape[1]]


def made_of(source: Source | NDArray[np.float32], fs_hz: float, kind: Kind) -> Recording:
    """Wrap an array or a source."""
    held = ArraySource(source) if isinstance(source, np.ndarray) else source
    n_channels = held.read(0, 1).shape[0]
    names = tuple(f"c{k}" for k in range(n_channels))
    return Recording(source=held, fs_hz=fs_hz, channels=names, kind=kind)
