import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from emgfasc import analyze, detect, evaluate, preprocess, read, simulate
from emgfasc.containers import Events, Kind, Recording, Rest
from emgfasc.detect.artifacts import _add_swings
from emgfasc.detect.machine import machine_regular
from emgfasc.simulate import Nuisance
from signals import potential, recording

FS = 2048.0
POP = "electrode pop: a step that decays"
STEP = "electrode pop: a step, then something else"
ALONE = "on one electrode only"
COMMON = "the same on all channels at the same moment"
MOTION = "movement: a slow swing"
FAST = "spike: faster than potentials seen through the skin"
ODD = "spike: its own mirror image upside down"
STIMULUS = "stimulus: as regular as a machine"


def _noise(seconds: float, n_channels: int = 1, fs_hz: float = FS) -> NDArray[np.float64]:
    return np.random.default_rng(0).normal(0, 5, (n_channels, int(seconds * fs_hz)))


def _judged(raw: Recording, rest: Rest | None = None) -> Events:
    clean = preprocess.clean(raw, mains_hz=None).load()
    return detect.reject(clean, detect.detect(clean), raw=raw, rest=rest)


def _grid(data: NDArray[np.float64]) -> Recording:
    where = np.stack(np.meshgrid(np.arange(4) * 4.0, np.arange(4) * 4.0), axis=-1).reshape(-1, 2)
    return recording(data, FS, "hdsemg").replace(positions_mm=where)


def _near(found: Events, time: float) -> tuple[str, str]:
    row = found.frame.iloc[int(np.abs(found.peak_s - time).argmin())]
    assert abs(row["peak_s"] - time) < 0.03
    return row["category"], row["reason"]


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("tau_s", [0.012, 0.05])
def test_a_step_that_decays_is_a_pop(sign: int, tau_s: float) -> None:
    data = _noise(10)
    data[0, 6000:8000] += sign * 150 * np.exp(-np.arange(2000) / FS / tau_s)
    data[0, 12_000:12_040] += sign * potential(40, 150)
    found = _judged(recording(data, FS))
    assert _near(found, 6000 / FS) == ("artifact", POP)
    assert _near(found, 12_020 / FS) == ("fasciculation", "")


def test_a_grid_knows_one_electrode_and_all_electrodes_from_a_potential() -> None:
    data = _noise(12, 16)
    where = _grid(data).positions_mm
    assert where is not None
    wave = potential(20, 200)
    data[5, 4000:4020] += wave
    data[:, 10_000:10_020] += wave
    spread = np.exp(-0.5 * (np.linalg.norm(where - where[5], axis=1) / 4) ** 2)
    data[:, 16_000:16_020] += spread[:, None] * wave
    found = _judged(_grid(data))
    assert _near(found, 4010 / FS) == ("artifact", ALONE)
    assert _near(found, 10_010 / FS) == ("artifact", COMMON)
    assert _near(found, 16_010 / FS) == ("fasciculation", "")


def test_slow_swings_are_movement_but_a_potential_on_one_is_not() -> None:
    data = _noise(20)
    t = np.arange(int(2 * FS)) / FS
    swing = 600 * np.sin(2 * np.pi * 9 * t) * np.sin(np.pi * t / 2)
    data[0, 10_000 : 10_000 + len(t)] += swing
    quiet = _judged(recording(data, FS))
    assert len(quiet) > 3
    assert set(quiet.frame["reason"]) == {MOTION}
    data[0, 12_000:12_040] += potential(40, 250)
    found = _judged(recording(data, FS)).fasciculations
    assert len(found) == 1
    assert abs(found.peak_s[0] - 12_020 / FS) < 0.01


def test_short_spikes_on_the_skin_and_mirrored_ones_on_a_needle() -> None:
    def spike(width_s: float, fs_hz: float) -> NDArray[np.float64]:
        t = np.arange(-6 * width_s, 6 * width_s, 1 / fs_hz) / width_s
        return np.asarray(-t * np.exp(0.5 - 0.5 * t**2) * 120)

    kinds: tuple[tuple[Kind, float, str], ...] = (("surface", FS, FAST), ("needle", 2e4, ODD))
    for kind, fs_hz, reason in kinds:
        data = _noise(5, 1, fs_hz)
        wave = spike(6e-4, fs_hz)
        start = int(2 * fs_hz)
        data[0, start : start + len(wave)] += wave
        found = _judged(recording(data, fs_hz, kind))
        assert _near(found, 2 + 6 * 6e-4) == ("artifact", reason)


