"""What kind of discharge each potential belongs to, by the rule table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgfasc._validate import non_negative, one_of, positive
from emgfasc.containers import KINDS, Kind
from emgfasc.firing.company import (
    Span,
    extend,
    in_company,
    one_fibre,
    overlapped,
    voluntary_spans,
)
from emgfasc.firing.patterns import (
    Found,
    dense_stretches,
    gate_stretches,
    joint_bursts,
    mixed_trains,
    unit_patterns,
)
from emgfasc.firing.rules import RULES, Rule
from emgfasc.firing.shapes import average_shapes

if TYPE_CHECKING:
    from emgfasc.containers import Events, Rest, Units

__all__ = ["Kinds", "kinds"]

WITHIN = "within a voluntary train"
Ints = NDArray[np.int64]


class Kinds(NamedTuple):
    """What :func:`kinds` found.

    Attributes
    ----------
    events : Events
        All potentials, with `category` and `reason`.
    fired : DataFrame
        One row per run of discharges that a rule named: `rule`, `category`, `unit` (0 for
        unsorted potentials, -1 for a stretch over all units), `start_s`, `stop_s`, `n`,
        `rate_hz`, `cov`, `sentence`, `source`.
    spans : list of (start_s, stop_s, 'voluntary', reason)
        Stretches that are not rest, for ``Rest.excluding``.
    units : Units or None
        The units given, with `category` and `reason` of most of their potentials.
    """

    events: Events
    fired: pd.DataFrame
    spans: list[Span]
    units: Units | None


def kinds(
    events: Events,
    units: Units | None = None,
    *,
    kind: Kind,
    duration_s: float | None = None,
    margin_s: float = 0.5,
    rest: Rest | None = None,
    rules: Sequence[Rule] = RULES,
) -> Kinds:
    """Tell fasciculations from voluntary and other spontaneous discharges.

    Only potentials of category ``fasciculation`` are looked at; what detection named is left
    alone. Each unit's trains and bursts (those of units that are pieces of one together), and dense
    stretches over all units, are put to the rules in order, and the first rule that fires names
    the discharges of that run. Then

    * a unit most of whose named discharges are fibrillations or positive sharp waves is one fibre,
      and its other runs are named alike;
    * fibrillations, positive sharp waves, machine-like trains, myokymia and neuromyotonia are
      voluntary themselves in a contraction, or while other units fire voluntarily, and, but for
      machine-like trains, cramp within a cramp: there they cannot be told apart;
    * a unit with more than half of its potentials in one such category (a quarter, where it has
      the shape of a fibre) is of it altogether; those
      outside `rest` do not count, since a unit that is recruited may also fasciculate at rest;
    * what lies where a fibre misses a beat, and is no more than three times as large, is the
      fibre overlapped by another, unless it belongs to a unit of which half or more do not;
    * unsorted potentials within a voluntary stretch are voluntary.

    Isolated discharges of other units within a voluntary stretch stay fasciculations; they are
    not counted, because the stretch is not rest.

    Parameters
    ----------
    events : Events
        Potentials with `unit`; fibrillations and positive sharp waves are only recognised
        after :func:`emgfasc.measure.morphology`.
    units : Units, optional
        Units to be named as well. The shape of their averages takes the place of the medians
        over single potentials, in which noise hides a slow, low phase.
    kind : {'needle', 'surface', 'hdsemg'}
        What recorded them; surface recordings never claim fibrillations.
    duration_s : float, optional
        Length of the recording; by default the time of the last potential.
    margin_s : float, default 0.5
        Time added before and after a voluntary train.
    rest : Rest, optional
        What is known of contractions from the signal itself, see :func:`emgfasc.rest.find`.
    rules : sequence of Rule, optional
        The rule table.

    Notes
    -----
    A train must be longer than what a Poisson process of the unit's mean rate would show by
    chance (0.05 trains per unit), so a fast but irregular unit keeps its fasciculations.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from emgfasc.containers import Events
    >>> times = np.arange(20) * 0.1
    >>> frame = pd.DataFrame(dict(onset=times, duration=0.01, peak_s=times, channel="1",
    ...     n_channels=1, amplitude_uv=300.0, snr=30.0, unit=1, category="fasciculation"))
    >>> jitter = np.tile([0.0, 0.02], 10)
    >>> events, fired, spans, _ = kinds(Events(frame.assign(peak_s=times + jitter)), kind="needle")
    >>> fired["rule"].tolist(), [round(edge, 2) for edge in spans[0][:2]]
    (['regular voluntary train'], [0.0, 2.42])
    """
    one_of("kind", kind, KINDS)
    margin = non_negative("margin_s", margin_s)
    frame = events.to_frame()
    length = _length(frame, duration_s)
    open_rows = frame[frame["category"] == "fasciculation"]
    averages = average_shapes(units)
    found = joint_bursts(open_rows, length)  # first: what a piece shows is a part of it
    found += [
        item
        for unit, own in open_rows.groupby("unit")
        for item in unit_patterns(own, int(unit), length, averages.get(int(unit)))
    ]
    found += mixed_trains(open_rows, averages) + dense_stretches(open_rows)
    found += [] if rest is None else gate_stretches(open_rows, rest)
    named = _named(found, kind, rules, len(frame))
    named = in_company(one_fibre(named), margin, rest, rules)
    category = frame["category"].to_numpy(object).copy()
    reason = _reasons(frame)
    for rule, item in reversed(named):
        category[item.rows], reason[item.rows] = rule.category, rule.name
    at_rest = open_rows if rest is None else open_rows[rest.state_at(open_rows["peak_s"]) == "rest"]
    for unit, own in at_rest.groupby("unit"):
        if unit > 0:
            extend(category, reason, own.index.to_numpy(np.int64))
    overlapped(frame, category, reason)
    spans = voluntary_spans(named, margin, np.inf if duration_s is None else length)
    lost = _unsorted_within(frame, category, spans)
    category[lost], reason[lost] = "voluntary", WITHIN
    judged = events.assign(category=category, reason=reason)
    return Kinds(judged, _fired(named), spans, _judged_units(units, judged))


def _length(frame: pd.DataFrame, duration_s: float | None) -> float:
    if duration_s is not None:
        return positive("duration_s", duration_s)
    return float(frame["peak_s"].max()) if len(frame) else 0.0


def _reasons(frame: pd.DataFrame) -> NDArray[np.object_]:
    if "reason" in frame:
        return np.array(frame["reason"].tolist(), object)
    return np.full(len(frame), "", object)


def _named(
    found: list[Found], kind: Kind, rules: Sequence[Rule], n: int
) -> list[tuple[Rule, Found]]:
    """Return the runs a rule names, by rule; a potential stays with its first rule.

    A run of which an earlier rule has taken more than half is not a run of its own; a stretch of
    the rest gate stays one, whatever was found in it.
    """
    taken = np.zeros(n, bool)
    named = []
    left = found
    for rule in rules:
        rest = []
        for item in left:
            free = item.rows[~taken[item.rows]]
            own = 2 * len(free) >= len(item.rows) or item.pattern.search == "stretch"
            if len(free) and own and rule.fires(item.pattern, kind):
                named.append((rule, Found(item.pattern, free)))
                taken[free] = True
            else:
                rest.append(item)
        left = rest
    return named


def _unsorted_within(
    frame: pd.DataFrame, category: NDArray[np.object_], spans: list[Span]
) -> NDArray[np.bool_]:
    """Return which unsorted fasciculations lie within voluntary stretches."""
    times = frame["peak_s"].to_numpy(float)
    inside = np.zeros(len(times), bool)
    for start, stop, _, _ in spans:
        inside |= (times >= start) & (times <= stop)
    lone = (frame["unit"].to_numpy() == 0) & (category == "fasciculation")
    return np.asarray(inside & lone)


def _fired(named: list[tuple[Rule, Found]]) -> pd.DataFrame:
    columns = ["rule", "category", "unit", "start_s", "stop_s", "n", "rate_hz", "cov"]
    rows = [
        (
            rule.name,
            rule.category,
            item.pattern.unit,
            item.pattern.start_s,
            item.pattern.stop_s,
            len(item.rows),
            item.pattern.rate_hz,
            item.pattern.cov,
            rule.sentence,
            rule.source,
        )
        for rule, item in named
    ]
    frame = pd.DataFrame(rows, columns=[*columns, "sentence", "source"])
    return frame.sort_values(["start_s", "unit"], kind="stable", ignore_index=True)


def _judged_units(units: Units | None, events: Events) -> Units | None:
    """Return the units with the commonest category of their potentials and its reason."""
    if units is None:
        return None
    frame = units.to_frame()
    category, reason = list(frame["category"]), list(frame.get("reason", [""] * len(frame)))
    by_unit = dict(list(events.frame.groupby("unit")))
    for row, unit in enumerate(frame["unit"]):
        own = by_unit.get(unit)
        if own is None:
            continue
        category[row] = str(own["category"].mode().iloc[0])
        reasons = own.loc[own["category"] == category[row], "reason"]
        reason[row] = str(reasons.mode().iloc[0])
    judged = frame.assign(category=category, reason=reason)
    return replace(units, frame=judged)
