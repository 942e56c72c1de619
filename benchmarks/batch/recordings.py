"""Recordings to batch, made on the spot."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from emgfasc.containers import Kind, Recording
from emgfasc.io import read, write

__all__ = ["grid_files", "made", "small_files"]

FS = 2048.0


def made(n_channels: int, seconds: float, seed: int, *, every_s: float = 2.0) -> Recording:
    """Return noise with a biphasic potential at regular times on all channels."""
    rng = np.random.default_rng(seed)
    n_samples = round(seconds * FS)
    data = rng.standard_normal((n_channels, n_samples), np.float32) * np.float32(5)
    shape = (80 * np.sin(np.linspace(0, 2 * np.pi, 20))).astype(np.float32)
    weight = np.exp(-np.linspace(0, 2, n_channels)).astype(np.float32)
    for start in range(1000, n_samples - 20, round(every_s * FS)):
        data[:, start : start + 20] += weight[:, None] * shape
    kind: Kind = "hdsemg" if n_channels > 8 else "surface"
    return read(data, fs=FS, kind=kind, channels=[f"E{n:03d}" for n in range(n_channels)])


def small_files(folder: Path, n: int, *, seconds: float = 4.0) -> list[Path]:
    """Write `n` short recordings of one channel, each another noise."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"rec{place:04d}.npz" for place in range(n)]
    for place, path in enumerate(paths):
        write(made(1, seconds, place, every_s=0.5), path)
    return paths


def grid_files(folder: Path, n: int, *, n_channels: int = 64, seconds: float = 60.0) -> list[Path]:
    """Write `n` recordings of a grid as EDF."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"grid{place:02d}.edf" for place in range(n)]
    for place, path in enumerate(paths):
        write(made(n_channels, seconds, place), path)
    return paths
