"""``emgfasc batch`` as a user runs it."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from batch.files import noise_file


def emgfasc_batch(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "emgfasc", "batch", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lab")
    noise_file(folder / "in" / "good.npz")
    (folder / "in" / "bad.edf").write_bytes(b"0       garbage")
    return folder


def test_a_failed_recording_is_a_row_and_strict_makes_it_a_status(folder: Path) -> None:
    words = ["in", "--out", "res", "--no-reports", "--workers", 2]
    done = emgfasc_batch(*words, cwd=folder)
    assert done.returncode == 0
    assert "good: done" in done.stdout
    assert "bad: failed" in done.stdout
    assert len(done.stderr.strip().splitlines()) == 1
    assert "bad.edf" in done.stderr
    table = pd.read_csv(folder / "res" / "recordings.csv")
    assert dict(zip(table["recording"], table["status"], strict=True)) == {
        "bad": "failed",
        "good": "done",
    }
    strict = emgfasc_batch(*words, "--strict", "--json", cwd=folder)
    assert strict.returncode == 1
    facts = json.loads(strict.stdout)
    assert (facts["n_done"], facts["n_failed"], facts["n_reused"]) == (1, 1, 1)
    assert facts["failed"][0]["recording"] == "bad"


def test_quiet_says_nothing_but_errors(folder: Path) -> None:
    done = emgfasc_batch("in/good.npz", "--out", "res2", "--quiet", "--workers", 0, cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    written = [path.name for path in (folder / "res2" / "recordings" / "good").iterdir()]
    assert sorted(written) == [
        "events.parquet", "good_events.tsv", "good_report.html", "good_summary.json",
        "good_units.tsv", "result.json",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "words", [["none/*.edf"], ["in", "--timeout", "0"], ["in", "--groups", "none.toml"]]
)
def test_wrong_usage_is_status_two(words: list[str], folder: Path) -> None:
    done = emgfasc_batch(*words, "--out", "res3", cwd=folder)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert not (folder / "res3").exists()
