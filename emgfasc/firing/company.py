"""What a unit's other runs, other units and the rest gate say about a run that a rule named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgfasc.containers import Category
from emgfasc.firing.beats import missed_beats
from emgfasc.firing.patterns import Found, pace_of
from emgfasc.firing.rules import Rule
from emgfasc.rest import Pace

if TYPE_CHECKING:
    from emgfasc.containers import Rest

__all__ = [
    "Span",
    "extend",
    "in_company",
    "one_fibre",
    "overlapped",
    "voluntary_spans",
]

_FIBRES: frozenset[Category] = frozenset({"fibrillation", "positive_sharp_wave"})
_FIBRE_SHARE = 0.25  # of a unit shaped like a fibre, in trains that chance does not make
_MOST_OVERLAPPED = 3.0  # of the fibre's amplitude
_OFF_BEAT = 0.15  # of the period
# What cannot be told within other dense activity, and what among voluntary discharges.
_LOST_IN_DENSE: frozenset[Category] = _FIBRES | {"myokymia", "neuromyotonia", "unclassified"}
_NEEDS_QUIET = _LOST_IN_DENSE | {"complex_repetitive"}

Span = tuple[float, float, str, str]
Ints = NDArray[np.int64]


def one_fibre(named: list[tuple[Rule, Found]]) -> list[tuple[Rule, Found]]:
    """Name all runs of a fibrillating unit alike, also those that overlaps made irregular.

    Which of its runs are regular enough is chance; their shape is one.
    """
    counts: dict[int, dict[Category, int]] = {}
    by_name = {rule.category: rule for rule, _ in named}
    for rule, item in named:
        own = counts.setdefault(item.pattern.unit, {})
        own[rule.category] = own.get(rule.category, 0) + len(item.rows)
    most = {unit: max(own, key=lambda name: own[name]) for unit, own in counts.items() if unit > 0}
    fibres = {unit: by_name[name] for unit, name in most.items() if name in _FIBRES}
    return [(fibres.get(item.pattern.unit, rule), item) for rule, item in named]


def in_company(
    named: list[tuple[Rule, Found]],
    margin_s: float,
    rest: Rest | None,
    rules: Sequence[Rule],
) -> list[tuple[Rule, Found]]:
    """Turn what needs a quiet muscle into what goes on there: voluntary, a cramp or a machine."""
    trains = voluntary_spans(named, margin_s, np.inf)
    of_trains = next((rule for rule, _ in named if rule.category == "voluntary"), None)
    of_gate = {rule.category: rule for rule in rules if "stretch" in rule.searches}
    company = (
        (trains, of_trains, _NEEDS_QUIET),
        (_of_gate(rest, "machine"), of_gate.get("complex_repetitive"), _LOST_IN_DENSE),
        (_of_gate(rest, "fast"), of_gate.get("cramp"), _LOST_IN_DENSE),
        # its units sorted wrongly, a contraction looks like a cramp; the envelope knows better
        (_of_gate(rest, "willed"), of_gate.get("voluntary"), _NEEDS_QUIET | {"cramp"}),
    )
    out = []
    for rule, item in named:
        right = rule
        for spans, there, lost in company:
            if there is not None and rule.category in lost and _mostly_within(item, spans):
                right = there
        out.append((right, item))
    return out


def _of_gate(rest: Rest | None, pace: Pace) -> list[Span]:
    """Return the stretches that the rest gate takes for one kind of activity."""
    if rest is None:
        return []
    return [
        (row.start_s, row.stop_s, row.state, row.reason)
        for row in rest.segments.itertuples()
        if pace_of(str(row.state), str(row.reason)) == pace
    ]


def _is_gate(rule: Rule) -> bool:
    """Tell whether a rule takes over what the rest gate says of a contraction."""
    return rule.category == "voluntary" and "stretch" in rule.searches


def _mostly_within(item: Found, spans: list[Span]) -> bool:
    """Tell whether more than half of a run lies within given spans."""
    start, stop = item.pattern.start_s, item.pattern.stop_s
    shared = sum(max(0.0, min(stop, b) - max(start, a)) for a, b, _, _ in spans)
    return shared > 0.5 * (stop - start)


def extend(category: NDArray[np.object_], reason: NDArray[np.object_], rows: Ints) -> None:
    """Give a unit's remaining potentials the category of more than half, or a quarter, of it."""
    rest = rows[category[rows] == "fasciculation"]
    names, counts = np.unique(category[np.setdiff1d(rows, rest)].astype(str), return_counts=True)
    if not len(names):
        return
    most = str(names[counts.argmax()])
    if counts.max() <= len(rows) * (_FIBRE_SHARE if most in _FIBRES else 0.5):
        return
    category[rest] = most
    reason[rest] = f"unit is mostly {most.replace('_', ' ')}"


