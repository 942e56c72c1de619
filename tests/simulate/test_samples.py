"""The committed sample recordings are whole, small, and what their script makes."""

from __future__ import annotations

import hashlib
import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import emgfasc as ef

FOLDER = Path(__file__).parents[2] / "sample_data"
SCRIPT = runpy.run_path(str(FOLDER / "make_samples.py"))


def test_sums_hold_and_files_are_small() -> None:
    lines = (FOLDER / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    listed = {line.split("  ")[1] for line in lines}
    assert listed == {path.name for path in FOLDER.iterdir() if path.suffix in (".edf", ".tsv")}
    for line in lines:
        expected, name = line.split("  ")
        content = (FOLDER / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == expected
        assert len(content) < 3_000_000


@pytest.mark.parametrize("name", ["surface_pair", "needle_benign"])
def test_samples_are_what_the_script_makes(name: str) -> None:
    made, truth = ef.simulate.recording(SCRIPT["SAMPLES"][name][1])
    committed = ef.read(FOLDER / f"{name}.edf")
    assert committed.kind == made.kind
    assert committed.channels == made.channels
    assert np.abs(committed.read() - made.read()).max() <= 0.26  # one step of the converter
    table = pd.read_csv(FOLDER / f"{name}_truth.tsv", sep="\t")
    np.testing.assert_allclose(table["peak_s"], truth.peak_s, atol=1e-9)
    np.testing.assert_allclose(table["amplitude_uv"], truth.to_frame()["amplitude_uv"], rtol=1e-4)
