"""Samples held over, packets stored twice, and time cut out under a hum."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import emgfasc as ef
from emgfasc.integrity import Finding, holding
from emgfasc.integrity.loops import doubled

FS = 2000
LOSSES = ("held_samples", "doubled_packets", "phase_breaks")


def found(data: Any, name: str, *, fs: float = FS, kind: Any = "surface") -> Finding | None:
    report = ef.integrity.check(ef.read(data, fs=fs, kind=kind))
    return next((item for item in report.findings if item.name == name), None)


def counts(n_channels: int, seed: int = 7, n: int = 30_000) -> np.ndarray:
    """Noise of 12 bits, where one value in 40 equals the one before."""
    return np.random.default_rng(seed).normal(0, 11, (n_channels, n)).round() * 0.8


@pytest.mark.parametrize("kind", ["needle", "surface", "hdsemg"])
@pytest.mark.parametrize("seed", [103, 128])
def test_nothing_is_lost_in_clean_simulations(kind: Any, seed: int) -> None:
    rec, _ = ef.simulate.recording(kind=kind, seed=seed, seconds=4)
    assert not {item.name for item in ef.integrity.check(rec).findings} & set(LOSSES)


@pytest.mark.parametrize(("n_channels", "length"), [(1, 8), (2, 5), (8, 4)])
def test_held_samples_are_placed(n_channels: int, length: int) -> None:
    data = counts(n_channels)
    at = [3000, 11_000, 24_000]
    for start in at:
        data[:, start : start + length] = data[:, start - 1 : start]
    item = found(data, "held_samples")
    assert item is not None
    assert [round(start * FS) for start, _ in item.spans] == at
    assert all(stop * FS >= start + length for (_, stop), start in zip(item.spans, at, strict=True))
    assert item.channels == tuple(f"EMG{k + 1}" for k in range(n_channels))
    assert item.trust == "with_care"
    assert 3 * length <= item.amount < 3 * length + 4


def test_many_held_samples_are_not_to_be_trusted() -> None:
    data = counts(2)
    for start in range(100, 29_000, 300):
        data[:, start : start + 12] = data[:, start - 1 : start]
    item = found(data, "held_samples")
    assert item is not None
    assert item.trust == "no"


def test_equal_values_that_steps_explain_are_none() -> None:
    coarse = np.random.default_rng(3).normal(0, 1.2, (1, 60_000)).round()
    longest = max(len(list(run)) for run in np.split(coarse[0], np.flatnonzero(np.diff(coarse[0]))))
    assert longest > 8
    assert found(coarse, "held_samples") is None
    # the longest runs of a slow wave lie at its turning points
    slow = np.round(400 * np.sin(np.arange(60_000) / 300) + counts(1, n=60_000)[0] / 8)
    assert found(slow, "held_samples") is None


@settings(max_examples=40, deadline=None)
@given(
    same=arrays(bool, st.integers(1, 60)),
    cuts=st.lists(st.integers(1, 59), max_size=5),
)
def test_naive_runs_for_any_blocks(same: np.ndarray, cuts: list[int]) -> None:
    runs = holding._Runs()
    edges = sorted({0, len(same), *(cut for cut in cuts if cut < len(same))})
    for start, stop in pairwise(edges):
        runs.take(same[start:stop], start + 1)  # sample 0 has none before it
    runs.close(len(same) + 1)
    naive, length = [], 0
    for place, value in enumerate([*same.tolist(), False]):
        if not value and length:
            naive.append((place - length + 1, length))
        length = length + 1 if value else 0
    told = list(zip(np.concatenate(runs.start), np.concatenate(runs.length), strict=True))
    assert told == [(at, n) for at, n in naive if n > 1]
    assert runs.tally[1] == sum(n == 1 for _, n in naive)


def test_very_many_runs_stay_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    data = counts(1)
    for start in (3000, 11_000):
        data[:, start : start + 9] = data[:, start - 1 : start]
    whole = found(data, "held_samples")
    monkeypatch.setattr(holding, "_MOST_RUNS", 5)
    monkeypatch.setattr(holding, "_BLOCK", 1000)
    assert found(data, "held_samples") == whole


@pytest.mark.parametrize("length", [12, 20, 64])
def test_doubled_packets_are_placed(length: int) -> None:
    data = counts(2)
    at = [5000, 9000, 20_000]
    for start in at:
        data[:, start : start + length] = data[:, start - length : start]
    item = found(data, "doubled_packets")
    assert item is not None
    assert item.amount == 3 * length
    for (start_s, stop_s), place in zip(item.spans, at, strict=True):
        # a value before it may equal the one a packet earlier by chance
        assert abs(start_s * FS - place) < 2.1
        assert (stop_s - start_s) * FS == pytest.approx(length)


def test_a_steady_hum_is_no_doubled_packet() -> None:
    t = np.arange(60_000) / FS
    hum = np.round(
        40 * np.sin(2 * np.pi * 50 * t) + np.random.default_rng(1).normal(0, 0.2, 60_000)
    )
    hum[20_000:40_000] += counts(1, n=20_000)[0].round() * 5  # so that it is rare in all
    assert found(hum, "doubled_packets") is None


def test_naive_doubled() -> None:
    x = np.random.default_rng(4).integers(0, 30, 3000).astype(np.float32)
    x[1010:1020] = x[1000:1010]
    x[2000:2012] = 7.0  # constant is no packet
    room = np.zeros((10, 2), np.int64)
    count = doubled(x, 8, 40, -20.0, room)
    naive = {
        (at, at + lag)
        for lag in range(8, 41)
        for at in range(lag, 3000 - lag)
        if np.array_equal(x[at : at + lag], x[at - lag : at]) and np.ptp(x[at : at + lag]) > 0
    }
    assert {(int(a), int(b)) for a, b in room[:count]} == naive == {(1010, 1020)}


def _doubled_sample_by_sample(x: np.ndarray, lags: range, rare: float) -> list[tuple[int, int]]:
    found = []
    for lag in lags:
        same = np.concatenate([np.zeros(lag, bool), x[lag:] == x[:-lag]])
        chance = max(same.sum() - 4.0 * lag, 3.0) / len(x)
        if lag * np.log(min(chance, 1.0)) > rare:
            continue
        run = 0
        for i in range(lag, len(x)):
            run = run + 1 if same[i] else 0
            if run < lag:
                continue
            run, first = 0, i + 1 - lag
            moves = (x[first : i + 1] != x[first - 1 : i]).sum()
            near = same[max(first - 4 * lag, 0) : first].sum()
            near += same[i + 1 : i + 1 + 4 * lag].sum()
            if 2 * moves > lag and lag * np.log(min(max(near, 1.0) / (8 * lag), 1.0)) < rare:
                found.append((first, i + 1))
    return found


@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(30, 400),
    values=st.sampled_from([1, 2, 3, 8, 50]),
    seed=st.integers(0, 999),
    copies=st.lists(st.tuples(st.integers(8, 20), st.integers(0, 390)), max_size=4),
    rare=st.sampled_from([-2.0, -10.0, -25.0]),
)
def test_doubled_is_what_a_look_at_every_sample_finds(
    n: int, values: int, seed: int, copies: list[tuple[int, int]], rare: float
) -> None:
    x = np.random.default_rng(seed).integers(0, values, n).astype(np.float32)
    x[seed % n :: 97] = np.nan
    for length, at in copies:
        if 2 * length + at <= n:
            x[at + length : at + 2 * length] = x[at : at + length]
            x[at + 2 * length : at + 3 * length] = x[at : at + length][: n - at - 2 * length]
    room = np.zeros((len(x) * 20, 2), np.int64)
    count = doubled(x, 8, 20, rare, room)
    told = [(int(a), int(b)) for a, b in room[:count]]
    assert told == _doubled_sample_by_sample(x, range(8, min(20, n // 2) + 1), rare)


@pytest.mark.parametrize("mains_hz", [50, 60])
@pytest.mark.parametrize("lost", [8, 25])
def test_time_cut_out_breaks_the_phase_of_a_hum(mains_hz: int, lost: int) -> None:
    t = np.arange(80_000) / FS
    # the mains' frequency is never quite its name, and wanders
    turns = (mains_hz + 0.03) * t + 0.02 * np.sin(2 * np.pi * t / 25)
    x = np.random.default_rng(6).normal(0, 10, 80_000) + 15 * np.sin(2 * np.pi * turns)
    assert found(x, "phase_breaks") is None
    cut = np.delete(x, np.r_[30_000 : 30_000 + lost, 60_000 : 60_000 + lost])
    item = found(cut, "phase_breaks")
    assert item is not None
    assert item.amount == 2
    for (start, stop), place in zip(item.spans, (30_000, 60_000 - lost), strict=True):
        assert start < place / FS < stop
    period_ms = 1000 / mains_hz
    told = float(item.sentence.split("the first: ")[1].split(",")[0])
    off = (told - lost / FS * 1000 + period_ms / 2) % period_ms - period_ms / 2
    assert abs(off) < 0.6


def test_a_hum_that_changes_its_size_or_comes_and_goes_is_no_break() -> None:
    rng = np.random.default_rng(8)
    t = np.arange(80_000) / FS
    hum = np.sin(2 * np.pi * 50 * t)
    hum[40_000:] = 3 * np.sin(2 * np.pi * 50 * t[40_000:] + 1.5)  # a hand on the cable
    assert found(20 * hum + rng.normal(0, 8, 80_000), "phase_breaks") is None
    assert found(rng.normal(0, 8, 80_000), "phase_breaks") is None


def test_losses_of_real_recordings(data_dir: Path) -> None:
    # 163 packets of 20 samples of this Bluetooth recording are there twice, such as 40-60 and 60-80
    rec = ef.read(data_dir / "biosppy/emg_1.txt", scale=1)
    x = rec.read()[0]
    np.testing.assert_array_equal(x[40:60], x[60:80])
    report = ef.integrity.check(rec)
    item = next(item for item in report.findings if item.name == "doubled_packets")
    assert (item.amount, item.trust) == (3260, "no")
    assert item.spans[0] == (0.06, 0.08)
    for start, stop in item.spans:
        a, b = round(start * 1000), round(stop * 1000)
        np.testing.assert_array_equal(x[a:b], x[2 * a - b : a])
    # no other recording at hand is known to have lost any
    for name in (
        "openhdemg/otb_testfile.mat",
        "spike2/physiology.smr",
        "c3d/pyomeca_markers_analogs.c3d",
    ):
        report = ef.integrity.check(ef.read(data_dir / name))
        assert not {each.name for each in report.findings} & set(LOSSES), name
