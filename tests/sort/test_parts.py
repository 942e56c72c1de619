"""Units that hardly ever fire alone are parts of other units' potentials."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from emgfasc import sort
from emgfasc.containers import Events, Kind, Rest, Units
from emgfasc.sort.sorting import unit_rows

Spike = tuple[float, int, float]  # peak_s, unit, amplitude_uv


def _judged(spikes: list[Spike], *, kind: Kind = "needle") -> tuple[list[Spike], list[int]]:
    """Return what is left, in order of time, and the numbers of the units that are left."""
    spikes = sorted(spikes)
    time, unit, size = (np.array(column) for column in zip(*spikes, strict=True))
    frame = pd.DataFrame(
        {
            "onset": time - 0.002,
            "duration": 0.004,
            "peak_s": time,
            "channel": "c",
            "n_channels": 1,
            "amplitude_uv": size.astype(float),
            "snr": size / 5.0,
            "unit": unit.astype(np.int64),
            "category": "fasciculation",
            "confidence": 1.0,
        }
    )
    events, rest = Events(frame), Rest.all_rest(60.0)
    rows = unit_rows(events, rest)
    units = Units(rows, np.zeros((len(rows), 1, 8), np.float32), 2048.0, 4)
    left, kept = sort.whole(events, units, rest=rest, kind=kind)
    assert len(kept.templates_uv) == len(kept)
    out = left.frame[["peak_s", "unit", "amplitude_uv"]]
    assert kept.frame.set_index("unit")["n"].equals(
        out[out["unit"] > 0].groupby("unit").size().reindex(kept.frame["unit"])
    )
    return [(float(a), int(b), float(c)) for a, b, c in out.to_numpy()], kept.frame["unit"].tolist()


LARGE: list[Spike] = [(2.0 + 3 * k, 1, 100.0) for k in range(15)]


@pytest.mark.parametrize("away_s", [-0.005, 0.0035])
def test_a_unit_that_never_fires_alone_is_a_part(away_s: float) -> None:
    parts = [(time + away_s, 2, 40.0) for time, _, _ in LARGE[::3]]
    assert _judged(LARGE + parts) == (LARGE, [1])


def test_parts_do_not_speak_for_one_another() -> None:
    away_s = (-0.0067, -0.003, 0.001, 0.003, 0.0065)  # of one potential, each another unit
    parts = [(time + away, 2 + k, 40.0) for time, _, _ in LARGE for k, away in enumerate(away_s)]
    assert _judged(LARGE + parts) == (LARGE, [1])


def test_what_it_fires_alone_stays() -> None:
    parts, alone = [(time + 0.004, 2, 40.0) for time, _, _ in LARGE[:6]], [(3.5, 2, 40.0)]
    left, numbers = _judged(LARGE + parts + alone)
    assert left == sorted(LARGE + alone)
    assert numbers == [1, 2]


def test_one_that_meets_the_other_now_and_then_stays_whole() -> None:
    other = [(time + (0.004 if k < 4 else 1.0), 2, 40.0) for k, (time, _, _) in enumerate(LARGE)]
    assert _judged(LARGE + other)[0] == sorted(LARGE + other)


def test_two_units_do_not_fire_at_once_where_that_is_no_chance() -> None:
    """Once in 44 s at one in three seconds each: chance would do it 0.04 times."""
    alone = [(time + 1.0, 2, 40.0) for time, _, _ in LARGE[1:]]
    at_once = [(LARGE[0][0] + 0.0035, 2, 40.0)]
    assert _judged(LARGE + alone + at_once)[0] == sorted(LARGE + alone)
    larger = [(LARGE[0][0] + 0.0035, 2, 140.0)]
    assert _judged(LARGE + alone + larger)[0] == sorted(LARGE[1:] + alone + larger)
    on_the_skin = _judged(LARGE + alone + at_once, kind="surface")[0]
    assert on_the_skin == sorted(LARGE + alone + at_once)


@pytest.mark.parametrize(("n_at_once", "left"), [(4, 4), (80, 0)])
def test_chance_may_have_two_units_fire_at_once(n_at_once: int, left: int) -> None:
    """At ten a second each, 200 discharges of either meet within 4 ms some 16 times."""
    rng = np.random.default_rng(1)
    busy = [(10 + 0.1 * k, 1, 100.0) for k in range(200)]
    near = set(rng.choice(200, n_at_once, replace=False).tolist())
    other = [(10 + 0.1 * k + (0.003 if k in near else 0.05), 2, 40.0) for k in range(200)]
    assert len(_judged(busy + other)[0]) == 400 - n_at_once + left


def test_nothing_fires_three_times_within_a_doublet() -> None:
    again = [(time + 0.0035, 1, 60.0) for time, _, _ in LARGE[::5]]
    thrice = [(time + 0.0071, 1, 61.0) for time, _, _ in LARGE[::5]]
    assert _judged(LARGE + again + thrice) == (LARGE, [1])
    slower = [(time + 0.0085, 1, 61.0) for time, _, _ in LARGE[::5]]
    assert _judged(LARGE + again + slower)[0] == sorted(LARGE + again + slower)


def test_the_closest_doublets_stay() -> None:
    """The early band begins at 4 ms; measured peaks may be a little nearer."""
    second = [(time + 0.0037, 1, 60.0) for time, _, _ in LARGE[::2]]
    assert _judged(LARGE + second)[0] == sorted(LARGE + second)


def test_larger_ones_and_doublets_of_one_unit_and_the_unsorted_stay() -> None:
    doublets = [(time + 0.006, 1, 60.0) for time, _, _ in LARGE[::2]]
    unsorted = [(time + 0.007, 0, 50.0) for time, _, _ in LARGE[::2]]
    assert _judged(LARGE + doublets + unsorted)[0] == sorted(LARGE + doublets + unsorted)
    # Of two that always fire together the larger one stays.
    assert _judged(
        [(t, 2, 90.0) for t, _, _ in LARGE] + [(t + 0.004, 1, 99.0) for t, _, _ in LARGE]
    ) == (
        [(t + 0.004, 1, 99.0) for t, _, _ in LARGE],
        [1],
    )


def test_where_all_is_full_of_potentials_nearness_tells_nothing() -> None:
    # Four seconds of it are enough.
    busy = [(20 + 0.02 * k, 1, 100.0) for k in range(200)]
    other = [(20 + 0.1 * k + 0.004, 2, 40.0) for k in range(39)]
    assert len(_judged(busy + other)[0]) == len(busy) + len(other)


def test_on_the_skin_potentials_are_longer() -> None:
    parts = [(time + 0.011, 2, 40.0) for time, _, _ in LARGE]
    assert len(_judged(LARGE + parts, kind="needle")[0]) == 30
    assert len(_judged(LARGE + parts, kind="surface")[0]) == 15
