"""Each nuisance does what its label says, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from emgfasc.simulate import NUISANCES, Grid, Nuisance, Scenario, recording

GRID = Scenario(
    kind="hdsemg", electrode=Grid(rows=4, columns=4), seconds=60, units=2, seed=8, lsb_uv=None
)
NEEDLE = Scenario(kind="needle", seconds=30, units=2, seed=8)


def alone(scenario: Scenario, *names: Nuisance) -> tuple[NDArray[np.float32], pd.DataFrame]:
    """What a nuisance adds to a recording, and its rows in the truth."""
    rec, truth = recording(replace(scenario, nuisances=names))
    plain, _ = recording(scenario)
    frame = truth.to_frame()
    return rec.read() - plain.read(), frame[frame["category"] != "fasciculation"]


def cut(added: NDArray[np.float32], row: Any, fs: float = 2048.0) -> NDArray[np.float32]:
    start, stop = round(row.onset * fs), round((row.onset + row.duration) * fs)
    return added[:, start : stop + 1]


def test_every_nuisance_is_in_the_truth_under_its_name() -> None:
    _, truth = recording(replace(NEEDLE, nuisances=NUISANCES, seconds=60.0))
    frame = truth.to_frame()
    reasons = set(frame.loc[frame["category"] == "artifact", "reason"])
    assert reasons == {
        "mains", "cable motion", "pop", "common spike", "stimulus", "clipping", "dropout"
    }  # fmt: skip
    named = {"fibrillation", "positive_sharp_wave", "complex_repetitive", "myokymia"}
    named |= {"neuromyotonia", "cramp", "voluntary", "ecg", "artifact", "fasciculation"}
    assert set(frame["category"]) == named
    disturbances = frame["category"].isin(["artifact", "ecg"]) | (frame["reason"] == "contraction")
    assert (frame.loc[disturbances, "unit"] == 0).all()
    units = frame[~disturbances].groupby("unit")["category"].nunique()
    assert (units == 1).all()
    assert units.index.min() == 1


def test_mains_is_narrow_at_50_or_60_hz_and_covers_everything() -> None:
    added, rows = alone(GRID, "mains")
    power = np.abs(np.fft.rfft(added[0] * np.hanning(added.shape[1]))) ** 2
    frequency = np.fft.rfftfreq(added.shape[1], 1 / 2048)
    top = frequency[power.argmax()]
    assert min(abs(top - 50), abs(top - 60)) < 0.3
    nominal = 50 if abs(top - 50) < 1 else 60
    order = np.rint(frequency / nominal)
    on_harmonic = (np.abs(frequency - order * nominal) < 1.5) & (order >= 1)
    assert power[on_harmonic].sum() > 0.999 * power.sum()
    assert power[np.abs(frequency - top) < 0.01].sum() < 0.95 * power.sum()  # it wanders
    assert len(rows) == 1
    assert rows["duration"].iloc[0] > 59


def test_common_spikes_are_identical_on_all_channels() -> None:
    added, rows = alone(GRID, "common_spike")
    assert len(rows) >= 1
    assert np.abs(added - added[0]).max() < 1e-4
    for row in rows.itertuples():
        wave = cut(added, row)
        assert np.ptp(wave[0]) == pytest.approx(row.amplitude_uv, rel=0.01)
        assert row.duration < 0.01
        assert row.n_channels == 16


def test_pops_touch_one_channel_and_decay_to_one_side() -> None:
    added, rows = alone(GRID, "pop")
    names = [f"E{i:02d}" for i in range(1, 17)]
    for row in rows.itertuples():
        size = np.abs(cut(added, row)).max(axis=1)
        assert names[int(size.argmax())] == row.channel
        assert row.peak_s == row.onset
        if len(rows) == 1 or rows["onset"].diff().abs().min() > 0.4:
            assert np.sort(size)[-2] < 1e-4


def test_cable_motion_is_slow() -> None:
    added, rows = alone(GRID, "cable_motion")
    (row,) = rows.itertuples()
    wave = cut(added, row)[np.abs(added).max(axis=1).argmax()].astype(float)
    power = np.abs(np.fft.rfft(wave * np.hanning(len(wave)))) ** 2
    frequency = np.fft.rfftfreq(len(wave), 1 / 2048)
    assert power[frequency < 20].sum() > 0.99 * power.sum()
    outside = np.abs(added).max(axis=0) > 1e-4
    assert outside.sum() <= (row.duration + 0.2) * 2048


def test_heart_beats_are_regular_and_alike_on_all_channels() -> None:
    added, rows = alone(GRID, "ecg")
    intervals = np.diff(rows["peak_s"])
    assert 55 / 1.1 < 60 / intervals.mean() < 90 * 1.1
    assert intervals.std() < 0.1 * intervals.mean()
    assert np.asarray(np.corrcoef(added))[0].min() > 0.999
    assert set(rows["reason"]) == {"heart beat"}


def test_stimuli_come_once_a_second() -> None:
    _, rows = alone(GRID, "stimulus")
    assert len(rows) == 10
    np.testing.assert_allclose(np.diff(rows["peak_s"]), 1, atol=2 / 2048)


def test_clipping_stands_at_the_rail_within_its_span_only() -> None:
    scenario = replace(GRID, lsb_uv=0.25)
    rec, truth = recording(replace(scenario, nuisances=("clipping",)))
    (row,) = truth.select("artifact").to_frame().itertuples()
    rail = 32767 * 0.25
    at_rail = np.abs(rec.read()).max(axis=0) >= rail
    times = np.flatnonzero(at_rail) / rec.fs_hz
    assert np.abs(rec.read()).max() == rail
    assert at_rail.sum() > 0.9 * row.duration * rec.fs_hz
    assert times.min() >= row.onset
    assert times.max() <= row.onset + row.duration + 1 / rec.fs_hz


def test_dropouts_hold_the_last_sample() -> None:
    rec, truth = recording(replace(GRID, nuisances=("dropout",)))
    (row,) = truth.select("artifact").to_frame().itertuples()
    first = round(row.onset * rec.fs_hz)
    last = round((row.onset + row.duration) * rec.fs_hz)
    held = rec.read()[:, first - 1 : last]
    assert (held == held[:, :1]).all()
    assert (rec.read()[:, last] != held[:, 0]).any()


def test_nothing_is_claimed_where_nothing_can_be_seen() -> None:
    names: tuple[Nuisance, ...] = ("clipping", "dropout", "voluntary", "fibrillation", "ecg", "pop")
    for seed in range(2):
        scenario = replace(NEEDLE, nuisances=names, seed=seed, rate_per_min=300.0)
        frame = recording(scenario)[1].to_frame()
        spans = frame[frame["reason"].isin(["clipping", "dropout"])]
        events = frame.drop(spans.index).query("reason != 'contraction'")
        for span in spans.itertuples():
            inside = events["peak_s"].between(span.onset, span.onset + span.duration)
            assert not inside.any()
        for span in frame[frame["reason"] == "contraction"].itertuples():
            inside = frame["peak_s"].between(span.onset, span.onset + span.duration)
            assert not (inside & (frame["category"] == "fasciculation")).any()
            assert (inside & (frame["reason"] == "motor unit")).sum() > 20


def test_contraction_is_louder_than_rest() -> None:
    added, rows = alone(GRID, "voluntary")
    (span,) = rows[rows["reason"] == "contraction"].itertuples()
    middle = span.onset + 0.5 * span.duration
    busy = added[:, round((middle - 1) * 2048) : round((middle + 1) * 2048)]
    assert busy.std(axis=1).max() > 6  # the noise's own size
    discharges = rows[rows["reason"] == "motor unit"]
    assert discharges["unit"].nunique() >= 8
    assert span.amplitude_uv == discharges["amplitude_uv"].max()


def test_fibrillation_and_sharp_waves_have_their_size_and_duration() -> None:
    names: tuple[Nuisance, ...] = ("fibrillation", "positive_sharp_wave")
    for seed in range(6):
        rec, truth = recording(replace(NEEDLE, nuisances=names, seed=seed, units=0, lsb_uv=None))
        plain, _ = recording(replace(NEEDLE, seed=seed, units=0, lsb_uv=None))
        added = (rec.read() - plain.read())[0]
        # StatPearls: fibrillation 1-5 ms and 20-200 uV, initially positive; PSW 10-30 ms
        for row in truth.select("fibrillation").to_frame().itertuples():
            assert 0.001 <= row.duration <= 0.005
            assert 20 <= row.amplitude_uv <= 210
        for row in truth.select("positive_sharp_wave").to_frame().itertuples():
            assert 0.008 <= row.duration <= 0.030
            assert 20 <= row.amplitude_uv <= 201
        for name in names:
            first = truth.select(name).to_frame().iloc[0]
            start = round(first["onset"] * rec.fs_hz)
            assert added[start : start + 6].sum() > 0


def test_neuromyotonia_shrinks() -> None:
    _, rows = alone(NEEDLE, "neuromyotonia")
    amplitude = rows["amplitude_uv"].to_numpy()
    assert amplitude[-5:].mean() < 0.5 * amplitude[:5].mean()
