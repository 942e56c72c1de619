"""What other discharges and the rest gate say about a run: fibres, overlaps, contractions."""

from __future__ import annotations

import numpy as np
import pytest
from firing.tables import table
from firing.test_kinds import CASES, FIB, FIB_SIZE, MUP, irregular, joined, regular
from hypothesis import given, settings
from hypothesis import strategies as st

from emgfasc.containers import Events, Rest
from emgfasc.firing import kinds
from emgfasc.firing.beats import missed_beats
from emgfasc.rest import MACHINE

BUSY = Rest.from_spans([(0.5, 12.0, "voluntary", "contraction")], duration_s=120.0)
CRAMP = Rest.from_spans([(0.5, 6.0, "spontaneous", "cramp")], duration_s=120.0)


@pytest.mark.parametrize(
    "category", ["fibrillation", "complex_repetitive", "myokymia", "neuromyotonia"]
)
def test_in_a_contraction_nothing_spontaneous_is_claimed(category: str) -> None:
    own = CASES[category].frame
    events = CASES[category].where((own["peak_s"] < 11.5).to_numpy())
    alone = kinds(events, kind="needle", duration_s=120).events.frame["category"]
    assert (alone == category).all()
    found = kinds(events, kind="needle", duration_s=120, rest=BUSY)
    assert set(found.events.frame["category"]) == {"voluntary"}
    assert set(found.events.frame["reason"]) == {"within a contraction"}
    assert found.spans == []  # the gate has excluded it already, to its own edges


def test_all_that_lies_in_a_cramp_is_cramp_and_the_rule_is_told() -> None:
    events = table({1: irregular(2, 20), 2: irregular(1, 20, 1), 0: [2.0, 30.0]}, **MUP)
    found = kinds(events, kind="needle", duration_s=120, rest=CRAMP)
    inside = (events.peak_s >= 0.5) & (events.peak_s < 6)
    assert set(found.events.frame.loc[inside, "category"]) == {"cramp"}
    assert not (found.events.frame.loc[~inside, "category"] == "cramp").any()
    row = found.fired[found.fired["category"] == "cramp"].iloc[0]
    assert (row["rule"], row["n"]) == ("units faster than by will", inside.sum())
    assert found.spans == []


def test_a_machine_like_train_keeps_its_name_in_a_fast_stretch() -> None:
    found = kinds(CASES["complex_repetitive"], kind="needle", duration_s=120, rest=CRAMP)
    assert set(found.events.frame["category"]) == {"complex_repetitive"}


def test_in_a_cramp_its_own_bursts_and_fast_runs_are_cramp_too() -> None:
    """Of a unit whose discharges are mostly missed in a cramp, bursts and runs are left."""
    at = np.arange(1.0, 5.5, 0.9)
    bursting = np.concatenate([start + np.arange(5) / 40 for start in at])
    fast = 2.5 + np.cumsum(np.tile([0.012, 0.018], 8))
    events = table({1: bursting, 2: fast, 3: irregular(1, 5, 1)}, **MUP)
    alone = kinds(events, kind="needle", duration_s=120).events.frame
    assert {"myokymia", "unclassified"} <= set(alone["category"])
    frame = kinds(events, kind="needle", duration_s=120, rest=CRAMP).events.frame
    assert set(frame.loc[frame["peak_s"] >= 0.5, "category"]) == {"cramp"}


def test_a_stretch_as_regular_as_a_machine_is_named_whatever_its_units_look_like() -> None:
    beats = regular(40, 0.005, 4)
    events = table({1: beats[::2], 2: beats[1::3]}, **MUP)
    assert "complex repetitive" in MACHINE
    machine = Rest.from_spans([(0.5, 6.0, "spontaneous", MACHINE)], duration_s=120.0)
    found = kinds(events, kind="needle", duration_s=120, rest=machine)
    assert set(found.events.frame["category"]) == {"complex_repetitive"}
    named = Rest.from_spans([(0.5, 6.0, "spontaneous", "complex repetitive")], duration_s=120.0)
    lone = kinds(table({3: [2.0]}, **MUP), kind="needle", duration_s=120, rest=named)
    # in a stretch that its potentials named, what they left is not theirs
    assert lone.events.frame["category"].tolist() == ["fasciculation"]


def test_where_the_gate_sees_a_contraction_no_cramp_is_claimed() -> None:
    events = CASES["cramp"]
    assert set(kinds(events, kind="needle", duration_s=120).events.frame["category"]) == {"cramp"}
    found = kinds(events, kind="needle", duration_s=120, rest=BUSY)
    assert set(found.events.frame["category"]) == {"voluntary"}


