import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from emgfasc import detect, preprocess, sort
from emgfasc.containers import Events, Recording, Rest, Units
from emgfasc.sort import SortRules
from emgfasc.sort.cluster import unlikeness
from emgfasc.sort.embed import Embedding
from emgfasc.sort.link import link
from emgfasc.sort.waveforms import cut_out
from signals import potential, recording

FS = 2048.0
SECONDS = 60.0


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


@given(seed=st.integers(0, 1000), n=st.integers(1, 6), k=st.integers(1, 4))
@settings(deadline=None, max_examples=50)
def test_unlikeness_agrees_with_its_definition(seed: int, n: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    points, centres = rng.normal(0, 10, (n, 5)), rng.normal(0, 10, (k, 5))
    found = unlikeness(points, centres, 0.0, np.ones(k, np.int64))
    for i in range(n):
        for j in range(k):
            a, b = points[i], centres[j]
            assert found[i, j] == pytest.approx(
                ((a - b) ** 2).sum() / ((a**2).sum() + (b**2).sum())
            )


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


def _embedded(waves: NDArray[np.float64]) -> Embedding:
    """Potentials on one channel as points of which nothing is lost, without noise."""
    return Embedding(waves, 0.0, np.eye(waves.shape[1], dtype=np.float32))


def _linked(waves: NDArray[np.float64], label: list[int]) -> tuple[list[int], list[int]]:
    rules = SortRules(before_ms=5.0, after_ms=5.0, lag_ms=5.0, stable=0.05, unstable=0.35)
    groups = np.array(label, np.int64)
    out, shift = link(groups, _embedded(waves), n_channels=1, fs_hz=2000.0, rules=rules)
    return out.tolist(), shift.tolist()


def _placed(at: int, turns: float) -> NDArray[np.float64]:
    wave = np.zeros(80)
    wave[at : at + 40] = potential(40, 150, turns)
    return wave


def test_groups_that_differ_by_a_shift_are_one_unit_and_are_moved_over_each_other() -> None:
    waves = np.array([_placed(20, 2.0)] * 3 + [_placed(26, 2.0)] * 2 + [_placed(20, 3.1)] * 3)
    label, shift = _linked(waves, [1, 1, 1, 2, 2, 3, 3, 3])
    assert label == [1, 1, 1, 1, 1, 3, 3, 3]
    assert shift == [0, 0, 0, 6, 6, 0, 0, 0]


def test_single_potentials_may_differ_more_than_large_groups() -> None:
    one, two = _placed(20, 2.0), _placed(20, 2.0)
    two[20:40] *= 0.4
    unlike = 1 - 2 * (one @ two) / (one @ one + two @ two)
    assert 0.05 + 0.35 / 20 < unlike < 0.4
    assert _linked(np.array([one, two]), [1, 2])[0] == [1, 1]
    large = np.array([one] * 20 + [two] * 20)
    label = [1] * 20 + [2] * 20
    assert _linked(large, label)[0] == label


def test_potentials_of_no_group_stay_in_none() -> None:
    waves = np.array([_placed(20, 2.0)] * 4)
    assert _linked(waves, [0, 1, 2, 0])[0] == [0, 1, 1, 0]
