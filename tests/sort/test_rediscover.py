from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from emgfasc import detect, preprocess, sort
from emgfasc.containers import Events, Recording, Rest, Units
from emgfasc.sort.noise import ORDER
from emgfasc.sort.peel import Part, bank_of
from emgfasc.sort.rediscover import _claimed, _once_each
from emgfasc.sort.retime import _shift
from emgfasc.sort.search import Look, _explains, _faded
from signals import potential, recording

FS = 2048.0


def _scene(extra: list[tuple[float, int]], seed: int = 0) -> Recording:
    """Two units that fire alone 15 times each, and then as `extra` says: (time, unit)."""
    rng = np.random.default_rng(seed)
    data = rng.normal(0, 5, (3, int(40 * FS)))
    shapes = [potential(40, 200, 1.3), potential(40, 140, 2.2)]
    place = np.array([[1.0, 0.6, 0.2], [0.3, 0.8, 1.0]])
    alone = [(1.0 + k, k % 2) for k in range(30)]
    for time, unit in alone + extra:
        start = int(time * FS)
        data[:, start : start + 40] += place[unit][:, None] * shapes[unit]
    return recording(data, FS)


def _looked_again(rec: Recording) -> tuple[Events, Events, Units]:
    clean = preprocess.clean(rec).load()
    rest = Rest.all_rest(rec.duration_s)
    first, units = sort.units(clean, detect.detect(clean), rest=rest)
    again, units = sort.rediscover(clean, first, units, rest=rest)
    return first, again, units


def _between(events: Events, start: float, stop: float) -> tuple[NDArray[np.float64], list[int]]:
    mine = (events.peak_s > start) & (events.peak_s < stop)
    return events.peak_s[mine], events.frame["unit"].to_numpy()[mine].tolist()


def test_doublets_stay_two() -> None:
    gaps = [0.005, 0.007, 0.010]
    extra = [(33.0 + 2 * k + shift, 0) for k, gap in enumerate(gaps) for shift in (0.0, gap)]
    first, again, _ = _looked_again(_scene(extra))
    for k, gap in enumerate(gaps):
        window = (32.9 + 2 * k, 33.1 + 2 * k)
        assert len(_between(first, *window)[0]) == 1
        times, units = _between(again, *window)
        assert len(times) == 2
        assert units[0] == units[1] > 0
        assert abs(np.diff(times)[0] - gap) < 0.0011


def test_two_discharges_that_almost_cancel_are_found_in_what_noise_hides() -> None:
    rec = _scene([])
    data, wave = rec.read().copy(), potential(40, 140, 1.3)
    for time in (33.0, 36.0):  # the second lies where the first one comes back
        start = round(time * FS)
        for at in (start, start + 15):
            data[:, at : at + 40] += np.array([[1.0], [0.6], [0.2]]) * wave
    clean = preprocess.clean(recording(data, FS)).load()
    rest = Rest.all_rest(clean.duration_s)
    found = detect.detect(clean)
    hidden = found.peak_s > 32.5
    reason = np.where(hidden, detect.FAINT, "").astype(object)
    reason[found.peak_s > 35.5] = "movement: a slow swing"
    category = np.where(hidden, "artifact", "fasciculation").astype(object)
    first, units = sort.units(clean, found.assign(category=category, reason=reason), rest=rest)
    again, _ = sort.rediscover(clean, first, units, rest=rest)
    times, unit = _between(again.fasciculations, 32.5, 35.5)
    assert np.diff(times) == pytest.approx([15 / FS], abs=0.001)
    assert unit[0] == unit[1] > 0
    assert not len(_between(again.fasciculations, 35.5, 40)[0])
    assert set(again.frame["reason"][again.peak_s > 35.5]) == {"movement: a slow swing"}


def test_a_doublet_explains_most_of_what_is_there_or_nothing() -> None:
    rng = np.random.default_rng(3)
    wave = potential(40, 20, 1.3).astype(np.float32)
    bank = bank_of(wave[None, None])
    white = rng.normal(0, 1, (1, 200)).astype(np.float32)
    for at in (60, 75):
        white[0, at : at + 40] += wave
    pair = [Part(0, 60), Part(0, 75)]

    def explains(there: NDArray[np.float32], parts: list[Part]) -> bool:
        power = np.square(there, dtype=np.float64).mean(axis=0)
        lags = slice(0, 160)
        seen = Look(0, there, bank.correlate(there), lags, lags, float(power.sum()), power, 30.0)
        return _explains(bank, seen, parts, least=0.6)

    assert explains(white, pair)
    beside = white.copy()
    beside[0, :55] += 200  # what lies elsewhere does not count
    assert explains(beside, pair)
    louder = white.copy()
    louder[0, 60:115] += 10 * np.sin(np.arange(55))
    assert not explains(louder, pair)
    assert explains(louder, pair[:1])
    assert explains(white + rng.normal(0, 0.8, (1, 200)).astype(np.float32), pair)


