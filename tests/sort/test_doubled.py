import numpy as np
import pytest

from emgfasc import detect, preprocess, sort
from emgfasc.containers import Events, Recording, Rest, Units
from emgfasc.sort.doubled import doubled, without
from emgfasc.sort.rules import SortRules
from emgfasc.sort.search import Search
from signals import potential, recording

FS = 2048.0
GAP = 15  # samples, 7.3 ms


def _scene(
    n_doublets: int, seed: int = 0, *, gap: int = GAP, noise_uv: float = 5.0
) -> tuple[Recording, list[float]]:
    """Two biphasic units, the first with doublets of one interval; and when those begin."""
    rng = np.random.default_rng(seed)
    data = rng.normal(0, noise_uv, (2, round(60 * FS)))
    waves = [
        np.outer([1.0, 0.3], potential(30, 140, 1.0)),
        np.outer([0.4, 1.0], potential(44, 130, 1.2)),
    ]
    begins: list[float] = []
    for k in range(50):
        start = round((1.0 + k) * FS)
        unit = int(k % 5 in (1, 3))
        data[:, start : start + waves[unit].shape[1]] += waves[unit]
        if unit == 0 and len(begins) < n_doublets:
            data[:, start + gap : start + gap + 30] += waves[0]
            begins.append(1.0 + k)
    return preprocess.clean(recording(data, FS)).load(), begins


def _sorted(rec: Recording) -> tuple[Events, Units, Rest]:
    rest = Rest.all_rest(rec.duration_s)
    return *sort.units(rec, detect.detect(rec), rest=rest), rest


@pytest.mark.parametrize("seed", [0, 1])
def test_a_unit_of_doublets_is_taken_apart(seed: int) -> None:
    rec, begins = _scene(8, seed)
    events, units, rest = _sorted(rec)
    search = Search.of(rec, events, units, rules=SortRules.for_kind("surface"), rest=rest)
    gone = doubled(search, events, units)
    assert len(units) == 3  # as many alike potentials as a unit has
    assert gone.sum() == 1
    again, left = sort.rediscover(rec, events, units, rest=rest)
    assert len(left) == 2
    for begin in begins:
        mine = (again.peak_s > begin) & (again.peak_s < begin + 0.05)
        assert np.diff(again.peak_s[mine]) == pytest.approx([GAP / FS], abs=0.001)
        assert again.frame["unit"][mine].nunique() == 1
    assert (again.frame["unit"] > 0).sum() == 50 + len(begins)


@pytest.mark.parametrize(("seed", "noise_uv"), [(0, 26.0), (0, 18.0), (4, 22.0)])
def test_few_doublets_are_not_kept_for_the_noise_they_were_averaged_from(
    seed: int, noise_uv: float
) -> None:
    rec, _ = _scene(5, seed, noise_uv=noise_uv)
    events, units, rest = _sorted(rec)
    search = Search.of(rec, events, units, rules=SortRules.for_kind("surface"), rest=rest)
    gone = doubled(search, events, units)
    assert gone.tolist() == [False, False, True]


@pytest.mark.parametrize("gap", [6, 9])
def test_what_would_be_a_doublet_at_the_shortest_interval_is_a_unit(gap: int) -> None:
    """There, a pair may as well mimic one long potential; 4.6 ms are 9 samples."""
    rec, _ = _scene(8, gap=gap)
    events, units, rest = _sorted(rec)
    search = Search.of(rec, events, units, rules=SortRules.for_kind("surface"), rest=rest)
    assert not doubled(search, events, units).any()


def test_what_is_seen_as_often_as_its_half_is_a_unit() -> None:
    """Of 30 discharges 12 look like two of the other 18."""
    rec, _ = _scene(12)
    events, units, rest = _sorted(rec)
    search = Search.of(rec, events, units, rules=SortRules.for_kind("surface"), rest=rest)
    assert units.frame["n"].tolist() == [20, 18, 12]
    assert not doubled(search, events, units).any()


def test_units_that_fire_no_doublets_stay() -> None:
    rec, _ = _scene(0)
    events, units, rest = _sorted(rec)
    search = Search.of(rec, events, units, rules=SortRules.for_kind("surface"), rest=rest)
    assert len(units) == 2
    assert not doubled(search, events, units).any()
    assert len(sort.rediscover(rec, events, units, rest=rest)[0]) == 50


def test_units_left_out_are_numbered_anew_and_their_potentials_say_why() -> None:
    rec, _ = _scene(8)
    events, units, _ = _sorted(rec)
    before = events.frame["unit"].to_numpy()
    gone = np.array([True, False, False])
    after, left = without(events, units, gone)
    assert after.frame["unit"].tolist() == [{0: 0, 1: 0, 2: 1, 3: 2}[k] for k in before]
    lost = after.frame[before == 1]
    assert set(lost["unsorted"]) == {"partly_a_unit"}
    assert (lost["confidence"] == 0).all()
    assert left.frame["unit"].tolist() == [1, 2]
    assert np.array_equal(left.templates_uv, units.templates_uv[1:])
    same, as_before = without(events, units, np.zeros(3, bool))
    assert same.frame.equals(events.frame)
    assert as_before.frame.equals(units.frame)
