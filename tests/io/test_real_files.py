"""Spot values of public recordings, taken from their bytes by other means than the reader's."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import mne
import numpy as np
import pytest

import emgfasc as ef

N2001 = [
    "A01BB02", "A01BB03", "A01VM01", "A01VM04", "C01BB51", "C01BB61", "C01VM71", "M02BB03",
    "M03VM05",
]  # fmt: skip


@pytest.mark.parametrize("record", N2001)
def test_n2001_is_little_endian_behind_20_bytes(data_dir: Path, record: str) -> None:
    path = data_dir / f"emglab_n2001/N2001{record}.bin"
    rec = ef.read(path)
    stored = path.read_bytes()
    naive = np.array(
        [int.from_bytes(stored[at : at + 2], "little", signed=True) for at in range(20, 420, 2)]
    )
    assert (rec.kind, rec.fs_hz, rec.channels) == ("needle", 23437.5, ("EMG",))
    assert rec.n_samples == (len(stored) - 20) // 2 == 262134
    assert rec.duration_s == pytest.approx(11.18, abs=0.005)
    assert rec.muscle is not None
    assert rec.muscle.startswith("Biceps brachii" if "BB" in record else "Vastus medialis")
    np.testing.assert_allclose(rec.read(0, 200)[0], naive / 13.107, rtol=1e-6)
    assert rec.sha256 == hashlib.sha256(stored).hexdigest()


def test_n2001_header_gives_muscle_side_and_filters(data_dir: Path) -> None:
    path = data_dir / "emglab_n2001/N2001A01BB02.bin"
    by_bin, by_hea = ef.read(path), ef.read(path.with_suffix(".hea"))
    for rec in (by_bin, by_hea):
        assert (rec.muscle, rec.side) == ("Biceps brachii (long head)", "Left")
        assert (rec.highpass_hz, rec.lowpass_hz) == (2.0, 10000.0)
        assert any("262124" in note and "262134" in note for note in rec.notes)
    np.testing.assert_array_equal(by_bin.read(), by_hea.read())


@pytest.mark.parametrize(
    ("record", "n_samples", "first"),
    [  # sample counts from the headers; first values from the int16 at 10000 per mV
        ("healthy", 50860, -33.3),
        ("myopathy", 110337, -5.0),
        ("neuropathy", 147858, 90.0),
    ],
)
@pytest.mark.parametrize("suffix", [".hea", ".dat"])
def test_emgdb(data_dir: Path, record: str, n_samples: int, first: float, suffix: str) -> None:
    path = data_dir / f"physionet_emgdb/emg_{record}{suffix}"
    rec = ef.read(path)
    counts = np.fromfile(path.with_suffix(".dat"), "<i2")
    assert (rec.kind, rec.fs_hz, rec.n_samples) == ("needle", 4000.0, n_samples)
    assert rec.muscle == "tibialis anterior"
    assert any("concentric" in note for note in rec.notes)
    assert rec.read(0, 1)[0, 0] == pytest.approx(first, abs=1e-4)
    np.testing.assert_allclose(rec.read()[0], counts / 10.0, atol=1e-3)
    assert rec.sha256 == hashlib.sha256(path.with_suffix(".dat").read_bytes()).hexdigest()


def test_emgdb_wrap_is_left_for_the_reader_of_the_report(data_dir: Path) -> None:
    # The true minimum is -7.3 mV, but int16 holds -3.2768 mV at most.
    block = ef.read(data_dir / "physionet_emgdb/emg_neuropathy.hea").read()
    assert block.min() == pytest.approx(-3276.7, abs=0.1)


def test_bids_emg_edf(data_dir: Path) -> None:
    path = next((data_dir / "bids_emg").glob("*.edf"))
    rec = ef.read(path)
    raw = mne.io.read_raw_edf(path, verbose="ERROR")
    assert (rec.kind, rec.n_channels, rec.fs_hz, rec.n_samples) == ("hdsemg", 128, 2000.0, 1000)
    assert rec.channels[:2] == ("EMG1", "EMG2")
    assert rec.start == datetime(2025, 9, 29, 21, 28, 13)
    np.testing.assert_allclose(rec.read(), raw.get_data() * 1e6, rtol=1e-5, atol=1e-9)
    assert rec.highpass_hz is None, "its prefilter field says NaN"


def test_uneven_rates_are_not_resampled(data_dir: Path) -> None:
    rec = ef.read(data_dir / "edf/test_uneven_samp.edf")
    assert (rec.fs_hz, rec.n_channels, rec.n_samples) == (100.0, 1, 11000)
    assert any("12.8 Hz" in note and "left out" in note for note in rec.notes)
    slow = ef.read(data_dir / "edf/test_uneven_samp.edf", channels=[1])
    assert (slow.fs_hz, slow.n_samples) == (12.8, 1408)
    assert set(np.unique(slow.read())) <= {0.0, 1.0}, "a block wave of 0 and 1 uV, not smoothed"
    with pytest.raises(ef.ParameterError, match=r"different rates \(12.8, 100 Hz\)"):
        ef.read(data_dir / "edf/test_uneven_samp.edf", channels=[0, 1])


def test_five_rates_in_one_bdf(data_dir: Path) -> None:
    path = data_dir / "edf/test_generator.bdf"
    assert ef.read(path).channels == ("sine 5Hz",)
    for name, fs_hz in (("square 13Hz", 800), ("pink noise", 975), ("white noise", 999)):
        rec = ef.read(path, channels=name)
        assert (rec.fs_hz, rec.n_samples) == (fs_hz, fs_hz * 30)
    square = ef.read(path, channels="square 13Hz").read()
    assert len(np.unique(square.round(2))) == 2


def test_bdf_values_are_those_of_24_bits(data_dir: Path) -> None:
    path = data_dir / "edf/test.bdf"
    stored = path.read_bytes()[74 * 256 :]
    naive = [int.from_bytes(stored[at : at + 3], "little", signed=True) for at in range(0, 300, 3)]
    rec = ef.read(path, channels=["Fp1"])
    # Physical -262144 to 262143 over the whole 24-bit range.
    gain = (262143 + 262144) / (2**24 - 1)
    expected = (np.array(naive) + 2**23) * gain - 262144
    np.testing.assert_allclose(rec.read(0, 100)[0], expected, rtol=1e-6)
    assert rec.lowpass_hz == 417.0
    assert rec.highpass_hz is None


def test_eeg_files_hold_no_emg(data_dir: Path) -> None:
    for name in ("edf/duplicate_channel_labels.edf", "brainvision/test.vhdr"):
        with pytest.raises(ef.RecordingError, match=r"holds no EMG channel; name some with chann"):
            ef.read(data_dir / name)


def test_duplicate_labels_get_running_numbers(data_dir: Path) -> None:
    rec = ef.read(data_dir / "edf/duplicate_channel_labels.edf", channels=[2, 0])
    assert rec.channels == ("EEG F1-Ref-1", "EEG F1-Ref-0")
    assert rec.notes == (
        "Channel names are not unique; running numbers were added to the doubles.",
        "Kind guessed as 'surface' (2 channel(s) at 250 Hz); override with kind=.",
    )


def test_brainvision_values(data_dir: Path) -> None:
    rec = ef.read(data_dir / "brainvision/test.vhdr", channels=["FP2", "FP1"])
    counts = np.fromfile(data_dir / "brainvision/test.eeg", "<i2").reshape(-1, 32)
    assert (rec.fs_hz, rec.n_samples) == (1000.0, len(counts))
    np.testing.assert_allclose(rec.read(), counts[:, [1, 0]].T * 0.5, atol=1e-3)
    assert (
        rec.sha256 == hashlib.sha256((data_dir / "brainvision/test.eeg").read_bytes()).hexdigest()
    )


def test_biosppy_text_states_its_rate_but_no_unit(data_dir: Path) -> None:
    path = data_dir / "biosppy/emg.txt"
    with pytest.raises(ef.RecordingError, match=r"unit of EMG \[none\].*give scale="):
        ef.read(path)
    rec = ef.read(path, scale=0.5)
    assert (rec.fs_hz, rec.channels) == (1000.0, ("EMG",))
    np.testing.assert_array_equal(rec.read(0, 3)[0], [1027.5, 1028.0, 1027.5])


def test_text_that_is_no_clean_table_is_refused(data_dir: Path) -> None:
    with pytest.raises(ef.RecordingError, match="cannot be read as a table of numbers"):
        ef.read(data_dir / "physionet_emgdb/emg_neuropathy.txt", fs=4000)


@pytest.mark.parametrize(
    "name",
    [
        "edf/test_generator.edf",
        "edf/test_generator.bdf",
        "emglab_n2001/N2001A01BB02.bin",
        "physionet_emgdb/emg_healthy.hea",
    ],
)
def test_blocks_do_not_depend_on_their_size(data_dir: Path, name: str) -> None:
    rec = ef.read(data_dir / name)
    whole = rec.read()
    for size in (997, 8192):
        parts = np.concatenate([block for _, block in rec.blocks(size)], axis=1)
        np.testing.assert_array_equal(parts, whole)
    assert whole.dtype == np.float32
