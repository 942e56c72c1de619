"""Score found events against true ones."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgfasc._validate import one_of, positive
from emgfasc.containers import CATEGORIES, Events, Rest
from emgfasc.errors import ParameterError
from emgfasc.evaluate.matching import match
from emgfasc.evaluate.scores import FALSE, MATCHED, MISSED, Scores

__all__ = ["events"]

_NONE = np.intp(-1)


def events(
    truth: Events | pd.DataFrame,
    found: Events | pd.DataFrame,
    *,
    tolerance_s: float = 0.005,
    category: str | None = "fasciculation",
    rest: Rest | None = None,
    rest_s: float | None = None,
) -> Scores:
    """Score found events against true ones, each paired at most once.

    Events are paired on `peak_s` with :func:`emgfasc.evaluate.match`. Only rows of `category`
    count, on both sides: a found event of that category on a truth of another is false (and
    :meth:`Scores.confusion` shows which), a true event found under another category is missed.
    An event found three times is one pair and two false events.

    Where a truth names a `twin_peak_s`, a second deflection that is as large within 10 %, either
    time counts: which of the two is the peak is up to the noise. Drop the column to score by the
    largest deflection alone.

    Parameters
    ----------
    truth, found : Events or DataFrame
        True and found events, schema ``emgfasc.containers.EVENTS``.
    tolerance_s : float
        Largest error of a pair in seconds. A fasciculation potential lasts about 10 ms, hence
        0.005; indwelling decomposition uses 0.0005 (McGill & Marateb 2011, PMC3434971).
    category : str or None
        The category that counts; ``None`` scores all as one, by time alone.
    rest : Rest or None
        Count only events within its rest, per minute of that rest. A pair counts by its true
        time.
    rest_s : float or None
        Seconds of rest, for the rates per minute, when all events lie in it.

    Returns
    -------
    Scores
        Counts, ratios, errors and one row per event.

    Raises
    ------
    ParameterError
        When a table lacks a column, a parameter is not allowed or both `rest` and `rest_s` are
        given.

    Examples
    --------
    >>> from emgfasc.containers import Events
    >>> from emgfasc.evaluate import events
    >>> scores = events(Events.empty(), Events.empty(), rest_s=60.0)
    >>> scores.f1, scores.false_per_min
    (nan, 0.0)
    """
    if category is not None:
        one_of("category", category, CATEGORIES)
    if rest is not None and rest_s is not None:
        raise ParameterError("Give 'rest' or 'rest_s', not both: 'rest' holds its own seconds.")
    true, seen = table(truth), table(found)
    rows = _outcomes(true, seen, category, tolerance_s)
    if rest is not None:
        rows = rows[rest.state_at(_own_time(rows)) == "rest"]
        seconds = rest.rest_s
    else:
        seconds = math.nan if rest_s is None else positive("rest_s", rest_s)
    return Scores(
        matches=rows.reset_index(drop=True),
        tolerance_s=float(tolerance_s),
        category=category,
        rest_s=seconds,
    )


def _own_time(rows: pd.DataFrame) -> NDArray[np.float64]:
    """Return the time a row stands for: the found one where false, else the true one."""
    time = np.where(rows["outcome"] == FALSE, rows["found_s"], rows["truth_s"])
    return np.asarray(time, dtype=np.float64)


def table(events: Events | pd.DataFrame) -> pd.DataFrame:
    """Return validated rows in order of `peak_s`."""
    return events.frame if isinstance(events, Events) else Events(events).frame


def _outcomes(
    truth: pd.DataFrame, found: pd.DataFrame, category: str | None, tolerance_s: float
) -> pd.DataFrame:
    """Return one row per pair, missed and false event."""
    everything = category is None
    true = np.flatnonzero(everything | (truth["category"] == category).to_numpy(bool))
    seen = np.flatnonzero(everything | (found["category"] == category).to_numpy(bool))
    other_true = np.setdiff1d(np.arange(len(truth)), true)
    other_seen = np.setdiff1d(np.arange(len(found)), seen)

    true_s, seen_s = truth["peak_s"].to_numpy(float), found["peak_s"].to_numpy(float)
    twin_s = truth["twin_peak_s"].to_numpy(float) if "twin_peak_s" in truth else None

    def pairs(left: NDArray[np.intp], right: NDArray[np.intp]) -> NDArray[np.intp]:
        twins = None if twin_s is None else twin_s[left]
        a, b = match(true_s[left], seen_s[right], tolerance_s=tolerance_s, twin_s=twins)
        return np.column_stack([left[a], right[b]])

    matched = pairs(true, seen)
    missed = np.setdiff1d(true, matched[:, 0])
    false = np.setdiff1d(seen, matched[:, 1])
    seen_as = dict(pairs(missed, other_seen).tolist())
    lies_on = {b: a for a, b in pairs(other_true, false).tolist()}
    rows = [
        *((MATCHED, a, b) for a, b in matched.tolist()),
        *((MISSED, a, seen_as.get(a, _NONE)) for a in missed.tolist()),
        *((FALSE, lies_on.get(b, _NONE), b) for b in false.tolist()),
    ]
    outcome, left, right = zip(*rows, strict=True) if rows else ((), (), ())
    return _frame(truth, found, list(outcome), np.array(left, np.intp), np.array(right, np.intp))


def _errors_ms(
    truth: pd.DataFrame,
    truth_s: NDArray[np.float64],
    found_s: NDArray[np.float64],
    left: NDArray[np.intp],
) -> NDArray[np.float64]:
    """Return the distance to the peak, or to its twin where that is nearer."""
    error = (found_s - truth_s) * 1e3
    if "twin_peak_s" not in truth:
        return error
    twin_s = np.append(truth["twin_peak_s"].to_numpy(float), np.nan)[left]
    twin_error = (found_s - twin_s) * 1e3
    return np.where(np.abs(twin_error) < np.abs(error), twin_error, error)


def _frame(
    truth: pd.DataFrame,
    found: pd.DataFrame,
    outcome: list[str],
    left: NDArray[np.intp],
    right: NDArray[np.intp],
) -> pd.DataFrame:
    def column(source: pd.DataFrame, name: str, rows: NDArray[np.intp], none: Any) -> Any:
        values = np.append(source[name].to_numpy(object), none)
        return values[rows]  # row -1 is the appended one

    truth_s = column(truth, "peak_s", left, math.nan).astype(np.float64)
    found_s = column(found, "peak_s", right, math.nan).astype(np.float64)
    frame = pd.DataFrame(
        {
            "outcome": pd.Series(outcome, dtype=object),
            "truth_s": truth_s,
            "found_s": found_s,
            "error_ms": _errors_ms(truth, truth_s, found_s, left),
            "truth_category": pd.Series(column(truth, "category", left, ""), dtype=object),
            "found_category": pd.Series(column(found, "category", right, ""), dtype=object),
            "truth_unit": column(truth, "unit", left, 0).astype(np.int64),
            "found_unit": column(found, "unit", right, 0).astype(np.int64),
            "truth_snr": column(truth, "snr", left, math.nan).astype(np.float64),
            "truth_row": left,
            "found_row": right,
        }
    )
    return frame.iloc[np.argsort(_own_time(frame), kind="stable")]
