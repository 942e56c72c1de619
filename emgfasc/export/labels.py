"""The text of a potential where a format holds one text: category and unit."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from emgfasc.containers import CATEGORIES, Events, Rest

__all__ = ["COLUMNS", "excluded", "labels", "table"]

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


def excluded(rest: Rest | None) -> list[tuple[float, float, str]]:
    """Return onset, duration (s) and ``BAD_state`` of every stretch that is not rest.

    MNE leaves out of averages and epochs what overlaps an annotation that begins with "bad".

    Examples
    --------
    >>> from emgfasc.containers import Rest
    >>> excluded(Rest.from_spans([(2.0, 5.0, "voluntary", "contraction")], duration_s=10.0))
    [(2.0, 3.0, 'BAD_voluntary')]
    """
    if rest is None:
        return []
    frame = rest.segments[rest.segments["state"] != "rest"]
    return [
        (float(start), float(stop - start), f"BAD_{state}")
        for start, stop, state in zip(
            frame["start_s"], frame["stop_s"], frame["state"], strict=True
        )
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
