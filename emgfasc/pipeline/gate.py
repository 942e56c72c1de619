"""Rest as the kinds of discharge leave it; potentials outside it are no fasciculations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from emgfasc import firing
from emgfasc import rest as resting
from emgfasc.containers import Events, Recording, Rest, Units

__all__ = ["DENSE", "gated", "named"]

# What cannot be told from motor units that are recruited on purpose.
_NEEDS_REST = ("fasciculation", "fibrillation", "positive_sharp_wave")
# Spontaneous activity that the rest gate may take for a contraction.
_EXPLAINED = ("fibrillation", "positive_sharp_wave", "myokymia", "complex_repetitive")
# In these, fasciculations cannot be seen.
DENSE = ("complex_repetitive", "neuromyotonia", "cramp")
# Whose potentials tell them from a contraction; of a cramp only the envelope does.
_BY_POTENTIALS = ("complex_repetitive", "neuromyotonia")
_ACTIVE = ("voluntary", "spontaneous")

Span = tuple[float, float, str, str]


def named(
    clean: Recording,
    shaped: Events,
    units: Units,
    *,
    rest: Rest,
    rules: resting.RestRules | None,
    lost: Sequence[Span],
) -> tuple[firing.Kinds, Rest]:
    """Name the potentials, and judge rest again by their names.

    Fibrillations, positive sharp waves, myokymia and complex repetitive discharges are named
    first as if all were rest; where the gate saw a contraction, it looks again at what is left
    without them. A stretch of which complex repetitive discharges or neuromyotonia fill, with their
    margins, more than half is ``spontaneous``, by that name: it is no contraction, but
    fasciculations cannot be seen in it. Then all potentials are named, knowing the contractions
    that remain.

    Returns
    -------
    kinds : Kinds
        Potentials and units with their categories.
    rest : Rest
        Without the trains that are voluntary.
    """
    kind, length = clean.kind, clean.duration_s
    if np.isin(rest.segments["state"], _ACTIVE).any():
        quiet = firing.kinds(shaped, units, kind=kind, duration_s=length)
        margin_s = (rules or resting.RestRules()).margin_s
        dense = _dense(rest, quiet.fired, margin_s)
        explained = _explained(quiet.events, rest)
        if explained:
            rest = resting.find(clean, rules=rules, lost=lost, explained=explained)
        rest = _with_dense(rest, dense)
    judged = firing.kinds(shaped, units, kind=kind, duration_s=length, rest=rest)
    return judged, rest.excluding(judged.spans)


def _explained(events: Events, rest: Rest) -> list[tuple[float, float]]:
    """Return where named spontaneous potentials lie in what the gate calls a contraction.

    What it calls spontaneous by its envelope stays so, whatever its potentials are named.
    """
    frame = events.frame[events.frame["category"].isin(_EXPLAINED)]
    frame = frame[rest.state_at(frame["peak_s"]) == "voluntary"]
    stop = frame["onset"] + frame["duration"]
    return list(zip(frame["onset"].tolist(), stop.tolist(), strict=True))


def _dense(rest: Rest, fired: pd.DataFrame, margin_s: float) -> list[Span]:
    """Return the active stretches of which one dense spontaneous activity fills more than half.

    The gate's stretches have margins; so has the activity here, or a short run would not fill its
    own stretch.
    """
    dense = fired[fired["category"].isin(_BY_POTENTIALS)]
    spans: list[Span] = []
    for row in rest.segments[rest.segments["state"].isin(_ACTIVE)].itertuples():
        low = (dense["start_s"] - margin_s).clip(lower=row.start_s)
        shared = ((dense["stop_s"] + margin_s).clip(upper=row.stop_s) - low).clip(lower=0)
        by_name = shared.groupby(dense["category"]).sum()
        if len(by_name) and 2 * by_name.max() > row.stop_s - row.start_s:
            name = str(by_name.idxmax()).replace("_", " ")
            spans.append((row.start_s, row.stop_s, "spontaneous", name))
    return spans


def _with_dense(rest: Rest, dense: list[Span]) -> Rest:
    """Return rest with given stretches in place of contractions, but not of artifacts."""
    kept = [
        (row.start_s, row.stop_s, row.state, row.reason)
        for row in rest.segments.itertuples()
        if row.state != "rest"
    ]
    kept.sort(key=lambda span: span[2] == "artifact")
    n_active = sum(span[2] != "artifact" for span in kept)
    spans = [*kept[:n_active], *dense, *kept[n_active:]]
    return Rest.from_spans(spans, duration_s=rest.duration_s, verifiable=rest.verifiable)


def gated(events: Events, rest: Rest) -> Events:
    """Return the events with those outside rest under the name of their stretch.

    Fasciculation potentials, fibrillations and positive sharp waves are defined at rest; in a
    stretch that is ``voluntary`` or ``artifact`` they take that category, and the stretch's
    reason. In a ``spontaneous`` one, or when rest cannot be verified at all, they are
    ``unclassified``.
    """
    frame = events.to_frame()
    if frame.empty:
        return events.assign(reason=np.array([], object))
    category = np.array(frame["category"], object)
    reason = np.array(frame.get("reason", [""] * len(frame)), object)
    open_rows = np.isin(category.astype(str), _NEEDS_REST)
    if not rest.verifiable:
        category[open_rows], reason[open_rows] = "unclassified", "rest cannot be verified"
        return events.assign(category=category, reason=reason)
    state = rest.state_at(events.peak_s)
    outside = open_rows & (state != "rest")
    starts = rest.segments["start_s"].to_numpy(float)
    segment = np.searchsorted(starts, events.peak_s[outside], side="right") - 1
    category[outside] = np.where(state == "spontaneous", "unclassified", state)[outside]
    reason[outside] = rest.segments["reason"].to_numpy(object)[np.maximum(segment, 0)]
    return events.assign(category=category, reason=reason)
