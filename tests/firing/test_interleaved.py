"""Fibres that were sorted as one unit, or one as two, and what must not look like them."""

from __future__ import annotations

import numpy as np
import pytest
from firing.tables import table
from firing.test_kinds import FIB, FIB_SIZE, MUP, irregular, regular
from hypothesis import given, settings
from hypothesis import strategies as st

from emgfasc.firing import kinds
from emgfasc.firing.interleaved import interleaved
from emgfasc.firing.patterns import mixed_trains


def test_two_fibres_in_one_unit_and_one_in_two_are_fibrillations() -> None:
    rng = np.random.default_rng(0)
    a, b = regular(4.1, 0.04, 40), regular(5.7, 0.04, 40, 1)
    away = rng.random(len(b)) < 0.45  # almost half of the second fibre has a unit of its own
    events = table({1: np.sort(np.append(a, b[~away])), 2: b[away]}, **FIB, **FIB_SIZE)
    found = kinds(events, kind="needle", duration_s=40)
    assert (found.events.frame["category"] == "fibrillation").mean() > 0.97
    assert found.spans == []


@pytest.mark.parametrize("rate_hz", [0.5, 2.0, 4.0])
def test_irregular_short_potentials_stay_fasciculations(rate_hz: float) -> None:
    events = table({1: irregular(rate_hz, 120), 2: irregular(rate_hz, 120, 1)}, **FIB, **FIB_SIZE)
    found = kinds(events, kind="needle", duration_s=120).events.frame["category"]
    assert (found == "fasciculation").mean() > 0.97


@pytest.mark.parametrize("cov", [0.12, 0.15, 0.2])
def test_voluntary_units_mixed_in_one_are_no_fibres(cov: float) -> None:
    both = np.sort(np.append(regular(8, cov, 20), regular(11, cov, 20, 1)))
    assert mixed_trains(table({1: both}, **FIB, **FIB_SIZE).frame, {}) == []


def test_long_potentials_and_skin_recordings_are_not_asked() -> None:
    both = np.sort(np.append(regular(4.1, 0.04, 40), regular(5.7, 0.04, 40, 1)))
    long = kinds(table({1: both}, **MUP), kind="needle", duration_s=40)
    skin = kinds(table({1: both}, **FIB, **FIB_SIZE), kind="surface", duration_s=40)
    for found in (long, skin):
        assert not (found.events.frame["category"] == "fibrillation").any()


@settings(max_examples=60, deadline=None)
@given(st.integers(14, 30), st.integers(0, 4), st.sampled_from([0.1, 0.125, 0.7, 1.9]))
def test_a_train_is_found_whole_whatever_lies_between(n: int, extra: int, period: float) -> None:
    train = np.arange(n) * period
    between = (np.arange(extra) % max(n - 1, 1) + 0.4) * period
    times = np.sort(np.append(train, np.unique(between)))
    members, found, _ = interleaved(times)
    assert np.isin(train, times[members]).all()
    assert found == pytest.approx(period)


@pytest.mark.parametrize(
    "times", [[], [1.0], [1.0] * 12, [0.0, 10.0, 20.0], [0.01 * k for k in range(30)]]
)
def test_tiny_tied_slow_and_fast_trains_are_none(times: list[float]) -> None:
    members, period, cov = interleaved(np.array(times, float))
    assert len(members) == 0
    assert np.isnan([period, cov]).all()
