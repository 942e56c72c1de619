"""Waves that run along a grid at a known speed from a known place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.io
from numpy.typing import NDArray

from emgfasc import preprocess, read
from emgfasc.containers import Events, Recording
from emgfasc.measure import Rules, propagation
from emgfasc.simulate import GRID_13X5, NORMAL, potentials
from signals import recording

FS = 2048.0
ROWS, COLUMNS, STEP = 10, 4, 8.0
PLACES = np.array([(c * STEP, r * STEP) for c in range(COLUMNS) for r in range(ROWS)], float)
Floats = NDArray[np.float64]


def events_at(times: Floats, *, unit: int = 1) -> Events:
    return Events(
        pd.DataFrame(
            {
                "onset": times - 0.01,
                "duration": 0.02,
                "peak_s": times,
                "channel": "c0",
                "n_channels": 1,
                "amplitude_uv": 100.0,
                "snr": 20.0,
                "unit": unit,
                "category": "fasciculation",
            }
        )
    )


def running(
    speed: float, origin: float, *, n: int = 12, noise: float = 1.0, seed: int = 0
) -> tuple[Recording, Events]:
    """Waves from `origin` along y; infinite speed arrives everywhere at once."""
    rng = np.random.default_rng(seed)
    times = 0.2 + 0.2 * np.arange(n) + rng.uniform(0, 0.02, n)
    times = np.rint(times * FS) / FS
    t = np.arange(round((times[-1] + 0.2) * FS)) / FS
    x = rng.normal(0, noise, (len(PLACES), len(t)))
    delay = np.abs(PLACES[:, 1] - origin) / speed
    gain = 100 * np.exp(-PLACES[:, 0] / 30)  # nearer columns see more of it
    for time in times:
        u = ((t - time) * 1e3 - delay[:, None] + 5) / 1.5
        x += gain[:, None] * (1 - u**2) * np.exp(-0.5 * u**2)
    return recording(x, FS, "hdsemg").replace(positions_mm=PLACES), events_at(times)


def row(rec: Recording, events: Events) -> pd.Series:
    return propagation(rec, events).iloc[0]


@pytest.mark.parametrize(("speed", "origin"), [(4.0, 36.0), (3.0, 20.0), (5.5, 50.0)])
def test_speed_and_end_plate_are_found(speed: float, origin: float) -> None:
    found = row(*running(speed, origin))
    assert found["axis"] == "y"
    # neighbours on both sides of the end-plate see both waves, and so a slower one
    assert 0.95 * speed < found["speed_m_s"] < 1.01 * speed
    assert found["endplate_mm"] == pytest.approx(origin, abs=1.0)
    assert found["speed_m_s_lo95"] <= found["speed_m_s"] <= found["speed_m_s_hi95"]
    assert found["fit"] > 0.8
    assert found["reason"] == ""


def test_the_other_axis_of_the_grid() -> None:
    rec, events = running(4.0, 36.0)
    turned = row(rec.replace(positions_mm=PLACES[:, ::-1].copy()), events)
    straight = row(rec, events)
    assert turned["axis"] == "x"
    assert turned["speed_m_s"] == straight["speed_m_s"]
    assert turned["endplate_mm"] == straight["endplate_mm"]


def test_an_end_plate_outside_the_grid_leaves_the_speed() -> None:
    found = row(*running(4.0, -60.0))
    assert found["speed_m_s"] == pytest.approx(4.0, rel=0.02)
    assert np.isnan(found["endplate_mm"])
    assert found["reason"] == "the end-plate lies outside the grid"


@pytest.mark.parametrize(
    ("speed", "reason"),
    # nothing is left of the differences of what arrives at once, so that noise remains
    [(np.inf, "one speed does not bring"), (30.0, "does not run along either axis")],
)
def test_what_arrives_at_once_has_no_speed(speed: float, reason: str) -> None:
    found = row(*running(speed, 36.0, noise=0.02))
    assert np.isnan(found["speed_m_s"])
    assert reason in found["reason"]


def test_noise_has_no_speed() -> None:
    rec, events = running(4.0, 36.0)
    noise = np.random.default_rng(1).normal(0, 5, rec.read().shape)
    found = row(rec.replace(source=recording(noise, FS, "hdsemg").source), events)
    assert np.isnan(found["speed_m_s"])
    assert found["reason"] != ""


def test_a_grid_recorded_as_differences() -> None:
    rec, events = running(4.0, 36.0)
    x = rec.read().reshape(COLUMNS, ROWS, -1)
    places = PLACES.reshape(COLUMNS, ROWS, 2)
    pairs = (x[:, 1:] - x[:, :-1]).reshape(-1, x.shape[2])
    middle = 0.5 * (places[:, 1:] + places[:, :-1]).reshape(-1, 2)
    found = row(recording(pairs, FS, "hdsemg").replace(positions_mm=middle), events)
    assert found["speed_m_s"] == pytest.approx(4.0, rel=0.03)
    assert found["endplate_mm"] == pytest.approx(36.0, abs=2.0)


def test_scale_polarity_bad_channels_and_seed() -> None:
    rec, events = running(4.0, 36.0)
    first = propagation(rec, events, seed=1)
    pd.testing.assert_frame_equal(first, propagation(rec, events, seed=1))
    other = recording(-3 * rec.read(), FS, "hdsemg").replace(positions_mm=PLACES)
    pd.testing.assert_frame_equal(propagation(other, events, seed=1), first, rtol=1e-4)
    broken = rec.read().copy()
    broken[13] = 1e4 * np.random.default_rng(0).normal(size=broken.shape[1])
    marked = recording(broken, FS, "hdsemg").replace(positions_mm=PLACES, bad_channels=("c13",))
    assert row(marked, events)["speed_m_s"] == pytest.approx(4.0, rel=0.05)


def test_where_it_cannot_be_measured_it_says_why() -> None:
    rec, events = running(4.0, 36.0)
    assert "positions are known" in row(rec.replace(positions_mm=None), events)["reason"]
    assert "positions are known" in row(rec.replace(kind="surface"), events)["reason"]
    assert "fewer than 5" in row(rec, events.where(np.arange(len(events)) < 4))["reason"]
    assert "no line" in row(rec.replace(positions_mm=np.round(PLACES / 16) * 16), events)["reason"]
    strict = replace(Rules.for_kind("hdsemg"), propagation_fit=1.0)
    assert "one speed" in propagation(rec, events, rules=strict).iloc[0]["reason"]
    assert propagation(rec, Events.empty())["speed_m_s"].dtype == np.float64


def test_simulated_fibres() -> None:
    # mean fibre of 55 um: 2.2 + 0.05 x 30 = 3.7 m/s; end-plates 10 mm before the middle of the grid
    unit = replace(NORMAL, endplate_mm=10.0, fibres=60)
    shape = potentials(unit, GRID_13X5, variants=1)
    wave = shape.waveforms[0] * (100 / np.ptp(shape.waveforms))
    times: Floats = 0.3 + 0.25 * np.arange(8.0)
    x = np.random.default_rng(0).normal(0, 3, (64, round(2.5 * FS)))
    for time in times:
        first = round(time * FS) - shape.center
        x[:, first : first + wave.shape[1]] += wave
    rec = recording(x, FS, "hdsemg").replace(positions_mm=GRID_13X5.positions_mm)
    found = row(rec, events_at(times))
    assert found["axis"] == "y"
    assert found["speed_m_s"] == pytest.approx(3.7, rel=0.15)
    assert found["endplate_mm"] == pytest.approx(48.0 - 10.0, abs=2.0)


def test_real_units_of_a_contraction_run_at_the_speed_of_muscle(data_dir: Path) -> None:
    # vastus lateralis with the maker's decomposition; openhdemg's test file
    path = data_dir / "openhdemg/otb_testfile.mat"
    stored = scipy.io.loadmat(path, squeeze_me=True)
    is_train = [str(text).find("Decomposition of") >= 0 for text in stored["Description"]]
    rec = preprocess.clean(read(path), mains_hz=None, n_jobs=1).load()
    x = rec.read()
    speeds, places = [], []
    for train in stored["Data"][:, is_train].T:
        discharges = np.flatnonzero(train > 0.5)
        discharges = discharges[(discharges > 200) & (discharges < len(train) - 200)]
        average = np.mean([x[:, k - 60 : k + 60] for k in discharges], axis=0)
        channel = int(np.ptp(average, axis=1).argmax())
        times = (discharges + np.abs(average[channel]).argmax() - 60) / rec.fs_hz
        events = events_at(times).assign(channel=[rec.channels[channel]] * len(times))
        found = row(rec, events)
        speeds.append(found["speed_m_s"])
        places.append(found["endplate_mm"])
    told = np.array(speeds)[np.isfinite(speeds)]
    assert len(speeds) == 5
    assert len(told) >= 4
    assert ((told > 3.0) & (told < 5.0)).all()
    # along a grid of 96 mm, the units of one muscle have their end-plates near one place
    assert np.nanpercentile(places, 75) - np.nanpercentile(places, 25) < 15