def test_a_spike_that_noise_makes_longer_is_still_too_fast() -> None:
    t = np.arange(-12, 13) / FS / 8e-4
    wave = -t * np.exp(0.5 - 0.5 * t**2) * 35
    data = _noise(60, 2)
    starts = np.arange(2000, 118_000, 4321)
    for start in starts:
        data[:, start : start + 25] += wave
    data[:, 120_000:120_040] += potential(40, 70)
    found = _judged(recording(data, FS))
    assert {_near(found, (start + 12) / FS) for start in starts} == {("artifact", FAST)}
    assert _near(found, 120_020 / FS) == ("fasciculation", "")


def test_weak_events_beside_a_swing_belong_to_it_and_strong_ones_do_not() -> None:
    fp = "fasciculation"
    time = np.array([1.0, 1.04, 1.2, 3.0, 3.01, 3.04])
    snr = np.array([40.0, 7.0, 7.0, 40.0, 5.0, 9.0])
    category = np.array(["artifact", fp, fp, "artifact", "ecg", fp], object)
    reason = np.array([MOTION, "", "", MOTION, "", ""], object)
    _add_swings(time, snr, category, reason)
    assert category.tolist() == ["artifact", "artifact", fp, "artifact", "ecg", fp]
    assert reason[1] == f"beside another: {MOTION}"


def test_a_train_of_stimuli_is_told_although_some_were_rejected_before() -> None:
    data = _noise(16)
    for k in range(10):
        data[0, 4096 + 2048 * k : 4136 + 2048 * k] += potential(40, 300)
    spans = [(a, a + 2.5, "artifact", "clipping") for a in (1.8, 4.8, 7.8)]
    found = _judged(recording(data, FS), Rest.from_spans(spans, duration_s=16.0))
    assert set(found.frame["category"]) == {"artifact"}
    assert found.frame["reason"].value_counts().to_dict() == {"clipping": 9, STIMULUS: 1}


def test_a_pop_upon_heart_beats_is_a_pop() -> None:
    rng = np.random.default_rng(3)
    data = _noise(60)
    t = np.arange(int(0.4 * FS)) / FS - 0.1
    beat = 120 * np.exp(-0.5 * (t / 0.009) ** 2) + 30 * np.exp(-0.5 * ((t - 0.2) / 0.04) ** 2)
    beats = np.cumsum(rng.normal(0.9, 0.02, 62)) * FS
    for start in beats.astype(int):
        data[0, start : start + len(beat)] += beat[: max(0, data.shape[1] - start)]
    pops = beats[5:60:6].astype(int) + round(0.13 * FS)
    for start in pops:
        data[0, start : start + 400] += 120 * np.exp(-np.arange(400) / FS / 0.02)
    found = analyze(recording(data, FS)).events
    assert [_near(found, start / FS) for start in pops] == [("artifact", POP)] * len(pops)


def _rows(times: NDArray[np.floating], size: float = 200.0) -> pd.DataFrame:
    return pd.DataFrame({"peak_s": times, "amplitude_uv": size})


def test_pops_are_told_though_the_next_one_or_a_beat_hides_their_decay() -> None:
    fs_hz = 1e4
    data = _noise(30, 1, fs_hz)
    x = np.arange(160)
    decay = np.exp(-np.arange(2000) / 300)
    beat = np.exp(-(((np.arange(1200) - 600) / 260) ** 2))
    wave = np.exp(-(((x - 50) / 8) ** 2)) - 0.5 * np.exp(-(((x - 70) / 16) ** 2))
    rng = np.random.default_rng(2)
    starts = np.arange(20_000, 280_000, 20_000) + rng.integers(0, 2000, 13)  # or it is a machine
    beats, waves = starts + 8000, starts + rng.integers(13_000, 15_000, 13)
    for start, at, calm in zip(starts, beats, waves, strict=True):
        data[0, start : start + 2000] += 150 * decay
        data[0, start + 350 : start + 2350] -= 140 * decay  # before the first one is over
        data[0, at : at + 1200] += 200 * beat
        data[0, at + 700 : at + 2700] += 120 * decay
        data[0, calm : calm + 160] += 150 * wave
    found = _judged(recording(data, fs_hz, "needle"))
    for step in (*starts, *(starts + 350), *(beats + 700)):
        assert _near(found, step / fs_hz)[1].startswith("electrode pop: a step")
    assert {_near(found, (calm + 50) / fs_hz)[0] for calm in waves} == {"fasciculation"}