def test_what_two_events_claim_hides_no_other_discharge() -> None:
    """Each of two lobes shows the same doublet, some samples apart."""
    time = [0.0, 2.8, 6.8, 9.3, 50.0, 50.0]
    frame = pd.DataFrame({"unit": [1, 1, 1, 1, 0, 0], "peak_s": np.array(time) / 1e3})
    assert _once_each(frame, apart_s=0.0046)["peak_s"].tolist() == [0.0, 0.0068, 0.05, 0.05]
    other = frame.assign(unit=[1, 2, 1, 2, 0, 0])
    assert len(_once_each(other, apart_s=0.0046)) == 6
    assert _once_each(frame.iloc[:0], apart_s=0.0046).empty


def test_two_units_at_once_are_told_apart_and_counted() -> None:
    first, again, units = _looked_again(_scene([(34.0, 0), (34.004, 1), (37.0, 1), (37.012, 0)]))
    assert sorted(_between(again, 33.9, 34.1)[1]) == [1, 2]
    assert sorted(_between(again, 36.9, 37.1)[1]) == [1, 2]
    assert len(again) == len(first) + 2
    counted = again.frame["unit"].value_counts()
    assert dict(zip(units.frame["unit"], units.frame["n"], strict=True)) == counted.to_dict()


def test_lone_potentials_keep_their_unit_and_none_is_doubled() -> None:
    first, again, _ = _looked_again(_scene([]))
    assert len(again) == len(first) == 30
    assert again.frame["unit"].tolist() == first.frame["unit"].tolist()
    assert again.frame["confidence"].min() > 0.7
    same = [again.frame["unit"] == k for k in (1, 2)]
    assert all(np.diff(again.peak_s[mine]).min() > 0.5 for mine in same)


def test_peaks_stay_where_they_were_detected_wherever_templates_lie() -> None:
    clean = preprocess.clean(_scene([(34.0, 0), (34.004, 1)])).load()
    rest = Rest.all_rest(clean.duration_s)
    first, units = sort.units(clean, detect.detect(clean), rest=rest)
    here, _ = sort.rediscover(clean, first, units, rest=rest)
    lone = first.peak_s < 33
    assert np.abs(here.peak_s[: lone.sum()] - first.peak_s[lone]).max() < 0.0021
    laid = units.templates_uv.copy()
    laid[0] = np.roll(laid[0], 6, axis=1)
    elsewhere, _ = sort.rediscover(clean, first, replace(units, templates_uv=laid), rest=rest)
    np.testing.assert_allclose(elsewhere.peak_s, here.peak_s, atol=0.6 / FS)


def test_what_no_unit_explains_stays_as_it_was() -> None:
    rec = _scene([])
    data = rec.read().copy()
    start = int(35 * FS)
    data[:, start : start + 40] += np.array([[1.0], [-1.0], [1.0]]) * potential(40, 300, 4.0)
    first, again, _ = _looked_again(recording(data, FS))
    odd, units = _between(again, 34.9, 35.1)
    assert units == [0]
    assert odd[0] == _between(first, 34.9, 35.1)[0][0]


def test_reasons_of_what_was_rejected_stay() -> None:
    clean = preprocess.clean(_scene([])).load()
    found = detect.detect(clean)
    category = found.frame["category"].to_numpy(object).copy()
    reason = np.full(len(found), "", object)
    category[3], reason[3] = "artifact", "movement"
    category[8], reason[8] = "ecg", "beat"
    rest = Rest.all_rest(clean.duration_s)
    first, units = sort.units(clean, found.assign(category=category, reason=reason), rest=rest)
    again, units = sort.rediscover(clean, first, units, rest=rest)
    assert len(units)
    rejected = again.frame[again.frame["category"] != "fasciculation"]
    assert rejected["reason"].tolist() == ["movement", "beat"]
    assert set(again.fasciculations.frame["reason"]) == {""}


def test_without_units_nothing_changes() -> None:
    clean = preprocess.clean(recording(np.random.default_rng(0).normal(0, 5, (1, 20_000)), FS))
    rest = Rest.all_rest(clean.duration_s)
    first, units = sort.units(clean, detect.detect(clean), rest=rest)
    again, same = sort.rediscover(clean, first, units, rest=rest)
    assert again is first
    assert same is units


def test_the_peak_is_that_of_the_average_for_every_discharge() -> None:
    """Two deflections that differ by 4 %: noise alone would pick either, the average does not."""
    rng = np.random.default_rng(1)
    data = rng.normal(0, 5, (1, int(40 * FS)))
    t = np.arange(60)
    shape = -100 * np.exp(-(((t - 20) / 4) ** 2)) + 104 * np.exp(-(((t - 38) / 4) ** 2))
    times = np.arange(1.0, 39.0)
    for time in times:
        data[0, int(time * FS) : int(time * FS) + 60] += shape
    rec = recording(data, FS)
    _, again, _ = _looked_again(rec)
    timed = sort.retime(preprocess.mains_free(rec), again, rest=Rest.all_rest(rec.duration_s))
    true = (times * FS).astype(int) / FS + 38 / FS
    assert len(timed) == len(true)
    assert np.abs(timed.peak_s - true).max() < 0.0015


