"""Spot values of Spike2, C3D, MATLAB, Trigno and Poly5 files, read by other means."""

from __future__ import annotations

import csv
import struct
from pathlib import Path

import numpy as np
import pytest
import scipy.io

import emgfasc as ef
from emgfasc.io.extras import extra


def test_otbiolab_export_keeps_the_grid_and_leaves_the_decomposition(data_dir: Path) -> None:
    rec = ef.read(data_dir / "openhdemg/otb_testfile.mat")
    stored = scipy.io.loadmat(data_dir / "openhdemg/otb_testfile.mat")["Data"].flat[0]
    assert stored.shape == (66560, 75)
    assert (rec.kind, rec.fs_hz, rec.n_channels, rec.n_samples) == ("hdsemg", 2048.0, 64, 66560)
    assert rec.duration_s == 32.5
    assert rec.muscle == "Vastus Lateralis"
    assert rec.channels[0] == "GR08MM1305 (1)"
    np.testing.assert_allclose(rec.read(1000, 1010), stored[1000:1010, :64].T, rtol=1e-6)
    assert any("Left out 11 channel(s)" in note for note in rec.notes)
    assert rec.positions_mm is not None
    distances = np.linalg.norm(rec.positions_mm[:, None] - rec.positions_mm[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    assert (distances.min(1) == 8.0).all()
    assert not (rec.positions_mm == 0).all(1).any(), "the corner before electrode 1 is missing"
    # Neighbours on the chart see the same potentials: the numbering is right.
    data = rec.read(20000, 40000)
    corr = np.corrcoef(data - data.mean(0))
    near, far = corr[distances == 8.0].mean(), corr[distances > 40].mean()
    assert near > far + 0.3


def test_spike2_ramp(data_dir: Path) -> None:
    rec = ef.read(data_dir / "emglab_spike2/Ramp_Piece.smr")
    assert (rec.kind, rec.fs_hz, rec.channels) == ("needle", 20000.0, ("SMU",))
    assert rec.n_samples == 119300
    whole = rec.read()
    counts = whole[0] / 1e6 * 6553.6  # 5 V are 32768 counts
    np.testing.assert_allclose(counts, counts.round(), atol=2e-2)
    parts = np.concatenate([block for _, block in rec.blocks(7777)], axis=1)
    np.testing.assert_array_equal(parts, whole)


def test_spike2_channels_that_start_apart_are_noted_not_resampled(data_dir: Path) -> None:
    rec = ef.read(data_dir / "spike2/physiology.smr")
    assert rec.channels == ("FDI", "soleus", "RC", "abdo"), "HR is in bpm"
    assert (rec.fs_hz, rec.n_samples) == (2000.0, 248017)
    assert any("380 us apart" in note for note in rec.notes)
    assert any("Magnet, Hreflex, Keyboard" in note for note in rec.notes)
    fdi = rec.read(10000, 30000)[0]
    power = np.abs(np.fft.rfft(fdi - fdi.mean())) ** 2
    # FDI is almost pure 50 Hz.
    assert np.fft.rfftfreq(len(fdi), 1 / 2000)[power.argmax()] == pytest.approx(50, abs=0.2)
    tremor = ef.read(data_dir / "spike2/tremor_postural.smr")
    assert (tremor.fs_hz, tremor.channels, tremor.n_samples) == (5000.0, ("Flex", "Ext"), 306579)


def test_c3d_analogue_channels(data_dir: Path) -> None:
    path = data_dir / "c3d/pyomeca_markers_analogs.c3d"
    rec = ef.read(path)
    assert (rec.fs_hz, rec.n_channels, rec.n_samples, rec.kind) == (2000.0, 32, 11600, "surface")
    assert rec.channels[0] == "Delt_ant.EMG1"
    assert any("Voltage.1" in note for note in rec.notes)
    # The first frame, by hand: points (4 floats each), then 20 x 38 analogue floats in volts.
    stored = path.read_bytes()
    points = struct.unpack_from("<h", stored, 2)[0]
    block = struct.unpack_from("<h", stored, 16)[0]
    at = (block - 1) * 512 + points * 16
    frame = np.frombuffer(stored, "<f4", 20 * 38, at).reshape(20, 38)
    np.testing.assert_allclose(rec.read(0, 20), frame[:, 6:].T * 1e6, rtol=1e-6)


def test_trigno_keeps_its_rate_and_leaves_the_accelerometers(data_dir: Path) -> None:
    path = data_dir / "delsys/truncated_trigno_sample.csv"
    rec = ef.read(path)
    assert (rec.kind, rec.fs_hz) == ("surface", 1259.259)
    assert rec.channels == ("Mini sensor 10: EMG 10", "Mini sensor 11: EMG 11")
    assert any("ACC.X" in note and "Left out 12" in note for note in rec.notes)
    assert any("of 81141" in note for note in rec.notes)
    with path.open(encoding="latin-1") as file:
        rows = list(csv.reader(file))[18:]
    assert rec.n_samples == len(rows)
    naive = np.array([[float(row[1]), float(row[15])] for row in rows]).T * 1e6
    np.testing.assert_allclose(rec.read(), naive, rtol=1e-6)
    slow = ef.read(path, channels=[1], scale=1.0)
    assert slow.fs_hz == 148.1481
    with pytest.raises(ef.ParameterError, match="different rates"):
        ef.read(path, channels=[0, 1], scale=1.0)


def test_poly5_holds_no_voltage(data_dir: Path) -> None:
    path = data_dir / "poly5/vent_data_synth_pocc.Poly5"
    with pytest.raises(ef.RecordingError, match=r"unit of P \[cmH2O\], F \[L/min\], V \[mL\]"):
        ef.read(path)
    rec = ef.read(path, scale=1.0)
    assert (rec.channels, rec.fs_hz, rec.n_samples) == (("P", "F", "V"), 100.0, 42000)
    stored = path.read_bytes()
    at = 217 + 6 * 136 + 86
    first = np.frombuffer(stored, "<f4", 6, at).reshape(2, 3)
    second = np.frombuffer(stored, "<f4", 3, at + 86 + 32760)
    np.testing.assert_array_equal(rec.read(0, 2), first.T)
    np.testing.assert_array_equal(rec.read(2730, 2731)[:, 0], second)
    parts = np.concatenate([block for _, block in rec.blocks(1001)], axis=1)
    np.testing.assert_array_equal(parts, rec.read())


@pytest.mark.parametrize(
    "name",
    [
        "emglab_spike2/Ramp_Piece.smr",
        "c3d/pyomeca_markers_analogs.c3d",
        "openhdemg/otb_testfile.mat",
        "poly5/vent_data_synth_pocc.Poly5",
    ],
)
@pytest.mark.parametrize("share", [0.0005, 0.1, 0.6])
def test_cut_files_are_refused_in_one_line(
    data_dir: Path, tmp_path: Path, name: str, share: float
) -> None:
    stored = (data_dir / name).read_bytes()
    path = tmp_path / Path(name).name
    path.write_bytes(stored[: int(len(stored) * share)])
    with pytest.raises(ef.EmgfascError) as caught:
        ef.read(path, scale=1.0).read()
    assert path.name in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "suffix", [".smr", ".rhd", ".ns5", ".abf", ".trc", ".plx", ".c3d", ".mat", ".poly5", ".otb+"]
)
@pytest.mark.parametrize("seed", [1, 2])
def test_garbage_is_refused_in_one_line(tmp_path: Path, suffix: str, seed: int) -> None:
    path = tmp_path / f"garbage{suffix}"
    path.write_bytes(np.random.default_rng(seed).bytes(20_000))
    with pytest.raises(ef.EmgfascError) as caught:
        ef.read(path).read()
    assert "garbage" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_library_names_the_extra() -> None:
    with pytest.raises(ef.MissingExtraError, match=r"a\.smr: .*pip install 'emgfasc\[formats\]'"):
        extra("no_such_library.rawio", "a.smr")


def test_matlab_with_named_fields(tmp_path: Path) -> None:
    data = np.random.default_rng(0).normal(0, 0.02, (4000, 2))
    path = tmp_path / "a.mat"
    names = np.array(["biceps", "triceps"], object)
    scipy.io.savemat(path, {"EMG": data, "Fs": 2000.0, "channels": names, "unit": "mV"})
    rec = ef.read(path)
    assert (rec.fs_hz, rec.channels) == (2000.0, ("biceps", "triceps"))
    np.testing.assert_allclose(rec.read(), data.T * 1e3, rtol=1e-5)
    scipy.io.savemat(path, {"emg": data, "unit": "V"})
    with pytest.raises(ef.RecordingError, match="states no sampling rate"):
        ef.read(path)
    assert ef.read(path, fs=1000).n_samples == 4000
    scipy.io.savemat(path, {"weight": 70.0, "fs": 1000.0})
    with pytest.raises(ef.RecordingError, match="none of its fields fs, weight is called data"):
        ef.read(path)


def test_matlab_7_3(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "a.mat"
    data = np.random.default_rng(0).normal(0, 20, (3, 4000))
    with h5py.File(path, "w") as file:
        file["data"] = data
        file["fs"] = np.array([[2000.0]])
        file["unit"] = np.array([[ord("u")], [ord("V")]], np.uint16)
    rec = ef.read(path)
    assert (rec.fs_hz, rec.n_channels) == (2000.0, 3)
    np.testing.assert_allclose(rec.read(), data, rtol=1e-6)
