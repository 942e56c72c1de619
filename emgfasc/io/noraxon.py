"""Exports of Noraxon's myoRESEARCH: CSV with an info header, and MATLAB structs.

The layouts are those of exports and scripts that users have made public (CSV of version 4.2: a row
of keys, a row of values, an empty row, column names with units; MATLAB: a struct ``record_...``
with ``info`` and ``movements.sources.signals.signal_N``, each with ``name``, ``data``, ``units``
and ``frequency``). The tests build both from these layouts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emgfasc.io.arrays import held_columns, out_of_cells
from emgfasc.io.channels import name_and_unit, named_once
from emgfasc.io.contents import Channel, Contents, Facts
from emgfasc.io.headed import head_rows, numbers_below
from emgfasc.io.refusal import refusing
from emgfasc.io.timeline import spread, steps_of

__all__ = ["is_noraxon", "noraxon_contents", "noraxon_signals", "open_noraxon"]

_KEYS = ("type", "begin_time", "frequency", "count")
_TEXTS = ("activity", "marker")  # columns of words


@dataclass(frozen=True, eq=False)
class Signal:
    """One signal of an export."""

    name: str
    stored: NDArray[np.float64]
    unit: str
    fs_hz: float


def is_noraxon(path: Path) -> bool:
    """Tell whether a text file begins with the info rows of an export."""
    with path.open("rb") as file:
        head = file.readline(4096).decode("utf-8-sig", "replace").lower()
    keys = [field.strip().strip('"') for field in head.replace(";", ",").split(",")]
    return set(_KEYS) <= set(keys)


def open_noraxon(path: Path, label: str) -> Contents:
    """Open a CSV export; it is read whole.

    Parameters
    ----------
    path : Path
        The file, with commas or with semicolons and decimal commas.
    label : str
        How messages name it.

    Raises
    ------
    RecordingError
        When its rows do not fit its header, or its time column goes back.
    """
    with refusing(label, "a Noraxon table"):
        rows, sign = head_rows(path, telling=1)
        info = dict(zip(rows[0], rows[1], strict=True))
        title = next(i for i, row in enumerate(rows[2:], 2) if row and row[0].lower() == "time")
        names = rows[title]
        kept = [place for place, name in enumerate(names) if name.lower() not in _TEXTS]
        table = numbers_below(path, sign, first=title + 1, columns=kept).to_numpy(np.float64)
        fs_hz = float(info["frequency"].replace(",", "."))
        steps = steps_of(table[:, 0])
        mean_hz = steps.sum() / (table[-1, 0] - table[0, 0]) if len(steps) else fs_hz
        if not np.isclose(mean_hz, fs_hz, rtol=1e-2):
            raise ValueError(f"its header states {fs_hz:g} Hz, its times {mean_hz:.6g} Hz")
        values, notes = spread(table[:, 1:], steps)
        stated = int(float(info["count"].replace(",", ".")))
    if stated > len(values):
        notes.append(
            f"It holds {len(values)} of the {stated} samples its header states: cut short."
        )
    signals = []
    for column, place in enumerate(kept[1:]):
        name, unit = name_and_unit(names[place])
        signals.append(Signal(name, values[:, column], unit, fs_hz))
    start = info.get("measurement_date", "")
    return noraxon_contents(signals, path, label, start=start, notes=notes)


def noraxon_signals(fields: Mapping[str, Any]) -> list[Signal] | None:
    """Return the signals of a MATLAB export, ``None`` when it is none.

    Parameters
    ----------
    fields : mapping
        What scipy loads: structs as arrays of one record.

    Raises
    ------
    ValueError
        When a signal lacks its data or its rate.
    """
    for value in fields.values():
        signals = _inside(value, ("movements", "sources", "signals"))
        if signals is None or not signals.dtype.names:
            continue
        return [_signal(signals[name].flat[0]) for name in signals.dtype.names]
    return None


def _inside(value: Any, path: Sequence[str]) -> NDArray[Any] | None:
    """Follow names through structs; the first of several records of each."""
    for name in path:
        value = out_of_cells(value)
        if not value.dtype.names or name not in value.dtype.names or not value.size:
            return None
        value = value[name].flat[0]
    return np.asarray(value)


def _signal(value: Any) -> Signal:
    """Read one signal's struct."""
    name, unit = (
        str(text.flat[0]) if text is not None and text.size else ""
        for text in (_inside(value, ("name",)), _inside(value, ("units",)))
    )
    data, rate = _inside(value, ("data",)), _inside(value, ("frequency",))
    if data is None or rate is None or rate.size != 1 or data.dtype.kind not in "iuf":
        raise ValueError(f"its signal '{name}' has no data or no frequency")
    return Signal(name, data.astype(np.float64).ravel(), unit, float(rate.flat[0]))


def noraxon_contents(
    signals: Sequence[Signal],
    path: Path,
    label: str,
    *,
    start: str = "",
    notes: Sequence[str] = (),
) -> Contents:
    """Put the signals together; every electrode of these systems is one of the skin."""
    names, renamed = named_once([signal.name for signal in signals])
    try:
        date = datetime.fromisoformat(start) if start else None
    except ValueError:
        date = None
    channels = tuple(
        Channel(name, signal.fs_hz, signal.unit)
        for name, signal in zip(names, signals, strict=True)
    )
    stored = [signal.stored for signal in signals]
    return Contents(
        label=label,
        channels=channels,
        open=partial(held_columns, label, stored, [0.0] * len(stored)),
        files=(path,),
        facts=Facts(kind="surface", start=date),
        notes=(*notes, *renamed),
    )
