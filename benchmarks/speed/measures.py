"""What is timed, each with a check of what it returned."""

from __future__ import annotations

import importlib
import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from benchmarks.speed.recordings import (
    grid_with_potentials,
    made_of,
    noise_with_potentials,
)
from benchmarks.speed.timing import Line, pairs_ratio
from emgfasc import detect, preprocess
from emgfasc.containers import Events, Kind, Recording
from emgfasc.preprocess.filters import band_for, filtered

__all__ = ["measures"]

FS = 2048.0
DAY_S = 86_400.0
SAMPLE = Path(__file__).parents[2] / "sample_data" / "surface_pair.edf"


def measures(*, quick: bool) -> Iterator[Line]:
    """Yield every line of the table."""
    seconds, n_pairs = (30.0, 3) if quick else (600.0, 5)
    yield _filter("filter 64 ch x 2048 Hz / sosfiltfilt", 64, seconds, FS, "hdsemg", n_pairs)
    needle_s = 30.0 if quick else 300.0
    yield _filter("filter 1 ch x 50 kHz / sosfiltfilt", 1, needle_s, 50_000.0, "needle", n_pairs)
    yield from _whole(seconds, n_pairs)
    yield from _growth(seconds / 2, n_pairs)
    yield _memory(DAY_S / 24 if quick else DAY_S)
    yield _cold_start(2 if quick else 5)
    yield _spikeinterface()


def _filter(
    name: str, n_channels: int, seconds: float, fs_hz: float, kind: Kind, n_pairs: int
) -> Line:
    """Compare the zero-phase filter with scipy's, in time and value."""
    data, _ = noise_with_potentials(n_channels, seconds, fs_hz)
    band = band_for(kind, fs_hz)
    rec = filtered(made_of(data, fs_hz, kind), band)
    reference, found = signal.sosfiltfilt(band.sos, data), rec.read()
    worst = float(np.abs(found - reference).max() / reference.std())
    assert worst < 1e-4, f"{name}: {worst:.1e} SD from scipy"
    del reference, found
    ratio = pairs_ratio(lambda: signal.sosfiltfilt(band.sos, data), rec.read, n_pairs)
    return Line.at_least(name, ratio, 8, f"largest difference {worst:.0e} SD")


def _plain(data: NDArray[np.float32], fs_hz: float) -> list[NDArray[np.intp]]:
    """Filter, take a robust threshold and find peaks, channel by channel."""
    sos = band_for("hdsemg", fs_hz).sos
    peaks = []
    for row in data:
        x = np.abs(signal.sosfiltfilt(sos, row))
        peaks.append(signal.find_peaks(x, height=5 * np.median(x) / 0.6745, distance=20)[0])
    return peaks


def _detected(rec: Recording) -> Events:
    """Clean and detect."""
    return detect.detect(preprocess.clean(rec))


def _scored(peaks_s: NDArray[np.float64], times: NDArray[np.float64]) -> tuple[float, float]:
    """Return recall and precision within 15 ms, hits of one potential taken together."""
    peaks = np.sort(peaks_s)
    events = peaks[np.diff(peaks, prepend=-1.0) > 0.02]
    near = np.abs(peaks[:, None] - times) <= 0.015
    return near.any(axis=0).mean(), (np.abs(events[:, None] - times) <= 0.03).any(axis=1).mean()


def _better(ours: Events, theirs_s: NDArray[np.float64], times: NDArray[np.float64]) -> str:
    """Demand at least the potentials that a peer found and its precision; say how many."""
    (recall, precision), (recall2, precision2) = (
        _scored(peaks, times) for peaks in (ours.peak_s, theirs_s)
    )
    assert recall >= recall2, f"recall {recall:.2f} against {recall2:.2f}"
    assert precision >= precision2, f"precision {precision:.2f} against {precision2:.2f}"
    return f"recall {recall:.2f} / {recall2:.2f}, precision {precision:.2f} / {precision2:.2f}"