def _timed(shape: NDArray[np.float64], odd_ones: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far `retime` moves 40 discharges of one unit, the last 10 of another shape."""
    data = np.zeros((1, int(45 * FS)))
    data += np.random.default_rng(2).normal(0, 3, data.shape)
    peaks = (np.arange(1, 41) * FS).astype(int)
    for k, peak in enumerate(peaks):
        data[0, peak - 20 : peak + 40] += shape if k < 30 else odd_ones
    rec = recording(data, FS)
    frame = pd.DataFrame(
        {
            "onset": peaks / FS,
            "duration": 0.02,
            "peak_s": peaks / FS,
            "channel": rec.channels[0],
            "n_channels": 1,
            "amplitude_uv": 100.0,
            "snr": 30.0,
            "unit": 1,
            "category": "fasciculation",
        }
    )
    rest = Rest.from_spans([(30.5, 45.0, "voluntary", "")], duration_s=45.0)
    timed = sort.retime(rec, Events(frame), rest=rest)
    return np.rint((timed.peak_s - peaks / FS) * FS)


def test_discharges_in_a_contraction_neither_move_others_nor_are_moved() -> None:
    t = np.arange(60)
    first, second = (np.exp(-(((t - at) / 4) ** 2)) for at in (20, 32))
    moved = _timed(100 * second - 96 * first, 900 * first)
    assert moved[:30] == pytest.approx(12, abs=1)
    assert not moved[30:].any()


def test_a_peak_is_not_moved_to_something_far_away_or_far_larger() -> None:
    t = np.arange(60)
    first, near, far = (np.exp(-(((t - at) / 3) ** 2)) for at in (20, 32, 52))
    assert not _timed(96 * first - 100 * far, first).any()
    assert not _timed(30 * first - 100 * near, first).any()


@pytest.mark.parametrize(("larger_by", "moved"), [(0.3, 0), (2.0, 10), (-2.0, 0)])
def test_a_peak_is_not_moved_where_noise_decides(larger_by: float, moved: int) -> None:
    waves = np.zeros((31, 101), np.float32)
    waves[:, 50] = -100
    waves[:, 60] = 100 + larger_by + np.linspace(-5, 5, 31)  # a standard error of 0.67
    assert _shift(waves, 20) == moved


def test_a_unit_of_which_too_few_are_left_is_given_up() -> None:
    frame = pd.DataFrame(
        {"unit": [1, 0, 2, 1, 1], "confidence": 0.9, "unsorted": ["", "too_weak", "", "", ""]}
    )
    again = _claimed(frame, least=3)
    assert again["unit"].tolist() == [1, 0, 0, 1, 1]
    assert again["unsorted"].tolist() == ["", "too_weak", "too_few_alike", "", ""]
    assert again["confidence"].tolist() == [0.9, 0.9, 0.0, 0.9, 0.9]
    assert _claimed(frame, least=1).equals(frame)
    assert _claimed(frame.iloc[:0], least=3).empty


@pytest.mark.parametrize("size", [31, 61, 800])
def test_no_more_than_a_tenth_of_a_template_fades_at_either_end(size: int) -> None:
    """At 1 kHz a template has 31 samples, and the filter a past of 24."""
    faded = _faded(np.ones((1, 2, size), np.float32))
    inner = faded[:, :, ORDER:]
    n = round(0.1 * size)
    assert (faded[:, :, :ORDER] == 0).all()
    assert (inner[:, :, n:-n] == 1).all()
    assert (np.diff(inner[0, 0, : n + 1]) > 0).all()
    np.testing.assert_array_equal(inner, inner[:, :, ::-1])


def test_potentials_stay_with_the_unit_that_fits_them_whole() -> None:
    """Two units alike in the middle of the window, at 1 kHz, differ in their flanks."""
    rng = np.random.default_rng(5)
    fs = 1024.0
    data = rng.normal(0, 4, (2, int(60 * fs)))
    t = np.arange(-14, 22)
    main = 160 * np.exp(-((t / 2.5) ** 2)) - 120 * np.exp(-(((t - 6) / 3) ** 2))
    early = 45 * np.exp(-(((t + 9) / 2.0) ** 2))
    true = []
    for k in range(50):
        start = int((1 + 1.15 * k) * fs)
        wave = main + early * (1 if k % 2 else -1)
        data[:, start : start + len(t)] += wave * np.array([[1.0], [0.6]])
        true.append(k % 2)
    _, again, units = _looked_again(recording(data, fs))
    assert len(units) == 2
    found = again.frame["unit"].to_numpy()
    found = found[found > 0]
    assert len(found) == 50
    own = [set(found[np.array(true) == k]) for k in (0, 1)]
    assert [len(one) for one in own] == [1, 1]
    assert own[0] != own[1]
