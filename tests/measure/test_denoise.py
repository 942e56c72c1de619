"""A unit tells what in its discharges is noise, and only that is taken away."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from emgfasc import measure
from emgfasc._kernels.taps import filtered
from emgfasc.containers import Events, Recording
from emgfasc.measure import denoise
from emgfasc.measure.align import delays
from signals import recording

FS = 4000.0
N, APART_S, NOISE_UV = 40, 0.2, 8.0
PEAKS = np.rint((0.15 + APART_S * np.arange(N)) * FS).astype(np.int64)
TIME_MS = np.arange(-60, 100) * 1e3 / FS

Floats = NDArray[np.float64]


def _shape(slow_ms: float = 2.0) -> Floats:
    """A potential of 120 uV peak to peak."""
    wave = -np.exp(-0.5 * (TIME_MS / slow_ms) ** 2) + 0.6 * np.exp(-0.5 * (TIME_MS / 3 - 2) ** 2)
    return np.asarray(120 * wave / np.ptp(wave))


def _scene(waves: Floats, *, noise_uv: float = NOISE_UV, seed: int = 0) -> tuple[Recording, Events]:
    """One unit with the given discharges, on one channel."""
    rng = np.random.default_rng(seed)
    data = rng.normal(0, noise_uv, (1, PEAKS[-1] + round(0.3 * FS)))
    for peak, wave in zip(PEAKS, waves, strict=True):
        data[0, peak - 60 : peak + 100] += wave
    rec = recording(data, FS)
    frame = pd.DataFrame(
        {
            "onset": PEAKS / FS - 0.005,
            "duration": 0.015,
            "peak_s": PEAKS / FS,
            "channel": rec.channels[0],
            "n_channels": 1,
            "amplitude_uv": 120.0,
            "snr": 120.0 / NOISE_UV,
            "unit": 1,
            "category": "fasciculation",
        }
    )
    return rec, Events(frame)


def _alone(events: Events) -> Events:
    return events.assign(unit=np.zeros(len(events), np.int64))


def _sizes(events: Events, rec: Recording) -> Floats:
    return np.asarray(measure.morphology(rec, events).frame["amplitude_uv"], np.float64)


def test_a_stable_unit_loses_nearly_all_of_its_noise() -> None:
    rec, events = _scene(np.tile(_shape(), (N, 1)))
    frame = measure.morphology(rec, events).frame
    assert (frame["waveform"] == "denoised").all()
    true = measure.morphology(_scene(np.tile(_shape(), (N, 1)), noise_uv=0.0)[0], _alone(events))
    for column, most in (("amplitude_uv", 0.03), ("area_uvms", 0.06)):
        off = frame[column] / true.frame[column].iloc[0] - 1
        single = measure.morphology(rec, _alone(events)).frame
        before = single[column] / true.frame[column].iloc[0] - 1
        assert off.abs().median() < most
        assert off.std() < 0.5 * before.std()


def test_a_unit_keeps_the_spread_of_size_that_is_its_own() -> None:
    """Wiener's weight would leave 0.84 of it (the variance of size is 2.3 times noise's)."""
    rng = np.random.default_rng(1)
    size = rng.normal(1, 0.05, N)
    rec, events = _scene(size[:, None] * _shape())
    found = _sizes(events, rec)
    spread, single = found.std() / 120, _sizes(_alone(events), rec).std() / 120
    assert spread == pytest.approx(size.std(), rel=0.2)
    assert single > 1.2 * size.std()
    assert np.corrcoef(found, size)[0, 1] > 0.8


def test_a_unit_that_changes_throughout_stays_as_it_is() -> None:
    rng = np.random.default_rng(2)
    loose = np.convolve(rng.normal(size=N * len(TIME_MS)), np.hanning(9), mode="same")
    ripple = 20 * loose.reshape(N, -1) * (np.abs(TIME_MS) < 6)
    rec, events = _scene(_shape() + ripple)
    found = list(_parts(rec, events))
    assert found
    for part in found:
        for row, wave in zip(part.rows, part.waves, strict=True):
            inside = slice(part.center - 20, part.center + 21)
            raw = rec.read()[0, PEAKS[row] - 20 : PEAKS[row] + 21]
            assert np.sqrt(np.mean((wave[inside] - raw) ** 2)) < 0.6 * NOISE_UV


def _parts(rec: Recording, events: Events) -> list[denoise.Denoised]:
    rules = measure.Rules.for_kind(rec.kind)
    unit = events.frame["unit"].to_numpy(np.int64)
    noise = np.full(len(events), NOISE_UV)
    lane = np.zeros(len(events), np.int64)
    return list(denoise.denoised(rec, unit, PEAKS[: len(events)], lane, noise, rules))


def test_a_stranger_among_them_stays_single() -> None:
    waves = np.tile(_shape(), (N, 1))
    waves[7] = -_shape(1.0)
    rec, events = _scene(waves)
    frame = measure.morphology(rec, events).frame
    single = measure.morphology(rec, _alone(events)).frame
    assert frame["waveform"][7] == "single"
    assert (frame["waveform"] == "denoised").sum() >= N - 2
    columns = ["amplitude_uv", "area_uvms", "duration_ms", "phases", "turns"]
    pd.testing.assert_series_equal(frame.loc[7, columns], single.loc[7, columns])


def test_overlaps_few_discharges_and_unknown_noise_stay_single() -> None:
    rec, events = _scene(np.tile(_shape(), (N, 1)))
    near = events.to_frame().iloc[[3]].assign(peak_s=PEAKS[3] / FS + 0.03, unit=2)
    more = Events(pd.concat([events.to_frame(), near], ignore_index=True))
    frame = measure.morphology(rec, more).frame
    assert frame["waveform"].iloc[3:5].tolist() == ["single", "single"]
    few = events.where(np.arange(N) < 5)
    assert (measure.morphology(rec, few).frame["waveform"] == "single").all()
    silent = events.assign(snr=np.full(N, np.inf))
    assert (measure.morphology(rec, silent).frame["waveform"] == "single").all()


def test_polarity_and_size_only_scale_it_and_time_only_moves_it() -> None:
    rec, events = _scene(np.tile(_shape(), (N, 1)))
    part = _parts(rec, events)[0]
    turned = rec.replace(source=recording(-rec.read(), FS).source)
    np.testing.assert_allclose(_parts(turned, events)[0].waves, -part.waves, atol=1e-9)
    frame = measure.morphology(rec, events).frame
    lead = np.random.default_rng(5).normal(0, NOISE_UV, (1, 800))
    later = recording(np.hstack([lead, rec.read()]), FS)
    moved = events.assign(peak_s=events.peak_s + 0.2, onset=events.frame["onset"] + 0.2)
    np.testing.assert_allclose(_sizes(moved, later), frame["amplitude_uv"], rtol=1e-6)


def test_chunks_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    rec, events = _scene(np.tile(_shape(), (N, 1)))
    whole = measure.morphology(rec, events).frame
    monkeypatch.setattr(denoise, "_AT_ONCE", 7)
    pd.testing.assert_frame_equal(measure.morphology(rec, events).frame, whole)


def test_instability_is_taken_from_the_signal_as_it_is() -> None:
    """The same onset and offset give the same CAD, whichever waveform was measured."""
    rng = np.random.default_rng(3)
    rec, events = _scene(rng.normal(1, 0.1, N)[:, None] * _shape())
    frame = measure.morphology(rec, events).frame
    assert (frame["waveform"] == "denoised").any()
    plain = events.assign(onset=frame["onset"], duration=frame["duration"])
    one = measure.instability(rec, measure.morphology(rec, events))
    two = measure.instability(rec, plain)
    pd.testing.assert_frame_equal(one, two)


def test_without_a_rule_for_it_nothing_is_denoised() -> None:
    rec, events = _scene(np.tile(_shape(), (N, 1)))
    rules = replace(measure.Rules.for_kind(rec.kind), denoise_discharges=1e9)
    assert (measure.morphology(rec, events, rules=rules).frame["waveform"] == "single").all()


@pytest.mark.parametrize("reach", [1, 3])
def test_delays_agree_with_trying_each(reach: int) -> None:
    rng = np.random.default_rng(4)
    template, margin = rng.normal(size=30), reach + 8
    windows = np.round(rng.normal(size=(12, 30 + 2 * margin)), 1)
    windows[3] = 0.0
    found = delays(windows, template, margin)
    lags = np.arange(-reach, reach + 1)
    for row, delay in zip(windows, found, strict=True):
        parts = [row[margin + lag : margin + lag + 30] for lag in lags]
        scores = [part @ template / max(float(np.linalg.norm(part)), 1e-300) for part in parts]
        assert abs(delay - lags[int(np.argmax(scores))]) <= 0.5


def test_rows_through_filters_agree_with_a_loop() -> None:
    rng = np.random.default_rng(6)
    rows, taps, first = rng.normal(size=(5, 40)), rng.normal(size=(5, 4)), rng.integers(0, 9, 5)
    naive = [
        [sum(taps[i, k] * rows[i, first[i] + k + t] for k in range(4)) for t in range(20)]
        for i in range(5)
    ]
    np.testing.assert_allclose(filtered(rows, first, taps, 20), naive)
