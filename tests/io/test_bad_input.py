"""Whatever is wrong with the input: one line that names the file, and nothing printed."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mne
import numpy as np
import pytest
import xarray as xr

import emgfasc as ef
from emgfasc.io.mne_raw import _whole

SIGNAL = np.random.default_rng(5).normal(0, 20, (2, 4000))


def an_edf(path: Path, suffix: str = ".edf") -> Path:
    file = path / f"rec{suffix}"
    ef.io.write(ef.read(SIGNAL, fs=2000, kind="surface"), file)
    return file


def a_fif(path: Path) -> Path:
    raw = mne.io.RawArray(SIGNAL * 1e-6, mne.create_info(2, 2000.0, "emg"), verbose="ERROR")
    raw.save(path / "rec_raw.fif", verbose="ERROR")
    return path / "rec_raw.fif"


def a_wfdb(path: Path, line: str = "rec.dat 16 10/mV 16 0 0 0 0 EMG") -> Path:
    (path / "rec.hea").write_text(f"rec 1 1000 100\n{line}\n")
    np.arange(100, dtype="<i2").tofile(path / "rec.dat")
    return path / "rec.hea"


def a_brainvision(path: Path) -> Path:
    (path / "rec.vhdr").write_text(
        "Brain Vision Data Exchange Header File Version 1.0\n"
        "[Common Infos]\nDataFile=rec.eeg\nMarkerFile=rec.vmrk\nDataFormat=BINARY\n"
        "DataOrientation=MULTIPLEXED\nNumberOfChannels=2\nSamplingInterval=500\n"
        "[Binary Infos]\nBinaryFormat=INT_16\n"
        "[Channel Infos]\nCh1=EMG1,,0.1,µV\nCh2=EMG2,,0.1,µV\n",
        encoding="utf-8",
    )
    (path / "rec.vmrk").write_text(
        "Brain Vision Data Exchange Marker File, Version 1.0\n"
        "[Common Infos]\nDataFile=rec.eeg\n[Marker Infos]\n"
    )
    np.arange(400, dtype="<i2").tofile(path / "rec.eeg")
    return path / "rec.vhdr"


def cut(file: Path, n_bytes: int) -> Path:
    file.write_bytes(file.read_bytes()[:-n_bytes])
    return file


def text(path: Path, name: str, content: str) -> Path:
    (path / name).write_text(content)
    return path / name


def garbage(path: Path, suffix: str) -> Path:
    file = path / f"garbage{suffix}"
    file.write_bytes(np.random.default_rng(1).bytes(5001))
    return file


def npz(path: Path, **arrays: Any) -> Path:
    np.savez(path / "rec.npz", **arrays)
    return path / "rec.npz"


def patched(file: Path, at: int, new: bytes) -> Path:
    stored = bytearray(file.read_bytes())
    stored[at : at + len(new)] = new
    file.write_bytes(stored)
    return file


BAD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "missing": (lambda p: p / "none.edf", "does not exist"),
    "missing, unknown suffix": (lambda p: p / "none.xyz", "does not exist"),
    "directory": (lambda p: p, "is a folder"),
    "directory like a file": (lambda p: (p / "d.edf").mkdir() or p / "d.edf", "is a folder"),
    "wrong suffix": (lambda p: text(p, "a.xyz", "x"), r"known are \.edf, \.bdf, \.vhdr"),
    "no suffix": (lambda p: text(p, "a", "x"), "suffix missing is not known"),
    "eeg part": (lambda p: text(p, "a.eeg", "x"), r"give its header a\.vhdr"),
    "truncated edf": (lambda p: cut(an_edf(p), 1), "is truncated"),
    "edf without its last record": (lambda p: cut(an_edf(p), 8000), "is truncated"),
    "edf header only": (lambda p: cut(an_edf(p), 16000), "is truncated"),
    "edf header cut": (lambda p: cut(an_edf(p), 16100), "header is damaged or cut short"),
    "edf of 10 bytes": (lambda p: text(p, "a.edf", "0         "), "header is damaged"),
    "truncated bdf": (lambda p: cut(an_edf(p, ".bdf"), 4000), "is truncated"),
    "edf of no records": (lambda p: patched(cut(an_edf(p), 16000), 236, b"0 "), "no data record"),
    "edf of unknown length, cut": (lambda p: patched(cut(an_edf(p), 3), 236, b"-1"), "truncated"),
    "edf with a record of 0 s": (lambda p: patched(an_edf(p), 244, b"0 "), "header is damaged"),
    "edf without range": (
        lambda p: patched(an_edf(p), 256 + 104 * 2, b"0       " * 4),
        "gives EMG1, EMG2 no range",
    ),
    "edf with gaps of unknown place": (
        lambda p: patched(an_edf(p), 192, b"EDF+D"),
        "is discontinuous",
    ),
    "edf without unit": (
        lambda p: patched(an_edf(p), 256 + 96 * 2, b"  " + b" " * 6),
        r"EMG1 \[none\].*give scale=",
    ),
    "truncated fif": (lambda p: cut(a_fif(p), 5000), "is truncated"),
    "truncated fif tail": (lambda p: cut(a_fif(p), 1), "is truncated"),
    "truncated wfdb": (lambda p: cut_data(a_wfdb(p)), "the header states 100 samples.*holds 99"),
    "brainvision of channels not described": (
        lambda p: replaced(a_brainvision(p), "Channels=2", "Channels=999999999"),
        "states 999999999 channels, but describes fewer",
    ),
    "truncated brainvision": (lambda p: cut_data(a_brainvision(p)), "is truncated"),
    "wfdb without gain": (lambda p: a_wfdb(p, "rec.dat 16 0 16 0 0 0 0 EMG"), "give scale="),
    "wfdb of another unit": (lambda p: a_wfdb(p, "rec.dat 16 10/mmHg 16 0 0 0 0 EMG"), "mmHg"),
    "dat alone": (lambda p: moved(a_wfdb(p).with_suffix(".dat")), "needs its header alone.hea"),
    "hea alone": (lambda p: moved(a_wfdb(p)), "signal file rec.dat is not beside it"),
    "odd n2001": (lambda p: text(p, "N2001A01BB02.bin", "x" * 101), "is truncated"),
    "short n2001": (lambda p: text(p, "N2001A01BB02.bin", "x" * 20), "is truncated"),
    "npz without data": (lambda p: npz(p, a=[1, 2], fs=3), "no array 'data'.*it has a, fs"),
    "npz without fs": (lambda p: npz(p, data=[1.0, 2.0]), "give it with fs="),
    "npz with fs 0": (lambda p: npz(p, data=[1.0, 2.0], fs=0), "sampling rate is 0 Hz"),
    "npz with fs below 0": (lambda p: npz(p, data=[1.0, 2.0], fs=-5), "sampling rate is -5 Hz"),
    "npz with fs of two": (lambda p: npz(p, data=[1.0, 2.0], fs=[1, 2]), "read as NPZ"),
    "npz of objects": (lambda p: npz(p, data=np.array([{}, 1], object), fs=9), "read as NPZ"),
    "npz of text": (lambda p: npz(p, data=["a", "b"], fs=9), "real numbers"),
    "npz of 3 dimensions": (lambda p: npz(p, data=np.zeros((2, 2, 2)), fs=9), "3 dimension"),
    "npz of a strange kind": (lambda p: npz(p, data=[1, 2], fs=9, kind="x"), "its kind is 'x'"),
    "npz, one name too few": (lambda p: npz(p, data=[[1, 2]] * 2, fs=9, channels=["a"]), "1 nam"),
    "npz of NaN": (lambda p: npz(p, data=[np.nan] * 9, fs=9), "every sample is NaN"),
    "npz of infinity": (lambda p: npz(p, data=[np.inf, 1.0], fs=9), "infinite"),
    "npz beyond float32": (lambda p: npz(p, data=[1e300, 1.0], fs=9), "infinite"),
    "npz of one sample": (lambda p: npz(p, data=[1.0], fs=9), r"holds 1 sample\(s\)"),
    "npz of no samples": (lambda p: npz(p, data=np.zeros((2, 0)), fs=9), r"holds 0 sample\(s\)"),
    "transposed npz": (lambda p: npz(p, data=np.zeros((5000, 4)), fs=9), "transpose"),
    "csv without rate": (lambda p: text(p, "a.csv", "a (uV)\n1\n2\n"), "give it with fs="),
    "csv of names only": (lambda p: text(p, "a.csv", "# sampling rate: 9\na (uV)\n"), "0 sample"),
    "csv of one row": (lambda p: text(p, "a.csv", "# sampling rate: 9\na (uV)\n1\n"), "1 sample"),
    "csv of a comment": (lambda p: text(p, "a.csv", "# sampling rate: 9\n"), "give scale="),
    "ragged csv": (lambda p: text(p, "a.csv", "# sampling rate: 9\na,b\n1,2\n3\n"), "table of nu"),
    "csv with a word": (lambda p: text(p, "a.csv", "# sampling rate: 9\n1,2\n3,x\n"), "table of n"),
    "csv with an empty cell": (
        lambda p: text(p, "a.csv", "# sample rate 9\n1,2\n3,\n"),
        "table.*an empty cell at row 1, column 2: write nan",
    ),
    "csv without unit": (lambda p: text(p, "a.csv", "# sampling rate: 9\n1,2\n3,1\n"), "scale="),
    "csv of NaN": (lambda p: text(p, "a.csv", "# sampling rate: 9\na (uV)\nnan\nnan\n"), "NaN"),
    "csv of forces": (
        lambda p: text(p, "a.csv", "# sampling rate: 9\ntime,Force\n1,2\n2,3\n3,1\n"),
        "holds no EMG channel",
    ),
} | {
    f"garbage{suffix}": (lambda p, s=suffix: garbage(p, s), words)
    for suffix, words in {
        ".edf": "is no EDF or BDF file", ".bdf": "is no EDF or BDF file",
        ".vhdr": "cannot be read as BrainVision", ".fif": "cannot be read as FIF",
        ".hea": "cannot be read as WFDB", ".bin": "is truncated", ".npz": "cannot be read as NPZ",
        ".csv": "a table of numbers", ".tsv": "a table of numbers", ".txt": "a table of numbers",
    }.items()
} | {
    f"empty{suffix}": (lambda p, s=suffix: text(p, f"a{s}", ""), r"is empty \(0 bytes\)")
    for suffix in (".edf", ".bdf", ".vhdr", ".fif", ".hea", ".dat", ".bin", ".npz", ".csv")
}  # fmt: skip


def replaced(file: Path, old: str, new: str) -> Path:
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return file


def cut_data(header: Path) -> Path:
    cut(header.with_suffix(".eeg" if header.suffix == ".vhdr" else ".dat"), 1)
    return header


def moved(file: Path) -> Path:
    (file.parent / "sub").mkdir()
    return Path(shutil.move(file, file.parent / "sub" / f"alone{file.suffix}"))


@pytest.mark.parametrize("name", BAD)
def test_one_line_and_nothing_else(
    name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    make, words = BAD[name]
    file = make(tmp_path)
    capfd.readouterr()
    with pytest.raises(ef.RecordingError, match=words) as caught:
        ef.read(file)
    assert "\n" not in str(caught.value)
    assert str(file) in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_fif_ends_with_the_data_of_its_last_tag(tmp_path: Path) -> None:
    file = tmp_path / "a.fif"
    tags = struct.pack(">4i", 100, 31, 4, 0) + b"abcd" + struct.pack(">4i", 102, 3, 8, -1)
    for size, whole in ((0, False), (7, False), (8, True), (9, True)):
        file.write_bytes(tags + b"x" * size)
        assert _whole(file) is whole, size
    file.write_bytes(struct.pack(">4i", 100, 31, 0, 16) + struct.pack(">4i", 1, 3, 0, 16) * 2)
    assert not _whole(file), "a tag that points back would never end"


def test_whole_twins_of_the_cut_files_are_read(tmp_path: Path) -> None:
    for make in (an_edf, a_fif, a_brainvision, a_wfdb):
        assert ef.read(make(tmp_path)).n_samples >= 100


@pytest.mark.parametrize("fs", [0, -1, np.nan, np.inf, None, "1000", True])
def test_rates_that_are_none(fs: Any) -> None:
    with pytest.raises(ef.ParameterError, match="'fs' parameter"):
        ef.read(np.zeros((1, 100)), fs=fs)


@pytest.mark.parametrize("scale", [0, -1, np.nan, "1"])
def test_scales_that_are_none(scale: Any) -> None:
    with pytest.raises(ef.ParameterError, match="'scale' parameter"):
        ef.read(np.zeros((1, 100)), fs=100, scale=scale)


@pytest.mark.parametrize("fs", [None, 100])
@pytest.mark.parametrize("source", [None, {}, b"x", xr.Dataset(), object()])
def test_sources_that_are_none(source: Any, fs: float | None) -> None:
    with pytest.raises(ef.ParameterError, match=f"'source' .* got {type(source).__name__} instead"):
        ef.read(source, fs=fs)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((2, 1)), np.zeros((2, 0)), np.zeros(0), np.zeros((0, 9)), np.zeros((2, 2, 9)),
        np.full((2, 9), np.nan), np.array([1, np.inf]), np.array(["a", "b"]), [[1, 2], [3]],
        np.zeros(9, complex), np.zeros(9, bool), 3.0, np.zeros((2048, 8)),
    ],
    ids=str,
)  # fmt: skip
def test_arrays_that_are_no_recording(array: Any) -> None:
    with pytest.raises(ef.RecordingError) as caught:
        ef.read(array, fs=100)
    assert "\n" not in str(caught.value)
    assert "array" in str(caught.value)


@pytest.mark.parametrize("wanted", [["x"], [2], [-1], [], [0, 0], [True], [1.0], 7, "x", [None]])
def test_channels_that_are_none(wanted: Any, tmp_path: Path) -> None:
    with pytest.raises(ef.ParameterError, match="'channels' parameter"):
        ef.read(an_edf(tmp_path), channels=wanted)


def test_a_rate_against_the_file(tmp_path: Path) -> None:
    with pytest.raises(ef.ParameterError, match="states 2000 Hz, but got 1000 instead"):
        ef.read(an_edf(tmp_path), fs=1000)
    assert ef.read(an_edf(tmp_path), fs=2000).fs_hz == 2000


def test_kind_is_checked_first(tmp_path: Path) -> None:
    with pytest.raises(ef.ParameterError, match="'kind' parameter"):
        ef.read(tmp_path / "none.edf", kind="wire")  # type: ignore[arg-type]


def test_a_file_that_goes_away(tmp_path: Path) -> None:
    file = an_edf(tmp_path)
    rec = ef.read(file)
    file.unlink()
    with pytest.raises(ef.RecordingError, match="samples 0 to 10 cannot be read"):
        rec.read(0, 10)


def test_edf_longer_than_stated_is_read_and_noted(tmp_path: Path) -> None:
    file = an_edf(tmp_path)
    stored = file.read_bytes()
    file.write_bytes(stored + stored[-16000:])
    longer = ef.read(file)
    assert longer.notes == (
        "The header states 1 data records, but the file holds 2; all whole ones were read.",
    )
    assert longer.n_samples == 8000
    np.testing.assert_array_equal(longer.read(4000), longer.read(0, 4000))
    patched(file, 236, b"-1")
    unknown = ef.read(file)
    assert unknown.n_samples == 8000
    assert unknown.notes == ("The header does not state how many records it has; all 2 were read.",)


def test_bytes_behind_the_last_record_are_noted(tmp_path: Path) -> None:
    file = an_edf(tmp_path)
    file.write_bytes(file.read_bytes() + b"1234567")
    rec = ef.read(file)
    assert rec.n_samples == 4000
    assert "Left out 7 bytes behind the last whole record." in rec.notes
