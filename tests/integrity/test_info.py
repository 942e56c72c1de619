"""``emgfasc info`` tells the findings and carries their names as flags."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import emgfasc as ef
from emgfasc.cli.app import app


def test_info_prints_flags_and_findings(tmp_path: Path) -> None:
    data = np.random.default_rng(0).normal(0, 8, (2, 8000))
    data[1, 4000:4200] = 900.0
    path = tmp_path / "a.npz"
    np.savez(path, data=data, fs=2000.0, kind="surface")
    facts = json.loads(CliRunner().invoke(app, ["info", str(path), "--json"]).stdout)
    assert facts["flags"] == list(ef.integrity.check(ef.read(path)).flags)
    assert "clipping" in facts["flags"]
    assert facts["trust"] == "no"
    clipping = next(item for item in facts["findings"] if item["name"] == "clipping")
    assert clipping["spans"] == [[2.0, 2.1]]
    text = CliRunner().invoke(app, ["info", str(path)]).stdout
    assert "- clipping: Saturated: 1 run(s) of 200 samples" in text
    assert "(first at 2.000 s) [EMG2]" in text


def test_info_prints_json_that_every_program_reads(tmp_path: Path) -> None:
    data = np.random.default_rng(0).normal(0, 8, 8000)
    data[7000:] = 900.0  # not back before the end: infinite, for which JSON has no word
    path = tmp_path / "a.npz"
    np.savez(path, data=data, fs=2000.0, kind="surface")
    text = CliRunner().invoke(app, ["info", str(path), "--json"]).stdout
    facts = json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    clipping = next(item for item in facts["findings"] if item["name"] == "clipping")
    assert clipping["recovery_s"] is None
    assert "not back within 2 s" in clipping["sentence"]


def test_options_are_named_as_they_are_typed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("EMG1\n" + "1\n2\n" * 500)
    for options, words in (
        ([], "give it with --fs (in Hz)"),
        (["--fs", "1000"], "give --scale (uV per stored unit)"),
    ):
        command = [sys.executable, "-m", "emgfasc", "info", str(path), *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, words in done.stderr) == (1, True), done.stderr
    rec = ef.read(path, fs=1000, scale=1)
    assert any("override with kind=." in note for note in rec.notes)
    printed = CliRunner().invoke(app, ["info", str(path), "--fs", "1000", "--scale", "1"]).stdout
    assert "override with --kind." in printed
