"""Recordings to batch, made on the spot."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import edfio
import numpy as np

from emgfasc.containers import Kind, Recording
from emgfasc.io import read, write

__all__ = ["equal_files", "grid_files", "long_file", "made", "small_files", "times_s"]

FS = 2048.0
_FIRST = 1000  # sample at which the first potential begins
_SAMPLES = 20  # of a potential
_RANGE_UV = 2000.0  # of the converter of a long file


def made(
    n_channels: int, seconds: float, seed: int, *, every_s: float = 2.0, random: bool = False
) -> Recording:
    """Return noise with a biphasic potential at the times of :func:`times_s` on all channels."""
    rng = np.random.default_rng(seed)
    n_samples = round(seconds * FS)
    data = rng.standard_normal((n_channels, n_samples), np.float32) * np.float32(5)
    shape = (80 * np.sin(np.linspace(0, 2 * np.pi, _SAMPLES))).astype(np.float32)
    weight = np.exp(-np.linspace(0, 2, n_channels)).astype(np.float32)
    for start in _starts(n_samples, seed, every_s=every_s, random=random):
        data[:, start : start + _SAMPLES] += weight[:, None] * shape
    kind: Kind = "hdsemg" if n_channels > 8 else "surface"
    return read(data, fs=FS, kind=kind, channels=[f"E{n:03d}" for n in range(n_channels)])


def times_s(seconds: float, seed: int, *, every_s: float, random: bool = False) -> np.ndarray:
    """Return when the potentials of :func:`made` are half over."""
    starts = _starts(round(seconds * FS), seed, every_s=every_s, random=random)
    return (starts + (_SAMPLES - 1) / 2) / FS


def _starts(n_samples: int, seed: int, *, every_s: float, random: bool) -> np.ndarray:
    """Return first samples: at equal steps, or at random with a third of the step between them.

    A train of equal steps many times a second is taken for a contraction or a mains line.
    """
    last = n_samples - _SAMPLES
    if not random:
        return np.arange(_FIRST, last, round(every_s * FS))
    rng = np.random.default_rng([seed, 1])
    gaps_s = every_s / 3 + rng.exponential(2 / 3 * every_s, math.ceil(2 * n_samples / FS / every_s))
    starts = _FIRST + np.cumsum(np.rint(gaps_s * FS)).astype(int)
    return starts[starts < last]


def long_file(
    path: Path, n_channels: int, minutes: int, *, every_s: float = 2.0, random: bool = False
) -> Path:
    """Write minutes of :func:`made` one behind the other, holding one at a time in memory."""
    step = 2 * _RANGE_UV / 65535
    with path.open("wb") as file:
        for minute in range(minutes):
            rec = made(n_channels, 60.0, minute, every_s=every_s, random=random)
            if minute == 0:
                file.write(_header(rec, minutes))
            stored = np.rint((rec.read() + _RANGE_UV) / step) - 32768
            # Records of a second, in each the channels one behind the other.
            records = stored.astype("<i2").reshape(n_channels, 60, -1).transpose(1, 0, 2)
            file.write(np.ascontiguousarray(records).tobytes())
    return path


def _header(rec: Recording, minutes: int) -> bytes:
    """Return the header of an EDF file with records of a second."""
    signals = [
        edfio.EdfSignal(
            np.zeros(round(FS)), FS, label=name, transducer_type=f"emgfasc kind={rec.kind}",
            physical_dimension="uV", physical_range=(-_RANGE_UV, _RANGE_UV),
        )
        for name in rec.channels
    ]  # fmt: skip
    header = bytearray(edfio.Edf(signals, data_record_duration=1.0).to_bytes())
    header[236:244] = f"{60 * minutes:<8}".encode()
    return bytes(header[: 256 * (len(signals) + 1)])


def equal_files(folder: Path, n: int, *, n_channels: int, minutes: int) -> list[Path]:
    """Write `n` copies of one recording of a grid."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"grid{place:02d}.edf" for place in range(n)]
    long_file(paths[0], n_channels, minutes)
    for path in paths[1:]:
        shutil.copyfile(paths[0], path)
    return paths


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
