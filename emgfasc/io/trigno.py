"""Delsys Trigno CSV: label rows, triggers, then pairs of time and value per sensor channel."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgfasc.io.arrays import held_columns
from emgfasc.io.channels import named_once
from emgfasc.io.contents import Channel, Contents, Facts
from emgfasc.io.refusal import refusing
from emgfasc.io.timeline import start_notes

__all__ = ["is_trigno", "open_trigno"]

_LABEL = re.compile(
    r"Label: (?P<name>.*?) Sampling frequency: (?P<rate>\S+) Number of points: (?P<points>\d+) "
    r"start: (?P<start>\S+) Unit: (?P<unit>.*?) Domain Unit: (?P<domain>\S*)\s*"
)


@dataclass(frozen=True)
class _Signal:
    """One label row."""

    name: str
    fs_hz: float
    points: int
    start_s: float
    unit: str


def is_trigno(path: Path) -> bool:
    """Tell whether a text file begins with a label row of a Trigno export."""
    with path.open("rb") as file:
        return file.read(7) == b"Label: " and b"Sampling frequency: " in file.readline()


def open_trigno(path: Path, label: str) -> Contents:
    """Open a Trigno export; it is read whole, every channel at its own rate.

    Parameters
    ----------
    path : Path
        The file.
    label : str
        How messages name it.

    Raises
    ------
    RecordingError
        When its rows do not fit its labels.
    """
    with refusing(label, "a Delsys Trigno table"):
        lines = _head(path)
        signals = _signals(lines)
        titles = next(i for i, line in enumerate(lines) if line.startswith(("X[", '"X[')))
        columns = next(csv.reader([lines[titles]]))
        if len(columns) != 2 * len(signals):
            raise ValueError(f"{len(columns)} columns for {len(signals)} labels")
        table = pd.read_csv(
            path, header=None, skiprows=titles + 1, encoding="latin-1", dtype=float
        ).to_numpy(float)
        values = [_column(table, place) for place in range(len(signals))]
    names, renamed = named_once([signal.name for signal in signals])
    starts_s = [signal.start_s for signal in signals]
    channels = tuple(
        Channel(name, signal.fs_hz, signal.unit)
        for name, signal in zip(names, signals, strict=True)
    )
    return Contents(
        label=label,
        channels=channels,
        open=partial(held_columns, label, values, [each.start_s * each.fs_hz for each in signals]),
        files=(path,),
        facts=Facts(kind="surface"),  # every Trigno EMG sensor is one of the skin
        notes=(*_notes(signals, values), *start_notes(channels, starts_s), *renamed),
    )


def _head(path: Path) -> list[str]:
    """Return the lines up to the row of column titles."""
    lines: list[str] = []
    with path.open(encoding="latin-1") as file:
        for line in file:
            lines.append(line.rstrip("\r\n"))
            if line.startswith(("X[", '"X[')):
                return lines
    raise ValueError("no row of column titles (X[s], ...) follows its labels")


def _signals(lines: Sequence[str]) -> list[_Signal]:
    """Read the label rows at the top."""
    rows = [_LABEL.fullmatch(line) for line in takewhile(lambda x: x.startswith("Label:"), lines)]
    if not all(rows):
        raise ValueError("a label row cannot be read")
    return [
        _Signal(
            row["name"], float(row["rate"]), int(row["points"]), float(row["start"]), row["unit"]
        )
        for row in rows
        if row
    ]


def _column(table: NDArray[np.float64], place: int) -> NDArray[np.float64]:
    """Return a channel's values up to its last one; slower channels end higher up."""
    values = table[:, 2 * place + 1]
    known = np.flatnonzero(~np.isnan(table[:, 2 * place]))
    return values[: known[-1] + 1] if len(known) else values[:0]


def _notes(signals: Sequence[_Signal], values: Sequence[NDArray[np.float64]]) -> list[str]:
    """Say what the labels promise and the rows do not hold."""
    notes = []
    short = [
        (signal.points, len(column))
        for signal, column in zip(signals, values, strict=True)
        if len(column) < signal.points
    ]
    if short:
        notes.append(
            f"{len(short)} channel(s) hold fewer samples than their labels state (the first "
            f"{short[0][1]} of {short[0][0]}): the export was cut short."
        )
    return notes
