"""The rule table on trains whose kind is known."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest
from firing.tables import table
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from emgfasc.containers import CATEGORIES, Events, Kind, Rest, Units
from emgfasc.firing import RULES, kinds, rules
from emgfasc.rest import FAST

Floats = NDArray[np.float64]

MUP = {"duration_ms": 10.0, "first_phase": 1.0, "phases": 3.0, "negative_peak_uv": 180.0}
FIB = {"duration_ms": 3.0, "first_phase": 1.0, "phases": 3.0, "negative_peak_uv": 50.0}
FIB_SIZE = {"amplitude_uv": 100.0}
PSW = {"duration_ms": 20.0, "first_phase": 1.0, "phases": 2.0, "negative_peak_uv": 60.0}


def regular(rate_hz: float, cov: float, seconds: float, seed: int = 0, at: float = 1.0) -> Floats:
    rng = np.random.default_rng(seed)
    times = np.cumsum(rng.normal(1, cov, int(2 * rate_hz * seconds)).clip(0.2)) / rate_hz
    return at + times[times < seconds]


def irregular(rate_hz: float, seconds: float, seed: int = 0) -> Floats:
    rng = np.random.default_rng(seed)
    return np.sort(rng.uniform(0, seconds, rng.poisson(rate_hz * seconds)))


def bursts(seed: int = 0) -> Floats:
    rng = np.random.default_rng(seed)
    starts = 1 + np.cumsum(rng.normal(1, 0.15, 25))
    return np.concatenate([s + np.arange(rng.integers(3, 8)) / 40 for s in starts])


def cramp(seed: int = 0) -> Floats:
    """One unit, irregular, from 20 to 60 Hz within four seconds."""
    rng = np.random.default_rng(seed)
    times = [1.0]
    while times[-1] < 5:
        rate = 20 + 40 * (times[-1] - 1) / 4
        times.append(times[-1] + rng.gamma(4, 0.25) / rate)
    return np.array(times)


def joined(*parts: Events) -> Events:
    return Events(pd.concat([part.frame for part in parts], ignore_index=True))


CASES: dict[str, Events] = {
    "fasciculation": table({1: irregular(0.5, 120), 2: irregular(2, 120, 1)}, **MUP),
    "voluntary": table({1: regular(8, 0.15, 10), 2: regular(11, 0.2, 10, 1)}, **MUP),
    "fibrillation": table({1: regular(5, 0.05, 30)}, **FIB, **FIB_SIZE),
    "positive_sharp_wave": table({1: regular(3, 0.05, 30)}, **PSW),
    "complex_repetitive": table({1: regular(35, 0.01, 4)}, **MUP),
    "myokymia": table({1: bursts()}, **MUP),
    "neuromyotonia": table({1: regular(200, 0.02, 0.5)}, **MUP).assign(
        amplitude_uv=np.linspace(500, 200, len(regular(200, 0.02, 0.5)))
    ),
    "cramp": table({u: cramp(u) for u in range(1, 6)}, **MUP),
}


@pytest.mark.parametrize("category", CASES)
def test_each_kind_is_recognised(category: str) -> None:
    events = CASES[category]
    found = kinds(events, kind="needle", duration_s=120)
    assert (found.events.frame["category"] == category).mean() >= 0.95
    assert len(found.events) == len(events)
    if category != "fasciculation":
        assert category in set(found.fired["category"])
        named = found.events.frame.loc[found.events.frame["category"] == category, "reason"]
        assert (named != "").all()
    # nothing is named twice, and only voluntary firing takes rest away
    assert found.fired["n"].sum() <= len(events)
    assert (found.spans != []) == ("voluntary" in set(found.fired["category"]))
    if category in {"myokymia", "neuromyotonia", "fibrillation", "positive_sharp_wave"}:
        assert found.spans == []


@pytest.mark.parametrize("kind", ["surface", "hdsemg"])
@pytest.mark.parametrize("category", ["fibrillation", "positive_sharp_wave"])
def test_surface_never_claims_fibrillations(category: str, kind: Kind) -> None:
    found = kinds(CASES[category], kind=kind, duration_s=120).events.frame["category"]
    assert not found.isin(["fibrillation", "positive_sharp_wave"]).any()


def test_fast_irregular_units_stay_fasciculations() -> None:
    # a Poisson unit of 4 Hz shows four regular intervals by chance; that must not count
    wrong = total = 0
    for seed in range(10):
        times = irregular(4, 120, seed)
        found = kinds(table({1: times}, **MUP), kind="surface", duration_s=120)
        wrong += int((found.events.frame["category"] != "fasciculation").sum())
        total += len(times)
    assert wrong / total < 0.01


def test_train_is_excluded_and_isolated_discharges_stay() -> None:
    lone = [30.0, 41.0, 47.0, 55.0] + [60 + 3.3 * k for k in range(30)]
    train = regular(9, 0.15, 2.0, at=10.0)
    found = kinds(table({1: np.append(train, lone)}), kind="surface", duration_s=200)
    frame = found.events.frame
    in_train = frame["peak_s"] < 15
    assert (frame.loc[in_train, "category"] == "voluntary").mean() > 0.9
    assert (frame.loc[~in_train, "category"] == "fasciculation").all()
    ((start, stop, state, reason),) = found.spans
    assert state == "voluntary"
    assert reason == "regular train of unit 1"
    fired = found.fired.iloc[0]
    assert start == pytest.approx(fired["start_s"] - 0.5)
    assert stop == pytest.approx(fired["stop_s"] + 0.5)
    assert fired["start_s"] >= train[0]
    rest = Rest.all_rest(200.0).excluding(found.spans)
    assert rest.rest_s == pytest.approx(200 - (stop - start))


def test_unit_mostly_in_trains_is_voluntary_altogether() -> None:
    train = regular(9, 0.1, 10, at=10.0)
    found = kinds(table({1: np.append(train, [50.0, 60.0])}), kind="surface", duration_s=100)
    assert (found.events.frame["category"] == "voluntary").all()
    assert found.events.frame["reason"].iloc[-1] == "unit is mostly voluntary"
    assert found.spans[-1][1] < 25


def test_unsorted_potentials_within_a_train_are_voluntary() -> None:
    found = kinds(
        table({1: regular(9, 0.1, 10, at=10.0), 0: [12.03, 15.8, 40.0], 2: [13.0, 60.0]}),
        kind="needle",
        duration_s=100,
    )
    frame = found.events.frame
    unsorted = frame[frame["unit"] == 0]
    assert unsorted["category"].tolist() == ["voluntary", "voluntary", "fasciculation"]
    assert unsorted["reason"].tolist()[0] == "within a voluntary train"
    # a sorted unit keeps its fasciculation; the stretch is not rest, so it is not counted
    assert set(frame.loc[frame["unit"] == 2, "category"]) == {"fasciculation"}


def test_fibrillation_amid_voluntary_firing_is_not_claimed() -> None:
    small = table({2: regular(7, 0.05, 10, 3)}, **FIB, **FIB_SIZE)
    large = table({1: regular(9, 0.15, 10)}, **MUP)
    found = kinds(joined(small, large), kind="needle", duration_s=20)
    assert set(found.events.frame["category"]) == {"voluntary"}


def test_named_events_are_left_alone() -> None:
    times = regular(9, 0.1, 10)
    events = table({1: times}).assign(
        category=["ecg"] * len(times), reason=["same on all channels"] * len(times)
    )
    found = kinds(events, kind="surface")
    pd.testing.assert_frame_equal(found.events.frame, events.frame)
    assert found.spans == []
    assert found.fired.empty


def test_units_take_the_category_of_most_of_their_potentials() -> None:
    frame = pd.DataFrame(
        {
            "unit": [1, 2, 3],
            "category": ["fasciculation"] * 3,
            "n": [80, 40, 1],
            "channel": ["c0"] * 3,
            "amplitude_uv": [1.0] * 3,
            "snr": [9.0] * 3,
            "rate_per_min": [0.0] * 3,
        }
    )
    units = Units(frame, np.zeros((3, 1, 4), np.float32), 2048.0, 2)
    events = table({1: regular(8, 0.15, 10), 2: irregular(0.5, 100)})
    judged = kinds(events, units, kind="surface", duration_s=100).units
    assert judged is not None
    assert judged.frame["category"].tolist() == ["voluntary", "fasciculation", "fasciculation"]
    assert judged.frame["reason"].tolist()[0] == "regular voluntary train"
    assert units.frame["category"].tolist() == ["fasciculation"] * 3


def test_time_shift_relabelling_and_repetition() -> None:
    events = joined(
        table({1: regular(9, 0.15, 10, at=20.0), 2: irregular(1, 60, 3)}),
        table({3: regular(12, 0.1, 5, 9, at=40.0)}),
    )
    a = kinds(events, kind="surface", duration_s=100)
    moved = events.assign(peak_s=events.peak_s + 512.0)
    # the chance of a train depends on how long was watched, so the length stays
    b = kinds(moved, kind="surface", duration_s=100)
    assert a.events.frame["category"].tolist() == b.events.frame["category"].tolist()
    unit = events.frame["unit"].to_numpy()
    c = kinds(events.assign(unit=np.array([0, 7, 5, 6])[unit]), kind="surface", duration_s=100)
    assert a.events.frame["category"].tolist() == c.events.frame["category"].tolist()
    again = kinds(a.events, kind="surface", duration_s=100)
    pd.testing.assert_frame_equal(again.events.frame, a.events.frame)


def test_rule_table_is_frozen_and_complete() -> None:
    shown = rules()
    assert shown["rule"].tolist() == [rule.name for rule in RULES]
    assert shown["source"].str.len().min() > 0
    assert set(shown["category"]) <= set(CATEGORIES)
    assert shown["rule"].is_unique
    with pytest.raises(FrozenInstanceError):
        RULES[0].name = "x"  # type: ignore[misc]


def test_own_rules_can_be_given() -> None:
    found = kinds(CASES["voluntary"], kind="needle", duration_s=20, rules=())
    assert set(found.events.frame["category"]) == {"fasciculation"}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 3)), max_size=40),
    st.sampled_from([1.0, 1 / 16, 1 / 256]),
    st.sampled_from(["needle", "surface"]),
)
def test_any_table_keeps_its_rows(rows: list[tuple[int, int]], tick: float, kind: Kind) -> None:
    """Tiny, tied and empty tables: nothing is dropped, and spans are ordered and apart."""
    events = table({u: sorted(t * tick for t, v in rows if v == u) for u in range(4)})
    found = kinds(events, kind=kind)
    kept = events.frame.drop(columns="category")
    pd.testing.assert_frame_equal(found.events.frame[kept.columns], kept, check_dtype=len(kept) > 0)
    assert set(found.events.frame["category"]) <= set(CATEGORIES)
    edges = [edge for span in found.spans for edge in span[:2]]
    assert edges == sorted(edges)


def test_what_a_unit_does_in_a_contraction_does_not_say_what_it_does_at_rest() -> None:
    train = regular(9, 0.1, 10, at=10.0)
    events = table({1: np.append(train, [50.0, 60.0])})
    rest = Rest.from_spans([(9.5, 20.5, "voluntary", "contraction")], duration_s=100.0)
    found = kinds(events, kind="surface", duration_s=100, rest=rest).events.frame
    assert (found["category"].iloc[:-2] == "voluntary").all()
    assert (found["category"].iloc[-2:] == "fasciculation").all()


def test_bursts_in_a_stretch_without_rest_are_pieces_of_a_fast_unit() -> None:
    rng = np.random.default_rng(5)
    uneven = [s + np.cumsum(rng.uniform(0.01, 0.04, 6)) for s in bursts()[:1] + np.arange(25.0)]
    events = table({1: np.concatenate(uneven)}, **MUP)
    alone = kinds(events, kind="needle", duration_s=40.0, rest=Rest.all_rest(40.0)).fired
    assert set(alone["category"]) == {"myokymia"}
    active = Rest.from_spans([(0.0, 40.0, "spontaneous", FAST)], duration_s=40.0)
    found = kinds(events, kind="needle", duration_s=40.0, rest=active)
    assert set(found.fired["rule"]) == {"units faster than by will"}
    assert set(found.events.frame["category"]) == {"cramp"}
