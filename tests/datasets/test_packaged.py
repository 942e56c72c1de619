from __future__ import annotations

from pathlib import Path

import pytest

import emgfasc as ef
from emgfasc import datasets
from emgfasc.datasets import packaged


def test_samples_are_recordings_by_stem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("b.edf", "a.npz", "README.md", "a_truth.tsv"):
        (tmp_path / name).write_text("x")
    monkeypatch.setattr(packaged, "_FOLDERS", (tmp_path / "none", tmp_path))
    assert datasets.samples() == ("a", "b")
    assert datasets.sample_path("b") == tmp_path / "b.edf"
    with pytest.raises(ef.ParameterError, match="Allowed values are 'a', 'b', but got 'c'"):
        datasets.sample_path("c")


def test_an_installation_without_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packaged, "_FOLDERS", (tmp_path / "none",))
    with pytest.raises(ef.RecordingError, match="has no sample recordings"):
        datasets.samples()


def test_every_sample_that_comes_along_can_be_read() -> None:
    for name in datasets.samples():
        rec = ef.read(datasets.sample_path(name))
        assert rec.n_samples > 1000
        assert rec.name == name
