"""The text of a potential where a format holds one text: category and unit."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from emgfasc.containers import CATEGORIES, Events

__all__ = ["COLUMNS", "labels", "table"]

COLUMNS = ("onset", "duration", "category", "unit", "channel")
_LABEL = re.compile(r"([^/]+)(?:/unit (\d+))?")


def labels(events: Events) -> list[str]:
    """Return ``category/unit N``, or the category alone for an unsorted potential.

    MNE selects by parts between slashes: ``epochs["fasciculation"]``, ``epochs["unit 2"]``.

    Examples
    --------
    >>> from emgfasc.containers import Events
    >>> labels(Events.empty())
    []
    """
    frame = events.frame
    return [
        f"{category}/unit {unit}" if unit else str(category)
        for category, unit in zip(frame["category"], frame["unit"], strict=True)
    ]


def table(rows: Iterable[tuple[float, float, str, str]]) -> pd.DataFrame:
    """Turn ``(onset, duration, label, channel)`` back into columns.

    Rows whose label is none of emgfasc's are left to whoever wrote them.
    """
    found = []
    for onset, duration, label, channel in rows:
        parts = _LABEL.fullmatch(label)
        if parts and parts[1] in CATEGORIES:
            found.append((onset, duration, parts[1], int(parts[2] or 0), channel))
    frame = pd.DataFrame(found, columns=list(COLUMNS))
    return frame.astype({"onset": "float64", "duration": "float64", "unit": "int64"})
