"""Delsys tables without label rows: Trigno Discover's CSV, and EMGworks' export of ``.hpf``.

The layouts are those that public parsers agree on; no sample of either was at hand, so the tests
build both from them. Trigno Discover writes the application, date and length, then a row of
sensors, of modes, of columns (``EMG 1 Time Series (s)``, ``EMG 1 (mV)``), of rates, mostly one of
periods, and beside the numbers a table of markers. EMGworks writes pairs of ``X[s]`` and a signal,
without a unit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgfasc.io.arrays import held_columns
from emgfasc.io.channels import name_and_unit, named_once
from emgfasc.io.contents import Channel, Contents, Facts
from emgfasc.io.headed import head_rows, numbers_below
from emgfasc.io.refusal import refusing
from emgfasc.io.timeline import spread, start_notes, steps_of

__all__ = ["is_delsys", "open_delsys"]

_TIME = re.compile(r".*Time Series \(s\)|X ?\[s\]")
_RATE = re.compile(r"\s*([0-9.,]+)\s*Hz\s*")
_RATES_APART = 5e-3


@dataclass(frozen=True)
class _Column:
    """A column of values, the column of its times, and what the head says of it."""

    place: int
    time: int
    name: str
    unit: str
    fs_hz: float | None


def is_delsys(path: Path) -> bool:
    """Tell whether a text file begins as one of these exports does."""
    with path.open("rb") as file:
        first = file.readline(4096).decode("utf-8-sig", "replace").strip().strip('"')
    return first.startswith(("X[s]", "X [s]")) or (
        first.startswith("Application:") and "Trigno" in first
    )


def open_delsys(path: Path, label: str) -> Contents:
    """Open an export; it is read whole, every channel at its own rate.

    Parameters
    ----------
    path : Path
        The file, with commas or with semicolons and decimal commas.
    label : str
        How messages name it.

    Raises
    ------
    RecordingError
        When its columns do not fit its head, or a channel's times go back.
    """
    with refusing(label, "a Delsys table"):
        rows, sign = head_rows(path)
        title = next((i for i, row in enumerate(rows) if any(map(_TIME.fullmatch, row))), None)
        if title is None:
            raise ValueError("no row of column titles in its first rows")
        first = next((i for i, row in enumerate(rows) if i > title and _starts(row)), len(rows))
        columns = _columns(rows[:first], title)
        used = sorted({column.place for column in columns} | {column.time for column in columns})
        table = numbers_below(path, sign, first=first, columns=used)
        notes: list[str] = []
        read = [_values(table, column, notes) for column in columns]
    names, renamed = named_once([column.name for column in columns])
    channels = tuple(
        Channel(name, fs_hz, column.unit)
        for name, column, (_, fs_hz, _) in zip(names, columns, read, strict=True)
    )
    starts_s = [start_s for _, _, start_s in read]
    starts = [start_s * fs_hz for _, fs_hz, start_s in read]
    return Contents(
        label=label,
        channels=channels,
        open=partial(held_columns, label, [values for values, _, _ in read], starts),
        files=(path,),
        facts=Facts(kind="surface"),  # every Trigno EMG sensor is one of the skin
        notes=tuple(dict.fromkeys([*notes, *start_notes(channels, starts_s), *renamed])),
    )


def _starts(row: Sequence[str]) -> bool:
    """Tell whether a row begins with a number."""
    try:
        float(row[0].replace(",", "."))
    except (ValueError, IndexError):
        return False
    return True


def _columns(rows: Sequence[Sequence[str]], title: int) -> list[_Column]:
    """Return the columns of values: those behind a column of times, up to the next."""
    sensors = rows[title - 2] if title >= 2 else []
    below = [row for row in rows[title + 1 :] if any(map(_RATE.fullmatch, row))]
    rates = below[0] if below else []
    columns: list[_Column] = []
    time, sensor = -1, ""
    for place, text in enumerate(rows[title]):
        sensor = (sensors[place] if place < len(sensors) else "") or sensor
        if _TIME.fullmatch(text):
            time = place
        elif not text:
            time = -1  # the markers' table stands beside the signals
        elif time >= 0:
            name, unit = name_and_unit(text)
            told = _RATE.fullmatch(rates[place]) if place < len(rates) else None
            columns.append(
                _Column(
                    place, time, f"{sensor}: {name}" if sensor else name, unit,
                    float(told[1].replace(",", ".")) if told else None,
                )
            )  # fmt: skip
    if not columns:
        raise ValueError("no signal stands beside its columns of times")
    return columns


def _values(
    table: pd.DataFrame, column: _Column, notes: list[str]
) -> tuple[NDArray[np.float64], float, float]:
    """Return a channel's samples, rate and start by its own times; slower ones end higher up."""
    times = table[column.time].to_numpy(np.float64)
    known = np.flatnonzero(np.isfinite(times))
    stop = int(known[-1]) + 1 if len(known) else 0
    times, stored = times[:stop], table[column.place].to_numpy(np.float64)[:stop]
    if stop < 3:
        raise ValueError(f"'{column.name}' holds {stop} sample(s)")
    steps = steps_of(times)
    mean_hz = float(f"{steps.sum() / (times[-1] - times[0]):.9g}")
    fs_hz = mean_hz if column.fs_hz is None else column.fs_hz
    if not np.isclose(mean_hz, fs_hz, rtol=_RATES_APART):
        raise ValueError(f"'{column.name}' is stated at {fs_hz:g} Hz, its times say {mean_hz:g} Hz")
    whole, told = spread(stored[:, None], steps)
    notes += [f"{column.name}: {note}" for note in told]
    return whole[:, 0], fs_hz, float(times[0])
