"""Recordings to time: noise with potentials, held in memory or made as they are read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import ArraySource, Kind, Recording, Source

__all__ = ["EndlessSource", "grid_with_potentials", "made_of", "noise_with_potentials"]


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
    times = np.arange(2.0, max(2.0, seconds - 1.0), every_s)
    for time in times:
        start = round(time * fs_hz)
        data[:, start : start + n] += shape
    return data, times + n / fs_hz / 2


def grid_with_potentials(
    seconds: float, fs_hz: float, *, every_s: float = 2.5
) -> tuple[Recording, NDArray[np.float64]]:
    """Return 8 x 8 electrodes with noise of 5 uV, and the times of potentials.

    Each potential is centred somewhere on the grid and fades over some two electrodes; its
    largest amplitude is 150 or 25 uV peak to peak in turn.
    """
    data, _ = noise_with_potentials(64, seconds, fs_hz, every_s=np.inf)
    rng = np.random.default_rng(1)
    where = np.stack(np.divmod(np.arange(64), 8), axis=1) * 8.5
    n = round(0.012 * fs_hz)
    shape = np.hanning(n) * np.sin(4 * np.pi * np.arange(n) / n)
    times = np.arange(2.0, seconds - 1.0, every_s)
    for k, time in enumerate(times):
        away = np.linalg.norm(where - rng.uniform(8.5, 51, 2), axis=1)
        size = (25 if k % 2 else 150) * np.exp(-((away / 15) ** 2))
        start = round(time * fs_hz)
        data[:, start : start + n] += np.outer(size, shape / np.ptp(shape)).astype(np.float32)
    return made_of(data, fs_hz, "hdsemg").replace(positions_mm=where), times + n / fs_hz / 2


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
