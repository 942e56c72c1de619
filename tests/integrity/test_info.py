"""``emgfasc info`` tells the findings and carries their names as flags."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
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
    assert "(first at 2.000 s)" in text
