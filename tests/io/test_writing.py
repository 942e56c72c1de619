"""What is written comes back."""

from __future__ import annotations

import time
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import mne
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

import emgfasc as ef
from emgfasc.io.edf_writing import _record

QUICK = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
shapes = st.tuples(st.integers(1, 4), st.integers(2, 300))
amplitudes = st.floats(-32000, 32000, width=32)
rates = st.sampled_from([100.0, 1000.0, 1009.0, 2048.0, 4000.0, 12.8, 23437.5, 50000.0])


def arrays(elements: st.SearchStrategy[float]) -> st.SearchStrategy[NDArray[np.float32]]:
    return hnp.arrays(np.float32, shapes, elements=elements)


def full(**changes: Any) -> ef.Recording:
    """Return a recording with every fact filled in."""
    data = np.random.default_rng(2).normal(0, 30, (3, 4097)).astype(np.float32)
    rec = ef.read(
        data,
        fs=2048,
        kind="hdsemg",
        channels=["EMG 1", "bic.2", "c"],
        muscle="Biceps br.",
        side="left",
    )
    facts: dict[str, Any] = {
        "positions_mm": np.array([[0, 0], [8.5, 0], [np.nan, np.nan]]),
        "start": datetime(2024, 2, 29, 13, 14, 15),
        "highpass_hz": 20.0,
        "lowpass_hz": 450.5,
    }
    return rec.replace(**(facts | changes))


@QUICK
@given(data=arrays(amplitudes), fs=rates)
def test_edf_within_a_step_of_the_channel(
    data: NDArray[np.float32], fs: float, tmp_path: Path
) -> None:
    rec = ef.read(data, fs=fs, kind="needle")
    ef.io.write(rec, tmp_path / "a.edf")
    again = ef.read(tmp_path / "a.edf")
    assert (again.fs_hz, again.n_samples, again.kind) == (fs, data.shape[1], "needle")
    assert again.channels == rec.channels
    # A step is 1/65535 of the range, which the header holds in 8 characters, and float32.
    span = np.ptp(data.astype(np.float64), axis=1)
    digits = np.spacing(np.abs(data).max(axis=1)) + 10.0 ** np.array(
        [-(7 - len(str(int(value)))) for value in -np.abs(data).max(axis=1) - 1]
    )
    step = np.where(span > 0, span / 65535, 1 / 65535) + digits
    assert (np.abs(again.read() - data).max(axis=1) <= step).all()


@QUICK
@given(data=arrays(amplitudes), fs=rates)
def test_bdf_is_finer(data: NDArray[np.float32], fs: float, tmp_path: Path) -> None:
    ef.io.write(ef.read(data, fs=fs, kind="surface"), tmp_path / "a.bdf")
    again = ef.read(tmp_path / "a.bdf")
    assert (again.fs_hz, again.n_samples) == (fs, data.shape[1])
    np.testing.assert_allclose(again.read(), data, rtol=1e-6, atol=64000 / (2**24 - 1))


@QUICK
@given(data=arrays(st.floats(width=32, allow_infinity=False)), fs=st.floats(1e-3, 1e6))
def test_npz_is_exact(data: NDArray[np.float32], fs: float, tmp_path: Path) -> None:
    if np.isnan(data).all():
        data[0, 0] = 0
    rec = ef.read(data, fs=fs, kind="needle")
    ef.io.write(rec, tmp_path / "a.npz")
    again = ef.read(tmp_path / "a.npz")
    np.testing.assert_array_equal(again.read(), data)
    assert (again.fs_hz, again.kind, again.channels) == (fs, "needle", rec.channels)


@pytest.mark.parametrize("suffix", [".edf", ".bdf", ".npz"])
def test_facts_come_back(tmp_path: Path, suffix: str) -> None:
    rec = full()
    ef.io.write(rec, tmp_path / f"a{suffix}")
    again = ef.read(tmp_path / f"a{suffix}", channels=[0, 1, 2])
    for fact in (
        "kind",
        "muscle",
        "side",
        "start",
        "highpass_hz",
        "lowpass_hz",
        "fs_hz",
    ):
        assert getattr(again, fact) == getattr(rec, fact), fact
    assert (again.n_samples, again.channels) == (4097, rec.channels)
    np.testing.assert_array_equal(again.positions_mm, rec.positions_mm)
    picked = ef.read(tmp_path / f"a{suffix}", channels=["bic.2"])
    np.testing.assert_array_equal(picked.positions_mm, [[8.5, 0]])


@pytest.mark.parametrize("suffix", [".edf", ".bdf", ".npz"])
def test_unknown_facts_stay_unknown(tmp_path: Path, suffix: str) -> None:
    rec = ef.read(np.arange(200.0), fs=100, kind="surface")
    ef.io.write(rec, tmp_path / f"a{suffix}")
    again = ef.read(tmp_path / f"a{suffix}")
    for fact in ("muscle", "side", "start", "highpass_hz", "lowpass_hz", "positions_mm"):
        assert getattr(again, fact) is None, fact
    assert again.notes == ()


def test_part_of_a_second_survives(tmp_path: Path) -> None:
    start = datetime(2024, 2, 29, 13, 14, 15, 250_000)
    ef.io.write(full(start=start), tmp_path / "a.edf")
    again = ef.read(tmp_path / "a.edf", channels=[0])
    assert again.start == start
    assert again.n_samples == 4097