def test_only_machines_are_regular_to_a_millisecond() -> None:
    rng = np.random.default_rng(0)
    every = np.ones(40, bool)
    stimuli = _rows(np.arange(40) * 0.5 + rng.uniform(-2e-4, 2e-4, 40))
    assert machine_regular(stimuli, every).all()
    # CoV 3.5 %: the most regular motor units
    assert not machine_regular(_rows(np.cumsum(rng.normal(0.5, 0.0175, 40))), every).any()
    assert not machine_regular(_rows(np.cumsum(rng.exponential(0.5, 40))), every).any()
    # a complex repetitive discharge is as regular, but faster
    train = _rows(np.arange(300) / 30.0)
    assert not machine_regular(train, np.ones(300, bool)).any()
    assert not machine_regular(stimuli.iloc[:4], every[:4]).any()
    assert not machine_regular(stimuli, ~every).any()


def test_stimuli_among_potentials_are_named() -> None:
    rng = np.random.default_rng(1)
    stimuli = 3.0 + np.arange(10)
    others = np.sort(rng.uniform(0, 20, 40))
    frame = pd.concat([_rows(stimuli), _rows(others, 100.0)]).sort_values("peak_s")
    named = machine_regular(frame, np.ones(len(frame), bool))
    np.testing.assert_array_equal(frame["peak_s"].to_numpy()[named], stimuli)


def test_artifact_stretches_name_their_events_and_no_row_is_lost() -> None:
    data = _noise(20)
    for start in (4000, 20_000, 30_000):
        data[0, start : start + 40] += potential(40, 150)
    raw = recording(data, FS)
    rest = Rest.from_spans([(9.0, 11.0, "artifact", "clipping")], duration_s=20.0)
    found = _judged(raw, rest)
    assert found.frame["category"].tolist() == ["fasciculation", "artifact", "fasciculation"]
    assert found.frame["reason"].tolist() == ["", "clipping", ""]
    before = detect.detect(preprocess.clean(raw))
    assert (
        found.frame[before.frame.columns]
        .drop(columns="category")
        .equals(before.frame.drop(columns="category"))
    )


def test_nothing_to_judge_gives_the_same_columns() -> None:
    empty = _judged(recording(np.zeros((1, 4096)) + _noise(2) * 1e-3, FS))
    assert "reason" in empty.frame
    assert set(empty.frame["category"]) <= {"fasciculation"}


def test_scale_and_polarity_do_not_matter() -> None:
    rec, _ = simulate.recording(
        kind="surface", seed=103, seconds=30, nuisances=["pop", "common_spike", "stimulus"]
    )
    one = _judged(rec)
    assert (one.frame["category"] == "artifact").sum() >= 10
    for gain in (-1.0, 8.0):
        other = _judged(recording(gain * rec.read(), rec.fs_hz))
        np.testing.assert_array_equal(other.peak_s, one.peak_s)
        assert other.frame["reason"].tolist() == one.frame["reason"].tolist()


@pytest.mark.parametrize("kind", ["needle", "surface", "hdsemg"])
@pytest.mark.parametrize("nuisance", ["pop", "common_spike", "stimulus"])
def test_simulated_artifacts_are_not_fasciculations(kind: Kind, nuisance: Nuisance) -> None:
    rec, truth = simulate.recording(kind=kind, seed=104, seconds=40, units=0, nuisances=[nuisance])
    found = _judged(rec)
    true = truth.frame["peak_s"].to_numpy()
    assert (np.abs(true[:, None] - found.peak_s).min(axis=1) < 0.03).all()
    assert len(found.fasciculations) <= 1


@pytest.mark.parametrize("kind", ["needle", "surface", "hdsemg"])
def test_clean_recordings_lose_no_fasciculation(kind: Kind) -> None:
    rec, truth = simulate.recording(kind=kind, seed=105, seconds=30, snr=15, rate_per_min=80)
    matches = evaluate.events(truth, _judged(rec)).matches
    assert (matches["outcome"] == "matched").sum() > 20
    assert not (matches["found_category"] == "artifact").any()