def _burst(sizes_uv: list[float], *, falling: float = 1.0) -> Events:
    """Return half a second of units that fire at 20-25 Hz each."""
    parts = [
        table(
            {k + 1: 2.0 + 0.007 * k + np.cumsum(np.tile([0.03, 0.052], 6))},
            **MUP,
            amplitude_uv=size,
        )
        for k, size in enumerate(sizes_uv)
    ]
    events = joined(*parts)
    frame = events.frame.sort_values("peak_s", kind="stable", ignore_index=True)
    fall = np.linspace(1, falling, len(frame))
    return Events(frame.assign(amplitude_uv=frame["amplitude_uv"] * fall))


def test_a_burst_of_many_units_too_brief_for_the_gate_is_voluntary_and_left_out() -> None:
    found = kinds(_burst([100, 300, 200]), kind="needle", duration_s=60)
    assert set(found.events.frame["category"]) == {"voluntary"}
    [(start, stop, state, reason)] = found.spans
    np.testing.assert_allclose((start, stop), (1.53, 3.0), atol=0.02)
    assert state == "voluntary"
    assert "brief burst of many units" in reason
    two = kinds(_burst([100, 300]), kind="needle", duration_s=60)
    assert "brief burst of many units" not in set(two.fired["rule"])


def test_units_of_many_sizes_that_fade_are_no_neuromyotonia() -> None:
    fading = _burst([100, 350, 190, 600], falling=0.5)
    assert "neuromyotonia" not in set(
        kinds(fading, kind="needle", duration_s=60).events.frame["category"]
    )
    one_size = _burst([300, 300, 300, 300], falling=0.5)
    assert set(kinds(one_size, kind="needle", duration_s=60).events.frame["category"]) == {
        "neuromyotonia"
    }


def test_fibres_that_fire_at_once_are_no_fasciculations() -> None:
    rng = np.random.default_rng(0)
    beats = regular(5, 0.04, 60)
    lost = np.sort(rng.choice(np.arange(5, len(beats) - 5), 12, replace=False))
    lost = lost[np.diff(lost, prepend=0) > 4]
    kept = np.delete(beats, lost)
    fibre = table({1: kept}, **FIB, **FIB_SIZE)
    overlaps = beats[lost] + 0.004
    own = np.sort(np.append(overlaps[::3], irregular(0.5, 60, 4)))
    events = joined(
        fibre,
        table({0: overlaps[1::3], 2: overlaps[2::3]}, **MUP, amplitude_uv=180.0),
        table({3: own}, **MUP, amplitude_uv=180.0),
    )
    frame = kinds(events, kind="needle", duration_s=60).events.frame
    by_unit = frame.groupby("unit")["category"].unique().map(set)
    assert by_unit[0] == by_unit[1] == by_unit[2] == {"fibrillation"}
    assert by_unit[3] == {"fasciculation"}  # a unit that only at times meets the fibre
    for number in (0, 2):
        assert frame.loc[frame["unit"] == number, "reason"].unique().tolist() == [
            "at a missed beat of unit 1"
        ]


def test_a_large_potential_at_a_missed_beat_stays() -> None:
    beats = regular(5, 0.04, 30)
    fibre = table({1: np.delete(beats, 40)}, **FIB, **FIB_SIZE)
    events = joined(fibre, table({0: beats[[40]]}, **MUP, amplitude_uv=900.0))
    frame = kinds(events, kind="needle", duration_s=30).events.frame
    assert frame.loc[frame["unit"] == 0, "category"].tolist() == ["fasciculation"]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(8, 20), st.integers(1, 3)), min_size=0, max_size=5),
    st.sampled_from([0.125, 0.05, 1.0]),
    st.sampled_from([0.0, 512.0]),
)
def test_missed_beats_are_those_that_were_taken_out(
    gaps: list[tuple[int, int]], period: float, at: float
) -> None:
    """One to three in a row, eight beats or more apart."""
    taken: list[int] = []
    end = 0
    for before, missing in gaps:
        taken += range(end + before, end + before + missing)
        end += before + missing
    left = np.delete(np.arange(end + 9), taken)
    due, length = missed_beats(np.asarray(at + left * period, np.float64))
    np.testing.assert_allclose(due, at + np.array(taken) * period)
    np.testing.assert_allclose(length, period)


@pytest.mark.parametrize("times", [[], [1.0], [1.0] * 10, [0.0, 5.0, 5.0, 5.0, 9.0] * 2])
def test_missed_beats_of_tiny_and_tied_trains(times: list[float]) -> None:
    due, length = missed_beats(np.sort(np.array(times, float)))
    assert len(due) == len(length)
    assert np.isfinite(due).all()
