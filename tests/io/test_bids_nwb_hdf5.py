"""EMG-BIDS tables beside a recording, NWB, plain HDF5, and rows of units in tables."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.io

import emgfasc as ef

h5py = pytest.importorskip("h5py")
pynwb = pytest.importorskip("pynwb")


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """A dataset laid out as bids-examples' two grids, with two electrodes per grid."""
    folder = tmp_path / "sub-01" / "emg"
    folder.mkdir(parents=True)
    (tmp_path / "dataset_description.json").write_text('{"Name": "made"}')
    (tmp_path / "task-rest_emg.json").write_text(
        json.dumps({"SamplingFrequency": 999, "EMGPlacementSchemeDescription": "Grids"})
    )
    stem = folder / "sub-01_task-rest"
    data = np.random.default_rng(2).normal(0, 40, (5, 4000))
    rec = ef.read(data, fs=2000, kind="surface", channels=["EMG1", "EMG2", "EMG3", "EMG4", "F"])
    ef.io.write(rec, f"{stem}_emg.edf")
    Path(f"{stem}_emg.json").write_text(json.dumps({"SamplingFrequency": 2000}))
    Path(f"{stem}_channels.tsv").write_text(
        "name\ttype\tunits\tlow_cutoff\thigh_cutoff\ttarget_muscle\tgroup\tsignal_electrode\tstatus\n"
        "EMG1\tEMG\tuV\t10\t500\tflexors\tGrid1\tE1\tgood\n"
        "EMG2\tEMG\tuV\t10\t500\tflexors\tGrid1\tE2\tbad\n"
        "EMG3\tEMG\tuV\t10\t500\tflexors\tGrid2\tE1\tgood\n"
        "EMG4\tEMG\tuV\t10\t500\tflexors\tGrid2\tE2\tn/a\n"
        "F\tMISC\tN\tn/a\tn/a\tn/a\tn/a\tn/a\tgood\n"
    )
    (folder / "sub-01_electrodes.tsv").write_text(
        "name\tx\ty\tz\tcoordinate_system\tgroup\n"
        "E1\t0\t0\t0\tgrid1\tGrid1\nE2\t0\t8\t0\tgrid1\tGrid1\n"
        "E1\t0\t0\t0\tgrid2\tGrid2\nE2\t0\t0.8\t0\tgrid2\tGrid2\n"
    )
    for grid, unit in (("grid1", "mm"), ("grid2", "cm")):
        (folder / f"sub-01_space-{grid}_coordsystem.json").write_text(
            json.dumps({"EMGCoordinateUnits": unit})
        )
    return Path(f"{stem}_emg.edf")


def test_bids_tables_describe_the_channels(dataset: Path) -> None:
    rec = ef.read(dataset)
    assert rec.channels == ("EMG1", "EMG2", "EMG3", "EMG4")
    assert rec.bad_channels == ("EMG2",)
    assert rec.muscle == "flexors"
    assert (rec.highpass_hz, rec.lowpass_hz) == (10.0, 500.0)
    assert rec.positions_mm is not None
    np.testing.assert_allclose(rec.positions_mm, [[0, 0], [0, 8], [1000, 0], [1000, 8]])
    assert any("1 m beside" in note for note in rec.notes)
    assert any("sub-01_task-rest_channels.tsv and sub-01_electrodes.tsv" in n for n in rec.notes)


