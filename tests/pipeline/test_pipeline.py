import json
import os
import weakref
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import emgfasc as ef
from emgfasc.errors import ParameterError, RecordingError
from signals import recording

CONTRACT = [
    "duration_s", "rest_s", "rest_status", "n_fp", "fp_per_min", "fp_per_min_lo95",
    "fp_per_min_hi95", "n_units", "noise_uv", "detection_limit_uv", "sufficient_observation",
    "flags", "pattern", "settings", "versions", "input_sha256",
]  # fmt: skip


@pytest.fixture(scope="module")
def simulated() -> tuple[ef.Recording, ef.Events, ef.Analysis]:
    rec, truth = ef.simulate.recording(kind="surface", seed=11, seconds=120)
    return rec, truth, ef.analyze(rec)


def test_a_resting_recording_gets_its_rate(
    simulated: tuple[ef.Recording, ef.Events, ef.Analysis],
) -> None:
    rec, truth, res = simulated
    row = res.summary_row()
    assert [name for name in CONTRACT if name not in row] == []
    assert row["rest_status"] == "rest"
    scores = ef.evaluate.events(truth, res.events, tolerance_s=0.005)
    assert scores.recall > 0.8
    assert scores.precision > 0.8
    assert row["n_fp"] == len(res.events.fasciculations)
    assert row["fp_per_min"] == pytest.approx(
        len(res.events.fasciculations) / (rec.duration_s / 60)
    )
    assert row["fp_per_min_lo95"] < row["fp_per_min"] < row["fp_per_min_hi95"]  # type: ignore[operator]
    assert len(res.summary()) == 1


def test_results_do_not_depend_on_threads(
    simulated: tuple[ef.Recording, ef.Events, ef.Analysis],
) -> None:
    rec, _, res = simulated
    other = ef.analyze(rec, n_jobs=1)
    assert other.events.frame.equals(res.events.frame)
    assert other.units.frame.equals(res.units.frame)


def test_four_files_are_written_and_read_back(
    simulated: tuple[ef.Recording, ef.Events, ef.Analysis], tmp_path: Path
) -> None:
    _, _, res = simulated
    names = [path.name for path in res.save(tmp_path, stem="S")]
    assert names == ["S_events.tsv", "S_units.tsv", "S_summary.json", "S_report.html"]
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(names)
    back = ef.io.read_events(tmp_path / "S_events.tsv")
    np.testing.assert_allclose(back.peak_s, res.events.peak_s, atol=1e-6)
    summary = json.loads((tmp_path / "S_summary.json").read_text())
    assert summary["rest_status"] == "rest"
    assert summary["params_hash"] == res.settings.params_hash
    assert (tmp_path / "S_report.html").read_text().lower().startswith("<!doctype html>")


@dataclass(frozen=True, eq=False)
class _Watched:
    """A file of which every array handed out is watched."""

    data: np.ndarray
    handed: list[weakref.ref[np.ndarray]] = field(default_factory=list)

    @property
    def n_samples(self) -> int:
        return int(self.data.shape[1])

    def read(self, start: int, stop: int) -> np.ndarray:
        block = self.data[:, start:stop].copy()
        self.handed.append(weakref.ref(block))
        return block


def test_what_was_read_is_let_go_once_it_is_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    hum = 30 * np.sin(2 * np.pi * 50 * np.arange(20_480) / 2048)
    source = _Watched((rng.normal(0, 5, (2, 20_480)) + hum).astype(np.float32))
    rec = ef.read(np.zeros((2, 20_480)), fs=2048, kind="surface").replace(source=source)
    alive: list[int] = []

    def detect(*args: Any, **options: Any) -> ef.Events:
        alive.append(sum(block() is not None for block in source.handed))
        return detected(*args, **options)

    detected = ef.detect.detect
    monkeypatch.setattr("emgfasc.pipeline.run.detect.detect", detect)
    res = ef.analyze(rec)
    assert any("mains" in step for step in res.recording.steps)
    assert (alive, len(source.handed) > 0) == ([0], True)


def test_input_is_left_alone(simulated: tuple[ef.Recording, ef.Events, ef.Analysis]) -> None:
    rec, _, res = simulated
    assert rec.steps == ()
    assert rec.bad_channels == ()
    assert res.raw is rec


def test_nothing_found_is_an_upper_limit() -> None:
    noise = np.random.default_rng(0).normal(0, 5, (1, 120 * 2048))
    strict = ef.Settings(max_false_per_min=0.01)
    row = ef.analyze(recording(noise, 2048.0), settings=strict).summary_row()
    assert (row["n_fp"], row["fp_per_min"]) == (0, 0.0)
    assert row["fp_per_min_hi95"] == pytest.approx(1.84, abs=0.005)  # chi2(0.975, 2) / 2 / 2 min
    assert row["n_units"] == 0


@pytest.mark.parametrize("seed", [0, 7])
def test_a_contraction_throughout_claims_no_rate(seed: int) -> None:
    rng = np.random.default_rng(seed)
    envelope = 1 + 3 * (np.arange(20 * 2048) // 100 % 3 == 0)
    res = ef.analyze(recording(rng.normal(0, 20, (1, 20 * 2048)) * envelope, 2048.0))
    row = res.summary_row()
    assert row["rest_status"] == "not_at_rest"
    assert row["fp_per_min"] is None
    assert row["n_fp"] == 0
    assert row["pattern"] == "insufficient"


@pytest.mark.parametrize("n", [16, 300, 2048])
def test_short_recordings_are_not_verifiable(n: int) -> None:
    data = np.random.default_rng(0).normal(0, 5, (1, n))
    data[0, n // 2] += 500
    row = ef.analyze(recording(data, 2048.0)).summary_row()
    assert row["rest_status"] == "not_verifiable"
    assert row["fp_per_min"] is None


def test_wrong_input_is_one_clear_line() -> None:
    with pytest.raises(ParameterError, match=r"make one with emgfasc\.read"):
        ef.analyze(np.zeros((1, 100)))  # type: ignore[arg-type]
    with pytest.raises(RecordingError, match="no channel can be used"):
        ef.analyze(recording(np.zeros((2, 8192)), 2048.0))


def test_a_changed_setting_changes_the_hash() -> None:
    base = ef.Settings().resolved("needle")
    assert base.params_hash == ef.Settings().resolved("needle").params_hash
    assert base.params_hash != ef.Settings(max_false_per_min=1.0).resolved("needle").params_hash
    assert base.params_hash != ef.Settings().resolved("surface").params_hash


DATA = os.environ.get("EMGFASC_TEST_DATA")


@pytest.mark.skipif(DATA is None, reason="EMGFASC_TEST_DATA names no folder of real recordings")
@pytest.mark.parametrize(
    "name",
    [
        "physionet_emgdb/emg_healthy.hea", "physionet_emgdb/emg_myopathy.hea",
        "physionet_emgdb/emg_neuropathy.hea", "emglab_n2001/N2001A01BB02.bin",
        "emglab_n2001/N2001C01BB51.bin",
    ],
)  # fmt: skip
def test_no_rate_is_claimed_over_real_contractions(name: str) -> None:
    row = ef.analyze(ef.read(Path(DATA or "") / name)).summary_row()
    assert row["rest_status"] == "not_at_rest"
    assert row["fp_per_min"] is None
    assert row["pattern"] == "insufficient"
