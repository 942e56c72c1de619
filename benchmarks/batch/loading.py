"""Many, long, wide and busy files: what they take, and whether what comes out is right."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.batch.measuring import batch
from benchmarks.batch.recordings import long_file, small_files, times_s
from emgfasc.evaluate import match

__all__ = ["LARGEST_GB", "Load", "load"]

# What docs/batch.md states of one process. Small files: the libraries alone.
LARGEST_GB = {"small": 0.5, "wide": 2.0, "busy": 3.0, "long": 2.0}
_EVERY_S = {"small": 0.5, "wide": 2.0, "busy": 0.1, "long": 2.0}
_NEAR_S = 0.005
_RECALL = 0.98  # of potentials 32 noise SDs high: what is missing overlaps another
_PRECISION = 0.97  # 0.5 false events a minute are asked for, beside 30 potentials


@dataclass(frozen=True)
class Load:
    """What one kind of load took.

    Attributes
    ----------
    name : str
        Which one.
    seconds, cpu_s, largest_gb : float
        Time, that of all cores together, and resident memory of the largest process.
    n_files, n_events, n_true : int
        Recordings done, events found in them, potentials that are in them.
    recall, precision : float
        Of the events, matched one to one within 5 ms.
    """

    name: str
    seconds: float
    cpu_s: float
    largest_gb: float
    n_files: int
    n_events: int
    n_true: int
    recall: float
    precision: float

    def __str__(self) -> str:
        """Say it in one line."""
        return (
            f"{self.name}: {self.n_files} file(s), {self.seconds:.0f} s "
            f"({self.cpu_s:.0f} s of CPU), largest process {self.largest_gb:.2f} GB "
            f"({LARGEST_GB[self.name]:g} stated), {self.n_events} events "
            f"of {self.n_true}, recall {self.recall:.3f}, precision {self.precision:.3f}"
        )


def load(folder: Path, kinds: Sequence[str], *, minutes: int, n_small: int) -> Iterator[Load]:
    """Batch some kinds of load; every recording must be done, once, within the stated memory."""
    small_files(folder / "warm", 1)  # compiles: that takes 0.2 GB more, once
    batch(folder / "warm", folder / "warm-out", workers=1)
    busy_minutes = round(200_000 * _EVERY_S["busy"] / 60)
    for name, n_channels, length in (
        ("small", 1, 0), ("wide", 256, 2), ("busy", 1, busy_minutes), ("long", 64, minutes)
    ):  # fmt: skip
        if name not in kinds:
            continue
        source = folder / name
        source.mkdir()
        if name == "small":
            small_files(source, n_small)
        else:
            path = source / f"{name}.edf"
            long_file(path, n_channels, length, every_s=_EVERY_S[name], random=name == "busy")
        found = _loaded(name, source, 60.0 * length)
        yield found
        assert found.n_files == (n_small if name == "small" else 1)
        assert found.largest_gb <= LARGEST_GB[name], "more memory than stated"
        assert found.recall >= _RECALL, "events are missing"
        assert found.precision >= _PRECISION, "events are made up"
        shutil.rmtree(source)


def _loaded(name: str, source: Path, seconds: float) -> Load:
    """Batch one folder and compare its events with the truth."""
    out = source.parent / f"{name}-out"
    run = batch(source, out, workers=2 if name == "small" else 1)
    record = json.loads((out / "run.json").read_text())
    assert record["n_failed"] == 0
    table = pd.read_csv(out / "recordings.csv")
    assert table["recording"].is_unique
    n_found = n_events = n_true = 0
    for place, path in enumerate(table["events"]):
        truth = _truth(name, place, seconds)
        peaks = np.sort(
            pd.read_csv(out / path, sep="\t", usecols=["peak_s"])["peak_s"].to_numpy(float)
        )
        n_found += len(match(truth, peaks, tolerance_s=_NEAR_S)[0])
        n_events += len(peaks)
        n_true += len(truth)
    return Load(
        name=name,
        seconds=run.seconds,
        cpu_s=run.cpu_s,
        largest_gb=run.largest_gb,
        n_files=len(table),
        n_events=n_events,
        n_true=n_true,
        recall=n_found / n_true,
        precision=n_found / max(n_events, 1),
    )


def _truth(name: str, place: int, seconds: float) -> np.ndarray:
    """Return the times of the potentials; a long file is minutes behind one another."""
    every_s = _EVERY_S[name]
    if not seconds:
        return times_s(4.0, place, every_s=every_s)
    minutes = [
        times_s(60.0, minute, every_s=every_s, random=name == "busy") + 60 * minute
        for minute in range(round(seconds / 60))
    ]
    return np.concatenate(minutes)
