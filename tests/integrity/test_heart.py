"""Heart beats in a recording as it was made: found with their rate, and nothing else for them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import emgfasc as ef
from emgfasc.integrity import Finding

FS = 2000


def heart(data: np.ndarray) -> Finding | None:
    report = ef.integrity.check(ef.read(data, fs=FS, kind="surface"))
    return next((found for found in report.findings if found.name == "ecg"), None)


def beating(gaps_s: np.ndarray, width_s: float) -> np.ndarray:
    data = np.random.default_rng(3).normal(0, 5, (2, int(gaps_s.sum() * FS) + FS))
    t = np.arange(data.shape[1]) / FS
    for at in np.cumsum(gaps_s):
        data += 150 * np.exp(-0.5 * ((t - at) / width_s) ** 2)
    return np.asarray(data + 300 * np.sin(2 * np.pi * 0.2 * t))  # drift, as before any filter


@pytest.mark.parametrize("kind", ["needle", "surface"])
@pytest.mark.parametrize("seed", [104, 131])
def test_simulated_beats_are_counted(kind: Any, seed: int) -> None:
    rec, truth = ef.simulate.recording(kind=kind, seed=seed, seconds=20, nuisances=("ecg",))
    frame = truth.to_frame()
    beats = np.sort(frame.loc[frame["category"] == "ecg", "peak_s"].unique())
    report = ef.integrity.check(rec)
    found = next(each for each in report.findings if each.name == "ecg")
    assert found.amount == pytest.approx(60 / np.median(np.diff(beats)), rel=0.03)
    assert report.trust == "with_care"
    start, stop = found.spans[3]
    assert any(start <= beat <= stop for beat in beats)


def test_beats_on_a_drifting_baseline() -> None:
    found = heart(beating(np.random.default_rng(1).normal(0.8, 0.02, 30), 0.01))
    assert found is not None
    assert found.amount == pytest.approx(75, abs=2)


def test_waves_without_a_rhythm_are_no_heart() -> None:
    assert heart(beating(np.random.default_rng(1).exponential(0.8, 30) + 0.05, 0.01)) is None


def test_fast_waves_at_its_pace_are_no_heart() -> None:
    assert heart(beating(np.random.default_rng(1).normal(0.8, 0.02, 30), 0.001)) is None


@pytest.mark.parametrize("n", [2, 40, 5599, 5600])
def test_short_recordings_have_no_heart(n: int) -> None:
    assert heart(np.arange(n, dtype=float)[None] % 7) is None
