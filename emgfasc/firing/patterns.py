"""The runs of discharges that the rule table is asked about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammainc

from emgfasc.firing.interleaved import interleaved
from emgfasc.firing.pieces import pieces
from emgfasc.firing.rules import SHORT_MS, Pattern, Search
from emgfasc.firing.trains import Train, trains
from emgfasc.rest import MACHINE, Pace

if TYPE_CHECKING:
    from emgfasc.containers import Rest

__all__ = [
    "Found",
    "dense_stretches",
    "gate_stretches",
    "joint_bursts",
    "mixed_trains",
    "pace_of",
    "unit_patterns",
]

FAST_S, SLOW_S = 0.25, 2.0  # mean intervals at most, for the searches `train` and `slow`
BURST_GAP_S = 0.2  # 5 Hz: a longer interval parts bursts
BURST_SIZE = (3, 10)
_DENSE_GAP_S, _DENSE_S = 0.1, 0.3

# How many trains of at least m intervals `trains` finds per interval of a Poisson process when
# the rate does not matter: 0.0216 for m = 4, halving with each interval more (simulated,
# 500,000 intervals; tests/firing/test_patterns.py repeats it).
_BY_CHANCE, _HALVING = 0.0216, 0.5
_FALSE_TRAINS = 0.05  # accepted by chance per unit,
_FALSE_SHARE = 0.1  # or as a share of the further trains found
_LONGEST = 40

# Chains are followed within an eighth of a period: chance leaves a CoV of 0.07 in them.
_MIXED_COV = 0.055

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Found:
    """A pattern and the rows of the event table it covers."""

    pattern: Pattern
    rows: Ints


def unit_patterns(
    frame: pd.DataFrame,
    unit: int,
    duration_s: float,
    average: Mapping[str, float | bool] | None = None,
) -> list[Found]:
    """Return the trains, slow trains and bursts of one unit.

    Parameters
    ----------
    frame : DataFrame
        The unit's rows of the event table, in order of time.
    unit : int
        Its number, 0 for all unsorted potentials together.
    duration_s : float
        Time over which it could have fired.
    average : mapping, optional
        Shape of the unit's average; takes the place of the medians over its potentials.
    """
    known: dict[str, Any] = dict(average or {})
    times = frame["peak_s"].to_numpy(float)
    rows = frame.index.to_numpy(np.int64)
    fast = _not_by_chance(trains(times, max_interval_s=FAST_S), len(times), duration_s, FAST_S)
    slow = _not_by_chance(trains(times, max_interval_s=SLOW_S), len(times), duration_s, SLOW_S)
    found = []
    groups: tuple[tuple[Search, list[Train]], ...] = (("train", fast), ("slow", slow))
    for search, group in groups:
        for train in group:
            pattern = Pattern(
                search=search,
                unit=unit,
                start_s=train.start_s,
                stop_s=train.stop_s,
                n=len(train.members),
                rate_hz=train.rate_hz,
                start_rate_hz=train.start_rate_hz,
                cov=train.cov,
                **(_shape(frame.iloc[train.members]) | known),
            )
            found.append(Found(pattern, rows[train.members]))
    return found + _bursts(frame, unit)


def mixed_trains(
    frame: pd.DataFrame, averages: Mapping[int, Mapping[str, float | bool]]
) -> list[Found]:
    """Return the units that hold a part of regular trains of short potentials.

    Single fibres look so alike that two of them may be sorted as one unit, or one as two. Regular
    trains are therefore sought among all such units together; a unit of which more than half takes
    part is returned.

    Parameters
    ----------
    frame : DataFrame
        Rows of the event table, in order of time.
    averages : mapping
        Shapes of the units' averages.
    """
    shapes: dict[int, dict[str, Any]] = {}
    for number, own in frame[frame["unit"] > 0].groupby("unit"):
        shape = _shape(own) | dict(averages.get(int(number), {}))
        if shape["duration_ms"] < SHORT_MS and shape["initial_positive"]:
            shapes[int(number)] = shape
    short = frame[frame["unit"].isin(list(shapes))]
    members, period, cov = interleaved(short["peak_s"].to_numpy(float))
    if not cov < _MIXED_COV:
        return []
    taking_part = np.zeros(len(short), bool)
    taking_part[members] = True
    found = []
    for number, shape in shapes.items():
        own = (short["unit"] == number).to_numpy()
        part = short[own & taking_part]
        if 2 * len(part) > own.sum():
            pattern = Pattern(
                search="mixed",
                unit=number,
                start_s=float(part["peak_s"].iloc[0]),
                stop_s=float(part["peak_s"].iloc[-1]),
                n=len(part),
                rate_hz=1.0 / period,
                cov=cov,
                **shape,
            )
            found.append(Found(pattern, part.index.to_numpy(np.int64)))
    return found


def _not_by_chance(
    group: tuple[Train, ...], n: int, duration_s: float, longest_s: float
) -> list[Train]:
    """Drop the trains that a Poisson process of the same rate would show as well."""
    if not group:
        return []
    lengths = np.array([train.n_intervals for train in group])
    m = np.arange(4, _LONGEST)
    fast_enough = gammainc(m, m * longest_s * n / max(duration_s, 1e-9))
    expected = n * _BY_CHANCE * _HALVING ** (m - 4) * fast_enough
    seen = (lengths[:, None] >= m).sum(axis=0)
    accepted = expected <= np.maximum(_FALSE_TRAINS, _FALSE_SHARE * (seen - 1))
    least = m[accepted.argmax()] if accepted.any() else _LONGEST
    return [train for train in group if train.n_intervals >= least]


def _bursts(frame: pd.DataFrame, unit: int) -> list[Found]:
    """Return one pattern for the bursts of a unit, when half of it is in bursts."""
    times = frame["peak_s"].to_numpy(float)
    if unit == 0 or len(times) < BURST_SIZE[0]:
        return []
    interval = np.diff(times)
    # in bursts of three and more, the median interval lies within a burst
    gap = interval > min(BURST_GAP_S, 3 * float(np.median(interval)))
    number = np.append(0, np.cumsum(gap))
    size = np.bincount(number)
    is_burst = (size >= BURST_SIZE[0]) & (size <= BURST_SIZE[1])
    run = (size > BURST_SIZE[1]) & (size <= 2 * BURST_SIZE[1])  # two bursts without a pause
    members = np.flatnonzero((is_burst | run)[number])
    start = times[np.append(0, np.flatnonzero(gap) + 1)][is_burst]
    # from one burst to the next, where no longer run hides another
    period = np.diff(start)[np.diff(np.cumsum(size > BURST_SIZE[1])[is_burst]) == 0]
    if len(period) < 2 or 2 * int(is_burst[number].sum()) < len(times):
        return []
    within = interval[~gap & is_burst[number[1:]]]
    middle = float(np.median(within))
    if middle <= 0 or float(np.median(interval[gap])) < 4 * middle or not _apart(period):
        return []
    pattern = Pattern(
        search="bursts",
        unit=unit,
        start_s=float(times[members[0]]),
        stop_s=float(times[members[-1]]),
        n=len(members),
        rate_hz=1.0 / middle,
        cov=float(period.std(ddof=1) / period.mean()),
        n_bursts=int(is_burst.sum()),
        **_shape(frame.iloc[members]),
    )
    return [Found(pattern, frame.index.to_numpy(np.int64)[members])]


def joint_bursts(frame: pd.DataFrame, duration_s: float) -> list[Found]:
    """Return the bursts of units that are pieces of one, under the number of the largest."""
    return [
        item
        for units in pieces(frame, duration_s)
        for item in _bursts(frame[frame["unit"].isin(units)], units[0])
    ]


def _apart(period: Floats) -> bool:
    """Tell whether bursts recur every 0.1 to 10 s."""
    return bool(0.1 <= float(np.median(period)) <= 10.0)


def dense_stretches(frame: pd.DataFrame) -> list[Found]:
    """Return the stretches of 0.3 s or more without a pause of 0.1 s, over all units."""
    times = frame["peak_s"].to_numpy(float)
    if len(times) < 2:
        return []
    number = np.append(0, np.cumsum(np.diff(times) > _DENSE_GAP_S))
    found = []
    for rows in np.split(np.arange(len(times)), np.flatnonzero(np.diff(number)) + 1):
        start, stop = float(times[rows[0]]), float(times[rows[-1]])
        if stop - start < _DENSE_S:
            continue
        part = frame.iloc[rows]
        own = part.loc[part["unit"] > 0].groupby("unit")["peak_s"]
        middles = [float(np.median(np.diff(t))) for _, t in own if len(t) >= 3]
        early = int((times[rows] < (start + stop) / 2).sum())
        pattern = Pattern(
            search="dense",
            unit=-1,
            start_s=start,
            stop_s=stop,
            n=len(rows),
            rate_hz=(len(rows) - 1) / (stop - start),
            cov=_spread(np.diff(times[rows])),
            n_units=len(middles),
            unit_rate_hz=1.0 / max(float(np.median(middles)), 1e-9) if middles else np.nan,
            rise=(len(rows) - early) / max(early, 1),
            step=_step(part["amplitude_uv"].to_numpy(float)),
            **_shape(part),
        )
        found.append(Found(pattern, part.index.to_numpy(np.int64)))
    return found


def gate_stretches(frame: pd.DataFrame, rest: Rest) -> list[Found]:
    """Return what lies in each stretch that the rest gate itself could name, over all units."""
    found = []
    for row in rest.segments.itertuples():
        pace = pace_of(str(row.state), str(row.reason))
        part = frame[frame["peak_s"].between(row.start_s, row.stop_s, inclusive="left")]
        if pace is not None and len(part):
            length = row.stop_s - row.start_s
            pattern = Pattern(
                search="stretch",
                unit=-1,
                start_s=row.start_s,
                stop_s=row.stop_s,
                n=len(part),
                rate_hz=len(part) / length,
                cov=_spread(np.diff(part["peak_s"].to_numpy(float))),
                pace=pace,
                **_shape(part),
            )
            found.append(Found(pattern, part.index.to_numpy(np.int64)))
    return found


def pace_of(state: str, reason: str) -> Pace | None:
    """Return what a stretch was taken for; nothing when it was named by its potentials."""
    if state == "voluntary":
        return "willed"
    if state == "spontaneous" and reason.startswith("cramp"):
        return "fast"
    return "machine" if reason == MACHINE else None


def _step(amplitude_uv: Floats) -> float:
    """Return the median share by which the smaller of two successive potentials is smaller."""
    larger = np.maximum(amplitude_uv[1:], amplitude_uv[:-1])
    known = larger > 0
    smaller = np.abs(np.diff(amplitude_uv))[known] / larger[known]
    return float(np.median(smaller)) if len(smaller) else float("nan")


def _spread(interval: Floats) -> float:
    known = len(interval) > 0 and interval.mean() > 0
    return float(interval.std() / interval.mean()) if known else float("nan")


def _shape(part: pd.DataFrame) -> dict[str, Any]:
    """Return the medians of the potentials' shape; ``nan`` for what was not measured."""

    def middle(name: str) -> float:
        if name not in part.columns:
            return float("nan")
        values = part[name].to_numpy(float)
        values = values[np.isfinite(values)]
        return float(np.median(values)) if len(values) else float("nan")

    amplitude = part["amplitude_uv"].to_numpy(float)
    third = max(len(amplitude) // 3, 1)
    early, late = float(np.median(amplitude[:third])), float(np.median(amplitude[-third:]))
    typical = middle("amplitude_uv")
    # no negative phase at all is a negative peak of 0
    depth = np.nan_to_num(middle("negative_peak_uv"), nan=0.0)
    return {
        "decrement": late / early if early > 0 else float("nan"),
        "amplitude_uv": typical,
        "duration_ms": middle("duration_ms"),
        "phases": middle("phases"),
        "negative_share": depth / typical if typical > 0 else float("nan"),
        "initial_positive": middle("first_phase") > 0,
    }
