"""A bursting unit that was sorted into several, and units that only look so."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from firing.tables import table
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from emgfasc.firing import kinds
from emgfasc.firing.pieces import pieces

Floats = NDArray[np.float64]
SECONDS = 60.0


def _bursts(seed: int = 0, period_s: float = 1.0, n: int = 20) -> Floats:
    rng = np.random.default_rng(seed)
    starts = 5 + period_s * np.cumsum(rng.normal(1, 0.15, n))
    parts = [s + np.cumsum(rng.normal(1, 0.1, rng.integers(3, 8))) / 35 for s in starts]
    return np.concatenate(parts)


def _split(times: Floats, units: int, seed: int = 0) -> dict[int, Floats]:
    of = np.random.default_rng(seed).integers(units, size=len(times))
    return {unit + 1: times[of == unit] for unit in range(units)}


def _groups(trains: dict[int, Floats]) -> list[set[int]]:
    frame = table(trains).frame.sort_values("peak_s", ignore_index=True)
    return [set(group) for group in pieces(frame, SECONDS)]


@pytest.mark.parametrize("units", [2, 3])
@pytest.mark.parametrize("seed", range(4))
def test_all_pieces_of_a_bursting_unit_are_myokymia(units: int, seed: int) -> None:
    trains = _split(_bursts(seed), units, seed)
    lone = np.array([1.0, 2.1, 3.7, 30.02, 47.0, 52.2, 55.0])
    events = table(trains | {9: lone}, duration_ms=10.0, first_phase=1.0, phases=3.0)
    assert _groups(trains | {9: lone}) == [set(trains)]
    found = kinds(events, kind="needle", duration_s=SECONDS)
    category = found.events.frame.groupby("unit")["category"].unique()
    assert [list(category[unit]) for unit in trains] == [["myokymia"]] * units
    assert list(category[9]) == ["fasciculation"]
    largest = max(trains, key=lambda unit: len(trains[unit]))
    assert found.fired["unit"].tolist() == [largest]
    assert found.fired["n"].tolist() == [sum(len(train) for train in trains.values())]


@pytest.mark.parametrize("seed", range(4))
def test_bursts_that_run_into_one_another_are_no_train(seed: int) -> None:
    rng = np.random.default_rng(seed)
    starts = 5 + 0.6 * np.arange(20)
    parts = [s + np.cumsum(rng.normal(1, 0.1, 5)) / 22 for s in starts]
    for k in (4, 11):  # goes on until the next one
        parts[k] = starts[k] + 0.6 * (np.arange(13) + rng.uniform(-0.1, 0.1, 13)) / 13 + 1 / 22
    events = table({1: np.concatenate(parts)}, duration_ms=10.0, phases=3.0)
    found = kinds(events, kind="needle", duration_s=SECONDS)
    assert set(found.events.frame["category"]) == {"myokymia"}
    alone = kinds(table({1: parts[4]}), kind="needle", duration_s=SECONDS)
    assert "myokymia" not in set(alone.events.frame["category"])


@pytest.mark.parametrize("seed", range(4))
def test_units_that_burst_together_are_two(seed: int) -> None:
    """Each keeps its own pauses; together they do not."""
    rng = np.random.default_rng(seed)
    starts = 5 + np.cumsum(rng.normal(1, 0.15, 20))
    each = [s + rng.uniform(0, 0.03) + np.arange(6) / rng.uniform(30, 40) for s in starts]
    other = [s + rng.uniform(0, 0.03) + np.arange(6) / rng.uniform(20, 30) for s in starts]
    assert _groups({1: np.concatenate(each), 2: np.concatenate(other)}) == []


@pytest.mark.parametrize("seed", range(4))
def test_what_fires_by_chance_beside_bursts_is_no_piece_of_them(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for period_s, n in ((0.5, 110), (1.0, 20)):  # bursts without end, and for a third of the time
        alone = np.sort(rng.uniform(0, SECONDS, 25))
        assert _groups({1: _bursts(seed, period_s, n), 2: alone}) == []
        within = np.sort(rng.uniform(5, 20, 12))  # only while the bursts go on
        assert _groups({1: _bursts(seed, period_s, n), 2: within}) == []


@pytest.mark.parametrize("rate_hz", [6.0, 9.0, 14.0])
def test_a_split_voluntary_unit_stays_voluntary(rate_hz: float) -> None:
    rng = np.random.default_rng(3)
    whole = 10 + np.cumsum(rng.normal(1, 0.15, int(10 * rate_hz))) / rate_hz
    found = kinds(table(_split(whole, 2)), kind="needle", duration_s=SECONDS)
    assert "myokymia" not in set(found.events.frame["category"])


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), units=st.integers(2, 3), shift=st.integers(0, 7))
def test_numbers_and_the_clock_say_nothing(seed: int, units: int, shift: int) -> None:
    trains = _split(_bursts(seed % 50, n=8), units, seed)
    trains = {unit: train for unit, train in trains.items() if len(train)}
    names = {unit: (unit * 5 + shift) % 17 + 1 for unit in trains}
    moved = {names[unit]: train + shift for unit, train in trains.items()}
    expected = [{names[unit] for unit in group} for group in _groups(trains)]
    assert _groups(moved) == expected


def test_too_little_is_no_piece() -> None:
    assert pieces(table({}).frame.assign(unit=0), SECONDS) == []
    assert _groups({1: np.array([0.0, 0.03, 0.06, 0.09]), 2: np.array([0.015, 0.2])}) == []
    assert _groups({1: np.array([3.0] * 4), 2: np.array([3.0] * 4)}) in ([], [{1, 2}])
    lost = pd.DataFrame({"peak_s": [1.0, 1.1, 1.2], "unit": [0, 0, 0]})
    assert pieces(lost, SECONDS) == []