def test_the_same_samples_with_and_without_tables(dataset: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone_emg.edf"
    (tmp_path / "dataset_description.json").unlink()
    shutil.copy(dataset, alone)
    names = ["EMG1", "EMG2", "EMG3", "EMG4"]
    plain = ef.read(alone, channels=names)
    assert plain.positions_mm is None
    np.testing.assert_array_equal(plain.read(), ef.read(dataset).read())
    # what the tables say is part of the recording's identity
    assert plain.sha256 == hashlib.sha256(alone.read_bytes()).hexdigest()
    before = ef.read(dataset)
    assert before.sha256 != plain.sha256
    told = {Path(file).name for file in before.files}
    assert {dataset.name, "sub-01_task-rest_channels.tsv", "sub-01_electrodes.tsv"} <= told
    tables = [Path(file) for file in before.files if file != str(dataset)]
    assert len(tables) >= 3
    for table in tables:
        stored = table.read_bytes()
        table.write_bytes(stored + b"\n")
        assert ef.read(dataset).sha256 != before.sha256, table
        table.write_bytes(stored)
    assert ef.read(dataset).sha256 == before.sha256


def test_inheritance_stops_at_the_dataset(dataset: Path) -> None:
    # 999 Hz stands at the top; the nearer 2000 Hz holds
    assert ef.read(dataset).fs_hz == 2000
    dataset.with_name("sub-01_task-rest_emg.json").unlink()
    with pytest.raises(ef.RecordingError, match="sidecar states 999 Hz"):
        ef.read(dataset)


def test_another_tasks_table_does_not_apply(dataset: Path) -> None:
    dataset.with_name("sub-01_task-rest_channels.tsv").rename(
        dataset.with_name("sub-01_task-grip_channels.tsv")
    )
    rec = ef.read(dataset)
    assert rec.bad_channels == ()
    assert rec.positions_mm is None


def test_positions_without_a_known_unit_are_left_out(dataset: Path) -> None:
    dataset.with_name("sub-01_space-grid2_coordsystem.json").write_text(
        '{"EMGCoordinateUnits": "percent"}'
    )
    rec = ef.read(dataset)
    assert rec.positions_mm is not None
    assert np.isnan(rec.positions_mm[2:]).all()
    assert any("grid2 is not stated as a length" in note for note in rec.notes)


@pytest.mark.parametrize(
    ("name", "text"),
    [("emg.json", "{"), ("emg.json", "[1]"), ("emg.json", "[" * 100_000),
     ("channels.tsv", b"\xff\xfe")],
)  # fmt: skip
def test_a_damaged_sidecar_is_one_line(dataset: Path, name: str, text: Any) -> None:
    path = dataset.with_name(f"sub-01_task-rest_{name}")
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ef.RecordingError) as caught:
        ef.read(dataset)
    assert "\n" not in str(caught.value)
    assert name in str(caught.value)


@pytest.mark.parametrize("text", ["", "name\n", "name\ttype\nEMG1\n", "a\tb\tc\n1\t2\t3\t4\n"])
def test_a_thin_table_is_read_for_what_it_says(dataset: Path, text: str) -> None:
    dataset.with_name("sub-01_task-rest_channels.tsv").write_text(text)
    assert {"EMG1", "EMG2", "EMG3", "EMG4"} <= set(ef.read(dataset).channels)


