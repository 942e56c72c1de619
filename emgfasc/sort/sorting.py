"""Potentials into units: which of them look like the same motor unit."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgfasc.containers import Events, Recording, Rest, Units
from emgfasc.sort.learn import learn
from emgfasc.sort.rules import SortRules
from emgfasc.sort.templates import templates_of
from emgfasc.sort.waveforms import cut_out

__all__ = ["NOT_SORTED", "unit_rows", "units"]

NOT_SORTED = ("artifact", "ecg")
_NEAR = 2  # samples by which noise moves a peak
_AVERAGED = 500  # potentials of a unit from which its average is taken, at least


def units(
    rec: Recording, events: Events, *, rest: Rest, rules: SortRules | None = None
) -> tuple[Events, Units]:
    """Sort potentials by shape, with no assumption on when they fire.

    Fasciculations are irregular, so intervals say nothing about which unit fired
    (Jahanmiri-Nezhad 2014, Comput Biol Med 55:26-35).

    Parameters
    ----------
    rec : Recording
        Cleaned.
    events : Events
        As detected; those that are no potentials (artifact, ecg) stay unsorted.
    rest : Rest
        Gives the time over which rates are taken.
    rules : SortRules, optional
        Default: those for the recording's kind.

    Returns
    -------
    events : Events
        With `unit` (0 when unsorted), `confidence` and `unsorted`, the reason why there is no
        unit, in the words of ``emgfasc.containers.UNSORTED``.
    units : Units
        Numbered from the one with most potentials on. Their number is not exact: a unit that
        fired fewer than `rules.least` times, or that looks like another one, is not counted, and
        one that changes its shape may lie in pieces.

    Examples
    --------
    >>> import emgfasc as ef
    >>> rec, truth = ef.simulate.recording(kind="needle", seed=7, seconds=20)
    >>> clean = ef.preprocess.clean(rec)
    >>> rest = ef.rest.find(clean)
    >>> events, units = ef.sort.units(clean, ef.detect.detect(clean, rest=rest), rest=rest)
    >>> len(units) > 0
    True
    """
    rules = rules or SortRules.for_kind(rec.kind)
    label = np.zeros(len(events), np.int64)
    confidence = np.zeros(len(events))
    dropped = events.frame["category"].isin(NOT_SORTED).to_numpy()
    why = np.where(dropped, "no_potential", "too_few_in_all").astype(object)
    sortable = np.flatnonzero(~dropped)
    empty = Units.empty(n_channels=rec.n_channels, fs_hz=rec.fs_hz)
    if len(sortable) < rules.least(len(sortable)):
        return events.assign(unit=label, confidence=confidence, unsorted=why), empty
    peaks = np.rint(events.peak_s[sortable] * rec.fs_hz).astype(np.int64)
    learned = learn(rec, peaks, rules)
    label[sortable], confidence[sortable] = learned.unit, learned.confidence
    why[sortable] = learned.why
    sorted_events = events.assign(unit=label, confidence=confidence, unsorted=why)
    if not learned.unit.any():
        return sorted_events, empty
    shift = _onto_detected(learned.shift, learned.unit)
    moved = shift != 0
    peak_s = events.peak_s.copy()
    peak_s[sortable[moved]] = _within(rec, peaks + shift)[moved] / rec.fs_hz
    sorted_events = sorted_events.assign(peak_s=peak_s)
    before = max(1, round(rules.before_ms * rec.fs_hz / 1e3))
    after = max(1, round(rules.after_ms * rec.fs_hz / 1e3))
    chosen = _some_of_each(learned.unit)
    laid = _within(rec, peaks + shift)
    waveforms = cut_out(rec, laid[chosen], before=before, after=after)
    found = templates_of(learned.unit[chosen], waveforms, rec)
    rows = unit_rows(sorted_events, rest)
    return sorted_events, Units(rows, found.average_uv, rec.fs_hz, before, found.spread_uv)


def _within(rec: Recording, samples: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return samples moved into the recording."""
    return np.clip(samples, 0, rec.n_samples - 1)


def _onto_detected(shift: NDArray[np.int64], unit: NDArray[np.int64]) -> NDArray[np.int64]:
    """Move each unit as a whole so that most of its potentials lie where they were detected.

    Units were laid over one another to be compared; within a unit nothing changes.
    """
    out = shift.copy()
    for number in range(1, int(unit.max()) + 1):
        mine = unit == number
        places = np.sort(shift[mine])
        near = np.searchsorted(places, places + _NEAR, "right")
        near -= np.searchsorted(places, places - _NEAR, "left")
        out[mine] -= places[int(near.argmax())]
    return out


def _some_of_each(unit: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return rows from which averages are taken: of a large unit, evenly spread ones."""
    kept = []
    for number in range(1, int(unit.max()) + 1):
        mine = np.flatnonzero(unit == number)
        kept.append(mine[:: max(1, len(mine) // _AVERAGED)])
    return np.sort(np.concatenate(kept))


def unit_rows(events: Events, rest: Rest) -> pd.DataFrame:
    """Return one row per unit, with what does not need morphology or firing."""
    frame = events.frame[events.frame["unit"] > 0]
    at_rest = rest.state_at(frame["peak_s"].to_numpy(float)) == "rest"
    rows = []
    for unit, group in frame.groupby("unit", sort=True):
        n_rest = int(at_rest[frame["unit"].to_numpy() == unit].sum())
        rows.append(
            {
                "unit": int(unit),
                "category": "fasciculation",
                "n": len(group),
                "channel": str(group["channel"].mode().iloc[0]),
                "amplitude_uv": float(group["amplitude_uv"].median()),
                "snr": float(group["snr"].median()),
                "rate_per_min": 60 * n_rest / rest.rest_s if rest.rest_s > 0 else np.nan,
                "n_rest": n_rest,
            }
        )
    return pd.DataFrame(rows)
