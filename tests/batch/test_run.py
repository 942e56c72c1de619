"""From files to one table, and what is done again when something changed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from batch.files import noise_file

import emgfasc as ef
from emgfasc.batch import Batch, Outcome, Plan
from emgfasc.batch.result import _peaks_s

QUICK = Plan(reports=False)


def run(inputs: Path | list[Path], out: Path, plan: Plan = QUICK) -> tuple[Batch, dict[str, bool]]:
    """Run in this process; tell which recordings were finished before."""
    seen: list[Outcome] = []
    done = ef.batch.run(
        inputs, out=out, plan=plan, workers=0, progress=lambda o, _n: seen.append(o)
    )
    return done, {outcome.name: outcome.reused for outcome in seen}


def test_rows_are_those_of_analyze(tmp_path: Path) -> None:
    path = noise_file(tmp_path / "a.npz")
    done, _ = run(path, tmp_path / "out")
    alone = ef.analyze(ef.read(path))
    row, own = done.recordings.iloc[0], alone.summary_row()
    assert list(done.recordings.columns)[:5] == ["recording", "muscle", "side", "status", "reason"]
    for name in ("n_fp", "fp_per_min", "noise_uv", "input_sha256", "params_hash"):
        assert row[name] == own[name]
    events = done.events()
    assert len(events) == len(alone.events) > 0
    assert events["recording"].unique().tolist() == ["a"]
    for name in alone.events.to_frame().columns:
        np.testing.assert_array_equal(events[name], alone.events.to_frame()[name])


def test_what_is_written_is_what_is_returned(tmp_path: Path) -> None:
    noise_file(tmp_path / "in" / "007.npz")
    (tmp_path / "in" / "bad.edf").write_bytes(b"0       garbage")
    done, _ = run(tmp_path / "in", tmp_path / "out")
    frame = done.recordings
    assert frame["recording"].tolist() == ["007", "bad"]
    assert frame["status"].tolist() == ["done", "failed"]
    assert "bad.edf" in frame["reason"][1]
    assert done.failed["recording"].tolist() == ["bad"]
    csv = pd.read_csv(tmp_path / "out" / "recordings.csv", dtype={"recording": str})
    parquet = pd.read_parquet(tmp_path / "out" / "recordings.parquet")
    assert list(csv.columns) == list(parquet.columns) == list(frame.columns)
    for table in (csv, parquet):
        assert table["recording"].tolist() == ["007", "bad"]
        np.testing.assert_array_equal(
            table["fp_per_min"].to_numpy(float), frame["fp_per_min"].to_numpy(float)
        )
    page = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert frame["n_fp"][0] == 0
    assert "<small>none</small>" in page  # the course of the one that was analysed
    record = json.loads((tmp_path / "out" / "run.json").read_text())
    assert (record["n_recordings"], record["n_failed"]) == (2, 1)
    assert record["plan"]["settings"]["max_false_per_min"] == 0.5
    good = record["recordings"][0]
    assert good["input_sha256"] == ef.read(tmp_path / "in" / "007.npz").sha256
    assert good["stages_s"]["detect"] > 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        ".batch.lock", "events", "index.html", "recordings", "recordings.csv",
        "recordings.parquet", "run.json",
    ]  # fmt: skip


def test_the_page_is_told_when_the_fasciculations_were(tmp_path: Path) -> None:
    columns = ["onset", "duration", "peak_s", "channel", "n_channels", "amplitude_uv", "snr"]
    rows = [[t, 0.01, t, "a", 1, 90.0, 9.0] for t in (1.0, 2.0, 3.0)]
    events = pd.DataFrame(rows, columns=columns).assign(
        unit=0, category=["fasciculation", "artifact", "fasciculation"]
    )
    ef.io.write_events(ef.Events(events), tmp_path / "a.tsv")
    frame = pd.DataFrame({"events": ["a.tsv", "", "gone.tsv", None]})
    found = _peaks_s(frame, tmp_path)
    assert {name: peaks.tolist() for name, peaks in found.items()} == {"a.tsv": [1.0, 3.0]}
    assert _peaks_s(frame.drop(columns="events"), tmp_path) == {}


def test_types_do_not_depend_on_what_failed(tmp_path: Path) -> None:
    noise_file(tmp_path / "a.npz")
    (tmp_path / "b.edf").write_bytes(b"0")
    both, _ = run([tmp_path / "a.npz", tmp_path / "b.edf"], tmp_path / "one")
    alone, _ = run(tmp_path / "a.npz", tmp_path / "two")
    assert both.recordings.dtypes.to_dict() == alone.recordings.dtypes.to_dict()
    failed, _ = run(tmp_path / "b.edf", tmp_path / "three")
    assert failed.recordings["fp_per_min"].isna().all()
    assert len(failed.events()) == 0


def test_a_row_per_muscle(tmp_path: Path) -> None:
    path = noise_file(tmp_path / "a.npz", channels=("TA left", "biceps", "biceps 2"))
    done, _ = run(path, tmp_path / "out")
    frame = done.recordings
    assert frame["muscle"].tolist() == ["tibialis anterior", "biceps brachii"]
    assert frame["side"].tolist() == ["left", ""]
    assert frame["n_channels"].tolist() == [1, 2]
    assert set(done.events()["muscle"]) == set(frame["muscle"])
    for name in frame["events"]:
        assert len(ef.io.read_events(tmp_path / "out" / name)) > 0
    asked = {"x": ["*2"], "calf right": ["calf*"]}
    grouped, _ = run(path, tmp_path / "out", Plan(reports=False, groups=asked))
    assert grouped.recordings["muscle"].tolist() == ["x"]
    assert grouped.recordings["n_channels"].tolist() == [1]
    (note,) = grouped.notes
    assert "'calf right'" in note


def test_only_what_changed_is_done_again(tmp_path: Path) -> None:
    a, b = (noise_file(tmp_path / "in" / f"{n}.npz", seed=i) for i, n in enumerate("ab"))
    first, reused = run(tmp_path / "in", tmp_path / "out")
    assert reused == {"a": False, "b": False}
    again, reused = run(tmp_path / "in", tmp_path / "out")
    assert reused == {"a": True, "b": True}
    assert again.n_reused == 2
    pd.testing.assert_frame_equal(first.recordings, again.recordings)
    os.utime(a, (1, 1))  # the same bytes at another time
    assert run(tmp_path / "in", tmp_path / "out")[1] == {"a": True, "b": True}
    facts = b.stat()
    noise_file(b, seed=9)
    os.utime(b, ns=(facts.st_atime_ns, facts.st_mtime_ns))  # other bytes, same size and time
    changed, reused = run(tmp_path / "in", tmp_path / "out")
    assert reused == {"a": True, "b": False}
    assert changed.recordings["noise_uv"][1] != first.recordings["noise_uv"][1]
    other = Plan(reports=False, settings=ef.Settings(max_false_per_min=2.0))
    assert run(tmp_path / "in", tmp_path / "out", other)[1] == {"a": False, "b": False}
    next((tmp_path / "out" / "recordings" / "a").glob("*_units.tsv")).unlink()
    assert run(tmp_path / "in", tmp_path / "out", other)[1] == {"a": False, "b": True}


def test_a_sidecar_that_appears_counts_as_a_change(tmp_path: Path) -> None:
    path = noise_file(tmp_path / "s_emg.npz", channels=("A1", "A2"))
    assert len(run(path, tmp_path / "out")[0].recordings) == 1
    table = "name\ttarget_muscle\nA1\tsoleus\nA2\tdeltoid\n"
    (tmp_path / "s_channels.tsv").write_text(table)
    done, reused = run(path, tmp_path / "out")
    assert reused == {"s_emg": False}
    assert done.recordings["muscle"].tolist() == ["soleus", "deltoid"]


def test_a_failed_recording_is_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    assert run(path, tmp_path / "out")[0].failed["reason"].str.contains("does not exist").all()
    noise_file(path)
    assert run(path, tmp_path / "out")[0].recordings["status"].tolist() == ["done"]


def test_the_tables_hold_this_call_and_keep_the_rest_for_later(tmp_path: Path) -> None:
    a, b = (noise_file(tmp_path / "in" / f"{n}.npz", seed=i) for i, n in enumerate("ab"))
    run([a, b], tmp_path / "out")
    one, _ = run(a, tmp_path / "out")
    assert one.recordings["recording"].tolist() == ["a"]
    assert one.events()["recording"].unique().tolist() == ["a"]
    both, reused = run([a, b], tmp_path / "out")
    assert reused == {"a": True, "b": True}
    assert sorted(both.events()["recording"].unique()) == ["a", "b"]


def test_hostile_names_stay_names(tmp_path: Path) -> None:
    path = noise_file(
        tmp_path / "=cmd()<script>.npz", channels=("=1+1", "<script>alert(1)</script>")
    )
    done, _ = run(path, tmp_path / "out", Plan())
    assert done.recordings["recording"].tolist() == ["cmd_script"]
    assert done.recordings["status"].tolist() == ["done"]
    text = (tmp_path / "out" / "recordings.csv").read_text()
    assert "=cmd" not in text.replace("'=cmd", "")
    page = (tmp_path / "out" / done.recordings["report"][0]).read_text()
    assert "<script>alert" not in page
    table = (tmp_path / "out" / done.recordings["events"][0]).read_text()
    assert "\t=1+1" not in table


def test_without_pyarrow_the_csv_is_written_and_the_extra_named(tmp_path: Path) -> None:
    path = noise_file(tmp_path / "a.npz")
    code = "import sys; sys.modules['pyarrow'] = None; from emgfasc.cli import main; main()"
    words = ["batch", str(path), "--out", str(tmp_path / "out"), "--no-reports", "--workers", "0"]
    command = [sys.executable, "-c", code, *words]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "emgfasc[batch]" in told.stderr
    assert (tmp_path / "out" / "recordings.csv").is_file()
    assert not (tmp_path / "out" / "events").exists()
    later, reused = run(path, tmp_path / "out")
    assert reused == {"a": True}
    assert len(later.events()) > 0


def test_one_batch_at_a_time(tmp_path: Path) -> None:
    path = noise_file(tmp_path / "a.npz")

    def meanwhile(_outcome: Outcome, _n: int) -> None:
        with pytest.raises(ef.ParameterError, match="another batch"):
            run(path, tmp_path / "out")

    ef.batch.run(path, out=tmp_path / "out", plan=QUICK, workers=0, progress=meanwhile)


@pytest.mark.parametrize("workers", [-1, True, 1.5])
def test_wrong_workers_are_one_line(workers: int, tmp_path: Path) -> None:
    with pytest.raises(ef.ParameterError, match="workers"):
        ef.batch.run(tmp_path / "a.npz", out=tmp_path / "out", workers=workers)
