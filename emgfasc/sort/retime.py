"""Where a unit's potential peaks, read off its average rather than off each noisy discharge."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Events, Recording, Rest
from emgfasc.sort.rules import SortRules
from emgfasc.sort.waveforms import cut_out

__all__ = ["retime"]

_REACH = 1.2  # windows on each side of the peak, as long as those that are compared
_FAR_MS = 8.0  # the main deflections of one potential lie nearer to one another
_ALIKE = 0.75  # of the largest deflection, that the present peak has at least
_EDGE = 6  # the outer sixths of a window tell its baseline


def retime(
    wide: Recording, events: Events, *, rest: Rest, rules: SortRules | None = None
) -> Events:
    """Move every sorted potential's `peak_s` to the largest deflection of its unit's average.

    When two deflections are about equally large, noise or a high-pass filter decides from one
    discharge to the next which of them is larger. The average over the unit, as it was recorded,
    decides once for all of its discharges at rest; in contraction others lie beneath them.

    Parameters
    ----------
    wide : Recording
        Not band-passed, see :func:`emgfasc.preprocess.mains_free`, so that shapes are as recorded.
    events : Events
        With `unit`; the discharges of a unit are aligned with one another.
    rest : Rest
        Discharges outside it take no part and keep their time.
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
    calm = rest.state_at(events.peak_s[rows]) == "rest"
    peak_s = events.peak_s.copy()
    far = min(reach, round(_FAR_MS * wide.fs_hz / 1e3))
    for number in np.unique(unit[calm]):
        mine = (unit == number) & calm
        peak_s[rows[mine]] += _shift(_level(waves[mine]), far) / wide.fs_hz
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


def _level(waves: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return waveforms off the straight line through both of their ends."""
    size = waves.shape[1]
    edge = max(1, size // _EDGE)
    left = np.median(waves[:, :edge], axis=1, keepdims=True)
    right = np.median(waves[:, -edge:], axis=1, keepdims=True)
    slope = (np.arange(size) - edge / 2) / max(1, size - edge)
    return np.asarray(waves - left - (right - left) * slope, np.float32)


def _shift(waves: NDArray[np.float32], far: int) -> int:
    """Return how far the average's largest deflection lies from the present peak, in samples.

    It is 0 where the present peak is far smaller, for then these are no two deflections that noise
    could mistake; and where the discharges' median is no larger there by its standard error, for
    then noise decides, or the average is large by a few that are not the unit's.
    """
    average = np.median(waves, axis=0)
    now = len(average) // 2
    new = now - far + int(np.abs(average[now - far : now + far + 1]).argmax())
    gain = np.sign(average[new]) * waves[:, new] - np.sign(average[now]) * waves[:, now]
    alike = np.abs(average[now]) >= _ALIKE * np.abs(average[new])
    doubt = np.sqrt(np.pi / 2 / len(gain)) * gain.std()  # of a median of normal values
    return new - now if alike and np.median(gain) > doubt else 0
