"""Potentials outside rest are not counted as fasciculations."""

from __future__ import annotations

import numpy as np

from emgfasc.containers import Events, Rest

__all__ = ["gated"]

# What cannot be told from motor units that are recruited on purpose.
_NEEDS_REST = ("fasciculation", "fibrillation", "positive_sharp_wave")


def gated(events: Events, rest: Rest) -> Events:
    """Return the events with those outside rest under the name of their stretch.

    Fasciculation potentials, fibrillations and positive sharp waves are defined at rest; in a
    stretch that is ``voluntary`` or ``artifact`` they take that category, and the stretch's
    reason. When rest cannot be verified at all, they are ``unclassified``.
    """
    frame = events.to_frame()
    if frame.empty:
        return events.assign(reason=np.array([], object))
    category = np.array(frame["category"], object)
    reason = np.array(frame.get("reason", [""] * len(frame)), object)
    open_rows = np.isin(category.astype(str), _NEEDS_REST)
    if not rest.verifiable:
        category[open_rows], reason[open_rows] = "unclassified", "rest cannot be verified"
        return events.assign(category=category, reason=reason)
    state = rest.state_at(events.peak_s)
    outside = open_rows & (state != "rest")
    starts = rest.segments["start_s"].to_numpy(float)
    segment = np.searchsorted(starts, events.peak_s[outside], side="right") - 1
    category[outside] = state[outside]
    reason[outside] = rest.segments["reason"].to_numpy(object)[np.maximum(segment, 0)]
    return events.assign(category=category, reason=reason)
