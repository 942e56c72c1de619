"""The commands as a user runs them: real processes, real files."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import emgfasc as ef


def emgfasc(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "emgfasc", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


def _noise_file(folder: Path, name: str = "rest.npz", value: float | None = None) -> Path:
    data = np.random.default_rng(0).normal(0, 5, (1, 3 * 2048))
    path = folder / name
    np.savez(path, data=data if value is None else np.full_like(data, value), fs=2048.0)
    return path


@pytest.mark.parametrize(
    "command", ["demo", "info", "analyze", "batch", "review", "simulate", "evaluate"]
)
def test_every_command_has_help_with_an_example(command: str, tmp_path: Path) -> None:
    done = emgfasc(command, "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert f"Example: emgfasc {command}" in " ".join(done.stdout.split())


def test_the_version_is_printed(tmp_path: Path) -> None:
    done = emgfasc("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"emgfasc {ef.__version__}\n")


def test_simulate_analyze_evaluate_goes_all_the_way(tmp_path: Path) -> None:
    words = ["--kind", "surface", "--seconds", 130, "--units", 2, "--snr", 20, "--seed", 7]
    assert emgfasc("simulate", *words, "--out", "sim", cwd=tmp_path).returncode == 0
    name = "sim-surface-7"
    done = emgfasc("analyze", f"sim/{name}.edf", "--out", "res", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(path.name for path in (tmp_path / "res").iterdir()) == [
        f"{name}_events.tsv", f"{name}_report.html", f"{name}_summary.json", f"{name}_units.tsv",
    ]  # fmt: skip
    header = (tmp_path / f"res/{name}_events.tsv").read_text().splitlines()[0].split("\t")
    assert header[:9] == [
        "onset", "duration", "peak_s", "channel", "n_channels", "amplitude_uv", "snr", "unit",
        "category",
    ]  # fmt: skip
    summary = json.loads((tmp_path / f"res/{name}_summary.json").read_text())
    assert summary["kind"] == "surface"
    assert summary["rest_status"] == "rest"
    tables = f"sim/{name}_truth.tsv", f"res/{name}_events.tsv"
    scored = emgfasc("evaluate", *tables, "--tolerance-ms", 5, "--json", cwd=tmp_path)
    assert json.loads(scored.stdout)["f1"] > 0.8
    same = emgfasc("simulate", *words, "--out", "again", cwd=tmp_path)
    assert same.returncode == 0
    for suffix in (".edf", "_truth.tsv"):
        one, two = (tmp_path / f"{d}/{name}{suffix}" for d in ("sim", "again"))
        assert one.read_bytes() == two.read_bytes()


def test_info_prints_facts_as_json(tmp_path: Path) -> None:
    _noise_file(tmp_path)
    done = emgfasc("info", "rest.npz", "--json", "--kind", "needle", cwd=tmp_path)
    facts = json.loads(done.stdout)
    assert facts["fs_hz"] == 2048.0
    assert facts["n_channels"] == 1
    assert facts["kind"] == "needle"
    assert facts["duration_s"] == 3.0
    assert facts["unit"] == "uV"
    assert facts["flags"] == []


def test_a_failed_recording_costs_only_itself(tmp_path: Path) -> None:
    good = _noise_file(tmp_path)
    (tmp_path / "broken.edf").write_bytes(b"0       garbage")
    done = emgfasc("analyze", "broken.edf", good, "missing.edf", "--out", "out", cwd=tmp_path)
    assert done.returncode == 1
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 2
    assert "broken.edf" in lines[0]
    assert "missing.edf" in lines[1]
    assert "Traceback" not in done.stderr
    assert len(list((tmp_path / "out").iterdir())) == 4


@pytest.mark.parametrize(("value", "why"), [(0.0, "flat"), (7.0, "flat"), (np.nan, "")])
def test_dead_recordings_are_one_line_and_leave_no_file(
    value: float, why: str, tmp_path: Path
) -> None:
    _noise_file(tmp_path, "dead.npz", value)
    done = emgfasc("analyze", "dead.npz", "--out", "out", cwd=tmp_path)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "dead.npz" in done.stderr
    assert why in done.stderr
    assert list(tmp_path.glob("out/*")) == []


@pytest.mark.parametrize(
    "words",
    [
        ["--kind", "eeg"], ["--max-false-per-min", "0"], ["--fs", "-1"], ["--nonsense", "1"],
    ],
)  # fmt: skip
def test_wrong_usage_is_status_two(words: list[str], tmp_path: Path) -> None:
    _noise_file(tmp_path)
    done = emgfasc("analyze", "rest.npz", "--out", "out", *words, cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_results_that_would_overwrite_one_another_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    files = _noise_file(tmp_path / "a"), _noise_file(tmp_path / "b")
    done = emgfasc("analyze", *files, "--out", "out", cwd=tmp_path)
    assert done.returncode == 2
    assert "rest" in done.stderr


def test_demo_shows_the_sample_and_says_where(tmp_path: Path) -> None:
    done = emgfasc("demo", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "fp_per_min" in done.stdout
    written = sorted(path.name for path in (tmp_path / "demo").iterdir())
    assert len(written) == 4
    assert all(name in done.stdout for name in written)
