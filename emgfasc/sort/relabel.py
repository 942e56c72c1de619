"""Units as a person named them: averages and peaks from labels that are given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from emgfasc.containers import Events, Recording, Rest, Units
from emgfasc.sort.rules import SortRules
from emgfasc.sort.sorting import unit_rows
from emgfasc.sort.templates import merge_shifted, templates_of
from emgfasc.sort.unsorted import by_hand
from emgfasc.sort.waveforms import cut_out

__all__ = ["relabelled"]

_ALIKE = 0.5  # a person joined them: half of their energy in common is enough to shift by

Ints = NDArray[np.int64]


def relabelled(
    rec: Recording,
    events: Events,
    *,
    before: ArrayLike,
    rest: Rest,
    rules: SortRules | None = None,
) -> tuple[Events, Units]:
    """Make the units that the events name, without sorting anything anew.

    Where potentials of several former units are one unit now, the smaller groups are shifted to
    lie over the largest where that makes them alike, so that the average is of one shape.

    Parameters
    ----------
    rec : Recording
        Cleaned.
    events : Events
        With the `unit` they shall have; 0 is no unit. Numbers may have gaps and are kept.
    before : array of int, shape (n,)
        The unit each potential had before; 0 for none.
    rest : Rest
        Gives the time over which rates are taken.
    rules : SortRules, optional
        Default: those for the recording's kind.

    Returns
    -------
    events : Events
        With `peak_s` of joined groups shifted, and `unsorted` as the correction leaves it.
    units : Units
        One row per number named, in order; its category is that of most of its potentials.

    Examples
    --------
    >>> import numpy as np, emgfasc as ef
    >>> rec = ef.read(np.zeros((1, 4096), np.float32), fs=2048, kind="surface")
    >>> events, units = ef.sort.relabelled(
    ...     rec, ef.Events.empty(), before=[], rest=ef.Rest.all_rest(2.0))
    >>> len(units)
    0
    """
    rules = rules or SortRules.for_kind(rec.kind)
    unit = events.frame["unit"].to_numpy(np.int64)
    before = np.asarray(before, np.int64)
    said = np.array(events.frame.get("unsorted", [""] * len(events)), object)
    events = events.assign(unsorted=by_hand(unit, before, said))
    rows = np.flatnonzero(unit > 0)
    if not rows.size:
        return events, Units.empty(n_channels=rec.n_channels, fs_hz=rec.fs_hz)
    left = max(1, round(rules.before_ms * rec.fs_hz / 1e3))
    right = max(1, round(rules.after_ms * rec.fs_hz / 1e3))
    peaks = np.rint(events.peak_s[rows] * rec.fs_hz).astype(np.int64)
    waveforms = cut_out(rec, peaks, before=left, after=right)
    shift = _shifts(unit[rows], before[rows], waveforms, rec.fs_hz, rules)
    moved = shift != 0
    if moved.any():
        peaks = np.clip(peaks + shift, 0, rec.n_samples - 1)
        peak_s = events.peak_s.copy()
        peak_s[rows[moved]] = peaks[moved] / rec.fs_hz
        events = events.assign(peak_s=peak_s)
        waveforms = cut_out(rec, peaks, before=left, after=right)
    label = np.unique(unit[rows], return_inverse=True)[1]
    found = templates_of(label.astype(np.int64) + 1, waveforms, rec)
    rows = _named(unit_rows(events, rest), events)
    return events, Units(rows, found.average_uv, rec.fs_hz, left, found.spread_uv)


def _named(frame: pd.DataFrame, events: Events) -> pd.DataFrame:
    """Give each unit the category of most of its potentials, and those ones' reason."""
    by_unit = events.frame.groupby("unit")
    categories, reasons = [], []
    for number in frame["unit"]:
        own = by_unit.get_group(number)
        categories.append(str(own["category"].mode().iloc[0]))
        why = own.get("reason", own["category"].map(lambda _: ""))[
            own["category"] == categories[-1]
        ]
        reasons.append(str(why.mode().iloc[0]))
    return frame.assign(category=categories, reason=reasons)


def _shifts(
    unit: Ints,
    former: Ints,
    waveforms: NDArray[np.float32],
    fs_hz: float,
    rules: SortRules,
) -> Ints:
    """Return by how many samples each potential must move to lie over the others of its unit."""
    shift = np.zeros(len(unit), np.int64)
    joining = replace(rules, alike=_ALIKE)
    for number in np.unique(unit):
        mine = np.flatnonzero(unit == number)
        groups = np.unique(former[mine], return_inverse=True)[1].astype(np.int64) + 1
        if groups.max() > 1:
            shift[mine] = merge_shifted(groups, waveforms[mine], fs_hz, joining)[1]
    return shift
