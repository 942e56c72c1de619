"""What reading keeps, leaves out, scales and guesses."""

from __future__ import annotations

import hashlib
import json
import pickle
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import edfio
import mne
import numpy as np
import pytest

import emgfasc as ef

RNG = np.random.default_rng(11)


def raw_of(types: dict[str, str], fs: float = 2000.0, **info: Any) -> mne.io.RawArray:
    data = RNG.normal(0, 20e-6, (len(types), 3000))
    meta = mne.create_info(list(types), fs, list(types.values()))
    with meta._unlock():
        meta.update(info)
    return mne.io.RawArray(data, meta, verbose="ERROR")


def edf_of(path: Path, signals: list[tuple[str, str, float]], **more: Any) -> Path:
    """Write an EDF of (label, unit, rate) channels, each holding 1, 2, ... of its unit."""
    edfio.Edf(
        [
            edfio.EdfSignal(
                np.full(int(rate) * 2, place + 1.0),
                rate,
                label=label,
                physical_dimension=unit,
                physical_range=(-100, 100),
                **more,
            )
            for place, (label, unit, rate) in enumerate(signals)
        ]
    ).write(path)
    return path


# Arrays


def test_array_is_copied_and_never_changed() -> None:
    array = RNG.normal(size=(2, 50)).astype(np.float32)
    kept = array.copy()
    rec = ef.read(array, fs=100, kind="surface")
    array[:] = 7
    np.testing.assert_array_equal(rec.read(), kept)
    with pytest.raises(ValueError, match="read-only"):
        rec.read()[0, 0] = 1


def test_one_dimension_is_one_channel_and_scale_multiplies() -> None:
    rec = ef.read(np.arange(10, dtype=np.int16), fs=100.5, scale=0.25)
    assert (rec.channels, rec.fs_hz) == (("EMG1",), 100.5)
    assert rec.read().dtype == np.float32
    np.testing.assert_array_equal(rec.read()[0], np.arange(10) * 0.25)


def test_array_channels_name_or_pick() -> None:
    array = np.arange(12.0).reshape(3, 4)
    assert ef.read(array, fs=1, channels=["a", "b", "c"]).channels == ("a", "b", "c")
    picked = ef.read(array, fs=1, channels=[2, 0])
    assert picked.channels == ("EMG3", "EMG1")
    np.testing.assert_array_equal(picked.read(), array[[2, 0]])
    assert ef.read(array, fs=1, channels="EMG2").channels == ("EMG2",)
    with pytest.raises(ef.ParameterError, match="3 names, one per row"):
        ef.read(array, fs=1, channels=["a"])
    with pytest.raises(ef.RecordingError, match="duplicate channel name"):
        ef.read(array, fs=1, channels=["a", "a", "b"])


def test_gaps_stay_nan() -> None:
    masked = np.ma.array([1, 2, 3], mask=[False, True, False])
    np.testing.assert_array_equal(ef.read(masked, fs=1).read()[0], [1, np.nan, 3])


def test_hash_of_an_array_is_that_of_its_samples_and_rate() -> None:
    array = RNG.normal(size=(2, 50))
    same = ef.read(array.astype(np.float32), fs=100, kind="needle")
    assert ef.read(array, fs=100).sha256 == same.sha256
    assert ef.read(array, fs=101).sha256 != same.sha256
    assert ef.read(array + 1, fs=100).sha256 != same.sha256


# Kind


@pytest.mark.parametrize(
    ("n_channels", "fs", "kind"),
    [
        (16, 2048, "hdsemg"), (15, 20000, "surface"), (2, 10000, "needle"), (3, 10000, "surface"),
        (1, 9999, "surface"), (64, 50000, "hdsemg"),
    ],
)  # fmt: skip
def test_kind_by_channels_and_rate(n_channels: int, fs: float, kind: str) -> None:
    rec = ef.read(np.ones((n_channels, 20)), fs=fs)
    assert rec.kind == kind
    assert any(f"guessed as '{kind}'" in note and "kind=" in note for note in rec.notes)
    assert ef.read(np.ones((n_channels, 20)), fs=fs, kind="needle").notes == ()


def test_words_of_the_file_come_before_numbers(tmp_path: Path) -> None:
    many = [(f"EMG{n}", "uV", 2000.0) for n in range(20)]
    file = edf_of(tmp_path / "a.edf", many, transducer_type="Monopolar needle")
    assert ef.read(file).kind == "needle"


# Channels


