"""From a person's corrections to a new result: all that follows from the events, computed anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from emgfasc import evaluate, evidence, measure, sort
from emgfasc.containers import Events, Rest
from emgfasc.errors import ParameterError
from emgfasc.pipeline.agreement import TOLERANCE_S, compare
from emgfasc.pipeline.analysis import Analysis
from emgfasc.pipeline.downstream import downstream
from emgfasc.pipeline.gate import DENSE, gated

__all__ = ["review"]

_MARGIN_S = 0.5  # around a voluntary potential, as around a voluntary train

# What keeps a stretch excluded.
_OF_STATE: dict[str, tuple[str, ...]] = {"voluntary": ("voluntary",), "spontaneous": DENSE}

Span = tuple[float, float, str, str]


def review(
    automatic: Analysis,
    corrected: Events,
    *,
    context: evidence.Context | None = None,
    progress: Callable[[str], None] | None = None,
) -> Analysis:
    """Recompute units, shape, firing and evidence from events that a person corrected.

    The corrected categories and units are taken as they are; nothing is detected or sorted anew.
    Rest follows them in two ways. A stretch excluded as voluntary or spontaneous, in which the
    review leaves no such potential and calls one of them a fasciculation, is rest again. Around
    each potential newly called voluntary, 0.5 s on both sides are excluded. What is defined at
    rest, as a fasciculation is, but lies outside takes the category of its stretch and is counted
    in `n_outside_rest`.

    Parameters
    ----------
    automatic : Analysis
        What :func:`emgfasc.analyze` found in the recording.
    corrected : Events
        The corrected table, as ``io.read_events`` gives it. Rows may be added or missing.
    context : Context, optional
        As for :func:`emgfasc.analyze`.
    progress : callable, optional
        Called with the name of each stage as it begins.

    Returns
    -------
    Analysis
        With `review`, the counts before and after and their agreement.

    Raises
    ------
    ParameterError
        When a corrected potential lies outside the recording or names an unknown channel, or
        none of them fits a potential of the automatic result, so that it is another recording's.

    Examples
    --------
    >>> import emgfasc as ef
    >>> rec, truth = ef.simulate.recording(kind="needle", seed=7, seconds=20)
    >>> res = ef.analyze(rec)
    >>> checked = ef.review(res, res.events)
    >>> checked.review.category_agreement_pct
    100.0
    """
    tell = progress or (lambda _stage: None)
    before = _before(automatic.events, corrected)
    _hold_same_recording(automatic, corrected, before)
    clean, rules = automatic.recording, automatic.settings
    changed = replace(corrected, sensitivity=automatic.events.sensitivity)
    rest = _rest_after(automatic.rest, automatic.events, changed, before)
    former = _former(automatic.events, "unit", before, 0).astype(np.int64)
    tell("sort")
    named, units = sort.relabelled(clean, changed, before=former, rest=rest, rules=rules.sort)
    tell("measure")
    shaped = measure.morphology(clean, named, rules=rules.measure)
    tell("firing")
    counted = gated(shaped, rest)
    lost = shaped.frame["category"].to_numpy() != counted.frame["category"].to_numpy()
    used = automatic.settings.measure
    done = downstream(clean, rest, counted, units, rules=used, context=context, tell=tell)
    rate = automatic.firing["rate_per_min"].iloc[0]
    return replace(
        automatic,
        rest=rest,
        events=counted,
        units=done.units,
        firing=done.firing,
        evidence=done.evidence,
        review=compare(
            automatic.events,
            corrected,
            n_outside_rest=int(lost.sum()),
            fp_per_min_auto=float(rate) if np.isfinite(rate) else None,
        ),
    )


def _before(automatic: Events, corrected: Events) -> NDArray[np.intp]:
    """Return for each corrected potential its row in the automatic table, -1 for a new one."""
    new, old = evaluate.match(corrected.peak_s, automatic.peak_s, tolerance_s=TOLERANCE_S)
    rows = np.full(len(corrected), -1, np.intp)
    rows[new] = old
    return rows


def _hold_same_recording(automatic: Analysis, corrected: Events, before: NDArray[np.intp]) -> None:
    """Refuse a table that belongs to another recording."""
    if len(corrected) and len(automatic.events) and not (before >= 0).any():
        raise ParameterError(
            f"Invalid value for the 'corrected' parameter: none of its {len(corrected)} "
            f"potential(s) lies within 5 ms of one found in {automatic.raw.name}; give the "
            "recording the table was made from, with the same settings."
        )


def _rest_after(rest: Rest, automatic: Events, corrected: Events, before: NDArray[np.intp]) -> Rest:
    """Return rest as the corrected categories leave it."""
    was = _former(automatic, "category", before, "")
    now, peaks = corrected.frame["category"].to_numpy(object), corrected.peak_s
    kept: list[Span] = []
    for row in rest.segments[rest.segments["state"] != "rest"].itertuples():
        inside = (peaks >= row.start_s) & (peaks < row.stop_s)
        names = _OF_STATE.get(row.state, ())
        freed = (inside & np.isin(was, names) & (now == "fasciculation")).any()
        freed = freed and not (inside & np.isin(now, names)).any()
        if not freed:
            kept.append((row.start_s, row.stop_s, row.state, row.reason))
    quiet = rest.segments.loc[rest.segments["state"] == "rest", "reason"]
    left = Rest.from_spans(
        kept,
        duration_s=rest.duration_s,
        reason=str(quiet.iloc[0]) if len(quiet) else "rest by review",
        verifiable=rest.verifiable,
    )
    willed = peaks[(now == "voluntary") & (was != "voluntary")]
    return left.excluding(
        [(t - _MARGIN_S, t + _MARGIN_S, "voluntary", "voluntary by review") for t in willed]
    )


def _former(
    automatic: Events, name: str, before: NDArray[np.intp], blank: object
) -> NDArray[np.object_]:
    """Return what each corrected potential had in the automatic table, `blank` for a new one."""
    return np.array([*automatic.frame[name], blank], object)[before]
