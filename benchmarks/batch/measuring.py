"""Speed-up, throughput, where the time goes, and load."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import mne
import numpy as np
import psutil
from scipy import signal

from benchmarks.batch.recordings import FS, grid_files, made, small_files
from emgfasc.io import write

__all__ = ["load", "speedup", "throughput"]

_BAND_HZ = (20.0, 450.0)


def speedup(folder: Path, *, n_files: int, n_pairs: int) -> float:
    """Return how much faster two workers are than one on equal files; median over pairs."""
    grid_files(folder / "in", n_files, n_channels=16, seconds=60.0)
    _batch(folder / "in", folder / "warm", workers=2)  # compiles, and fills the disk's cache
    ratios = []
    for pair in range(n_pairs):
        one = _batch(folder / "in", folder / f"one{pair}", workers=1)
        two = _batch(folder / "in", folder / f"two{pair}", workers=2)
        print(f"pair {pair}: one worker {one.seconds:.1f} s, two {two.seconds:.1f} s", flush=True)
        same = [(folder / f"{n}{pair}" / "recordings.csv").read_bytes() for n in ("one", "two")]
        assert same[0] == same[1], "one worker and two disagree"
        ratios.append(one.seconds / two.seconds)
    return statistics.median(ratios)


def throughput(folder: Path, *, n_files: int, seconds: float) -> tuple[float, dict[str, float]]:
    """Return the plain loop's time over the batch's, and the share of each stage.

    The plain loop reads each file with MNE, filters each channel with scipy, and takes peaks over
    five robust SDs: it sorts, measures and writes nothing.
    """
    paths = grid_files(folder / "in", n_files, seconds=seconds)
    _batch(paths[0], folder / "warm", workers=1)
    _plain(paths[:1])
    began = time.perf_counter()
    _plain(paths)
    plain_s = time.perf_counter() - began
    run = _batch(folder / "in", folder / "out", workers=2)
    record = json.loads((folder / "out" / "run.json").read_text())
    assert record["n_failed"] == 0
    whole = sum(record["stages_s"].values())
    shares = {name: s / whole for name, s in record["stages_s"].items()}
    print(f"plain loop {plain_s:.1f} s, batch {run.seconds:.1f} s")
    return plain_s / run.seconds, dict(sorted(shares.items(), key=lambda item: -item[1]))


def load(folder: Path, *, hours: float, n_small: int) -> None:
    """Batch many small files, one long, one wide and one busy; print time and memory."""
    small_files(folder / "small", n_small)
    for name, n_channels, seconds, every_s in (
        ("long", 64, 3600 * hours, 2.0),
        ("wide", 256, 120.0, 2.0),
        ("busy", 1, 200_000 * 0.05, 0.05),
    ):
        (folder / name).mkdir()
        write(made(n_channels, seconds, 1, every_s=every_s), folder / name / f"{name}.edf")
    for name in ("small", "wide", "busy", "long"):
        run = _batch(folder / name, folder / f"{name}-out", workers=2 if name == "small" else 1)
        failed = json.loads((folder / f"{name}-out" / "run.json").read_text())["n_failed"]
        print(
            f"{name}: {run.seconds:.0f} s, largest process {run.largest_gb:.2f} GB, "
            f"{failed} failed",
            flush=True,
        )


class _Run:
    """A batch as a user runs it, timed and its memory watched."""

    def __init__(self, words: Sequence[str]) -> None:
        command = [sys.executable, "-m", "emgfasc", "batch", *words, "--no-reports", "--quiet"]
        began, self.largest_gb = time.perf_counter(), 0.0
        with subprocess.Popen(command) as process:
            while process.poll() is None:
                self.largest_gb = max(self.largest_gb, _largest_gb(process.pid))
                time.sleep(0.1)
        assert process.returncode == 0
        self.seconds = time.perf_counter() - began


def _batch(source: Path, out: Path, *, workers: int) -> _Run:
    return _Run([str(source), "--out", str(out), "--workers", str(workers)])


def _largest_gb(pid: int) -> float:
    """Return the resident memory of the largest process of a family."""
    try:
        parent = psutil.Process(pid)
        sizes = [member.memory_info().rss for member in (parent, *parent.children(recursive=True))]
    except psutil.NoSuchProcess:
        return 0.0
    return float(max(sizes)) / 1e9


def _plain(paths: Sequence[Path]) -> int:
    """Read, filter and find peaks, file by file and channel by channel."""
    sos = signal.butter(2, _BAND_HZ, "bandpass", fs=FS, output="sos")
    n_peaks = 0
    for path in paths:
        raw = mne.io.read_raw_edf(path, preload=True, verbose="ERROR")
        for row in raw.get_data():
            x = np.abs(signal.sosfiltfilt(sos, row))
            n_peaks += len(signal.find_peaks(x, height=5 * np.median(x) / 0.6745, distance=20)[0])
    return n_peaks