def test_names_tell_emg_from_the_rest(tmp_path: Path) -> None:
    names = [
        "EMG biceps", "ECG", "ACC.X 10", "Trigger", "sEMG_2", "VEOG", "Fp1", "GYRO z", "Force",
        "EMG 3 ACC.X", "EMG position 4",
    ]  # fmt: skip
    file = edf_of(tmp_path / "a.edf", [(name, "uV", 2000) for name in names])
    rec = ef.read(file)
    assert rec.channels == ("EMG biceps", "sEMG_2", "EMG position 4")
    assert any("Left out 8 channel(s) that are not EMG: ECG, ACC.X 10" in n for n in rec.notes)
    np.testing.assert_allclose(rec.read(0, 1)[:, 0], [1, 5, 11], atol=2e-3)


def test_muscle_names_stand_for_emg(tmp_path: Path) -> None:
    names = ["biceps", "FDI", "ECG II", "TA"]
    rec = ef.read(edf_of(tmp_path / "a.edf", [(name, "uV", 2000) for name in names]))
    assert rec.channels == ("biceps", "FDI", "TA")
    assert any("No channel says that it is EMG; taken as EMG: biceps, FDI" in n for n in rec.notes)


def test_grid_names_are_not_taken_for_the_scalp(tmp_path: Path) -> None:
    grid = [f"{row}{n}" for row in "ABCF" for n in range(1, 5)]
    file = edf_of(tmp_path / "a.edf", [(name, "uV", 2000) for name in grid])
    assert ef.read(file).channels == tuple(grid)
    scalp = edf_of(tmp_path / "b.edf", [(n, "uV", 2000) for n in ("Fp1", "F3", "C3", "O1")])
    with pytest.raises(ef.RecordingError, match="holds no EMG channel"):
        ef.read(scalp)


def test_wanted_channels_override_and_keep_their_order(tmp_path: Path) -> None:
    file = edf_of(tmp_path / "a.edf", [("EMG", "uV", 2000), ("ECG", "mV", 2000)])
    rec = ef.read(file, channels=["ECG", 0])
    assert rec.channels == ("ECG", "EMG")
    np.testing.assert_allclose(rec.read(0, 1)[:, 0], [2000, 1], atol=2)


def test_slow_emg_beside_fast_ecg_keeps_its_own_rate(tmp_path: Path) -> None:
    file = edf_of(tmp_path / "a.edf", [("ECG", "uV", 4000), ("EMG", "uV", 1000)])
    rec = ef.read(file)
    assert (rec.fs_hz, rec.n_samples) == (1000, 2000)


def test_the_rate_most_channels_have_wins(tmp_path: Path) -> None:
    rates = [2000, 1000, 1000, 4000]
    file = edf_of(tmp_path / "a.edf", [(f"EMG{n}", "uV", rate) for n, rate in enumerate(rates)])
    rec = ef.read(file)
    assert (rec.fs_hz, rec.channels) == (1000, ("EMG1", "EMG2"))
    assert any("EMG0 (2000 Hz), EMG3 (4000 Hz)" in note for note in rec.notes)


# Units


@pytest.mark.parametrize(
    ("unit", "uv"),
    [
        ("uV", 1),
        ("uv", 1),
        ("UV", 1),
        ("mV", 1e3),
        ("mv", 1e3),
        ("V", 1e6),
        ("nV", 1e-3),
        ("uVolt", 1),
        ("microV", 1),
        ("microvol", 1),
        ("millivol", 1e3),
        ("mVolts", 1e3),
    ],
)
def test_every_spelling_of_a_voltage_in_edf(tmp_path: Path, unit: str, uv: float) -> None:
    rec = ef.read(edf_of(tmp_path / "a.edf", [("EMG", unit, 2000)]))
    np.testing.assert_allclose(rec.read(0, 3), np.ones((1, 3)) * uv, rtol=2e-3)


def test_places_may_be_spelled_as_text_where_no_channel_is_called_so(tmp_path: Path) -> None:
    file = edf_of(tmp_path / "a.edf", [("1", "uV", 2000), ("EMG", "uV", 2000), ("b", "uV", 2000)])
    assert ef.read(file, channels=["2", "1"]).channels == ("b", "1"), "a name comes first"
    with pytest.raises(ef.ParameterError, match=r"has no channel '3'.*\(0 to 2\)"):
        ef.read(file, channels=["3"])


def test_a_channel_without_a_name_is_called_by_its_place(tmp_path: Path) -> None:
    rec = ef.read(
        edf_of(tmp_path / "a.edf", [("", "uV", 2000), (" EMG", "uV", 2000)]), channels=[0]
    )
    assert rec.channels == ("ch1",)
    assert "Channels without a name are called by their place: ch1." in rec.notes
    assert not any("not unique" in note for note in rec.notes)


@pytest.mark.parametrize("unit", ["", "adu", "%", "g", "uV/s"])
def test_other_units_ask_for_a_scale(tmp_path: Path, unit: str) -> None:
    file = edf_of(tmp_path / "a.edf", [("EMG", unit, 2000)])
    with pytest.raises(ef.RecordingError, match="is not known as a voltage; give scale="):
        ef.read(file)
    np.testing.assert_allclose(ef.read(file, scale=3).read(0, 1), [[3]], rtol=2e-3)


