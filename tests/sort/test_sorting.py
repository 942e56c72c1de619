import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from emgfasc import detect, preprocess, sort
from emgfasc.containers import Events, Recording, Rest, Units
from emgfasc.sort.waveforms import cut_out
from signals import potential, recording

FS = 2048.0
SECONDS = 60.0
REST = Rest.all_rest(SECONDS)


def _scene(seed: int = 0, n_channels: int = 4) -> tuple[Recording, NDArray[np.float64], list[int]]:
    """Three units of different shape and place, 20 discharges each, at irregular times."""
    rng = np.random.default_rng(seed)
    data = rng.normal(0, 5, (n_channels, int(SECONDS * FS)))
    shapes = [potential(40, 150, turns) for turns in (1.2, 2.0, 3.1)]
    place = np.abs(rng.normal(1, 0.5, (3, n_channels)))
    times = np.sort(rng.choice(np.arange(10, 590), 60, replace=False) * 0.1)
    label = rng.permutation(np.repeat([0, 1, 2], 20))
    for time, unit in zip(times, label, strict=True):
        start = int(time * FS)
        data[:, start : start + 40] += place[unit][:, None] * shapes[unit] * rng.normal(1, 0.03)
    return recording(data, FS), times + 20 / FS, label.tolist()


def _sorted(rec: Recording) -> tuple[Events, Units]:
    clean = preprocess.clean(rec).load()
    return sort.units(clean, detect.detect(clean), rest=Rest.all_rest(rec.duration_s))


def test_units_are_found_and_kept_apart() -> None:
    rec, times, label = _scene()
    events, units = _sorted(rec)
    assert len(units) == 3
    index = np.abs(events.peak_s[None] - times[:, None]).argmin(axis=1)
    found = events.frame["unit"].to_numpy()[index]
    pairs = set(zip(label, found.tolist(), strict=True))
    assert len({pair for pair in pairs if pair[1] > 0}) == 3
    assert (found > 0).mean() >= 0.95
    confidence = events.frame["confidence"]
    assert confidence.between(0, 1).all()
    assert confidence[events.frame["unit"] > 0].median() > 0.5
    assert units.frame["n"].tolist() == sorted(units.frame["n"], reverse=True)


def test_the_table_counts_rest_only() -> None:
    rec, _, _ = _scene()
    clean = preprocess.clean(rec).load()
    rest = Rest.from_spans([(30.0, 60.0, "voluntary", "x")], duration_s=60.0)
    events, units = sort.units(clean, detect.detect(clean), rest=rest)
    for row in units.frame.itertuples():
        mine = events.frame["unit"] == row.unit
        assert row.n == mine.sum()
        assert row.n_rest == (mine & (events.frame["peak_s"] < 30)).sum()
        assert row.rate_per_min == pytest.approx(2 * row.n_rest)


def test_templates_are_the_average_potentials() -> None:
    rec, _, _ = _scene()
    _, units = _sorted(rec)
    assert units.templates_uv.shape[:2] == (3, 4)
    swings = np.ptp(units.templates_uv, axis=2).max(axis=1)
    np.testing.assert_allclose(swings, units.frame["amplitude_uv"], rtol=0.25)


def test_templates_lie_where_their_potentials_were_detected() -> None:
    """One unit is the other turned over: to be compared it has to be moved by half its length."""
    rng = np.random.default_rng(2)
    data = rng.normal(0, 5, (1, int(SECONDS * FS)))
    one = np.repeat([1.0, -0.7], 12) * np.hanning(24) * 150
    for k in range(40):
        start = int((1.0 + 1.4 * k) * FS)
        data[0, start : start + 24] += one if k % 2 else -one[::-1] * 0.8
    rec = preprocess.clean(recording(data, FS)).load()
    events, units = _sorted(rec)
    assert len(units) == 2
    for number, template in enumerate(units.templates_uv[:, 0], 1):
        mine = np.rint(events.peak_s[events.frame["unit"] == number] * FS).astype(np.int64)
        size = len(template)
        waves = cut_out(rec, mine, before=units.center, after=size - units.center)
        average = waves[:, 0].mean(axis=0)
        lag = int(np.correlate(average, template, mode="full").argmax()) - (size - 1)
        assert abs(lag) <= 1


def test_channel_order_and_polarity_do_not_matter() -> None:
    rec, _, _ = _scene()
    order = np.array([2, 0, 3, 1])
    same, _ = _sorted(rec)
    other, _ = _sorted(recording(-rec.read()[order], FS))
    assert same.frame["unit"].tolist() == other.frame["unit"].tolist()


def test_two_runs_are_equal() -> None:
    rec, _, _ = _scene(3)
    one, two = _sorted(rec), _sorted(rec)
    assert one[0].frame.equals(two[0].frame)
    np.testing.assert_array_equal(one[1].templates_uv, two[1].templates_uv)


def test_noise_and_few_events_make_no_unit() -> None:
    rec = recording(np.random.default_rng(0).normal(0, 5, (1, 20_480)), FS)
    events, units = _sorted(rec)
    assert len(units) == 0
    assert (events.frame["unit"] == 0).all()
    assert "confidence" in events.frame


def test_artifacts_stay_unsorted() -> None:
    rec, _, _ = _scene()
    clean = preprocess.clean(rec).load()
    found = detect.detect(clean)
    category = np.where(np.arange(len(found)) % 3 == 0, "artifact", "fasciculation")
    events, _ = sort.units(
        clean, found.assign(category=category), rest=Rest.all_rest(rec.duration_s)
    )
    assert (events.frame.loc[events.frame["category"] == "artifact", "unit"] == 0).all()


@given(peaks=st.lists(st.integers(0, 499), min_size=1, max_size=8, unique=True))
@settings(deadline=None)
def test_waveforms_are_cut_where_asked_and_padded_at_the_ends(peaks: list[int]) -> None:
    data = np.random.default_rng(0).normal(0, 5, (2, 500)).astype(np.float32)
    rec = recording(data, 10.0)
    ordered = np.array(sorted(peaks), np.int64)
    found = cut_out(rec, ordered, before=7, after=9)
    padded = np.pad(data, ((0, 0), (7, 9)))
    for wave, peak in zip(found, ordered, strict=True):
        np.testing.assert_array_equal(wave, padded[:, peak : peak + 16])


def test_the_spread_is_that_of_the_noise_where_the_unit_is_stable() -> None:
    """Noise has an SD of 5 uV before the filters; the unit varies by 3 % of 150 uV on top."""
    rec, _, _ = _scene()
    events, units = _sorted(rec)
    assert units.spread_uv.shape == units.templates_uv.shape
    quiet = np.abs(units.templates_uv) < 3
    noise = preprocess.clean(rec).load().read(0, int(0.8 * FS)).std()
    assert np.median(units.spread_uv[quiet]) == pytest.approx(noise, rel=0.1)
    again, kept = sort.rediscover(preprocess.clean(rec).load(), events, units, rest=REST)
    assert len(again) >= len(events)
    np.testing.assert_array_equal(kept.spread_uv, units.spread_uv)


def test_a_bad_channel_has_no_spread() -> None:
    rec, _, _ = _scene()
    clean = preprocess.clean(rec).load().replace(bad_channels=(rec.channels[1],))
    _, units = sort.units(clean, detect.detect(clean), rest=REST)
    assert np.isnan(units.spread_uv[:, 1]).all()
    assert (units.templates_uv[:, 1] == 0).all()
    assert np.isfinite(units.spread_uv[:, [0, 2, 3]]).all()
