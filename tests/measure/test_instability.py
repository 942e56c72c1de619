"""Jiggle, alignment and satellites on units whose change is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from numpy.typing import NDArray

from emgfasc.containers import Events, Recording
from emgfasc.measure import Rules, instability, morphology, satellites
from emgfasc.measure.align import TAPS, aligned
from emgfasc.measure.instability import drawn_medians
from signals import recording

FS = 20_000.0
Floats = NDArray[np.float64]


def wave(t_ms: Floats, width_ms: float = 0.5) -> Floats:
    """A smooth triphasic potential around 0."""
    u = t_ms / width_ms
    return np.asarray(-(1 - u**2) * np.exp(-(u**2) / 2))


def unit(
    n: int = 20,
    *,
    amplitude: float = 500.0,
    jitter_ms: float = 0.0,
    noise: float = 3.0,
    late: float = 0.0,
    seed: int = 0,
) -> tuple[Recording, Events]:
    """Place `n` discharges at times between samples; a late component moves by `jitter_ms`."""
    rng = np.random.default_rng(seed)
    times = 0.1 + 0.15 * np.arange(n) + rng.uniform(0, 0.02, n)
    t = np.arange(round((times[-1] + 0.2) * FS)) / FS
    x = rng.normal(0, noise, len(t)) if noise else np.zeros(len(t))
    for time in times:
        ms = (t - time) * 1e3
        near = np.abs(ms) < 25
        x[near] += amplitude * wave(ms[near])
        x[near] += 0.6 * amplitude * wave(ms[near] - 2.0 - rng.normal(0, jitter_ms))
        if late:
            x[near] += late * wave(ms[near] - 10.0)
    frame = pd.DataFrame(
        {
            "onset": times - 0.002,
            "duration": 0.006,
            "peak_s": times,
            "channel": "c0",
            "n_channels": 1,
            "amplitude_uv": amplitude * 1.5,
            "snr": amplitude * 1.5 / max(noise, 1.0),
            "unit": 1,
            "category": "fasciculation",
        }
    )
    rec = recording(x, FS, "needle")
    return rec, morphology(rec, Events(frame))


def row(rec: Recording, events: Events, **options: int) -> pd.Series:
    return instability(rec, events, **options).iloc[0]


def test_alignment_removes_shifts_between_samples() -> None:
    rng = np.random.default_rng(0)
    t = np.arange(-80, 81) / FS * 1e3
    shifts = rng.uniform(-0.5, 0.5, 30)
    rows = np.stack([wave(t - s / FS * 1e3) for s in shifts])
    margin = TAPS + 10
    before = np.ptp(rows[:, margin:-margin], axis=0).max()
    after = np.ptp(aligned(rows, margin), axis=0).max()
    assert before > 0.05
    assert after < 0.005


def test_stable_unit_has_almost_no_jiggle() -> None:
    found = row(*unit(noise=0.0))
    assert abs(found["cad_pct"]) < 1
    assert found["ccc"] > 0.999
    assert found["n_used"] == found["n"] == 20


def test_noise_is_taken_off() -> None:
    found = row(*unit(n=60, noise=20.0))
    assert abs(found["cad_pct"]) < 3
    # what is left of 1 is explained by the noise
    assert found["ccc"] == pytest.approx(found["ccc_if_stable"], abs=0.02)


def test_jitter_raises_cad_and_lowers_ccc() -> None:
    steps = [row(*unit(n=40, jitter_ms=jitter)) for jitter in (0.0, 0.05, 0.15)]
    cad = [step["cad_pct"] for step in steps]
    ccc = [step["ccc"] for step in steps]
    assert cad[0] < cad[1] < cad[2]
    assert ccc[0] > ccc[1] > ccc[2]
    assert steps[0]["cad_pct_hi95"] < steps[2]["cad_pct_lo95"]
    for step in steps:
        assert step["cad_pct_lo95"] <= step["cad_pct"] <= step["cad_pct_hi95"]


def test_amplitude_change_has_the_cad_of_its_formula() -> None:
    # discharges that alternate between 1 and 1 + d have |x_k+1 - x_k| = d |x| everywhere
    rec, events = unit(noise=0.0)
    x = rec.read()[0].astype(float)
    for number, time in enumerate(events.peak_s):
        near = slice(round((time - 0.02) * FS), round((time + 0.02) * FS))
        x[near] *= 1.1 if number % 2 else 1.0
    rec = recording(x, FS, "needle")
    found = row(rec, morphology(rec, events))
    assert found["cad_pct"] == pytest.approx(100 * 0.1 / 1.05, rel=0.05)
    assert found["ccc"] > 0.9999


def test_fewer_than_five_discharges_say_why() -> None:
    found = row(*unit(n=4))
    assert np.isnan(found["cad_pct"])
    assert found["reason"] == "fewer than 5 discharges without overlap"


def test_overlapped_discharges_are_left_out() -> None:
    rec, events = unit(n=12)
    frame = events.to_frame()
    other = frame.iloc[[3]].assign(unit=0, peak_s=frame.loc[3, "peak_s"] + 0.001)
    both = Events(pd.concat([frame, other], ignore_index=True))
    assert row(rec, both)["n_used"] == 11


def test_seed_and_scale_and_labels() -> None:
    rec, events = unit()
    first = instability(rec, events, seed=1)
    pd.testing.assert_frame_equal(first, instability(rec, events, seed=1))
    other = instability(rec, events, seed=2)
    assert other.loc[0, "cad_pct_lo95"] != first.loc[0, "cad_pct_lo95"]
    relabelled = instability(rec, events.assign(unit=np.full(len(events), 7)), seed=1)
    assert relabelled["unit"].tolist() == [7]
    pd.testing.assert_frame_equal(relabelled.drop(columns="unit"), first.drop(columns="unit"))
    twice = instability(recording(2 * rec.read(), FS, "needle"), events, seed=1)
    for name in ("cad_pct", "ccc", "cad_pct_hi95"):
        assert twice.loc[0, name] == pytest.approx(first.loc[0, name], rel=1e-5)


def test_unsorted_potentials_make_no_row() -> None:
    rec, events = unit()
    none = instability(rec, events.assign(unit=np.zeros(len(events), int)))
    assert len(none) == 0
    assert none["cad_pct"].dtype == np.float64


def test_satellite_is_found_below_the_noise_of_one_discharge() -> None:
    rec, events = unit(n=50, noise=12.0, late=45.0)
    found = satellites(rec, events)
    assert len(found) == 1
    assert found.loc[0, "latency_ms"] == pytest.approx(10.0, abs=0.2)
    assert found.loc[0, "gap_ms"] >= 2
    assert found.loc[0, "n"] == 50
    assert 30 < found.loc[0, "amplitude_uv"] < 90


def test_the_size_of_a_satellite_holds_nothing_of_the_main_potential() -> None:
    rec, events = unit(n=50, noise=2.0, late=60.0)
    # a shoulder of 8 ms would reach from the satellite into the main potential 10 ms before it
    wide = satellites(rec, events, rules=Rules(shoulder_ms=8.0))
    usual = satellites(rec, events)
    assert wide.loc[0, "amplitude_uv"] == pytest.approx(usual.loc[0, "amplitude_uv"], rel=0.05)


def test_no_satellite_without_a_late_component_or_enough_discharges() -> None:
    assert satellites(*unit(n=50, noise=12.0)).empty
    assert satellites(*unit(n=4, late=200.0)).empty


@given(
    seed=st.integers(0, 999),
    n=st.integers(1, 60),
    width=st.integers(1, 4),
    step=st.sampled_from([0.0, 0.5, 1.0]),
    lost=st.booleans(),
)
def test_medians_of_draws_are_those_of_the_rows_drawn(
    seed: int, n: int, width: int, step: float, lost: bool
) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, width))
    if step:
        values = np.round(values / step) * step  # ties
    if lost:
        values[rng.integers(n), rng.integers(width)] = np.nan
    draws = rng.integers(0, n, (5, n))
    expected = [np.median(values[pick], axis=0) for pick in draws]
    assert_array_equal(drawn_medians(values, draws), expected)


def test_a_median_far_from_the_middle_of_its_column_is_found() -> None:
    values = np.arange(400.0)[:, None]
    draws = np.stack([np.zeros(400, np.int64), np.full(400, 399), np.arange(400)])
    assert drawn_medians(values, draws).ravel().tolist() == [0.0, 399.0, 199.5]