def test_scale_overrides_the_unit_and_says_so(tmp_path: Path) -> None:
    rec = ef.read(edf_of(tmp_path / "a.edf", [("EMG", "mV", 2000)]), scale=7)
    np.testing.assert_allclose(rec.read(0, 1), [[7]], rtol=2e-3)
    assert any("scale=7 uV was applied" in note for note in rec.notes)


def test_a_stated_unit_that_is_no_voltage_is_left_out(tmp_path: Path) -> None:
    rec = ef.read(edf_of(tmp_path / "a.edf", [("biceps", "mV", 2000), ("grip", "N", 2000)]))
    assert rec.channels == ("biceps",)
    assert any("whose unit is no voltage: grip [N]" in note for note in rec.notes)


# MNE


def test_raw_is_read_in_volts() -> None:
    raw = raw_of({"a": "emg", "b": "ecg", "c": "emg"}, highpass=20.0, lowpass=450.0)
    rec = ef.read(raw, kind="surface")
    assert (rec.channels, rec.highpass_hz, rec.lowpass_hz) == (("a", "c"), 20.0, 450.0)
    expected = raw.get_data(picks=["a", "c"]) * 1e6
    np.testing.assert_allclose(rec.read(), expected, rtol=1e-6)
    np.testing.assert_array_equal(rec.read(10, 20), rec.read()[:, 10:20])
    assert rec.sha256 == ef.read(raw).sha256
    assert rec.path is None


def test_filters_mne_assumes_are_not_stated() -> None:
    rec = ef.read(raw_of({"a": "emg"}))
    assert (rec.highpass_hz, rec.lowpass_hz) == (None, None)


def test_bads_and_start_come_along() -> None:
    raw = raw_of({"a": "emg", "b": "emg"}, meas_date=datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC))
    raw.info["bads"] = ["b"]
    raw.set_annotations(mne.Annotations([0.1], [0.2], ["BAD_move"], raw.info["meas_date"]))
    rec = ef.read(raw.crop(0.5, None))
    assert rec.bad_channels == ("b",)
    assert rec.start == datetime(2024, 5, 6, 7, 8, 9, 500_000, tzinfo=UTC)
    assert any("marked bad in the file: b" in note for note in rec.notes)


def test_misc_channels_have_no_unit() -> None:
    raw = raw_of({"biceps": "misc"})
    with pytest.raises(ef.RecordingError, match="give scale="):
        ef.read(raw)
    np.testing.assert_allclose(ef.read(raw, scale=1e6).read(), raw.get_data() * 1e6, rtol=1e-6)


def test_raw_and_fif_and_edf_hold_the_same(tmp_path: Path) -> None:
    raw = raw_of({"EMG a": "emg", "EMG b": "emg"})
    raw.save(tmp_path / "x_raw.fif", verbose="ERROR")
    by_raw, by_fif = ef.read(raw), ef.read(tmp_path / "x_raw.fif")
    np.testing.assert_allclose(by_fif.read(), by_raw.read(), rtol=1e-6)
    stored = (tmp_path / "x_raw.fif").read_bytes()
    assert by_fif.sha256 == hashlib.sha256(stored).hexdigest()
    assert by_fif.name == "x_raw"


# WFDB


def test_wfdb_units_names_and_rates(tmp_path: Path) -> None:
    # Two signals, the second with 2 samples per frame: stored a b b a b b ...
    frames = np.array([[1, 10, 11], [2, 12, 13], [3, 14, 15], [4, 16, 17]], "<i2")
    (tmp_path / "r.hea").write_text(
        "r 2 100 4\nr.dat 16 2/uV 16 0 0 0 0 EMG\nr.dat 16x2 0.5/MV 16 0 0 0 0 EMG\n"
        "# side: Right\n# surface electrodes\n"
    )
    frames.tofile(tmp_path / "r.dat")
    slow = ef.read(tmp_path / "r.hea", channels=["EMG-0"])
    fast = ef.read(tmp_path / "r.dat", channels=["EMG-1"])
    assert (slow.fs_hz, fast.fs_hz, slow.side, slow.kind) == (100, 200, "Right", "surface")
    np.testing.assert_array_equal(slow.read(), [[0.5, 1, 1.5, 2]])
    np.testing.assert_array_equal(fast.read(), np.arange(10, 18)[None] * 2000.0)
    np.testing.assert_array_equal(fast.read(3, 6), fast.read()[:, 3:6])
    assert any("not unique" in note for note in slow.notes)
    assert ef.read(tmp_path / "r.hea").fs_hz == 200, "of two as common the higher"


