"""Regular runs: what counts, what is repaired, what chance makes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgfasc.errors import ParameterError
from emgfasc.firing import trains
from emgfasc.firing.patterns import _BY_CHANCE, _HALVING

TIMES = np.arange(20) * 0.1


def test_regular_run() -> None:
    (train,) = trains(TIMES)
    assert train.members.tolist() == list(range(20))
    assert (train.n_intervals, train.n_missed, train.n_extra) == (19, 0, 0)
    assert train.cov < 1e-9
    assert train.rate_hz == pytest.approx(10)
    assert train.start_rate_hz == pytest.approx(10)


def test_missed_discharge_is_a_double_interval() -> None:
    (train,) = trains(np.delete(TIMES, 8))
    assert (len(train.members), train.n_missed, train.n_extra) == (19, 1, 0)
    assert train.rate_hz == pytest.approx(10)
    assert train.n_intervals == 17


@pytest.mark.parametrize("share", [0.35, 0.5, 0.65])
def test_extra_discharge_is_passed_over(share: float) -> None:
    (train,) = trains(np.sort(np.append(TIMES, 0.8 + 0.1 * share)))
    assert (len(train.members), train.n_missed, train.n_extra) == (21, 0, 1)
    assert train.rate_hz == pytest.approx(10)


def test_repairs_lie_apart() -> None:
    found = trains(np.delete(TIMES, [8, 10]))
    assert [train.n_missed for train in found] == [1, 0]


def test_pause_parts_two_trains() -> None:
    found = trains(np.append(TIMES, TIMES + 5))
    assert [len(train.members) for train in found] == [20, 20]
    assert found[1].start_s == 5


@pytest.mark.parametrize(("n", "expected"), [(4, 0), (5, 1)])
def test_four_intervals_are_needed(n: int, expected: int) -> None:
    assert len(trains(TIMES[:n])) == expected


@pytest.mark.parametrize(("period", "expected"), [(0.25, 1), (0.26, 0)])
def test_four_hertz_is_the_limit(period: float, expected: int) -> None:
    assert len(trains(np.arange(10) * period)) == expected
    assert len(trains(np.arange(10) * period, max_interval_s=0.3)) == 1


def test_irregular_is_no_train() -> None:
    # 50 and 150 ms in turn: a CoV of 0.58
    assert trains(np.cumsum(np.tile([0.05, 0.15], 10))) == ()


def test_longer_trains_on_request() -> None:
    assert len(trains(TIMES, min_intervals=19)) == 1
    assert trains(TIMES, min_intervals=20) == ()


@pytest.mark.parametrize("name", ["max_interval_s", "min_intervals", "max_cov"])
def test_parameters_are_checked(name: str) -> None:
    with pytest.raises(ParameterError, match=name):
        trains(TIMES, **{name: 0})


@pytest.mark.parametrize("cov", [0.1, 0.2])
def test_most_of_a_voluntary_train_is_found(cov: float) -> None:
    # 5 % of the discharges missed, 3 % of extra ones: what a sorter makes of it
    rng = np.random.default_rng(4)
    times = np.cumsum(rng.normal(1, cov, 1000).clip(0.2)) * 0.1
    kept = times[rng.random(1000) > 0.05]
    seen = np.sort(np.append(kept, rng.uniform(0, times[-1], 30)))
    assert sum(len(train.members) for train in trains(seen)) > 0.95 * len(seen)


def test_share_of_trains_by_chance_is_as_stated() -> None:
    rng = np.random.default_rng(7)
    n = 100_000
    found = trains(np.cumsum(rng.exponential(1, n)), max_interval_s=1e9)
    lengths = np.array([train.n_intervals for train in found])
    for m in (4, 6, 8):
        stated = n * _BY_CHANCE * _HALVING ** (m - 4)
        assert (lengths >= m).sum() == pytest.approx(stated, abs=4 * np.sqrt(stated))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(0, 60), max_size=40),
    st.sampled_from([1.0, 0.25]),
)
def test_any_times_give_trains_in_order(ticks: list[int], scale: float) -> None:
    times = np.sort(np.array(ticks, float)) / 32 * scale
    found = trains(times)
    for train in found:
        assert train.n_intervals >= 4
        assert train.start_s == times[train.members[0]]
        assert train.stop_s == times[train.members[-1]]
        assert (np.diff(train.members) == 1).all()
        assert train.rate_hz >= 4 * (1 - 1e-6)
    assert all(a.members[-1] <= b.members[0] for a, b in pairwise(found))
    shifted = trains(times + 64)
    assert [t.members.tolist() for t in shifted] == [t.members.tolist() for t in found]
    # twice the time is half the rate, and the same trains with twice the limit
    slower = trains(2 * times, max_interval_s=0.5)
    assert [t.members.tolist() for t in slower] == [t.members.tolist() for t in found]
