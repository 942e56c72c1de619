"""The table of a batch: a row per recording and muscle, failed recordings among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

__all__ = ["recordings_frame"]

_FIRST = ("recording", "muscle", "side", "status", "reason")
# Columns that hold text, also in a batch in which nobody has any.
_TEXT = {
    *_FIRST,
    "source",
    "kind",
    "bad_channels",
    "rest_status",
    "flags",
    "pattern",
    "steps",
    "notes",
    "events",
    "report",
}
_NUMBERS = ("duration_s", "rest_s", "n_fp", "fp_per_min", "fp_per_min_lo95", "fp_per_min_hi95")


def recordings_frame(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows as a frame whose columns' types do not depend on which cells are missing.

    Lists become text, joined by ``"; "``. Columns of which nothing is known hold missing numbers.

    Examples
    --------
    >>> frame = recordings_frame([{"recording": "a", "status": "failed", "reason": "is empty"}])
    >>> list(frame.columns)[:5], frame["fp_per_min"].tolist()
    (['recording', 'muscle', 'side', 'status', 'reason'], [nan])
    """
    plain = [{name: _plain(value) for name, value in row.items()} for row in rows]
    names = dict.fromkeys((*_FIRST, *_wide(plain), *_NUMBERS))
    return pd.DataFrame({name: _column(name, [row.get(name) for row in plain]) for name in names})


def _wide(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names met, those of the fullest rows first, which keeps their order."""
    return [name for row in sorted(rows, key=len, reverse=True)[:1] for name in row] + [
        name for row in rows for name in row
    ]


def _plain(value: Any) -> Any:
    """Return what fits into a cell."""
    return "; ".join(map(str, value)) if isinstance(value, list) else value


def _column(name: str, values: list[Any]) -> pd.Series:
    """Return a column of the one type its values have."""
    known = [value for value in values if value is not None]
    if name in _TEXT:
        return pd.Series(["" if value is None else str(value) for value in values], dtype="str")
    if known and all(isinstance(value, bool) for value in known):
        return pd.Series(values, dtype="boolean")
    if known and all(isinstance(value, int) for value in known):
        return pd.Series(values, dtype="Int64")
    if all(isinstance(value, int | float) for value in known):
        return pd.Series(values, dtype="float64")
    return pd.Series(["" if value is None else str(value) for value in values], dtype="str")
