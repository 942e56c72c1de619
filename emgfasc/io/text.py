"""Text tables: CSV, TSV, and numbers under ``#`` headers. Read whole; nothing is assumed."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from emgfasc.errors import RecordingError
from emgfasc.io.arrays import array_names, held
from emgfasc.io.channels import name_and_unit, named_once
from emgfasc.io.contents import Channel, Contents
from emgfasc.io.delsys import is_delsys, open_delsys
from emgfasc.io.noraxon import is_noraxon, open_noraxon
from emgfasc.io.refusal import refusing
from emgfasc.io.timeline import spread, steps_of
from emgfasc.io.trigno import is_trigno, open_trigno

__all__ = ["open_text"]

_RATE = re.compile(r"sampl\w*[ _-]*(?:rate|freq\w*)[^0-9]*(\d+(?:\.\d+)?(?:e[-+]?\d+)?)", re.I)
_LABELS = re.compile(r"(?:labels?|channels?|columns?)\s*[:=]+\s*(.+)", re.IGNORECASE)
_TIME = re.compile(r"(time|times|t|seconds|sec|index|sample|samples)([ _].*)?", re.IGNORECASE)
# A column of seconds or of running numbers: rows that it leaves out were lost.
_CLOCK = re.compile(r"time|times|t|seconds|sec", re.IGNORECASE)
_COUNTER = re.compile(
    r"(sample|packet|row)?[ _-]?(counter|number|no|index)|samples?", re.IGNORECASE
)
_SECONDS = {"": 1.0, "s": 1.0, "sec": 1.0, "seconds": 1.0, "ms": 1e-3}
_RATES_APART = 5e-3
_EMPTY = re.compile(r"could not convert string '' to float64 (at row \d+, column \d+)")  # NumPy's


@dataclass(frozen=True)
class _Table:
    """Rows of numbers, the names over them, and the sampling rate if a comment states it."""

    values: NDArray[np.float64]
    names: list[str]
    fs_hz: float | None


def open_text(path: Path, label: str, fs_hz: float | None) -> Contents:
    """Open a text table with one column per channel.

    Parameters
    ----------
    path : Path
        The file: optional ``#`` lines, an optional row of names (``name (uV)`` states a unit), an
        optional row of units under it, then numbers; ``nan`` marks a gap. Exports of Delsys
        and of Noraxon's myoRESEARCH are handed to their own readers.
    label : str
        How messages name it.
    fs_hz : float or None
        Sampling rate given by the caller, used when no ``#`` line states it.

    Raises
    ------
    RecordingError
        When it is not such a table, or the rate is not known.
    """
    if is_trigno(path):
        return open_trigno(path, label)
    if is_noraxon(path):
        return open_noraxon(path, label)
    if is_delsys(path):
        return open_delsys(path, label)
    with refusing(label, "a table of numbers"):
        table = _parse(path)
        values, rate, notes = _timed(table, fs_hz)
    if rate is None:
        raise RecordingError(f"{label}: states no sampling rate; give it with fs= (in Hz).")
    split = [name_and_unit(name) for name in table.names]
    names, renamed = named_once([name for name, _ in split])
    return Contents(
        label=label,
        channels=tuple(
            Channel(name, rate, unit, kind)
            for name, (_, unit), kind in zip(names, split, _types(names, values), strict=True)
        ),
        open=partial(held, values.T, label),
        files=(path,),
        notes=(*notes, *renamed),
    )


def _timed(
    table: _Table, fs_hz: float | None
) -> tuple[NDArray[np.float64], float | None, list[str]]:
    """Return the rows with gaps where some are missing, and the rate, by their own times.

    A column of seconds gives the rate where none is stated; one of running numbers does not.
    """
    rate = fs_hz if table.fs_hz is None else table.fs_hz
    found = [(place, name_and_unit(name)) for place, name in enumerate(table.names)]
    clocks = [(place, unit) for place, (name, unit) in found if _CLOCK.fullmatch(name)]
    counters = [place for place, (name, _) in found if _COUNTER.fullmatch(name)]
    if len(table.values) < 3 or table.values.shape[1] < 2:
        return table.values, rate, []
    if clocks and clocks[0][1].lower() in _SECONDS:
        place, unit = clocks[0]
        times = table.values[:, place] * _SECONDS[unit.lower()]
        if not unit and not (np.diff(times) > 0).all():
            return (
                table.values,
                rate,
                [f"Its column '{table.names[place]}' does not rise: no time."],
            )
        steps = steps_of(times)
        told = float(f"{steps.sum() / (times[-1] - times[0]):.9g}")
        whole, notes = spread(table.values, steps)
        if rate is None or np.isclose(rate, told, rtol=_RATES_APART):
            return whole, told if rate is None else rate, notes
        if unit:
            raise ValueError(
                f"its column '{table.names[place]}' has {told:.6g} rows a second, but {rate:g} Hz "
                "is stated; correct one of them"
            )
        notes.append(f"Its column '{table.names[place]}' is not in seconds at {rate:g} Hz.")
        return whole, rate, notes
    if counters and (np.diff(table.values[:, counters[0]]) > 0).all():
        steps = steps_of(table.values[:, counters[0]])
        whole, notes = spread(table.values, steps)
        return whole, rate, notes
    return table.values, rate, []


def _parse(path: Path) -> _Table:
    """Cut the text into comments, names and numbers."""
    stored = path.read_bytes()
    try:
        text = stored.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = stored.decode("latin-1")
    lines = [line.strip("\r\n") for line in text.split("\n") if line.strip()]
    comments = "\n".join(line for line in lines if line.lstrip().startswith("#"))
    body = [line for line in lines if not line.lstrip().startswith("#")]
    separator = _separator(path, body)
    names: list[str] = []
    if body and not any(_is_number(field) for field in _fields(body[0], separator)):
        names = _fields(body.pop(0), separator)
        if body and not any(_is_number(field) for field in _fields(body[0], separator)):
            names = _with_units(names, _fields(body.pop(0), separator))
    if separator == ";" and body and "," in body[0]:
        body = [line.replace(",", ".") for line in body]
    values = _numbers(body, separator) if body else np.empty((0, max(len(names), 1)))
    if names and len(names) != values.shape[1]:
        raise ValueError(f"{len(names)} names over {values.shape[1]} columns")
    rate = _RATE.search(comments)
    return _Table(
        values=values,
        names=names or _commented(comments, values.shape[1]),
        fs_hz=float(rate[1]) if rate else None,
    )


def _numbers(body: Sequence[str], separator: str | None) -> NDArray[np.float64]:
    """Return the rows; an empty cell is refused, for it may as well be a slipped column."""
    try:
        return np.loadtxt(body, np.float64, comments=None, delimiter=separator, ndmin=2)
    except ValueError as error:
        found = _EMPTY.match(str(error))
        if found is None:
            raise
        raise ValueError(f"an empty cell {found[1]}: write nan where there is a gap") from error


def _separator(path: Path, body: Sequence[str]) -> str | None:
    """Return what separates the columns; ``None`` is white space."""
    first = body[0] if body else ""
    signs, otherwise = {".csv": (";,\t", ","), ".tsv": ("\t", "\t")}.get(
        path.suffix.lower(), ("\t;,", None)
    )
    return next((sign for sign in signs if sign in first), otherwise)


def _fields(line: str, separator: str | None) -> list[str]:
    """Cut one row."""
    if separator is None:
        return line.split()
    return [field.strip() for field in next(csv.reader([line], delimiter=separator))]


def _with_units(names: Sequence[str], units: Sequence[str]) -> list[str]:
    """Join a row of names and the row of units under it: ``biceps`` and ``[mV]``."""
    if len(units) != len(names):
        raise ValueError(f"{len(units)} units under {len(names)} names")
    bare = [unit.strip("()[] ") for unit in units]
    return [f"{name} ({unit})" if unit else name for name, unit in zip(names, bare, strict=True)]


def _is_number(field: str) -> bool:
    """Tell whether a cell is a number, in either notation of the decimal sign."""
    try:
        float(field.replace(",", "."))
    except ValueError:
        return False
    return True


def _commented(comments: str, n_columns: int) -> list[str]:
    """Return names out of a ``# Labels:= EMG`` line, or numbered ones."""
    if match := _LABELS.search(comments):
        names = [name.strip() for name in re.split(r"[,;\t]", match[1])]
        if len(names) == n_columns:
            return names
    return array_names(n_columns)


def _types(names: Sequence[str], values: NDArray[np.float64]) -> list[Literal["other", "unknown"]]:
    """Mark the time axis, by its name or by never falling from row to row."""
    types: list[Literal["other", "unknown"]] = [
        "other" if _TIME.fullmatch(name) else "unknown" for name in names
    ]
    first = values[:, 0]
    if len(names) > 1 and len(first) > 2 and first[-1] > first[0] and (np.diff(first) >= 0).all():
        types[0] = "other"
    return types
