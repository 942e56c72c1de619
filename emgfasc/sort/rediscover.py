"""Look again with the units now known: overlapping discharges come apart, lost ones come home."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgfasc.containers import EVENTS, Events, Recording, Rest, Units
from emgfasc.detect import FAINT
from emgfasc.sort.doubled import doubled, without
from emgfasc.sort.rules import SortRules
from emgfasc.sort.search import Search
from emgfasc.sort.sorting import NOT_SORTED, unit_rows

__all__ = ["rediscover"]


def rediscover(
    rec: Recording,
    events: Events,
    units: Units,
    *,
    rest: Rest,
    rules: SortRules | None = None,
) -> tuple[Events, Units]:
    """Explain every event by the units' average potentials.

    Two discharges that overlap, of one unit or of two, are detected as one event and look like no
    unit. Here each event becomes as many discharges as it takes; an event that no sum of known
    potentials explains stays as it was, and so does what was rejected, with its reason, unless it
    was for being smaller than noise swings and two discharges explain it that almost cancel. Shape
    columns are dropped: measure again afterwards.

    Parameters
    ----------
    rec : Recording
        Cleaned, as given to :func:`units`.
    events : Events
        With `unit`, from :func:`units`.
    units : Units
        With their templates.
    rest : Rest
        Gives the time over which rates are taken.
    rules : SortRules, optional
        Default: those for the recording's kind.

    Returns
    -------
    events : Events
        With `unit`, `confidence`, the share of the unit's average that was really there, and
        `unsorted`: where units explain a part of a potential, but not enough, it says so.
    units : Units
        The same units with their new counts, without those of which fewer potentials are left
        than a unit has.
    """
    if not len(units):
        return events, units
    rules = rules or SortRules.for_kind(rec.kind)
    search = Search.of(rec, events, units, rules=rules, rest=rest)
    gone = doubled(search, events, units)
    if gone.any():
        events, units = without(events, units, gone)
        search = Search.of(rec, events, units, rules=rules, rest=rest)
    said = ["reason"] if "reason" in events.frame else []
    plain = events.frame[[*EVENTS.names, "confidence", "unsorted", *said]]
    rows = list(plain.itertuples(index=False, name="Event"))
    pieces = [_explained(search, row) for row in rows]
    frame = pd.DataFrame([row for piece in pieces for row in piece], columns=plain.columns)
    frame["peak_s"] = _onto_detected(rows, pieces, last_s=(rec.n_samples - 1) / rec.fs_hz)
    once = _once_each(frame, apart_s=rules.apart_ms / 1e3)
    n = int((~once["category"].isin(NOT_SORTED)).sum())
    found = Events(_claimed(once, least=rules.least(n)), events.sensitivity)
    return found, units_with(units, unit_rows(found, rest))


def _explained(search: Search, row: Any) -> list[Any]:
    """Return the discharges of an event; of what was rejected, only those that hide in noise.

    Two discharges that almost cancel leave less than noise itself swings by.
    """
    if row.category not in NOT_SORTED:
        return search.explained(row)
    return search.cancelled(row) if getattr(row, "reason", "") == FAINT else [row]


def _onto_detected(
    rows: Sequence[Any], pieces: Sequence[Sequence[Any]], *, last_s: float
) -> NDArray[np.float64]:
    """Return the peaks of all pieces, each unit moved as a whole to where it was detected.

    Templates lie over one another as the units were compared, not with their peaks.
    """
    away: dict[int, list[float]] = defaultdict(list)
    for row, piece in zip(rows, pieces, strict=True):
        if len(piece) == 1 and piece[0] is not row and piece[0].unit == row.unit:
            away[row.unit].append(row.peak_s - piece[0].peak_s)
    shift = {unit: float(np.median(lags)) for unit, lags in away.items()}
    peaks = [
        part.peak_s if part is row else part.peak_s + shift.get(part.unit, 0.0)
        for row, piece in zip(rows, pieces, strict=True)
        for part in piece
    ]
    return np.clip(np.array(peaks, np.float64), 0.0, last_s)


def units_with(units: Units, rows: pd.DataFrame) -> Units:
    """Return units with a new table; a unit that lost all its potentials goes."""
    kept = units.frame["unit"].isin(rows["unit"]).to_numpy()
    return replace(
        units, frame=rows, templates_uv=units.templates_uv[kept], spread_uv=units.spread_uv[kept]
    )


def _once_each(frame: pd.DataFrame, *, apart_s: float) -> pd.DataFrame:
    """Drop a discharge that two neighbouring events both claimed.

    What is dropped hides no other: of two events that see the same doublet two discharges stay.
    """
    ordered = frame.sort_values(["unit", "peak_s"], kind="stable")
    unit, time = ordered["unit"].to_numpy(np.int64), ordered["peak_s"].to_numpy(float)
    kept, last = np.ones(len(ordered), bool), 0
    for k in range(1, len(ordered)):
        kept[k] = unit[k] == 0 or unit[k] != unit[last] or time[k] - time[last] >= apart_s
        last = k if kept[k] else last
    return ordered[kept].sort_values("peak_s", kind="stable", ignore_index=True)


def _claimed(frame: pd.DataFrame, *, least: int) -> pd.DataFrame:
    """Give up units of which too few potentials are left; most were overlaps alike by chance."""
    few = frame.groupby("unit")["unit"].transform("size") < least
    few &= frame["unit"] > 0
    given_up = {"unit": 0, "confidence": 0.0, "unsorted": "too_few_alike"}
    return frame.assign(**{name: frame[name].mask(few, to) for name, to in given_up.items()})
