"""Speed-up, throughput, and where the time goes."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import mne
import numpy as np
import psutil
from scipy import signal

from benchmarks.batch.recordings import FS, equal_files, grid_files, small_files

__all__ = ["Run", "Speedup", "batch", "speedup", "throughput"]

_BAND_HZ = (20.0, 450.0)


@dataclass(frozen=True)
class Speedup:
    """What two workers gain.

    Attributes
    ----------
    over_one_core, over_both_cores : float
        Time of one worker, with one thread and with as many as there are cores, over that of two
        workers; medians over the rounds.
    start_s : float
        Seconds that a batch of one tiny recording takes: what every batch takes before it works.
    """

    over_one_core: float
    over_both_cores: float
    start_s: float


def speedup(folder: Path, *, n_files: int, n_channels: int, minutes: int, rounds: int) -> Speedup:
    """Compare two workers with one on equal files; all three must say the same."""
    equal_files(folder / "in", n_files, n_channels=n_channels, minutes=minutes)
    small_files(folder / "tiny", 1)
    batch(folder / "in" / "grid00.edf", folder / "warm", workers=1)  # compiles
    kinds = {"one core": (1, 1), "both cores": (1, None), "two": (2, None)}
    ratios: dict[str, list[float]] = {"one core": [], "both cores": []}
    starts = []
    for turn in range(rounds):
        starts.append(batch(folder / "tiny", folder / f"tiny{turn}", workers=1).seconds)
        took, tables = {}, set()
        for name, (workers, threads) in kinds.items():
            out = folder / f"{name}{turn}"
            took[name] = batch(folder / "in", out, workers=workers, threads=threads).seconds
            tables.add((out / "recordings.csv").read_bytes())
            shutil.rmtree(out)
        assert len(tables) == 1, "the same files gave different tables"
        told = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in took.items())
        print(f"round {turn}: {told}", flush=True)
        for name, own in ratios.items():
            own.append(took[name] / took["two"])
    one, both = (statistics.median(own) for own in ratios.values())
    return Speedup(one, both, statistics.median(starts))


def throughput(folder: Path, *, n_files: int, seconds: float) -> tuple[float, dict[str, float]]:
    """Return the plain loop's time over the batch's, and the share of each stage.

    The plain loop reads each file with MNE, filters each channel with scipy, and takes peaks over
    five robust SDs: it sorts, measures and writes nothing.
    """
    paths = grid_files(folder / "in", n_files, seconds=seconds)
    batch(paths[0], folder / "warm", workers=1)
    _plain(paths[:1])
    began, used = time.perf_counter(), time.process_time()
    _plain(paths)
    plain_s, plain_cpu_s = time.perf_counter() - began, time.process_time() - used
    run = batch(folder / "in", folder / "out", workers=2)
    record = json.loads((folder / "out" / "run.json").read_text())
    assert record["n_failed"] == 0
    whole = sum(record["stages_s"].values())
    shares = {name: s / whole for name, s in record["stages_s"].items()}
    print(
        f"plain loop {plain_s:.1f} s ({plain_cpu_s:.1f} s of CPU), "
        f"batch {run.seconds:.1f} s ({run.cpu_s:.1f} s of CPU)"
    )
    return plain_s / run.seconds, dict(sorted(shares.items(), key=lambda item: -item[1]))


class Run:
    """A batch as a user runs it, timed and its memory watched.

    Attributes
    ----------
    seconds, cpu_s : float
        Time, and that of all cores together, which other programs lengthen less.
    largest_gb : float
        Resident memory of the largest process.
    """

    def __init__(self, words: Sequence[str], threads: int | None) -> None:
        command = [sys.executable, "-m", "emgfasc", "batch", *words, "--no-reports", "--quiet"]
        limited = {} if threads is None else {"EMGFASC_NUM_THREADS": str(threads)}
        began, self.largest_gb = time.perf_counter(), 0.0
        used = _children_cpu_s()
        with subprocess.Popen(command, env={**os.environ, **limited}) as process:
            while process.poll() is None:
                self.largest_gb = max(self.largest_gb, _largest_gb(process.pid))
                time.sleep(0.1)
        assert process.returncode == 0
        self.seconds = time.perf_counter() - began
        self.cpu_s = _children_cpu_s() - used


def batch(source: Path, out: Path, *, workers: int, threads: int | None = None) -> Run:
    """Run a batch without reports."""
    return Run([str(source), "--out", str(out), "--workers", str(workers)], threads)


def _children_cpu_s() -> float:
    """Return the CPU time of all programs that were started and have ended."""
    times = os.times()
    return times.children_user + times.children_system


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