def nwb(path: Path, *, several: bool = False, timestamps: Any = None) -> np.ndarray[Any, Any]:
    counts = np.random.default_rng(4).integers(-2000, 2000, (3000, 4)).astype(np.int16)
    file = pynwb.NWBFile("rest", "id", datetime(2026, 1, 2, tzinfo=UTC))
    group = file.create_electrode_group(
        "grid", description="grid", location="Biceps", device=file.create_device("amp")
    )
    for place in range(4):
        file.add_electrode(
            group=group, location="Biceps", rel_x=4000.0 * (place % 2), rel_y=4000.0 * (place // 2)
        )
    region = file.create_electrode_table_region([0, 1, 2, 3], "all")
    timing = {"rate": 2048.0} if timestamps is None else {"timestamps": timestamps}
    for name in ["emg", *(["lfp"] if several else [])]:
        file.add_acquisition(
            pynwb.ecephys.ElectricalSeries(
                name=name, data=counts, electrodes=region, conversion=2e-7, offset=1e-6,
                channel_conversion=np.array([1.0, 1.0, 2.0, 1.0]), **timing,
            )
        )  # fmt: skip
    with pynwb.NWBHDF5IO(str(path), "w") as io:
        io.write(file)
    uv: np.ndarray[Any, Any] = counts.T * np.array([0.2, 0.2, 0.4, 0.2])[:, None] + 1.0
    return uv


@pytest.mark.parametrize("several", [False, True])
def test_nwb(tmp_path: Path, several: bool) -> None:
    path = tmp_path / "a.nwb"
    uv = nwb(path, several=several)
    rec = ef.read(path)
    assert (rec.fs_hz, rec.n_channels, rec.n_samples, rec.muscle) == (2048.0, 4, 3000, "Biceps")
    np.testing.assert_allclose(rec.read(), uv, rtol=1e-6)
    np.testing.assert_allclose(rec.read(7, 19), uv[:, 7:19], rtol=1e-6)
    assert rec.positions_mm is not None
    np.testing.assert_allclose(rec.positions_mm, [[0, 0], [4, 0], [0, 4], [4, 4]])
    assert rec.start == datetime(2026, 1, 2, tzinfo=UTC)
    assert any("lfp" in note for note in rec.notes) == several
    np.testing.assert_allclose(ef.read(path, channels=[2]).read()[0], uv[2], rtol=1e-6)


def test_nwb_timestamps_with_a_gap_are_refused(tmp_path: Path) -> None:
    times = np.arange(3000) / 2000
    nwb(tmp_path / "even.nwb", timestamps=times)
    assert ef.read(tmp_path / "even.nwb").fs_hz == 2000.0
    times[1500:] += 1
    nwb(tmp_path / "gap.nwb", timestamps=times)
    with pytest.raises(ef.RecordingError, match="uneven"):
        ef.read(tmp_path / "gap.nwb")


def test_hdf5_that_is_no_nwb_is_refused(tmp_path: Path) -> None:
    for name, content in (
        ("a.nwb", b"garbage"),
        ("b.h5", b"garbage"),
        ("c.h5", b"\x89HDF\r\n\x1a\n"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ef.RecordingError) as caught:
            ef.read(tmp_path / name)
        assert "\n" not in str(caught.value)
    with h5py.File(tmp_path / "d.nwb", "w") as file:
        file["data"] = np.ones((2, 100))
    with pytest.raises(ef.RecordingError, match="NWB"):
        ef.read(tmp_path / "d.nwb")


@pytest.mark.parametrize("place", ["beside", "attributes", "group", "file"])
def test_hdf5_says_its_rate_in_four_places(tmp_path: Path, place: str) -> None:
    path = tmp_path / "a.h5"
    data = np.arange(600.0, dtype=np.float32).reshape(300, 2)
    facts = {"fs": 2000.0, "unit": "mV", "channels": ["a", "b"]}
    with h5py.File(path, "w") as file:
        at = file.create_group("rec") if place == "group" else file
        item = at.create_dataset("EMG", data=data)
        for name, value in facts.items():
            if place == "beside":
                at[name] = value
            else:
                {"attributes": item, "group": at, "file": file}[place].attrs[name] = value
    rec = ef.read(path)
    assert (rec.fs_hz, rec.channels) == (2000.0, ("a", "b"))
    np.testing.assert_allclose(rec.read(), data.T * 1000)


def test_hdf5_without_samples_or_rate_is_refused(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["x_axis"] = np.arange(5)
    with pytest.raises(ef.RecordingError, match="none of its fields x_axis"):
        ef.read(tmp_path / "a.h5")
    with h5py.File(tmp_path / "b.h5", "w") as file:
        file["emg"] = np.ones((2, 100))
    with pytest.raises(ef.RecordingError, match="fs="):
        ef.read(tmp_path / "b.h5")


@pytest.mark.parametrize("units", ["s,mV,uV", "[s],[mV],(uV)"])
def test_a_row_of_units_under_the_names(tmp_path: Path, units: str) -> None:
    path = tmp_path / "a.csv"
    rows = "\n".join(f"{i / 1000},{i % 7},{i % 5}" for i in range(100))
    path.write_text(f"Time,biceps,triceps\n{units}\n{rows}\n")
    rec = ef.read(path, fs=1000)
    assert rec.channels == ("biceps", "triceps")
    np.testing.assert_allclose(rec.read()[:, 6], [6000.0, 1.0])


def test_a_row_of_units_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\nmV\n1,2\n3,4\n")
    with pytest.raises(ef.RecordingError, match="1 units under 2 names"):
        ef.read(tmp_path / "a.csv", fs=1000)


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize("shape", [(300,), (300, 1)])
def test_matlab_vectors_are_channels_by_their_names(
    tmp_path: Path, wrapped: bool, shape: tuple[int, ...]
) -> None:
    rows = {name: np.arange(300.0) * k for k, name in enumerate(("Biceps_L", "Triceps_L"), 1)}
    fields: dict[str, Any] = {name: row.reshape(shape) for name, row in rows.items()}
    told = {"samplingRate": 2000.0, "units": "mV", "Time": (np.arange(300) / 2000).reshape(shape)}
    scipy.io.savemat(tmp_path / "a.mat", {"rec": fields | told} if wrapped else fields | told)
    rec = ef.read(tmp_path / "a.mat")
    assert (rec.fs_hz, rec.channels) == (2000.0, ("Biceps_L", "Triceps_L"))
    np.testing.assert_allclose(rec.read(), np.array(list(rows.values())) * 1000)


def test_matlab_vectors_of_several_lengths_are_refused(tmp_path: Path) -> None:
    scipy.io.savemat(tmp_path / "a.mat", {"a": np.ones(30), "b": np.ones(31), "fs": 10.0})
    with pytest.raises(ef.RecordingError, match="none of its fields a, b, fs"):
        ef.read(tmp_path / "a.mat")
