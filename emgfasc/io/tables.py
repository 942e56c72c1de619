"""Tables as BIDS TSV and mappings as JSON, written whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from emgfasc.containers import EVENTS, Column, Events
from emgfasc.errors import ParameterError, RecordingError
from emgfasc.io.atomic import whole
from emgfasc.io.refusal import reason

__all__ = [
    "TRIAL_TYPE",
    "json_text",
    "read_events",
    "write_csv",
    "write_events",
    "write_json",
    "write_table",
]

TRIAL_TYPE = "trial_type"  # BIDS 1.10, task events
_MISSING = "n/a"  # BIDS 1.10, tabular files
# A cell that starts like a formula would be run by spreadsheet programs.
# Blanks before the sign, and its full-width twins, do not stop all of them.
_FORMULA = re.compile(r"[\s']*[=+\-@\uff1d\uff0b\uff0d\uff20]")
_QUOTED = re.compile(r"'[\s']*[=+\-@\uff1d\uff0b\uff0d\uff20]")


def write_table(frame: pd.DataFrame, path: str | Path) -> None:
    r"""Write a frame as TSV: one header row, tabs, ``n/a`` for missing, ``true``/``false``.

    Numbers are written so that they read back exactly. In strings, tabs and line breaks become
    spaces, and a cell that starts with ``=``, ``+``, ``-`` or ``@`` gets a single quote before
    it, so that no spreadsheet runs it. The index is not written.

    Parameters
    ----------
    frame : DataFrame
        Any frame.
    path : str or Path
        Where to.

    Raises
    ------
    ParameterError
        When the file cannot be written.

    Examples
    --------
    >>> import pandas as pd, tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "t.tsv"
    >>> write_table(pd.DataFrame({"a": [0.1, None], "b": ["=1+1", "x"]}), path)
    >>> path.read_text(encoding="utf-8")
    "a\tb\n0.1\t'=1+1\nn/a\tx\n"
    """
    columns = [
        [_cell(str(name)), *(_cell(value) for value in frame.iloc[:, place].tolist())]
        for place, name in enumerate(frame.columns)
    ]
    rows = ("\t".join(cells) for cells in zip(*columns, strict=True))
    _write("\n".join(rows) + "\n", path)


def write_csv(frame: pd.DataFrame, path: str | Path) -> None:
    r"""Write a frame as CSV, with the rules of :func:`write_table` but commas and empty cells.

    Parameters
    ----------
    frame : DataFrame
        Any frame.
    path : str or Path
        Where to.

    Raises
    ------
    ParameterError
        When the file cannot be written.

    Examples
    --------
    >>> import pandas as pd, tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "t.csv"
    >>> write_csv(pd.DataFrame({"a": [0.1, None], "b": ["=1+1", "x, y"]}), path)
    >>> path.read_text(encoding="utf-8")
    'a,b\n0.1,\'=1+1\n,"x, y"\n'
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([_cell(str(name)) for name in frame.columns])
    columns = [frame.iloc[:, place].tolist() for place in range(frame.shape[1])]
    for row in zip(*columns, strict=True):
        cells = [_cell(value) for value in row]
        writer.writerow(["" if cell == _MISSING else cell for cell in cells])
    _write(text.getvalue(), path)


def write_events(events: Events, path: str | Path) -> None:
    """Write events as a BIDS events table, columns in schema order.

    Parameters
    ----------
    events : Events
        May be empty: the header is written all the same.
    path : str or Path
        Where to, usually ``<stem>_events.tsv``.

    Raises
    ------
    ParameterError
        When the file cannot be written.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from emgfasc.containers import Events
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "empty_events.tsv"
    >>> write_events(Events.empty(), path)
    >>> len(read_events(path))
    0
    """
    write_table(events.to_frame(), path)