def test_swings_go_on_between_swings_but_what_is_larger_is_none() -> None:
    fp = "fasciculation"
    time = np.array([1.0, 1.1, 1.2, 2.0, 2.1, 2.2, 3.0, 3.1])
    snr = np.array([10.0, 11.0, 9.0, 10.0, 14.0, 9.0, 10.0, 9.0])
    category = np.array(["artifact", fp, "artifact"] * 2 + ["artifact", fp], object)
    reason = np.array([MOTION, "", MOTION] * 2 + [MOTION, ""], object)
    _add_swings(time, snr, category, reason)
    assert category[[1, 4, 7]].tolist() == ["artifact", fp, fp]
    assert reason[1] == f"beside another: {MOTION}"


@pytest.mark.parametrize(("missing", "width_s"), [((), 0.8e-3), ((2, 3, 4), 1e-4), ((5, 6), 1e-4)])
def test_a_train_of_stimuli_may_have_gaps_and_two_edges(
    missing: tuple[int, ...], width_s: float
) -> None:
    kept = np.array([k for k in range(9) if k not in missing])
    edge = np.where(kept % 3 == 0, 0.0, width_s)  # noise decides which edge of a pulse is larger
    rng = np.random.default_rng(4)
    other = np.sort(rng.uniform(0, 12, 12))
    time = np.concatenate([2.0 + kept + edge, other])
    size = np.concatenate([np.full(len(kept), 600.0), rng.uniform(50, 500, 12)])
    order = np.argsort(time)
    frame = pd.DataFrame({"peak_s": time[order], "amplitude_uv": size[order]})
    found = machine_regular(frame, np.ones(len(frame), bool))
    assert (found == (order < len(kept))).all()


def test_a_mirrored_spike_is_told_in_noise_and_a_potential_is_not() -> None:
    fs_hz = 2e4
    t = np.arange(-6, 6, 1 / (8e-4 * fs_hz))
    data = _noise(30, 1, fs_hz)
    starts = np.arange(20_000, 580_000, 40_000)
    starts += np.random.default_rng(1).integers(0, 5000, len(starts))  # or they are stimuli
    x = np.arange(160)
    wave = 80 * np.exp(-(((x - 60) / 12) ** 2)) - 30 * np.exp(-(((x - 95) / 20) ** 2))
    for start in starts:
        data[0, start : start + len(t)] += -t * np.exp(0.5 - 0.5 * t**2) * 45
        data[0, start + 20_000 : start + 20_160] += wave
    found = _judged(recording(data, fs_hz, "needle"))
    told = {_near(found, (start + len(t) / 2) / fs_hz)[1] for start in starts}
    kept = {_near(found, (start + 20_080) / fs_hz)[0] for start in starts}
    assert told == {ODD}
    assert kept == {"fasciculation"}


@pytest.mark.skipif("EMGFASC_TEST_DATA" not in os.environ, reason="EMGFASC_TEST_DATA is not set")
def test_potentials_of_a_real_contraction_are_not_their_own_mirror_images() -> None:
    raw = read(Path(os.environ["EMGFASC_TEST_DATA"]) / "emglab_n2001" / "N2001M03VM05.bin")
    found = _judged(raw)
    assert len(found) > 300
    assert (found.frame["reason"] == ODD).sum() <= 1
    assert not found.frame["reason"].str.endswith(STEP).any()


def _cable(seconds: float, fs_hz: float, swing_hz: float = 6.0) -> NDArray[np.float64]:
    """Return a swing that begins and ends at once, as where a cable comes loose."""
    t = np.arange(int(seconds * fs_hz)) / fs_hz
    return np.asarray(
        np.sin(2 * np.pi * swing_hz * t + 1.0) * np.sin(np.pi * t / t[-1]).clip(0) ** 0.5
    )


def _amplified(seconds: float, n_channels: int, fs_hz: float, top_hz: float) -> NDArray[np.float64]:
    """Return noise as an amplifier leaves it, 5 uV."""
    rng, n = np.random.default_rng(7), int(seconds * fs_hz)
    band_hz = (10.0, top_hz)
    rows = [
        simulate.coloured(rng, n_samples=n, fs_hz=fs_hz, band_hz=band_hz) for _ in range(n_channels)
    ]
    return np.asarray(5 * np.stack(rows), np.float64)