def _whole(seconds: float, n_pairs: int) -> Iterator[Line]:
    """Compare cleaning and detection with a plain loop, and with copying the array."""
    rec, times = grid_with_potentials(seconds, FS)
    data = rec.read()
    theirs = np.concatenate(_plain(data, FS)) / FS
    note = _better(_detected(rec), theirs, times)
    ratio = pairs_ratio(lambda: _plain(data, FS), lambda: _detected(rec), n_pairs)
    yield Line.at_least("clean + detect / plain loop", ratio, 10, note)
    passed = preprocess.clean(rec, mains_hz=None)
    ratio = pairs_ratio(lambda: _plain(data, FS), lambda: detect.detect(passed), n_pairs)
    yield Line.at_least("detect (filter included) / plain loop", ratio, 10)
    single = passed.replace(positions_mm=None)
    ratio = pairs_ratio(lambda: _plain(data, FS), lambda: detect.detect(single), n_pairs)
    yield Line.at_least("the same without neighbourhoods", ratio, 10)
    target = np.empty_like(data)
    np.copyto(target, data)
    ratio = pairs_ratio(lambda: detect.detect(passed), lambda: np.copyto(target, data), n_pairs)
    yield Line.at_most("detect (filter included) / np.copyto", ratio, 6, "an aim")


def _growth(seconds: float, n_pairs: int) -> Iterator[Line]:
    """Double the length, then the channels."""
    data, _ = noise_with_potentials(64, 2 * seconds, FS)
    n = data.shape[1] // 2
    long, wide = made_of(data, FS, "hdsemg"), made_of(data[:, :n].copy(), FS, "hdsemg")
    narrow = made_of(data[:32].copy(), FS, "hdsemg")
    for name, small in (("length", wide), ("channels", narrow)):
        ratio = pairs_ratio(partial(_detected, long), partial(_detected, small), n_pairs)
        yield Line.at_most(f"detect, {name} doubled", ratio, 2.2)


def _memory(seconds: float) -> Line:
    """Stream a day of a grid in a process of its own; all that it ever held stays under 1 GB."""
    name = f"64 ch x {seconds / 3600:g} h, peak memory in GB"
    command = [sys.executable, "-m", "benchmarks.speed.day", f"{seconds:g}"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    streamed, libraries, n_events = (float(word) for word in done.stdout.split())
    note = f"{libraries:.2f} GB of it libraries; {n_events:.0f} potentials"
    return Line.at_most(name, streamed, 1, note)


def _cold_start(n_pairs: int) -> Line:
    """Time the command line from nothing, compiled kernels cached, against bare imports."""
    imports = [sys.executable, "-c", "import mne, scipy.signal, pandas"]
    # Python keeps what it made of our own files, as it does wherever emgfasc is installed.
    usual = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    quietly = partial(subprocess.run, check=True, capture_output=True, env=usual)
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "emgfasc", "analyze", str(SAMPLE), "--out", folder]
        quietly(command)
        for _ in range(n_pairs):
            took = []
            for words in (command, imports):
                begin = time.perf_counter()
                quietly(words)
                took.append(time.perf_counter() - begin)
            ratios.append(took[0] / took[1])
        assert (Path(folder) / f"{SAMPLE.stem}_events.tsv").stat().st_size > 100
    return Line.at_most("emgfasc analyze / bare imports", statistics.median(ratios), 2)


def _spikeinterface() -> Line:
    """Compare with SpikeInterface where it is installed; it is no dependency."""
    name = "clean + detect / SpikeInterface"
    if importlib.util.find_spec("spikeinterface") is None:
        return Line(name, None, ">=5", None, "spikeinterface is not installed")
    core = importlib.import_module("spikeinterface.core")
    passing = importlib.import_module("spikeinterface.preprocessing")
    peaks = importlib.import_module("spikeinterface.sortingcomponents.peak_detection")
    rec, times = grid_with_potentials(120.0, FS)
    data = rec.read()

    def theirs() -> NDArray[np.float64]:
        raw = core.NumpyRecording([data.T], FS)
        plain = passing.bandpass_filter(raw, freq_min=20, freq_max=450, ignore_low_freq_error=True)
        jobs = {"n_jobs": 2, "pool_engine": "thread", "progress_bar": False}
        found = peaks.detect_peaks(plain, method="by_channel", job_kwargs=jobs)
        return np.asarray(found["sample_index"] / FS)

    note = _better(_detected(rec), theirs(), times)
    return Line.at_least(name, pairs_ratio(theirs, lambda: _detected(rec), 3), 5, note)