def read_events(path: str | Path) -> Events:
    """Read a table that :func:`write_events` wrote, or one edited by hand.

    Parameters
    ----------
    path : str or Path
        A TSV with the columns of ``emgfasc.containers.EVENTS``. ``n/a`` is a missing number or
        an empty string. A column `trial_type`, which BIDS tables repeat category and unit in, is
        passed over.

    Returns
    -------
    Events
        In order of `peak_s`, without sensitivity: a table does not hold it.

    Raises
    ------
    RecordingError
        When the file is missing or is not such a table.
    """
    label = " ".join(str(path).splitlines())
    try:
        text = Path(path).expanduser().read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or reason(error)
        raise RecordingError(f"{label}: cannot be read as an events table ({why}).") from error
    lines = [line.removesuffix("\r").split("\t") for line in text.split("\n") if line]
    header, rows = (lines[0], lines[1:]) if lines else ([], [])
    known = {column.name: column for column in EVENTS.columns}
    try:
        _hold_width(header, rows)
        return Events(
            pd.DataFrame(
                {
                    name: _column(known.get(name), [row[place] for row in rows])
                    for place, name in enumerate(header)
                    if name != TRIAL_TYPE
                }
            )
        )
    except (ValueError, OverflowError) as error:
        raise RecordingError(f"{label}: is no events table ({reason(error)}).") from error


def write_json(mapping: Mapping[str, object], path: str | Path) -> None:
    """Write a mapping as JSON in its own order: NaN and infinity as ``null``, arrays as lists.

    Parameters
    ----------
    mapping : mapping
        Of strings, numbers (NumPy's too), booleans, ``None``, dates, paths and nestings of them.
    path : str or Path
        Where to.

    Raises
    ------
    ParameterError
        When a value has no JSON form, or the file cannot be written.

    Examples
    --------
    >>> import numpy as np, tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "s.json"
    >>> write_json({"n": np.int64(3), "rate": float("nan")}, path)
    >>> print(path.read_text(encoding="utf-8").strip())
    {
      "n": 3,
      "rate": null
    }
    """
    _write(json_text(mapping) + "\n", path)


def json_text(mapping: Mapping[str, object]) -> str:
    """Return a mapping as the JSON that :func:`write_json` writes.

    Parameters
    ----------
    mapping : mapping
        As there.

    Raises
    ------
    ParameterError
        When a value has no JSON form.

    Examples
    --------
    >>> print(json_text({"recovery_s": float("inf")}))
    {
      "recovery_s": null
    }
    """
    return json.dumps(_plain(mapping), indent=2, ensure_ascii=False, allow_nan=False)


def _write(text: str, path: str | Path) -> None:
    with whole(path) as part:
        part.write_bytes(text.encode("utf-8"))


def _cell(value: object) -> str:
    """Return one cell."""
    if isinstance(value, str):
        text = " ".join(re.split(r"[\t\r\n]+", value))
        return f"'{text}" if _FORMULA.match(text) else text or _MISSING
    if value is None or value is pd.NA or value is pd.NaT or value != value:  # noqa: PLR0124 - only nan differs from itself
        return _MISSING
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    return _cell(str(value)) if not isinstance(value, int | float | np.number) else str(value)


def _column(column: Column | None, cells: list[str]) -> pd.Series:
    """Turn cells into a column of the schema's type; unknown columns are left to the schema."""
    if column is None or column.dtype == "str":
        texts = ["" if cell == _MISSING else cell for cell in cells]
        plain = [text[1:] if _QUOTED.match(text) else text for text in texts]
        return pd.Series(plain, dtype=object)
    if column.dtype == "bool":
        truth = {"true": True, "false": False}
        wrong = [cell for cell in cells if cell.lower() not in truth]
        if wrong:
            raise ValueError(f"column '{column.name}' holds {wrong[0]!r}, not true or false")
        return pd.Series([truth[cell.lower()] for cell in cells], dtype=bool)
    try:
        if column.dtype == "int":
            return pd.Series([int(cell) for cell in cells], dtype=np.int64)
        numbers = [math.nan if cell == _MISSING else float(cell) for cell in cells]
        return pd.Series(numbers, dtype=np.float64)
    except ValueError as error:
        raise ValueError(f"column '{column.name}': {error}") from error


def _hold_width(header: list[str], rows: list[list[str]]) -> None:
    """Raise when a row has not one cell per column."""
    for place, row in enumerate(rows, 2):
        if len(row) != len(header):
            raise ValueError(f"line {place} has {len(row)} cells, the header {len(header)}")


def _plain(value: object) -> Any:
    """Return what the json module takes."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if value is pd.NA or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, date | Path):
        return value.isoformat() if isinstance(value, date) else str(value)
    raise ParameterError(
        f"Invalid value for the 'mapping' parameter: {type(value).__name__} has no JSON form."
    )
