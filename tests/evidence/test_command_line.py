"""Context and muscle on the way a user takes: a file, the command line, the report."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import emgfasc as ef

CONTEXT = """
[benign_contributors]
caffeine = "<b>5 cups</b> a day"
potassium = { value = 3.1, low = 3.5, high = 5.1, unit = "mmol/L" }

[medical_causes]
thyroid = false

[red_flags]
weakness = true
"""


def emgfasc(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "emgfasc", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    noise = np.random.default_rng(0).normal(0, 5, (1, 3 * 2048))
    np.savez(tmp_path / "rest.npz", data=noise, fs=2048.0)
    (tmp_path / "context.toml").write_text(CONTEXT, encoding="utf-8")
    return tmp_path


def test_context_and_muscle_reach_the_report(folder: Path) -> None:
    done = emgfasc(
        "analyze", "rest.npz", "--context", "context.toml", "--muscle", "Abductor hallucis",
        "--out", "out", cwd=folder,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    page = (folder / "out/rest_report.html").read_text(encoding="utf-8")
    for words in (
        "Reported: weakness. Such signs call for prompt medical assessment.",
        "caffeine (&lt;b&gt;5 cups&lt;/b&gt; a day)",
        "potassium 3.1 mmol/L, below the limits 3.5 to 5.1",
        "neuropathy or root lesion: nerve conduction studies and needle EMG",
        "Abductor hallucis is a foot muscle",
    ):
        assert words in page, words
    assert "<b>5 cups" not in page
    assert "thyroid disease" not in page
    summary = json.loads((folder / "out/rest_summary.json").read_text(encoding="utf-8"))
    assert (summary["muscle"], summary["pattern"]) == ("Abductor hallucis", "insufficient")


def test_an_unknown_key_is_wrong_usage_in_one_line(folder: Path) -> None:
    (folder / "context.toml").write_text("[red_flags]\nweaknes = true\n", encoding="utf-8")
    done = emgfasc("analyze", "rest.npz", "--context", "context.toml", "--out", "out", cwd=folder)
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.strip().splitlines()
    assert "context.toml" in line
    assert "unknown key(s) weaknes; known are weakness, wasting, swallowing, breathing, " in line
    assert not (folder / "out").exists()


def test_muscle_and_context_through_the_pipeline() -> None:
    rec, _ = ef.simulate.recording("neurogenic", kind="needle", seconds=100, seed=2)
    context = ef.evidence.Context.from_mapping({"red_flags": {"weakness": True}})
    named = ef.analyze(rec.replace(muscle="left TA"), context=context)
    assert named.evidence.pattern != "insufficient"
    assert named.evidence.context is not None
    assert named.evidence.context.red_flags == ("weakness",)
    bare = ef.evidence.weigh(named, muscle="tibialis anterior")
    assert bare.pattern == named.evidence.pattern
    pd.testing.assert_frame_equal(named.evidence.comparisons, bare.comparisons)
    elsewhere = ef.evidence.weigh(named, muscle="biceps brachii")
    assert elsewhere.pattern == "insufficient"
    units = named.evidence.to_frame().set_index("feature").loc["n_units", "value"]
    assert units > 1
    assert units == named.summary_row()["n_units"]