@pytest.mark.parametrize(
    ("kind", "fs_hz", "top_hz"), [("needle", 2e4, 5e3), ("surface", FS, 500.0)]
)
def test_where_a_cable_begins_to_move_there_is_no_potential(
    kind: Kind, fs_hz: float, top_hz: float
) -> None:
    rng = np.random.default_rng(5)
    starts = (np.arange(3, 63, 4) + rng.uniform(0, 1, 15)) * fs_hz  # or they are stimuli
    data = _amplified(70, 1, fs_hz, top_hz)
    for start, size in zip(starts.astype(int), np.linspace(150, 500, 15), strict=True):
        wave = size * _cable(1.2, fs_hz)
        data[0, start : start + len(wave)] += wave
    quiet = _judged(recording(data, fs_hz, kind))
    assert len(quiet) > 15
    assert len(quiet.fasciculations) <= 1
    wave = potential(round(0.015 * fs_hz), 120)
    middles = starts.astype(int) + round(0.5 * fs_hz)
    for at in middles:
        data[0, at : at + len(wave)] += wave
    found = _judged(recording(data, fs_hz, kind)).fasciculations
    true_s = (middles + len(wave) / 2) / fs_hz
    assert len(found) <= 16
    assert all(np.abs(found.peak_s - time).min() < 0.008 for time in true_s)


def test_swings_of_some_electrodes_make_no_potentials_of_the_others() -> None:
    data = _amplified(60, 16, FS, 500.0)
    moved = np.random.default_rng(1).uniform(0.4, 1, 16) * (np.arange(16) % 5 < 3)
    for start in range(4096, 110_000, 12_000):
        wave = 250 * _cable(1.5, FS, 14.0)
        data[:, start : start + len(wave)] += moved[:, None] * wave
    quiet = _judged(_grid(data))
    assert len(quiet) > 15
    assert len(quiet.fasciculations) <= 2
    where = _grid(data).positions_mm
    assert where is not None
    spread = np.exp(-0.5 * (np.linalg.norm(where - where[5], axis=1) / 5) ** 2)
    data[:, 7000:7030] += spread[:, None] * potential(30, 120)
    assert _near(_judged(_grid(data)), 7015 / FS)[0] == "fasciculation"


def test_a_step_on_the_skin_is_a_pop_though_a_swing_hides_its_decay() -> None:
    rng = np.random.default_rng(9)
    starts = (np.arange(2, 32, 3) + rng.uniform(0, 1, 10)) * FS
    t = np.arange(2000) / FS
    data = _noise(40)
    data[0] += 60 * np.sin(2 * np.pi * 3 * np.arange(data.shape[1]) / FS)
    for start in starts.astype(int):
        data[0, start : start + 2000] += 250 * np.exp(-t / 0.05)
        data[0, start + 40 : start + 2040] -= 200 * np.exp(-t / 0.05)  # before it is over
    found = _judged(recording(data, FS))
    assert not len(found.fasciculations)
    assert {_near(found, start / FS)[1] for start in starts} <= {POP, STEP, MOTION}


@pytest.mark.parametrize(("size_uv", "after"), [(400, 220), (1500, 360)])
def test_what_is_strong_beside_a_stimulus_is_no_echo_of_it(size_uv: float, after: int) -> None:
    fs_hz = 2e4
    data = _noise(16, 1, fs_hz)
    wave = potential(120, 100)
    for k in range(10):
        at = 20_000 * (k + 2)
        data[0, at : at + 12] += size_uv
        data[0, at + 12 : at + 212] -= 0.2 * size_uv * np.exp(-np.arange(200) / 60)
    late = [20_000 * (k + 2) + after for k in (3, 6)]
    for at in late:
        data[0, at : at + 120] += wave
    found = _judged(recording(data, fs_hz, "needle"))
    np.testing.assert_allclose(
        found.fasciculations.peak_s, (np.array(late) + 60) / fs_hz, atol=3e-3
    )


def test_a_train_begins_with_its_first_stimulus_whichever_edge_is_its_peak() -> None:
    early = np.array([0, 1, 0, 0, 0, 1, 0, 0, 0, 0]) * 8e-4
    stimuli = _rows(3.0 + np.arange(10) - early)
    assert machine_regular(stimuli, np.ones(10, bool)).all()
    late = _rows(3.0 + np.arange(10) - early[::-1])
    assert machine_regular(late, np.ones(10, bool)).all()