def overlapped(
    frame: pd.DataFrame, category: NDArray[np.object_], reason: NDArray[np.object_]
) -> None:
    """Give what lies where a fibre misses a beat to the fibre: it overlaps something there.

    Two fibres that fire at once look like neither, and would be small fasciculations.
    """
    unit, peak = frame["unit"].to_numpy(np.int64), frame["peak_s"].to_numpy(float)
    amplitude = frame["amplitude_uv"].to_numpy(float)
    named = np.isin(category.astype(str), list(_FIBRES)) & (unit > 0)
    fibre = np.zeros(len(frame), np.int64)
    for number in np.unique(unit[named]):
        own = np.flatnonzero((unit == number) & named)
        due, period = missed_beats(peak[own])
        limit = _MOST_OVERLAPPED * float(np.median(amplitude[own]))
        left = np.flatnonzero((category == "fasciculation") & (amplitude <= limit) & (fibre == 0))
        if len(due) and len(left):
            middles = (due[1:] + due[:-1]) / 2
            nearest = np.searchsorted(middles, peak[left])
            at_beat = np.abs(peak[left] - due[nearest]) <= _OFF_BEAT * period[nearest]
            fibre[left[at_beat]] = number
    for other in np.unique(unit[fibre > 0]):
        left = np.flatnonzero((unit == other) & (category == "fasciculation"))
        if other > 0 and 2 * (fibre[left] > 0).sum() <= len(left):
            continue  # a unit of its own, of which some discharges happen to overlap
        for row in left[fibre[left] > 0]:
            category[row] = category[np.flatnonzero(unit == fibre[row])[0]]
            reason[row] = f"at a missed beat of unit {fibre[row]}"


def voluntary_spans(
    named: list[tuple[Rule, Found]], margin_s: float, length_s: float
) -> list[Span]:
    """Return the voluntary stretches with their margins, joined where they touch."""
    trains = sorted(
        (item.pattern.start_s, item.pattern.stop_s, item.pattern.unit)
        for rule, item in named
        if rule.category == "voluntary" and not _is_gate(rule)
    )
    joined: list[tuple[float, float, set[int]]] = []
    for start, stop, unit in trains:
        low, high = max(0.0, start - margin_s), min(stop + margin_s, max(length_s, stop))
        if joined and low <= joined[-1][1]:
            first, last, names = joined[-1]
            joined[-1] = (first, max(last, high), names | {unit})
        else:
            joined.append((low, high, {unit}))
    return [(low, high, "voluntary", _what_fires(names)) for low, high, names in joined]


def _what_fires(numbers: set[int]) -> str:
    """Return the reason of a voluntary stretch; -1 stands for a burst over all units."""
    names = [f"unit {number}" for number in sorted(numbers - {0, -1})]
    names += ["unsorted potentials"] * (0 in numbers)
    train = [f"regular train of {', '.join(names)}"] if names else []
    return ", ".join(train + ["brief burst of many units"] * (-1 in numbers))
