"""Exports of Noraxon and Delsys, rebuilt from published layouts; tables that leave rows out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import savemat

import emgfasc as ef
from emgfasc.io.grids import grid_positions
from emgfasc.io.noraxon import noraxon_signals
from emgfasc.io.timeline import steps_of

RNG = np.random.default_rng(2)
DATA = RNG.normal(0, 20, (400, 2)).round(6)
KEYS = [
    "type", "begin_time", "frequency", "count", "created with version", "exported with version",
    "last_name", "first_name", "born", "sex", "measurement_date", "record_name",
]  # fmt: skip


def noraxon(
    path: Path, *, sign: str = ";", decimal: str = ",", skip: slice = slice(0), count: int = 400
) -> Path:
    """As myoRESEARCH 4.2 writes it: info, an empty row, names, and words in two columns."""

    def number(value: float, digits: int) -> str:
        return f"{value:.{digits}f}".replace(".", decimal)

    info = [
        "record", number(0, 5), "2000.4", str(count), "Noraxon myoRESEARCH Software 4.2.22",
        "4.2.22", "", "", "", "male", "2025-12-02T11:31:19.387+01:00", "Free Capture",
    ]  # fmt: skip
    names = ["time", "Activity", "Marker", "BICEPS BR. LT (uV)", "Ultium EMG-ANT.TIB. RT (mV)",
             "Accel X (mG)"]  # fmt: skip
    lines = [sign.join(f'"{cell}"' for cell in row) for row in (KEYS, info)]
    lines += ["", sign.join(f'"{name}"' for name in names)]
    kept = np.delete(np.arange(400), np.r_[skip])
    lines += [
        sign.join([number(k / 2000.4, 5), '"Activity"' if k == 0 else "", "",
                   number(DATA[k, 0], 9), number(DATA[k, 1] / 1e3, 9), "1"])
        for k in kept
    ]  # fmt: skip
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(("sign", "decimal"), [(";", ","), (",", ".")])
def test_noraxon_csv(tmp_path: Path, sign: str, decimal: str) -> None:
    rec = ef.read(noraxon(tmp_path / "a.csv", sign=sign, decimal=decimal))
    assert (rec.kind, rec.fs_hz, rec.n_samples) == ("surface", 2000.4, 400)
    assert rec.start == datetime.fromisoformat("2025-12-02T11:31:19.387+01:00")
    # one channel says that it is EMG: the other needs to be named, as everywhere
    assert rec.channels == ("Ultium EMG-ANT.TIB. RT",)
    both = ef.read(tmp_path / "a.csv", channels=["BICEPS BR. LT", "Ultium EMG-ANT.TIB. RT"])
    np.testing.assert_allclose(both.read(), DATA.T, atol=1e-4)


def test_noraxon_csv_with_lost_rows_keeps_a_gap(tmp_path: Path) -> None:
    rec = ef.read(noraxon(tmp_path / "a.csv", skip=slice(100, 130)), channels=["BICEPS BR. LT"])
    assert rec.n_samples == 400
    assert np.flatnonzero(np.isnan(rec.read()[0])).tolist() == list(range(100, 130))
    assert any("30 sample(s) are missing in 1 place(s)" in note for note in rec.notes)
    assert "gaps" in ef.integrity.check(rec).flags


def test_noraxon_csv_cut_short_or_broken(tmp_path: Path) -> None:
    rec = ef.read(noraxon(tmp_path / "a.csv", count=900))
    assert any("400 of the 900" in note for note in rec.notes)
    path = tmp_path / "b.csv"
    path.write_text(noraxon(tmp_path / "a.csv").read_text().replace("2000.4", "1000"))
    with pytest.raises(ef.RecordingError, match="header states 1000 Hz, its times 2000"):
        ef.read(path)
    text = (tmp_path / "a.csv").read_text().splitlines()
    path.write_text("\n".join(text[:4]))
    with pytest.raises(ef.RecordingError, match="Noraxon table"):
        ef.read(path)


def matlab(path: Path, **changes: Any) -> Path:
    """``record_<date>.movements.sources.signals.signal_1`` and on, as public scripts take them."""

    def signal(name: str, values: np.ndarray, units: str, frequency: float) -> dict[str, Any]:
        return {"name": name, "data": values, "units": units, "frequency": frequency}

    signals = {
        "signal_1": signal("Ultium EMG-BRACHIORAD. RT", DATA[:, :1], "uV", 2000.0),
        "signal_2": signal("Ultium EMG-BICEPS BR. RT", DATA[:, 1:] / 1e3, "mV", 2000.0),
        "signal_3": signal("Ultium-Accel X", np.zeros((40, 1)), "mG", 200.0),
    }
    signals["signal_1"] |= changes
    record = {
        "info": {"record_name": "BR", "sex": "male"},
        "movements": {"sources": {"signals": signals}},
    }
    savemat(path, {"record_2023_04_20_15_06_BR": record})
    return path


def test_noraxon_matlab(tmp_path: Path) -> None:
    rec = ef.read(matlab(tmp_path / "a.mat"))
    assert rec.channels == ("Ultium EMG-BRACHIORAD. RT", "Ultium EMG-BICEPS BR. RT")
    assert (rec.kind, rec.fs_hz, rec.n_samples) == ("surface", 2000.0, 400)
    np.testing.assert_allclose(rec.read(), DATA.T, rtol=1e-5)


def test_noraxon_matlab_without_a_rate_is_refused(tmp_path: Path) -> None:
    path = matlab(tmp_path / "a.mat", frequency=np.zeros((0, 0)))
    with pytest.raises(ef.RecordingError, match=r"BRACHIORAD\. RT' has no data or no frequency"):
        ef.read(path)


def test_cells_of_nothing_are_no_endless_loop() -> None:
    cell = np.empty((1, 1), object)
    assert noraxon_signals({"a": cell, "b": None}) is None


def discover(
    path: Path, *, periods: bool = True, lose: slice = slice(0), late_s: float = 0.0
) -> Path:
    """As Trigno Discover writes it: own times per channel, slower ones end earlier, markers."""
    sensor = "Avanti Sensor {} (7592{})"
    head = [
        ["Application:", "Trigno Discover (1.7.0)"],
        ["Date/Time:", "2025-01-01 10:00:00"],
        ["Collection Length (seconds):", "0.3"],
        [sensor.format(1, 3), "", "", "", sensor.format(2, 4), ""],
        ["sensor mode: 65", "", "", "", "sensor mode: 65", ""],
        ["EMG 1 Time Series (s)", "EMG 1 (mV)", "ACC X Time Series (s)", "ACC X (G)",
         "EMG 1 Time Series (s)", "EMG 1 (mV)", "", ""],
        ["", " 1259.2593 Hz", "", " 148.1481 Hz", "", " 1259.2593 Hz"],
    ]  # fmt: skip
    if periods:
        head.append(["", " 0.000794 s", "", " 0.00675 s", "", " 0.000794 s", "Type", "Label"])
    kept = np.delete(np.arange(400), np.r_[lose])
    for row, k in enumerate(kept):
        slow = [f"{row / 148.1481:.6f}", "0.5"] if row < 40 else ["", ""]
        t = f"{k / 1259.2593:.6f}"
        marker = ["General", "start"] if row == 3 else []
        t2 = f"{k / 1259.2593 + late_s:.6f}"
        head.append([t, f"{DATA[k, 0] / 1e3:.9f}", *slow, t2, f"{DATA[k, 1] / 1e3:.9f}", *marker])
    path.write_text("\n".join(",".join(row) for row in head), encoding="utf-8")
    return path


@pytest.mark.parametrize("periods", [True, False])
def test_trigno_discover(tmp_path: Path, periods: bool) -> None:
    rec = ef.read(discover(tmp_path / "a.csv", periods=periods))
    assert rec.channels == ("Avanti Sensor 1 (75923): EMG 1", "Avanti Sensor 2 (75924): EMG 1")
    assert (rec.kind, rec.fs_hz, rec.n_samples) == ("surface", 1259.2593, 400)
    np.testing.assert_allclose(rec.read(), DATA.T, atol=1e-4)
    slow = ef.read(tmp_path / "a.csv", channels=[1], scale=1)
    assert (slow.fs_hz, slow.n_samples) == (148.1481, 40)


def test_trigno_discover_keeps_lost_samples_as_gaps(tmp_path: Path) -> None:
    rec = ef.read(discover(tmp_path / "a.csv", lose=slice(100, 127)))
    assert np.flatnonzero(np.isnan(rec.read()[1])).tolist() == list(range(100, 127))
    assert any("27 sample(s) are missing in 1 place(s)" in note for note in rec.notes)


def test_trigno_discover_aligns_sensors_that_start_apart(tmp_path: Path) -> None:
    rec = ef.read(discover(tmp_path / "a.csv", late_s=50.2 / 1259.2593))
    # the second sensor's first sample lies nearest the first one's 51st
    np.testing.assert_allclose(rec.read(), [DATA[50:, 0], DATA[:350, 1]], atol=1e-4)
    assert any("39865 us apart; up to 50 sample(s) before the latest" in note for note in rec.notes)
    alone = ef.read(tmp_path / "a.csv", channels=[0])
    np.testing.assert_allclose(alone.read()[0], DATA[:, 0], atol=1e-4)


def test_trigno_labels_align_channels_that_start_apart(tmp_path: Path) -> None:
    label = (
        "Label: S: EMG {} Sampling frequency: {} Number of points: 400 start: {} Unit: V "
        "Domain Unit: s"
    )
    lines = [label.format(1, 2000, 0.01), label.format(2, 2000, 0), "X[s],1,X[s],2"]
    lines += [
        f"{k / 2000 + 0.01:.6f},{DATA[k, 0] / 1e6:.12f},{k / 2000:.6f},{DATA[k, 1] / 1e6:.12f}"
        for k in range(400)
    ]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines), encoding="latin-1")
    rec = ef.read(path)
    np.testing.assert_allclose(rec.read(), [DATA[:380, 0], DATA[20:, 1]], atol=1e-4)
    assert any("10000 us apart; up to 20 sample(s) before" in note for note in rec.notes)


@pytest.mark.parametrize("sign", [",", ";"])
def test_emgworks_export_of_hpf_has_no_unit(tmp_path: Path, sign: str) -> None:
    def number(value: float) -> str:
        return f"{value:.9f}".replace(".", "," if sign == ";" else ".")

    rows = [sign.join(["X[s]", "R VASTUS (1): EMG 1", "X[s]", "R VASTUS (1): ACC X 1"])]
    for k in range(400):
        slow = [number(k / 148.148), "0"] if k < 40 else ["", ""]
        rows.append(sign.join([number(k / 1925.926), number(DATA[k, 0] * 1e-6), *slow]))
    path = tmp_path / "a.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    with pytest.raises(ef.RecordingError, match=r"unit of R VASTUS .* give scale="):
        ef.read(path)
    rec = ef.read(path, scale=1e6)
    assert rec.fs_hz == pytest.approx(1925.926, rel=1e-5)
    np.testing.assert_allclose(rec.read()[0], DATA[:, 0], atol=2e-3)


def test_broken_delsys_tables_are_one_line(tmp_path: Path) -> None:
    path = discover(tmp_path / "a.csv")
    text = path.read_text()
    for old, new, words in (
        ("1259.2593 Hz", "2000 Hz", "stated at 2000 Hz, its times say 1259.2"),
        (" Time Series (s)", "", "no row of column titles"),
        ("0.001588,", "oops,", "Delsys table"),
    ):
        path.write_text(text.replace(old, new))
        with pytest.raises(ef.RecordingError, match=words) as caught:
            ef.read(path)
        assert "\n" not in str(caught.value)
    path.write_text("\n".join(text.split("\n")[:9]))
    with pytest.raises(ef.RecordingError, match=r"holds 1 sample\(s\)"):
        ef.read(path)


def table(path: Path, times: np.ndarray, title: str) -> Path:
    rows = [f"{title},EMG (uV)", *(f"{t:.6f},{k}" for k, t in enumerate(times))]
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(("title", "factor"), [("time", 1.0), ("Time (s)", 1.0), ("t (ms)", 1e3)])
def test_a_column_of_seconds_gives_the_rate_and_the_gaps(
    tmp_path: Path, title: str, factor: float
) -> None:
    times = np.delete(np.arange(300) / 1259.259, np.r_[50:60, 200]) * factor
    rec = ef.read(table(tmp_path / "a.csv", times, title))
    assert rec.fs_hz == pytest.approx(1259.259, rel=1e-6)
    missing = np.flatnonzero(np.isnan(rec.read()[0]))
    assert missing.tolist() == [*range(50, 60), 200]
    assert any("11 sample(s) are missing in 2 place(s)" in note for note in rec.notes)
    assert rec.read()[0, -1] == 288


def test_a_column_of_running_numbers_gives_gaps_but_no_rate(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", np.delete(np.arange(300.0), np.r_[50:60]), "sample")
    with pytest.raises(ef.RecordingError, match="give it with fs="):
        ef.read(path)
    rec = ef.read(path, fs=1000)
    assert np.isnan(rec.read()[0]).sum() == 10


def test_times_that_contradict_or_go_back_are_refused(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", np.arange(300) / 1000, "time (s)")
    assert ef.read(path, fs=1000).n_samples == 300
    with pytest.raises(ef.RecordingError, match="1000 rows a second, but 2000 Hz"):
        ef.read(path, fs=2000)
    times = np.arange(300) / 1000
    times[100:] -= 0.05
    with pytest.raises(ef.RecordingError, match=r"time is uneven: a step of -0\.049"):
        ef.read(table(path, times, "time (s)"))
    times = np.arange(300) / 1000
    times[100:] += 0.0005  # half a sample: neither there nor a gap
    with pytest.raises(ef.RecordingError, match="time is uneven"):
        ef.read(table(path, times, "time (s)"))


def test_columns_that_are_called_so_but_are_no_time(tmp_path: Path) -> None:
    values = DATA[:, 0]  # the EMG of an index finger; a tension called t
    rec = ef.read(table(tmp_path / "a.csv", values, "index"), fs=1000)
    assert rec.n_samples == 400
    rec = ef.read(table(tmp_path / "a.csv", values, "t"), fs=1000)
    assert any("'t' does not rise" in note for note in rec.notes)


def test_steps_are_bounded() -> None:
    with pytest.raises(ValueError, match="leave out far more"):
        steps_of(np.array([0.0, 1, 2, 3, 1e9]))
    with pytest.raises(ValueError, match="does not rise"):
        steps_of(np.array([0.0, np.nan, 2]))
    with pytest.raises(ValueError, match="does not rise"):
        steps_of(np.zeros(5))


def test_grids_of_8_by_4() -> None:
    """Corners and directions of the two charts (MUedit)."""
    plain, turned = grid_positions("GR10MM0804"), grid_positions("HD10MM0804")
    assert plain is not None
    assert turned is not None
    chart = 8 * np.arange(4, 0, -1) - np.arange(8)[:, None]
    assert chart[0].tolist() == [32, 24, 16, 8]
    assert chart[7].tolist() == [25, 17, 9, 1]
    for where, numbers in ((plain, chart), (turned, np.rot90(chart, 2))):
        for row in range(8):
            for column in range(4):
                assert where[numbers[row, column] - 1].tolist() == [10 * column, 10 * row]


@pytest.mark.parametrize(("code", "n"), [("HD08MM0606", 36), ("GR100ML1305", 64)])
def test_an_unpublished_grid_is_named(tmp_path: Path, code: str, n: int) -> None:
    names = [f"Biceps - IN1 - {code} ({k})[uV]" for k in range(1, n + 1)]
    savemat(tmp_path / "a.mat", {
        "Data": RNG.normal(0, 10, (500, n)), "SamplingFrequency": 2048.0,
        "Description": np.array(names, object)[:, None],
    })  # fmt: skip
    rec = ef.read(tmp_path / "a.mat")
    assert (rec.kind, rec.n_channels, rec.positions_mm) == ("hdsemg", n, None)
    assert any(f"{code} is not published" in note for note in rec.notes)
