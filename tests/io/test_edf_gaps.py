"""Discontinuous EDF+: gaps are kept as gaps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import emgfasc as ef


def discontinuous(path: Path, onsets: Sequence[float]) -> tuple[Path, np.ndarray]:
    """Write an EDF+D by hand: one channel of 100 Hz in 1 uV steps, 1-s records."""
    values = np.random.default_rng(2).integers(-999, 999, (len(onsets), 100)).astype("<i2")
    n_text = 16
    fields = [
        (["EMG", "EDF Annotations"], 16), (["", ""], 80), (["uV", ""], 8),
        (["-1000", "-1"], 8), (["1000", "1"], 8), (["-1000", "-32768"], 8),
        (["1000", "32767"], 8), (["", ""], 80), (["100", str(n_text)], 8), (["", ""], 32),
    ]  # fmt: skip
    head = "0".ljust(8) + "X X X X".ljust(80) + "Startdate 01-JAN-2020 X X X".ljust(80)
    head += "01.01.2000.00.00" + "768".ljust(8) + "EDF+D".ljust(44)
    head += str(len(onsets)).ljust(8) + "1".ljust(8) + "2".ljust(4)
    head += "".join(text.ljust(width) for texts, width in fields for text in texts)
    body = b"".join(
        row.tobytes() + f"+{onset:g}\x14\x14\x00".encode().ljust(2 * n_text, b"\x00")
        for row, onset in zip(values, onsets, strict=True)
    )
    path.write_bytes(head.encode() + body)
    return path, values


def test_gaps_become_nan(tmp_path: Path) -> None:
    path, values = discontinuous(tmp_path / "gaps.edf", [0, 1, 3.5, 4.5, 9])
    rec = ef.read(path)
    assert (rec.fs_hz, rec.n_samples) == (100.0, 1000)
    expected = np.full(1000, np.nan)
    for row, start in zip(values, [0, 100, 350, 450, 900], strict=True):
        expected[start : start + 100] = row
    np.testing.assert_allclose(rec.read()[0], expected, atol=1e-3)
    for size in (1, 37, 333):
        parts = np.concatenate([block for _, block in rec.blocks(size)], axis=1)
        np.testing.assert_array_equal(parts, rec.read())
    assert any("2 gap(s), 5 s together" in note for note in rec.notes)


def test_records_without_gaps_are_read_as_they_are(tmp_path: Path) -> None:
    path, values = discontinuous(tmp_path / "none.edf", [0, 1, 2])
    rec = ef.read(path)
    np.testing.assert_allclose(rec.read()[0], values.ravel(), atol=1e-3)
    assert not any("gap" in note for note in rec.notes)


@pytest.mark.parametrize(
    ("onsets", "why"), [([0, 0.5, 2], "overlap"), ([0, 5, 3], "overlap"), ([0, 4000], "100 times")]
)
def test_onsets_that_cannot_be_right(tmp_path: Path, onsets: list[float], why: str) -> None:
    path, _ = discontinuous(tmp_path / "bad.edf", onsets)
    with pytest.raises(ef.RecordingError, match=why):
        ef.read(path)
