"""Shapes against a slow twin, against known potentials, and under changes that must not matter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measure import naive_shape as naive
from numpy.typing import NDArray

from emgfasc._kernels import shape
from emgfasc.containers import Events, Kind, Recording
from emgfasc.errors import ParameterError
from emgfasc.measure import Rules, morphology
from emgfasc.measure.given import noise_uv
from signals import awkward, recording

FS = 25_000.0
Floats = NDArray[np.float64]


def events_at(
    times_s: Floats | list[float],
    *,
    amplitude_uv: float = 500.0,
    noise_uv: float = 5.0,
    channel: str = "c0",
    unit: int = 0,
) -> Events:
    times = np.asarray(times_s, float)
    return Events(
        pd.DataFrame(
            {
                "onset": times - 0.004,
                "duration": np.full(len(times), 0.01),
                "peak_s": times,
                "channel": pd.Series([channel] * len(times), dtype=object),
                "n_channels": np.ones(len(times), int),
                "amplitude_uv": np.full(len(times), amplitude_uv),
                "snr": np.full(len(times), amplitude_uv / noise_uv),
                "unit": np.full(len(times), unit, int),
                "category": pd.Series(["fasciculation"] * len(times), dtype=object),
            }
        )
    )


def lobes(*parts: tuple[float, float]) -> Floats:
    """Return half sine waves, each (height in uV, length in ms), one after the other."""
    return np.concatenate(
        [
            height * np.sin(np.pi * (np.arange(round(ms * FS / 1e3)) + 0.5) / round(ms * FS / 1e3))
            for height, ms in parts
        ]
    )


def scene(shape_uv: Floats, n: int = 1, seed: int | None = None) -> tuple[Recording, Events]:
    """Put `n` equal potentials 100 ms apart, over noise of 5 uV when seeded."""
    gap = round(0.1 * FS)
    x = np.zeros(gap * (n + 1))
    if seed is not None:
        x += np.random.default_rng(seed).normal(0, 5, len(x))
    starts = gap * np.arange(n) + gap // 2
    for start in starts:
        x[start : start + len(shape_uv)] += shape_uv
    peak = np.abs(shape_uv).argmax()
    return recording(x, FS, "needle"), events_at(
        (starts + peak) / FS, amplitude_uv=float(np.ptp(shape_uv))
    )


TRIPHASIC = lobes((100, 1.0), (-600, 1.2), (250, 2.5))


# --- the kernel and its twin ---------------------------------------------------------------


@settings(max_examples=400, deadline=None)
@given(
    x=awkward(max_size=150),
    data=st.data(),
    bands=st.tuples(
        st.sampled_from([0.0, 0.4, 1.0, 2.5]),
        st.sampled_from([0.0, 0.4, 1.0, 2.5]),
        st.sampled_from([0.1, 0.4, 1.0, 2.5]),
        st.sampled_from([0.0, 0.4, 1.0]),
    ),
    spans=st.tuples(
        st.integers(1, 3),
        st.integers(1, 6),
        st.integers(1, 3),
        st.integers(0, 3),
        st.integers(5, 40),
        st.integers(0, 5),
        st.integers(1, 5),
        st.integers(0, 4),
    ),
    smooth=st.booleans(),
    share=st.sampled_from([0.0, 0.25, 0.5]),
    hole=st.booleans(),
)
def test_kernel_equals_its_naive_twin(
    x: NDArray[np.float32],
    data: st.DataObject,
    bands: tuple[float, float, float, float],
    spans: tuple[int, ...],
    smooth: bool,
    share: float,
    hole: bool,
) -> None:
    if hole:
        x = x.copy()
        x[len(x) // 2 :: 7] = np.nan
    peak = data.draw(st.integers(0, len(x) - 1))
    start = data.draw(st.integers(0, peak))
    stop = data.draw(st.integers(peak + 1, len(x)))
    weights = np.array([1, 2, 2, 2, 1]) / 8 if smooth else np.ones(1)  # exact in binary
    # keep away from ties between float32 and float64 sums: quarter steps are exact in both
    x = (np.round(x * 4) / 4).astype(np.float32)
    fast = shape.shapes(
        x[None],
        np.zeros(1, np.int64),
        np.array([peak]),
        np.array([start]),
        np.array([stop]),
        np.array([bands]),
        np.array(spans),
        weights,
        share,
    )[0]
    slow = naive.measure(x, peak, start, stop, bands, spans, weights, share)
    if slow is None:
        assert np.isnan(fast).all()
        return
    names = {
        "onset": shape.ONSET,
        "offset": shape.OFFSET,
        "top": shape.TOP,
        "bottom": shape.BOTTOM,
        "area": shape.AREA,
        "phases": shape.PHASES,
        "first": shape.FIRST,
        "turns": shape.TURNS,
        "rise": shape.RISE,
        "spike": shape.SPIKE,
        "cut": shape.CUT,
    }
    if smooth > 1:
        # a fifth is not exact: counts that hang on a tie may differ, extents may not
        for name in ("phases", "first", "turns", "rise", "spike"):
            del names[name]
    for name, column in names.items():
        np.testing.assert_allclose(fast[column], slow[name], rtol=1e-6, atol=1e-6, err_msg=name)


# --- known potentials ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "phases", "turns", "first"),
    [
        ([(-300, 2.0)], 1, 1, -1),
        ([(300, 1.5), (-400, 2.0)], 2, 2, 1),
        ([(100, 1.0), (-600, 1.2), (250, 2.5)], 3, 3, 1),
        ([(-200, 1.0), (300, 1.0), (-300, 1.0), (300, 1.0), (-200, 1.0)], 5, 5, -1),
        # a lobe below 20 uV and one shorter than 0.24 ms are no phases
        ([(15, 2.0), (-400, 2.0)], 1, 1, -1),
        ([(200, 1.0), (-200, 0.16), (200, 1.0), (-300, 1.0)], 2, 4, 1),
    ],
)
def test_counts_of_known_potentials(
    parts: list[tuple[float, float]], phases: int, turns: int, first: int
) -> None:
    rec, events = scene(lobes(*parts))
    row = morphology(rec, events, rules=replace(Rules(), smooth_ms=0)).frame.iloc[0]
    assert (row["phases"], row["turns"], row["first_phase"]) == (phases, turns, first)
    assert row["polyphasic"] == (phases > 4)


def test_figures_of_a_known_potential() -> None:
    rec, events = scene(TRIPHASIC)
    row = morphology(rec, events).frame.iloc[0]
    assert row["amplitude_uv"] == pytest.approx(850, rel=0.02)  # -600 to 250
    assert row["negative_peak_uv"] == pytest.approx(600, rel=0.02)
    # a half sine covers 2/pi of its rectangle
    area = 2 / np.pi * (100 * 1.0 + 600 * 1.2 + 250 * 2.5)
    assert row["area_uvms"] == pytest.approx(area, rel=0.01)
    # 20 uV is reached 0.064 ms after the start of the first lobe, 0.064 ms before the last's end
    assert row["duration_ms"] == pytest.approx(4.7 - 2 * 0.064, abs=0.1)
    assert row["rise_time_ms"] == pytest.approx(0.5 + 0.6, abs=0.1)
    assert row["spike_duration_ms"] == pytest.approx(0.5 + 1.2 + 1.25, abs=0.1)
    assert row["thickness_ms"] == pytest.approx(row["area_uvms"] / row["amplitude_uv"])
    size = 2 * np.log10(row["amplitude_uv"] / 1e3) + row["thickness_ms"]
    assert row["size_index"] == pytest.approx(size)
    assert not row["truncated"]
    assert row["onset"] < row["peak_s"] < row["onset"] + row["duration"]


def test_serrated_is_many_turns_in_few_phases() -> None:
    t = np.arange(round(8 * FS / 1e3)) / FS * 1e3
    teeth = np.where(t < 8, -400 + 150 * np.cos(2 * np.pi * t / 1.0), 0)
    row = morphology(*scene(teeth)).frame.iloc[0]
    assert row["phases"] == 1
    assert row["turns"] > 5
    assert row["serrated"]
    assert not row["polyphasic"]


def test_noise_adds_no_phase_and_no_turn() -> None:
    rec, events = scene(TRIPHASIC, n=60, seed=3)
    frame = morphology(rec, events).frame
    assert (frame["phases"] == 3).all()
    assert (frame["turns"] == 3).mean() > 0.95
    assert abs(frame["amplitude_uv"].median() / 850 - 1) < 0.02
    assert abs(frame["duration_ms"].median() - (4.7 - 2 * 0.064)) < 0.15


def test_clipping_and_quantising_keep_the_counts() -> None:
    rec, events = scene(np.clip(np.round(TRIPHASIC / 50) * 50, -500, 500), n=3)
    frame = morphology(rec, events).frame
    assert frame["phases"].tolist() == [3, 3, 3]
    assert frame["amplitude_uv"].tolist() == pytest.approx([750] * 3, rel=0.01)


# --- neighbours and edges ------------------------------------------------------------------


@pytest.mark.parametrize("gap_ms", [6.0, 8.0, 10.0])
def test_doublet_stays_two(gap_ms: float) -> None:
    wave = lobes((-500, 1.0), (300, 1.5))
    second = round(gap_ms * FS / 1e3)
    both = np.zeros(second + len(wave))
    both[: len(wave)] += wave
    both[second:] += wave
    rec, one = scene(both)
    first = one.peak_s[0]
    frame = morphology(rec, events_at([first, first + gap_ms / 1e3], amplitude_uv=800)).frame
    alone = morphology(*scene(wave)).frame.iloc[0]
    assert frame["duration_ms"].tolist() == pytest.approx([alone["duration_ms"]] * 2, abs=0.05)
    assert frame["amplitude_uv"].tolist() == pytest.approx([alone["amplitude_uv"]] * 2, rel=0.01)
    assert (np.diff(frame["peak_s"]) * 1e3).tolist() == pytest.approx([gap_ms], abs=0.05)


def test_overlap_is_marked_truncated() -> None:
    rec, _ = scene(lobes((-500, 10.0)))
    peak = np.abs(rec.read()[0]).argmax() / FS
    frame = morphology(rec, events_at([peak, peak + 0.004])).frame
    assert frame["truncated"].all()
    assert frame.loc[0, "duration_ms"] < 8


@pytest.mark.parametrize("where", [0.0, 1e-4, 0.1 - 1e-4, 0.1])
def test_potential_at_either_end_is_measured(where: float) -> None:
    x = np.zeros(round(0.1 * FS))
    at = min(round(where * FS), len(x) - 1)
    x[max(at - 10, 0) : at + 10] = -300.0
    frame = morphology(recording(x, FS, "needle"), events_at([where])).frame
    assert frame.loc[0, "amplitude_uv"] == pytest.approx(300)
    assert frame.loc[0, "truncated"]


def test_gap_of_nan_ends_a_potential() -> None:
    rec, events = scene(lobes((-500, 4.0)))
    x = rec.read()[0].copy()
    peak = round(events.peak_s[0] * FS)
    x[peak + 10 :] = np.nan
    row = morphology(recording(x, FS, "needle"), events).frame.iloc[0]
    assert row["amplitude_uv"] == pytest.approx(500, rel=0.01)
    assert row["onset"] + row["duration"] == pytest.approx((peak + 10) / FS, abs=1e-9)


def test_nothing_above_the_noise_keeps_what_detection_said() -> None:
    rec = recording(np.zeros(5000), FS, "needle")
    before = events_at([0.1])
    after = morphology(rec, before).frame
    same = ["onset", "duration", "peak_s", "amplitude_uv", "snr"]
    pd.testing.assert_frame_equal(after[same], before.frame[same])
    assert after[["duration_ms", "phases", "turns", "area_uvms"]].isna().all(axis=None)
    assert not after["polyphasic"].any()


def test_no_event_gives_all_columns_and_no_row() -> None:
    frame = morphology(recording(np.zeros(100), FS, "hdsemg"), Events.empty()).frame
    assert len(frame) == 0
    assert {"phases", "size_index", "centroid_x_mm", "truncated"} <= set(frame.columns)


def test_preceding_potential_does_not_pull_the_baseline() -> None:
    wave = lobes((-600, 6.0), (500, 6.0))
    alone_rec, alone_ev = scene(TRIPHASIC)
    alone = morphology(alone_rec, alone_ev).frame.iloc[0]
    x = alone_rec.read()[0].copy()
    peak = round(alone_ev.peak_s[0] * FS)
    x[peak - 500 : peak - 500 + len(wave)] += wave.astype(np.float32)
    found = morphology(
        recording(x, FS, "needle"), events_at([(peak - 425) / FS, peak / FS], amplitude_uv=850)
    ).frame.iloc[1]
    assert found["area_uvms"] == pytest.approx(alone["area_uvms"], rel=0.01)
    assert found["negative_peak_uv"] == pytest.approx(alone["negative_peak_uv"], rel=0.01)


@pytest.mark.parametrize("times", [[-0.01], [5.0]])
def test_peak_outside_is_refused(times: list[float]) -> None:
    with pytest.raises(ParameterError, match="does not fit"):
        morphology(recording(np.zeros(100), FS, "needle"), events_at(times))


def test_unknown_channel_is_refused() -> None:
    with pytest.raises(ParameterError, match="channel\\(s\\) c9 are not in"):
        morphology(recording(np.zeros(100), FS, "needle"), events_at([0.001], channel="c9"))


# --- changes that must not matter -----------------------------------------------------------

SHAPE = [
    "amplitude_uv",
    "negative_peak_uv",
    "rise_time_ms",
    "duration_ms",
    "spike_duration_ms",
    "area_uvms",
    "phases",
    "turns",
    "first_phase",
]


def noisy(kind: Kind = "needle") -> tuple[Recording, Events]:
    rec, events = scene(TRIPHASIC, n=20, seed=1)
    return rec.replace(kind=kind), events


def test_shift_in_time() -> None:
    rec, events = noisy()
    lead = 777
    later = recording(np.pad(rec.read()[0], (lead, 0)), FS, "needle")
    moved = events.assign(peak_s=events.peak_s + lead / FS, onset=events.frame["onset"] + lead / FS)
    a, b = morphology(rec, events).frame, morphology(later, moved).frame
    pd.testing.assert_frame_equal(a[SHAPE], b[SHAPE])
    np.testing.assert_allclose(b["peak_s"] - a["peak_s"], lead / FS, atol=1e-9)
    np.testing.assert_allclose(b["onset"] - a["onset"], lead / FS, atol=1e-9)


@pytest.mark.parametrize("factor", [0.25, 4.0])
def test_scale(factor: float) -> None:
    rec, events = noisy()
    r = Rules()
    scaled = replace(
        r,
        onset_uv=r.onset_uv * factor,
        phase_uv=r.phase_uv * factor,
        turn_uv=r.turn_uv * factor,
    )
    bigger = events.assign(amplitude_uv=events.frame["amplitude_uv"] * factor)
    a = morphology(rec, events).frame
    b = morphology(recording(rec.read() * factor, FS, "needle"), bigger, rules=scaled).frame
    for name in SHAPE:
        by = factor if name.endswith(("_uv", "_uvms")) else 1.0
        np.testing.assert_allclose(b[name], a[name] * by, rtol=1e-5, err_msg=name)


def test_polarity() -> None:
    rec, events = noisy()
    a = morphology(rec, events).frame
    b = morphology(recording(-rec.read(), FS, "needle"), events).frame
    same = ["amplitude_uv", "duration_ms", "area_uvms", "phases", "turns"]
    pd.testing.assert_frame_equal(a[same], b[same], check_exact=False, rtol=1e-6)
    assert (a["first_phase"] == -b["first_phase"]).all()
    np.testing.assert_allclose(
        a["negative_peak_uv"] + b["negative_peak_uv"], a["amplitude_uv"], rtol=1e-6
    )


@pytest.mark.parametrize("values", [300, 5000, 33_333])
def test_block_size_does_not_matter(monkeypatch: pytest.MonkeyPatch, values: int) -> None:
    rec, events = noisy("hdsemg")
    whole = morphology(rec, events).frame
    monkeypatch.setattr("emgfasc.measure.waveform._BLOCK_VALUES", values)
    pd.testing.assert_frame_equal(morphology(rec, events).frame, whole)


def test_measuring_twice_changes_nothing() -> None:
    rec, events = noisy()
    once = morphology(rec, events)
    twice = morphology(rec, once).frame
    counts = ["phases", "turns", "first_phase", "truncated"]
    pd.testing.assert_frame_equal(twice[counts], once.frame[counts])
    # the peak between samples may round to its neighbour and move the baseline by a sample
    pd.testing.assert_frame_equal(twice[SHAPE], once.frame[SHAPE], rtol=1e-3)


def test_noise_survives_the_new_amplitude_and_input_is_not_touched() -> None:
    rec, events = noisy()
    before = events.to_frame()
    after = morphology(rec, events)
    np.testing.assert_allclose(noise_uv(after), 5.0)
    pd.testing.assert_frame_equal(events.frame, before)


def test_noise_does_not_break_a_small_last_phase() -> None:
    # 28 uV stay above the threshold of 20 uV for 0.5 ms; noise of 5 uV breaks a run of 0.3 ms
    rec, events = scene(lobes((60, 1.5), (-150, 2.0), (28, 1.0)), n=200, seed=3)
    three = (morphology(rec, events).frame["phases"] == 3).mean()
    rough = (morphology(rec, events, rules=Rules(smooth_ms=0.0)).frame["phases"] == 3).mean()
    assert three >= 0.9
    assert rough < 0.8


def test_on_the_skin_duration_does_not_follow_the_noise() -> None:
    t = (np.arange(4096) - 2000) / 2.048
    tail = np.where(t > 0, 30 * t / 10 * np.exp(1 - t / 10), 0.0)  # 30 uV, slow
    rec = recording(-300 * np.exp(-0.5 * (t / 2) ** 2) + tail, 2048.0, "surface")
    durations = [
        morphology(rec, events_at([2000 / 2048], amplitude_uv=330.0, noise_uv=noise))
        .frame["duration_ms"]
        .iloc[0]
        for noise in (0.5, 4.0, 8.0, 15.0)
    ]
    assert max(durations) - min(durations) < 0.5
    follows = Rules(onset_uv=4.0, onset_share=0.0)
    quiet, loud = (
        morphology(rec, events_at([2000 / 2048], noise_uv=noise), rules=follows)
        .frame["duration_ms"]
        .iloc[0]
        for noise in (0.5, 15.0)
    )
    assert quiet > loud + 20


def test_a_second_lobe_inside_the_noise_band_counts_for_the_amplitude_on_the_skin() -> None:
    # 12 uV of noise-free lobe inside a band of 3 x 5 uV: the amplitude is 72 uV, not 60
    x = np.zeros(4096)
    wave = np.concatenate([-60 * np.hanning(17), 12 * np.hanning(17)])
    x[2000:2034] = wave
    rec = recording(x, 2048.0, "surface")
    found = morphology(rec, events_at([2008 / 2048], amplitude_uv=72.0, noise_uv=5.0)).frame
    assert found["amplitude_uv"].iloc[0] == pytest.approx(72.0, rel=0.05)


# --- grids and kinds ------------------------------------------------------------------------


def test_spread_over_a_grid() -> None:
    gains = np.array([1.0, 0.6, 0.4, 0.6])
    wave = lobes((-300, 4.0), (200, 4.0))
    x = np.zeros((4, 2500))
    x[:, 1000 : 1000 + len(wave)] = gains[:, None] * wave
    positions = np.array([[0.0, 0.0], [8.0, 0.0], [16.0, 0.0], [0.0, 8.0]])
    rec = recording(x, FS, "hdsemg").replace(positions_mm=positions)
    event = events_at([(1000 + np.abs(wave).argmax()) / FS])
    row = morphology(rec, event).frame.iloc[0]
    assert row["active_channels"] == 3
    # (1.0 * 0 + 0.6 * 8 + 0.6 * 0) / 2.2
    assert row["centroid_x_mm"] == pytest.approx(4.8 / 2.2, rel=1e-5)
    assert row["centroid_y_mm"] == pytest.approx(4.8 / 2.2, rel=1e-5)
    without = morphology(rec.replace(bad_channels=("c1",)), event).frame.iloc[0]
    assert without["active_channels"] == 2
    assert without["centroid_x_mm"] == 0


@pytest.mark.parametrize("kind", ["surface", "hdsemg"])
def test_needle_features_are_nan_elsewhere(kind: Kind) -> None:
    frame = morphology(*noisy(kind)).frame
    assert frame[["size_index", "rise_time_ms"]].isna().all(axis=None)
    assert frame[["duration_ms", "phases"]].notna().all(axis=None)
