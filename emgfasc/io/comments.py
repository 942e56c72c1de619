"""Facts in the comment lines of WFDB headers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from emgfasc.io.contents import Facts

__all__ = ["comment_facts", "comment_filters"]


def _stated(comments: Sequence[str]) -> dict[str, str]:
    """Read ``key: value`` lines."""
    pairs = (line.partition(":") for line in comments)
    return {key.strip().lower(): value.strip() for key, colon, value in pairs if colon}


def comment_facts(comments: Sequence[str], start: datetime | None = None) -> Facts:
    """Read muscle and side, and keep all comments as text.

    EMGLAB writes ``muscle: ...`` and ``side: ...``; PhysioNet's emgdb writes a sentence:
    "... electrode placed in tibialis anterior muscle".

    Parameters
    ----------
    comments : sequence of str
        Comment lines without their ``#``.
    start : datetime or None
        Passed on.

    Examples
    --------
    >>> facts = comment_facts(["muscle: Biceps brachii", "side: Left"])
    >>> facts.muscle, facts.side
    ('Biceps brachii', 'Left')
    """
    text = " ".join(comments)
    stated = _stated(comments)
    sentence = re.search(r"placed in (?:the )?(.+?) muscle", text)
    return Facts(
        muscle=stated.get("muscle") or (sentence[1] if sentence else None),
        side=stated.get("side") or None,
        start=start,
        text=text,
    )


def comment_filters(comments: Sequence[str]) -> tuple[float | None, float | None]:
    """Read ``high-pass filter: 2 Hz`` and ``low-pass filter: 10 kHz``.

    Examples
    --------
    >>> comment_filters(["high-pass filter: 2 Hz", "low-pass filter: 10 kHz"])
    (2.0, 10000.0)
    """
    stated = _stated(comments)
    edges = []
    for key in ("high-pass filter", "low-pass filter"):
        hit = re.match(r"(\d+(?:\.\d+)?)\s*(k?)Hz", stated.get(key, ""), re.IGNORECASE)
        edges.append(float(hit[1]) * (1000.0 if hit[2] else 1.0) if hit else None)
    return edges[0], edges[1]
