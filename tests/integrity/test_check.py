"""Each finding on made-up faults, none on clean recordings, sense on absurd input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import emgfasc as ef
from emgfasc.integrity import Report, clipping
from emgfasc.integrity.excerpts import look_at
from emgfasc.integrity.loops import median_steps, runs
from emgfasc.integrity.scanning import scan

RNG = np.random.default_rng(11)
NOISE = RNG.normal(0, 8, (4, 20_000))


def check(data: Any, **options: Any) -> Report:
    return ef.integrity.check(ef.read(data, **{"fs": 2000, "kind": "surface", **options}))


def item(report: Report, name: str) -> Any:
    return next(found for found in report.findings if found.name == name)


@pytest.mark.parametrize("kind", ["needle", "surface"])
@pytest.mark.parametrize("seed", [100, 117, 143, 160, 199])
def test_clean_simulations_have_no_flag(kind: Any, seed: int) -> None:
    rec, _ = ef.simulate.recording(kind=kind, seed=seed, seconds=8)
    assert ef.integrity.check(rec).flags == ()


def test_noise_has_no_flag_and_misses_its_metadata() -> None:
    report = check(NOISE)
    assert report.flags == ()
    assert [found.name for found in report.findings] == ["missing_metadata"]
    assert report.trust == "yes"


def test_clipping_is_placed() -> None:
    data = NOISE.copy()
    data[1, 5000:5200] = 900.0
    found = item(check(data), "clipping")
    assert found.channels == ("EMG2",)
    assert found.spans == (pytest.approx((2.5, 2.6)),)
    assert found.amount == 200


@pytest.mark.parametrize("size", [1 << 17, 100])
def test_values_at_the_converters_end_are_counted_and_placed(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clipping, "_BLOCK", size)
    data = np.round(NOISE / 0.5) * 0.5
    data[1, [3000, 3001, 7000]] = -2048 * 0.5
    found = item(check(data), "clipping")
    assert (found.amount, found.channels, found.trust) == (3, ("EMG2",), "with_care")
    np.testing.assert_allclose(found.spans, [(1.5, 1.501), (3.5, 3.5005)])


def test_many_channels_clipped_a_little_are_judged_by_the_worst() -> None:
    data = np.random.default_rng(4).normal(0, 8, (20, 10_000))
    data[:, 4000:4020] = 900.0  # 0.2 % of each channel, 4 % of one channel's length
    assert item(check(data), "clipping").trust == "with_care"
    data[3, 4000:4110] = 900.0
    assert item(check(data), "clipping").trust == "no"


def test_flat_stretch_is_placed() -> None:
    data = NOISE.copy()
    data[2, 4000:4100] = data[2, 4000]
    found = item(check(data), "flat")
    assert (found.channels, found.spans) == (("EMG3",), (pytest.approx((2.0, 2.05)),))


def test_gaps_are_told() -> None:
    data = NOISE.copy()
    data[:, 7000:9000] = np.nan
    found = item(check(data), "gaps")
    assert found.amount == pytest.approx(1.0)
    assert found.spans == (pytest.approx((3.5, 4.5)),)


def test_lone_samples() -> None:
    data = RNG.normal(0, 8, 60_000)
    data[[1000, 30_000]] = 2000
    found = item(check(data, fs=20_000, kind="needle"), "lone_samples")
    assert [round(start * 20_000) for start, _ in found.spans] == [1000, 30_000]


def test_repeats() -> None:
    data = NOISE[0].copy()
    data[12_345:16_345] = data[2_000:6_000]
    found = item(check(data), "repeated")
    assert "5.173 s" in found.sentence
    assert found.spans[0][0] == pytest.approx(1.0, abs=0.05)


def test_held_samples_tell_the_true_rate() -> None:
    found = item(check(np.repeat(NOISE[:2], 4, axis=1)), "duplicated_samples")
    assert (found.amount, "500 Hz" in found.sentence) == (4, True)


def test_up_sampling_is_found() -> None:
    spectrum = np.fft.rfft(NOISE[0])
    spectrum[len(spectrum) // 2 :] = 0
    report = check(np.fft.irfft(spectrum))
    assert item(report, "band_limited").amount == pytest.approx(500, abs=5)


def test_channels_beside_one_another() -> None:
    data = np.concatenate([NOISE, NOISE[:1], NOISE[1:2] * 1.001, np.zeros((1, 20_000))])
    report = check(data)
    assert item(report, "duplicate_channels").channels == ("EMG1", "EMG5")
    assert item(report, "shorted_channels").channels == ("EMG2", "EMG6")
    assert item(report, "dead_channels").channels == ("EMG7",)


@pytest.mark.parametrize("mains_hz", [50, 60])
def test_mains_share(mains_hz: int) -> None:
    t = np.arange(20_000) / 2000
    found = item(check(NOISE + 20 * np.sin(2 * np.pi * mains_hz * t)), "mains")
    assert f"{mains_hz} Hz" in found.sentence
    # 200 uV^2 of mains beside 64 uV^2 of noise, half of which lies in 10-500 Hz.
    assert found.amount == pytest.approx(100 * 200 / (200 + 32), abs=5)


@pytest.mark.parametrize("fs", [20.0, 60.0, 100.0, 120.0, 124.0, 140.0, 145.0])
def test_rates_too_low_for_mains_are_answered(fs: float) -> None:
    x = np.random.default_rng(12).normal(0, 10, (1, 4000))
    assert "mains_line" not in [found.name for found in check(x, fs=fs).findings]


@pytest.mark.parametrize("mains_hz", [50, 60])
def test_a_weak_line_is_told_without_a_flag(mains_hz: int) -> None:
    x = np.random.default_rng(11).normal(0, 10, (1, 20000))
    line = 2.0 * np.sin(2 * np.pi * mains_hz * np.arange(20000) / 2000)
    assert "mains_line" not in [found.name for found in check(x).findings]
    report = check(x + line)
    assert report.flags == ()
    assert f"{mains_hz} Hz" in item(report, "mains_line").sentence


@pytest.mark.parametrize(("factor", "side"), [(1e4, "larger"), (1e-3, "smaller")])
def test_scale(factor: float, side: str) -> None:
    found = item(check(NOISE * factor), "scale")
    assert (found.trust, side in found.sentence) == ("no", True)


def test_stated_filters() -> None:
    rec = ef.read(NOISE, fs=2000, kind="surface").replace(highpass_hz=30.0, lowpass_hz=300.0)
    assert set(ef.integrity.check(rec).flags) == {"highpass", "lowpass"}


def test_wrapped_integers_are_found_and_put_back() -> None:
    true = 4 * RNG.normal(0, 1500, 30_000) + 25_000 * np.sin(np.arange(30_000) / 40) - 12_000
    true = np.convolve(true, np.ones(5) / 5, "same").round()
    stored = ((true + 32768) % 65536 - 32768).astype(np.int16)
    assert (true != stored).sum() > 100
    rec = ef.read(stored, fs=4000, kind="needle", scale=0.1)
    assert "wrap_around" in ef.integrity.check(rec).flags
    np.testing.assert_allclose(ef.integrity.unwrap(rec).read()[0], true * 0.1, atol=0.01)
    clean = ef.read(NOISE, fs=4000, kind="needle")
    assert ef.integrity.unwrap(clean) is clean


def test_a_table_has_one_row_per_finding() -> None:
    report = check(NOISE * 1e5)
    frame = report.to_frame()
    assert list(frame["name"]) == [found.name for found in report.findings]
    assert set(frame["trust"]) == {"no", "yes"}


@settings(max_examples=100, deadline=None)
@given(
    n=st.integers(1, 60),
    step=st.sampled_from([0.0, 0.1, 1.0]),
    near=st.sampled_from([0.0, 0.5, 1.0, 1.5, 100.0]),
    seed=st.integers(0, 999),
)
def test_the_median_step_is_numpys_whatever_was_expected(
    n: int, step: float, near: float, seed: int
) -> None:
    x = np.random.default_rng(seed).normal(0, 1, (3, n))
    x = np.round(x / step) * step if step else x
    expected = np.median(np.abs(np.diff(x)), axis=1) if n > 1 else np.full(3, np.nan)
    np.testing.assert_array_equal(median_steps(x, np.full(3, near)), expected)


@pytest.mark.parametrize("step", [1.0, 1e-3])
def test_naive_runs_for_any_block_size(step: float) -> None:
    rng = np.random.default_rng(5)
    x = (np.round(rng.normal(0, 1, 3000) / step) * step).astype(np.float32)
    x[500:505] = x[500]
    x[64::128] += rng.uniform(10, 60, len(x[64::128])).astype(np.float32)
    x[1000:1012] = np.nan
    limits = np.array([4, 2, 2, 1, 90.0, -90, 8, 12.0])
    results = []
    for size in (1, 7, 3000):
        state = np.full(8, -1.0)
        state[4:] = np.nan
        spans, totals = np.zeros((5, 400)), np.zeros((5, 2))
        for at in range(0, 3000, size):
            runs(x[at : at + size], at, limits, state, spans, totals)
        results.append((spans.copy(), totals.copy()))
    for spans, totals in results[1:]:
        np.testing.assert_array_equal(spans, results[0][0])
        np.testing.assert_array_equal(totals, results[0][1])
    lengths, start = [], 0
    for i in range(1, 3001):
        if i == 3000 or x[i] != x[i - 1]:
            if i - start >= 4 and i < 3000 and not np.isnan(x[start]):
                lengths.append(i - start)
            start = i
    assert results[0][1][0].tolist() == [len(lengths), sum(lengths)]
    assert results[0][1][3].tolist() == [1, 12]
    lone = 0
    for before2, before, middle, after, value in np.lib.stride_tricks.sliding_window_view(x, 5):
        base = (float(before2) + float(value)) / 2
        near = max(abs(float(other) - base) for other in (before2, before, after))
        lone += abs(middle - base) > 8 and abs(middle - base) > 12 * near
    assert results[0][1][4].tolist() == [lone, lone]
    assert lone > 5


@settings(max_examples=60, deadline=None)
@given(
    data=arrays(
        np.float32,
        st.tuples(st.integers(1, 3), st.integers(2, 700)),
        elements=st.one_of(
            st.sampled_from([0.0, 1.0, -1.0, 5.0, float("nan"), 32767.0]),
            st.integers(-4, 4).map(float),
        ),
    ),
    fs=st.sampled_from([10.0, 1259.259, 20_000.0]),
    kind=st.sampled_from(["needle", "surface", "hdsemg"]),
)
def test_absurd_input_is_answered(data: np.ndarray, fs: float, kind: Any) -> None:
    if np.isnan(data).all():
        data[0, 0] = 0.0
    rec = ef.read(data, fs=fs, kind=kind)
    report = ef.integrity.check(rec)
    for found in report.findings:
        assert np.isfinite(found.amount)
        assert set(found.channels) <= set(rec.channels)
        assert len(found.spans) <= 20
        for start, stop in found.spans:
            assert 0 <= start < stop <= rec.duration_s + 1e-9
    assert report.flags == tuple(f.name for f in report.findings if f.trust != "yes")
    assert len(report.to_frame()) == len(report.findings)


def test_input_is_not_changed() -> None:
    rec = ef.read(NOISE, fs=2000, kind="surface")
    before = rec.read().copy()
    ef.integrity.check(rec)
    np.testing.assert_array_equal(rec.read(), before)


def test_a_short_recording_is_read_once_and_a_long_one_says_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = np.round(NOISE).astype(np.float32)
    data[0, 7000:7100], data[1, 300], data[2, 9000:9050] = 400, 900, np.nan
    whole = ef.read(data, fs=2000, kind="surface")
    reads: list[tuple[int, int]] = []

    class Counting:
        n_samples = whole.n_samples

        def read(self, start: int, stop: int) -> np.ndarray:
            reads.append((start, stop))
            return whole.source.read(start, stop)

    rec = whole.replace(source=Counting())
    short = ef.integrity.check(rec)
    assert reads == [(0, whole.n_samples)]
    monkeypatch.setattr("emgfasc.integrity.checking._HELD_VALUES", 0)
    assert ef.integrity.check(rec) == short
    assert len(reads) > 10
    assert set(short.flags) >= {"clipping", "lone_samples", "gaps"}


def test_the_largest_step_is_that_of_numpy() -> None:
    data = NOISE.astype(np.float32)
    data[0, 100:110], data[1, :], data[2, 5000:] = np.nan, 3.0, 400.0
    rec = ef.read(data, fs=2000, kind="surface")
    steps = np.abs(np.diff(data.astype(np.float64), axis=1))
    assert np.array_equal(scan(rec, look_at(rec)).leap_uv, np.nanmax(steps, axis=1))