def test_n2001_without_header_says_what_it_assumed(tmp_path: Path) -> None:
    counts = np.array([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 13107, -26214], "<i2")
    counts.tofile(tmp_path / "N2001X01BB02.bin")
    rec = ef.read(tmp_path / "N2001X01BB02.bin")
    np.testing.assert_allclose(rec.read(), [[1000, -2000]])
    assert any("read as EMGLAB N2001 (23437.5 Hz, 13.107 counts/uV)" in note for note in rec.notes)
    assert any("Has 24 bytes where N2001 records have 524288" in note for note in rec.notes)


# Text


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "time,biceps (mV),ECG (mV)\n0,0.001,9\n0.1,nan,9\n0.2,0.003,9\n"),
        ("a.csv", "t;biceps [uV];ECG [uV]\n0;1,0;9\n0,1;nan;9\n0,2;3,0;9\n"),
        ("a.tsv", "\ufeffbiceps (µV)\tForce\n1\t9\nnan\t9\n3\t9\r\n"),
        ("a.txt", "# any\nbiceps(V)\n1e-6\nnan\n\n3e-6\n"),
    ],
)
def test_tables_of_text(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    rec = ef.read(tmp_path / name, fs=10, kind="needle")
    assert rec.channels == ("biceps",)
    np.testing.assert_allclose(rec.read(), [[1, np.nan, 3]], rtol=1e-6)


def test_an_unnamed_time_axis_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("0,5,1\n0.0003,7,2\n0.0005,6,1\n0.0008,1,1\n")
    rec = ef.read(tmp_path / "a.csv", fs=4000, scale=1)
    assert rec.channels == ("EMG2", "EMG3")
    assert any("Left out 1 channel(s) that are not EMG: EMG1" in note for note in rec.notes)


@pytest.mark.parametrize(
    ("comment", "fs"),
    [
        ("Sampling Rate (Hz):= 1000.00", 1000),
        ("sampling frequency = 2048", 2048),
        ("SampleRate:1e4", 1e4),
    ],
)
def test_rate_in_a_comment(tmp_path: Path, comment: str, fs: float) -> None:
    (tmp_path / "a.txt").write_text(f"# {comment}\n# Labels:= TA, FDI\n1 5\n2 4\n1 3\n")
    rec = ef.read(tmp_path / "a.txt", scale=2)
    assert (rec.fs_hz, rec.channels) == (fs, ("TA", "FDI"))
    np.testing.assert_array_equal(rec.read(), [[2, 4, 2], [10, 8, 6]])


# Anything


def test_describe_is_plain_json() -> None:
    rec = ef.read(
        np.ones((2, 300)), fs=float(np.float32(100)), kind="needle", muscle="TA", side="left"
    )
    facts = ef.io.describe(rec.replace(highpass_hz=np.float64(20), flags=("clipped",)))
    assert json.loads(json.dumps(facts)) == facts
    assert list(facts) == [
        "file", "fs_hz", "n_channels", "channels", "bad_channels", "kind", "duration_s",
        "n_samples", "unit", "flags", "notes", "muscle", "side", "start", "highpass_hz",
        "lowpass_hz", "sha256",
    ]  # fmt: skip
    assert facts["duration_s"] == 3.0
    assert (facts["muscle"], facts["side"], facts["flags"]) == ("TA", "left", ["clipped"])


def test_recordings_travel_to_other_processes(tmp_path: Path) -> None:
    rec = ef.read(edf_of(tmp_path / "a.edf", [("EMG", "uV", 2000)]))
    again = pickle.loads(pickle.dumps(rec))
    np.testing.assert_array_equal(again.read(5, 9), rec.read(5, 9))


def test_names_with_spaces_and_no_ascii(tmp_path: Path) -> None:
    folder = tmp_path / "Ärzte  2"
    folder.mkdir()
    rec = ef.read(str(edf_of(folder / "mus  a.EDF", [("EMG", "uV", 2000)])))
    assert rec.path == str(folder / "mus  a.EDF")
    assert rec.name == "mus  a"


def test_ranges_are_clipped_and_empty_ones_are_empty(tmp_path: Path) -> None:
    rec = ef.read(edf_of(tmp_path / "a.edf", [("EMG", "uV", 2000)]))
    assert rec.read(-5, 3).shape == (1, 3)
    assert rec.read(3990, 9999).shape == (1, 10)
    assert rec.read(7, 7).shape == (1, 0)
    assert rec.read(9999).shape == (1, 0)


def test_reading_an_array_needs_neither_mne_nor_wfdb() -> None:
    code = (
        "import sys, numpy as np, emgfasc as ef; ef.read(np.ones(9), fs=3); "
        "print({'mne', 'wfdb', 'edfio', 'matplotlib', 'scipy.signal'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