@pytest.mark.parametrize("suffix", [".edf", ".bdf", ".npz"])
def test_same_recording_same_bytes(tmp_path: Path, suffix: str) -> None:
    ef.io.write(full(), tmp_path / f"a{suffix}")
    time.sleep(2.1 if suffix == ".npz" else 0)  # zip files date their members to 2 s
    ef.io.write(full(), tmp_path / f"b{suffix}")
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


@pytest.mark.parametrize("suffix", [".edf", ".bdf"])
def test_mne_reads_it_too(tmp_path: Path, suffix: str) -> None:
    rec = full()
    ef.io.write(rec, tmp_path / f"a{suffix}")
    raw = mne.io.read_raw(tmp_path / f"a{suffix}", verbose="ERROR")
    assert raw.ch_names == list(rec.channels)
    assert raw.info["sfreq"] == 2048
    assert (raw.info["highpass"], raw.info["lowpass"]) == (20.0, 450.5)
    np.testing.assert_allclose(raw.get_data()[:, :4097] * 1e6, rec.read(), atol=0.01)


@example(fs=50_000, n=999_983)  # 20 us would do for the rate, but not for the header
@given(fs=st.integers(1, 100_000), n=st.integers(2, 1_000_000))
@settings(max_examples=60, deadline=None)
def test_records_hold_the_rate_exactly(fs: int, n: int) -> None:
    size, seconds = _record(float(fs), n)
    assert len(repr(seconds).removesuffix(".0")) <= 8
    assert size == Fraction(repr(seconds)) * fs
    assert 1e-4 <= seconds <= 2
    assert n % size == 0 or n % fs > 0, "whole seconds need no filling"


@pytest.mark.parametrize("fs", [34 / 0.027, 1000 / 3, 2000 / 3, 52 / 0.027, 4096 / 3, 1e4 / 7])
def test_rates_that_are_fractions_come_back(tmp_path: Path, fs: float) -> None:
    # 34 samples in 27 ms are Trigno's 1259.259... Hz: EDF holds them, however many decimals
    rec = ef.read(np.random.default_rng(6).normal(0, 9, (2, 5003)), fs=fs, kind="surface")
    ef.io.write(rec, tmp_path / "a.edf")
    again = ef.read(tmp_path / "a.edf")
    assert (again.fs_hz, again.n_samples) == (fs, 5003)
    step = np.ptp(rec.read(), axis=1).max() / 65535
    np.testing.assert_allclose(again.read(), rec.read(), atol=0.51 * step)


def test_rates_edf_cannot_hold(tmp_path: Path) -> None:
    rec = ef.read(np.arange(99.0), fs=1259.259259259, kind="surface")
    with pytest.raises(ef.ParameterError, match=r"EDF cannot hold 1259.259259259 Hz.*write .npz"):
        ef.io.write(rec, tmp_path / "a.edf")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a name beyond 16 c", "Bizeps µ", " x", "x ", "a\tb"])
def test_names_edf_cannot_hold(tmp_path: Path, name: str) -> None:
    rec = ef.read(np.arange(99.0), fs=100, kind="surface", channels=[name])
    with pytest.raises(ef.ParameterError, match=r"write \.npz or rename"):
        ef.io.write(rec, tmp_path / "a.edf")
    ef.io.write(rec, tmp_path / "a.npz")
    assert ef.read(tmp_path / "a.npz").n_channels == 1


def test_gaps_edf_cannot_hold(tmp_path: Path) -> None:
    rec = ef.read(np.array([1, np.nan, 2]), fs=100, kind="surface")
    with pytest.raises(ef.RecordingError, match=r"gaps \(NaN\).*write .npz"):
        ef.io.write(rec, tmp_path / "a.edf")
    assert list(tmp_path.iterdir()) == []


def test_values_edf_cannot_hold(tmp_path: Path) -> None:
    rec = ef.read(np.array([-1e12, 1e12]), fs=100, kind="surface")
    with pytest.raises(ef.RecordingError, match=r"does not fit into .edf.*write .npz"):
        ef.io.write(rec, tmp_path / "a.edf")
    assert list(tmp_path.iterdir()) == []


def test_an_old_file_survives_a_failure(tmp_path: Path) -> None:
    file = tmp_path / "a.edf"
    ef.io.write(ef.read(np.arange(99.0), fs=100, kind="surface"), file)
    before = file.read_bytes()
    with pytest.raises(ef.RecordingError):
        ef.io.write(ef.read(np.array([1, np.nan]), fs=100, kind="surface"), file)
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.edf"]


@pytest.mark.parametrize("where", ["none/a.npz", "file/a.npz", "folder.npz"])
def test_places_nothing_can_be_written_to(tmp_path: Path, where: str) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder.npz").mkdir()
    with pytest.raises(ef.ParameterError, match="cannot be written") as caught:
        ef.io.write(ef.read(np.arange(9.0), fs=3, kind="surface"), tmp_path / where)
    assert "\n" not in str(caught.value)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "folder.npz"]


def test_suffixes_that_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(ef.ParameterError, match=r"'\.edf', '\.bdf', '\.npz', but got '\.fif'"):
        ef.io.write(full(), tmp_path / "a.fif")
