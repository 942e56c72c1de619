"""Bursts against a loop that a reader can follow, by hand, and against chance."""

from __future__ import annotations

import numpy as np
import pytest
from firing.tables import table
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from emgfasc.containers import Rest
from emgfasc.firing import describe
from emgfasc.firing.bursts import burst_figures, bursts
from emgfasc.firing.stretches import Stretches

Floats = NDArray[np.float64]

MINUTE = Rest.all_rest(60.0)
PARTED = Rest.from_spans([(20, 40, "voluntary", "contraction")], duration_s=60)


def naive(times: Floats, rest: Rest) -> list[tuple[float, float, int]]:
    """Grow each burst discharge by discharge."""
    stretches, found = Stretches.of(rest), []
    run: list[tuple[float, int]] = []
    for time in times.tolist():
        number = int(stretches.number([time])[0])
        if number < 0:
            continue
        if run and (time - run[-1][0] > 0.2 + 1e-9 or number != run[-1][1]):
            found.append(run)
            run = []
        run.append((time, number))
    return [(own[0][0], own[-1][0], len(own)) for own in [*found, run] if len(own) >= 3]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(0, 600), max_size=60),
    st.sampled_from([0.1, 0.05, 1 / 16]),
    st.sampled_from([MINUTE, PARTED, Rest.all_rest(0.5)]),
)
def test_bursts_are_those_of_a_plain_loop(steps: list[int], tick: float, rest: Rest) -> None:
    """Tied, quantised and exactly limiting intervals; excluded stretches; nothing at all."""
    times = np.sort(np.array(steps, float)) * tick
    found = bursts(times, Stretches.of(rest))
    seen = list(
        zip(found.start_s.tolist(), found.stop_s.tolist(), found.size.tolist(), strict=True)
    )
    assert seen == naive(times, rest)


def test_figures_by_hand() -> None:
    times = np.array([1.0, 1.05, 1.1, 1.15, 4.0, 8.0, 8.02, 8.04, 30.0, 30.1, 30.2, 41.0])
    row = burst_figures(times, Stretches.of(PARTED), PARTED.rest_s)
    # the three from 30 s on lie in the contraction
    assert row["burst_n"] == 2
    assert row["burst_per_min"] == pytest.approx(3.0)
    assert row["burst_discharges"] == 3.5
    assert row["burst_rate_hz"] == pytest.approx((3 / 0.15 + 2 / 0.04) / 2)
    assert row["burst_interval_s"] == pytest.approx(8.0 - 1.15)
    assert row["burst_pct"] == pytest.approx(100 * 7 / 9)


def test_no_burst_and_no_rest() -> None:
    row = burst_figures(np.array([1.0, 2.0]), Stretches.of(MINUTE), 60.0)
    assert (row["burst_n"], row["burst_pct"]) == (0, 0.0)
    assert np.isnan([row["burst_discharges"], row["burst_rate_hz"], row["burst_interval_s"]]).all()
    busy = Rest.from_spans([(0, 60, "voluntary", "contraction")], duration_s=60)
    row = burst_figures(np.array([1.0, 1.1, 1.2]), Stretches.of(busy), 0.0)
    assert (row["burst_n"], row["burst_by_chance_n"]) == (0, 0.0)
    assert np.isnan([row["burst_per_min"], row["burst_pct"]]).all()


@pytest.mark.parametrize("rate_hz", [0.3, 1.0, 4.0])
def test_a_poisson_process_shows_as_many_as_chance_gives(rate_hz: float) -> None:
    rng, seconds = np.random.default_rng(0), 60_000.0
    times = np.sort(rng.uniform(0, seconds, rng.poisson(rate_hz * seconds)))
    row = burst_figures(times, Stretches.of(Rest.all_rest(seconds)), seconds)
    expected = row["burst_by_chance_n"]
    assert abs(row["burst_n"] - expected) < 4 * np.sqrt(expected)


def test_the_table_has_bursts_of_units_and_of_the_muscle() -> None:
    events = table({1: [5.0, 5.1, 9.0], 2: [5.05, 20.0, 20.1, 20.2]})
    frame = describe(events, MINUTE).set_index("unit")
    assert frame["burst_n"].to_dict() == {"all": 2, "1": 0, "2": 1}
    moved = describe(events.assign(peak_s=events.peak_s + 16.0), MINUTE).set_index("unit")
    np.testing.assert_allclose(
        moved.filter(like="burst").to_numpy(float), frame.filter(like="burst").to_numpy(float)
    )
