"""The page over many recordings: one row each, links to the reports, failures with reasons."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from urllib.parse import quote

import numpy as np
import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from numpy.typing import NDArray

from emgfasc._validate import has_columns
from emgfasc.report.words import NOTHING, number

__all__ = ["render_index"]

_NEEDED = ("recording", "status", "reason", "fp_per_min", "fp_per_min_lo95", "fp_per_min_hi95")
_COLUMNS = (
    ("recording", "Recording", False),
    ("muscle", "Muscle", False),
    ("side", "Side", False),
    ("kind", "Kind", False),
    ("rest_status", "At rest", False),
    ("rest_s", "Rest (s)", True),
    ("n_fp", "FP", True),
    ("fp_per_min", "FP per min", True),
    ("n_units", "Units", True),
    ("amp_median_uv", "Amplitude, median (µV)", True),
    ("detection_limit_uv", "Detection limit (µV)", True),
    ("pattern", "Pattern", False),
    ("flags", "Flags", False),
)
_STATES = {"not_at_rest": "not at rest", "not_verifiable": "not verifiable"}
_WIDE = 120.0  # of the picture of a rate, in pixels
_PARTS, _HIGH = 40, 22.0  # of the picture of a course: bars, and pixels


@dataclass(frozen=True)
class _Cell:
    """What a cell shows, and what it is sorted by."""

    text: str
    key: str


@dataclass(frozen=True)
class _Row:
    """One recording: its cells, where its report is, its rate with limits and its course."""

    cells: tuple[_Cell, ...]
    link: str
    low: float
    middle: float
    high: float
    told: str
    course: str
    course_told: str


def render_index(
    recordings: pd.DataFrame,
    *,
    title: str = "Batch",
    peaks_s: Mapping[str, NDArray[np.float64]] | None = None,
) -> str:
    """Return a page over many recordings; one file, nothing loaded from elsewhere.

    Parameters
    ----------
    recordings : DataFrame
        The table of a batch: ``recording, status, reason, fp_per_min, fp_per_min_lo95,
        fp_per_min_hi95`` and any other column of the batch row. `report`, where there, is the
        report's path from the page's folder.
    title : str
        Heading.
    peaks_s : mapping of str to array of float, optional
        Times of the fasciculation potentials of a row, by what its column `events` holds. Their
        course is drawn in forty equal parts of the recording.

    Returns
    -------
    str
        HTML 5. The columns sort by their heading; rates are drawn on one scale with their 95 %
        limits, and a rate is missing where there was no rest. Failed recordings come first.

    Raises
    ------
    ParameterError
        When a column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> from emgfasc.report import render_index
    >>> row = {"recording": "a", "status": "failed", "reason": "is empty", "fp_per_min": None,
    ...        "fp_per_min_lo95": None, "fp_per_min_hi95": None}
    >>> "is empty" in render_index(pd.DataFrame([row]))
    True
    """
    has_columns("recordings", recordings.columns, _NEEDED)
    failed = recordings[recordings["status"] == "failed"]
    done = recordings[recordings["status"] != "failed"]
    shown = [column for column in _COLUMNS if column[0] in recordings.columns]
    rates = pd.to_numeric(done["fp_per_min_hi95"], errors="coerce").astype(float)
    top = float(rates.max()) if rates.notna().any() else 1.0
    environment = Environment(
        loader=PackageLoader("emgfasc.report"), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("index.html.j2").render(
        title=title,
        columns=shown,
        rows=[_row(done.iloc[place], shown, top, peaks_s or {}) for place in range(len(done))],
        failed=[(str(row["recording"]), str(row["reason"])) for _, row in failed.iterrows()],
        top=number(top),
        wide=_WIDE,
        high=_HIGH,
        parts=_PARTS,
    )


def _row(
    row: pd.Series,
    columns: list[tuple[str, str, bool]],
    top: float,
    peaks_s: Mapping[str, NDArray[np.float64]],
) -> _Row:
    """Put one recording into words and pixels."""
    low, middle, high = (
        _value(row[name]) for name in ("fp_per_min_lo95", "fp_per_min", "fp_per_min_hi95")
    )
    known = math.isfinite(middle)
    told = (
        f"{number(middle)} per minute, 95 % limits {number(low)} to {number(high)}"
        if known
        else "no rate"
    )
    report = row.get("report")
    place = [x / top * _WIDE if known else math.nan for x in (low, middle, high)]
    course, course_told = _course(row, peaks_s)
    return _Row(
        tuple(_cell(row[name], numeric=numeric) for name, _, numeric in columns),
        quote(report) if isinstance(report, str) else "",
        low=place[0],
        middle=place[1],
        high=place[2],
        told=told,
        course=course,
        course_told=course_told,
    )


def _course(row: pd.Series, peaks_s: Mapping[str, NDArray[np.float64]]) -> tuple[str, str]:
    """Return the outline of the counts over the recording, and the same in words."""
    peaks, length_s = peaks_s.get(str(row.get("events"))), _value(row.get("duration_s"))
    if peaks is None or not length_s > 0:
        return "", "not known"
    counts = np.histogram(peaks, bins=_PARTS, range=(0.0, length_s))[0]
    if not counts.any():
        return "", "none"
    step, most = _WIDE / _PARTS, int(counts.max())
    bars = [
        f"M{k * step:g} {_HIGH:g}v{-n / most * _HIGH:.1f}h{step:g}V{_HIGH:g}z"
        for k, n in enumerate(counts)
        if n
    ]
    return "".join(bars), f"at most {most} in {number(length_s / _PARTS)} s"


def _cell(value: object, *, numeric: bool) -> _Cell:
    """Write a cell; what is missing sorts below everything."""
    if numeric:
        known = _value(value)
        return _Cell(number(known), repr(known) if math.isfinite(known) else "-1")
    text = "" if value is None or value is pd.NA or value != value else str(value)  # noqa: PLR0124
    text = _STATES.get(text, text)
    return _Cell(text or NOTHING, text)


def _value(value: object) -> float:
    """Return a number, ``nan`` where there is none."""
    return float(value) if isinstance(value, Real) else math.nan
