"""Recordings handed to other libraries and taken back: same samples, same facts, no copy."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import mne
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import emgfasc as ef

neo = pytest.importorskip("neo")
xr = pytest.importorskip("xarray")
si = pytest.importorskip("spikeinterface.core")

WAYS: dict[str, Callable[[ef.Recording], Any]] = {
    "mne": ef.io.to_mne,
    "neo": ef.io.to_neo,
    "pandas": ef.io.to_pandas,
    "spikeinterface": ef.io.to_spikeinterface,
    "xarray": ef.io.to_xarray,
}
START = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)


def made(data: Any = None, **facts: Any) -> ef.Recording:
    data = np.random.default_rng(1).normal(0, 50, (3, 4000)) if data is None else data
    return ef.read(data, fs=1259.259, kind="hdsemg").replace(**facts)


@pytest.mark.parametrize("way", WAYS)
def test_there_and_back(way: str) -> None:
    rec = made(channels=("T3", "force", "c"), muscle="Biceps", side="left", start=START)
    back = ef.read(WAYS[way](rec))
    # names that a file's reader would take for EEG or force stay: their object says it is EMG
    assert (back.kind, back.fs_hz, back.channels) == ("hdsemg", 1259.259, ("T3", "force", "c"))
    assert back.start == START
    if way != "mne":  # MNE has no place for them
        assert (back.muscle, back.side) == ("Biceps", "left")
        np.testing.assert_array_equal(back.read(), rec.read())
    else:  # volts and back: within float32
        np.testing.assert_allclose(back.read(), rec.read(), rtol=2e-7)
    np.testing.assert_array_equal(back.read(100, 200), back.read()[:, 100:200])


@given(
    arrays(np.float32, st.tuples(st.integers(1, 3), st.integers(2, 40)),
           elements=st.sampled_from([0.0, -3276.8, 3276.7, 0.1, 1e-3, 5e6, float("nan")])),
    st.sampled_from(["neo", "pandas", "spikeinterface", "xarray"]),
)  # fmt: skip
def test_any_samples_come_back_as_they_were(data: Any, way: str) -> None:
    data[0, 0] = 1.0  # one value at least
    rec = made(data)
    np.testing.assert_array_equal(ef.read(WAYS[way](rec)).read(), data)


def test_what_is_in_memory_is_not_copied() -> None:
    rec = made()
    data = rec.read()
    assert np.shares_memory(ef.io.to_xarray(rec).to_numpy(), data)
    assert np.shares_memory(ef.io.to_pandas(rec).to_numpy(), data)
    assert np.shares_memory(ef.io.to_neo(rec).magnitude, data)
    assert np.shares_memory(ef.io.to_spikeinterface(rec).get_traces(), data)


def test_what_comes_in_is_read_where_it_lies() -> None:
    frame = pd.DataFrame(np.ones((100, 1)), columns=["EMG"])
    rec = ef.read(frame, fs=1000, scale=1, kind="surface")
    frame.iloc[50, 0] = 7.0
    assert rec.read(50, 51)[0, 0] == 7.0


def test_gaps_bad_channels_and_filters_reach_mne() -> None:
    data = np.ones((2, 1000), np.float32)
    data[1, 300:400] = np.nan
    data[0, 999] = np.nan
    rec = made(data, bad_channels=("EMG2",), highpass_hz=10.0, lowpass_hz=500.0)
    raw = ef.io.to_mne(rec)
    assert raw.info["bads"] == ["EMG2"]
    assert (raw.info["highpass"], raw.info["lowpass"]) == (10.0, 500.0)
    assert list(raw.annotations.description) == ["BAD_gap", "BAD_gap"]
    np.testing.assert_allclose(raw.annotations.onset * 1259.259, [300, 999], atol=1e-3)
    np.testing.assert_allclose(raw.annotations.duration * 1259.259, [100, 1], atol=1e-3)


def test_locations_survive_spikeinterface() -> None:
    where = np.array([[0.0, 0.0], [8.0, 0.0], [8.0, 8.0]])
    back = ef.read(ef.io.to_spikeinterface(made(positions_mm=where)))
    assert back.positions_mm is not None
    np.testing.assert_allclose(back.positions_mm, where)


def test_spikeinterface_counts_are_scaled_by_their_gain() -> None:
    counts = np.arange(200, dtype=np.int16)[:, None]
    recording = si.NumpyRecording([counts], 2000.0, channel_ids=["EMG"])
    with pytest.raises(ef.RecordingError, match="scale="):
        ef.read(recording)
    recording.set_channel_gains(0.5)
    recording.set_channel_offsets(3.0)
    np.testing.assert_allclose(ef.read(recording).read()[0], counts[:, 0] * 0.5 + 3.0)


def test_several_segments_are_refused() -> None:
    two = si.NumpyRecording([np.ones((9, 1)), np.ones((9, 1))], 2000.0)
    with pytest.raises(ef.RecordingError, match="2 segments"):
        ef.read(two)


def test_neo_has_units_and_a_rate_of_its_own() -> None:
    signal = neo.AnalogSignal(np.full((50, 2), 3.0), units="mV", sampling_rate=2.0 * neo_khz())
    rec = ef.read(signal)
    assert rec.fs_hz == 2000.0
    assert set(np.unique(rec.read())) == {3000.0}
    with pytest.raises(ef.ParameterError, match="states 2000 Hz"):
        ef.read(signal, fs=1000)


def neo_khz() -> Any:
    return __import__("quantities").kHz


@pytest.mark.parametrize("way", ["float", "timedelta", "datetime"])
def test_the_rate_is_that_of_the_time_axis(way: str) -> None:
    seconds = np.arange(500) / 2000
    index = {
        "float": pd.Index(seconds.round(4)),
        "timedelta": pd.to_timedelta(seconds, "s"),
        "datetime": pd.Timestamp("2026-01-01") + pd.to_timedelta(seconds, "s"),
    }[way]
    frame = pd.DataFrame({"biceps [mV]": np.ones(500), "force [N]": np.ones(500)}, index=index)
    rec = ef.read(frame)
    assert rec.fs_hz == pytest.approx(2000.0, rel=1e-9)
    assert rec.channels == ("biceps",)
    assert rec.read()[0, 0] == 1000.0
    assert (rec.start is not None) == (way == "datetime")


@pytest.mark.parametrize(
    ("index", "message"),
    [
        ([0, 0.001, 0.002, 0.013, 0.014], "uneven (a step of 0.011 s at 0.002 s"),
        ([0.004, 0.003, 0.002, 0.001, 0.0], "does not rise"),
        ([0.0, 0.0, 0.0, 0.0, 0.0], "does not rise"),
    ],
)
def test_a_time_axis_with_a_gap_is_refused(index: list[float], message: str) -> None:
    frame = pd.DataFrame({"EMG [uV]": np.ones(5)}, index=index)
    with pytest.raises(ef.RecordingError, match=re.escape(message)):
        ef.read(frame)


def test_a_stated_rate_that_contradicts_the_time_is_refused() -> None:
    frame = pd.DataFrame({"EMG [uV]": np.ones(5)}, index=np.arange(5) / 1000)
    with pytest.raises(ef.ParameterError, match=r"steps of 0.001 s, but 2000 Hz"):
        ef.read(frame, fs=2000)


def test_no_rate_and_no_numbers_are_refused() -> None:
    with pytest.raises(ef.ParameterError, match=r"no sampling rate.*give fs=, or a time axis"):
        ef.read(pd.DataFrame({"EMG [uV]": np.ones(5)}))
    with pytest.raises(ef.RecordingError, match=r"column.s. word hold no numbers"):
        ef.read(pd.DataFrame({"word": ["a", "b"]}), fs=1)
    with pytest.raises(ef.RecordingError, match="dimensions x, y"):
        ef.read(xr.DataArray(np.ones((2, 5)), dims=("x", "y")), fs=1)


def test_a_dataarray_of_samples_by_channels_and_of_one_channel() -> None:
    table = xr.DataArray(np.arange(10.0).reshape(5, 2), dims=("time", "muscle"),
                         attrs={"units": "uV"})  # fmt: skip
    np.testing.assert_array_equal(ef.read(table, fs=100).read(), table.to_numpy().T)
    np.testing.assert_array_equal(ef.read(table[:, 0], fs=100).read(), table.to_numpy().T[:1])


def test_results_do_not_depend_on_the_wrapping() -> None:
    rec, _ = ef.simulate.recording(kind="surface", seed=101, seconds=10)
    plain = ef.detect.detect(ef.preprocess.clean(rec))
    wrapped = ef.detect.detect(ef.preprocess.clean(ef.read(ef.io.to_xarray(rec))))
    pd.testing.assert_frame_equal(plain.to_frame(), wrapped.to_frame())


def test_mne_is_what_mne_calls_a_raw() -> None:
    assert isinstance(ef.io.to_mne(made()), mne.io.BaseRaw)
