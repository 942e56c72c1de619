"""Where a unit's potential peaks, read off its average rather than off each noisy discharge."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Events, Recording
from emgfasc.sort.rules import SortRules
from emgfasc.sort.waveforms import cut_out

__all__ = ["retime"]

_REACH = 1.2  # windows on each side of the peak, as long as those that are compared
_EDGE = 6  # the outer sixths of a window tell its baseline


def retime(wide: Recording, events: Events, *, rules: SortRules | None = None) -> Events:
    """Move every sorted potential's `peak_s` to the largest deflection of its unit's average.

    When two deflections are about equally large, noise or a high-pass filter decides from one
    discharge to the next which of them is larger. The average over the unit, as it was recorded,
    decides once for all of its discharges.

    Parameters
    ----------
    wide : Recording
        Not band-passed, see :func:`emgfasc.preprocess.mains_free`, so that shapes are as recorded.
    events : Events
        With `unit`; the discharges of a unit are aligned with one another.
    rules : SortRules, optional
        Default: those for the recording's kind.

    Returns
    -------
    Events
        With new `peak_s`; unsorted potentials keep theirs.
    """
    frame = events.frame
    rows = np.flatnonzero(frame["unit"].to_numpy() > 0)
    if not rows.size:
        return events
    rules = rules or SortRules.for_kind(wide.kind)
    reach = round(_REACH * (rules.before_ms + rules.after_ms) * wide.fs_hz / 1e3)
    unit = frame["unit"].to_numpy()[rows]
    main = _main_channel(wide, frame["channel"].to_numpy()[rows], unit)
    peaks = np.rint(events.peak_s[rows] * wide.fs_hz).astype(np.int64)
    waves = cut_out(wide, peaks, before=reach, after=reach + 1, channel=main)[:, 0]
    peak_s = events.peak_s.copy()
    for number in np.unique(unit):
        mine = unit == number
        peak_s[rows[mine]] += (_peak(waves[mine]) - reach) / wide.fs_hz
    last = (wide.n_samples - 1) / wide.fs_hz
    return events.assign(peak_s=np.clip(peak_s, 0.0, last))


def _main_channel(
    rec: Recording, names: NDArray[np.object_], unit: NDArray[np.int64]
) -> NDArray[np.intp]:
    """Return for every potential the channel on which its unit is most often largest."""
    number = {name: k for k, name in enumerate(rec.channels)}
    index = np.array([number[name] for name in names], np.intp)
    out = np.empty_like(index)
    for one in np.unique(unit):
        mine = unit == one
        out[mine] = np.bincount(index[mine]).argmax()
    return out


def _peak(waves: NDArray[np.float32]) -> int:
    """Return the sample of the largest deflection of the average, off a straight baseline."""
    size = waves.shape[1]
    edge = max(1, size // _EDGE)
    left = np.median(waves[:, :edge], axis=1, keepdims=True)
    right = np.median(waves[:, -edge:], axis=1, keepdims=True)
    slope = (np.arange(size) - edge / 2) / max(1, size - edge)
    average = np.median(waves - left - (right - left) * slope, axis=0)
    return int(np.abs(average).argmax())
