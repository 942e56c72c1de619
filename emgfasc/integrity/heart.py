"""The heart in a recording of muscle: slow waves of one shape at its pace."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Recording
from emgfasc.containers.gaps import filled
from emgfasc.integrity.finding import Finding
from emgfasc.integrity.rhythm import CELL_S, Rhythm, find_rhythm, is_slow, slow_traces

__all__ = ["find_heart"]

_DRIFT_CELLS = 41  # 0.2 s: longer than a QRS complex (0.12 s at most), shorter than baseline drift
_CORE_S = 0.06  # before and after the peak
_SHORTEST_S = 2.8  # eight beats, the fewest that tell a rhythm, at 150 per minute
_MOST = 40  # beats of which the average is made
_LAG_S = 0.006


def find_heart(rec: Recording) -> Finding | None:
    """Find heart beats.

    The same rhythm is looked for as in :func:`emgfasc.detect.find_beats`, in 5 ms averages less
    their mean over 0.2 s, as nothing is cleaned yet. Weak beats that only cleaning brings out are
    left to detection, which takes all of them out.

    Parameters
    ----------
    rec : Recording
        As read.
    """
    if rec.fs_hz * CELL_S < 1 or rec.duration_s < _SHORTEST_S or not len(rec.good):
        return None
    traces = [(weights, _level(trace)) for weights, trace in slow_traces(rec)]
    rhythm = find_rhythm(traces)
    if rhythm is None:
        return None
    wave = _mean_beat(rec, rhythm)
    if not is_slow((rhythm.weights @ wave).astype(np.float32), rec.fs_hz):
        return None
    beat_s = rhythm.sample * round(CELL_S * rec.fs_hz) / rec.fs_hz
    per_min = 60 / float(np.median(np.diff(beat_s)))
    height_uv = float(np.ptp(wave, axis=1).max())
    return Finding(
        "ecg",
        "with_care",
        per_min,
        "per_min",
        f"{len(beat_s)} heart beats of one shape, {per_min:.0f} per minute and up to "
        f"{height_uv:.3g} uV: potentials on top of one are measured with what is left of it.",
        tuple((max(float(at) - _CORE_S, 0.0), float(at) + _CORE_S) for at in beat_s[:20]),
    )


def _level(trace: NDArray[np.float32]) -> NDArray[np.float32]:
    """Take off the mean of the cells around: drift and offset."""
    width = min(_DRIFT_CELLS, len(trace))
    padded = np.pad(trace.astype(np.float64), (width // 2, width - 1 - width // 2), mode="edge")
    sums = np.concatenate([[0.0], np.cumsum(padded)])
    return np.asarray(trace - (sums[width:] - sums[:-width]) / width, np.float32)


def _mean_beat(rec: Recording, rhythm: Rhythm) -> NDArray[np.float64]:
    """Average some beats, each moved to where it fits best, less their ends' level."""
    cell, half = round(CELL_S * rec.fs_hz), round(_CORE_S * rec.fs_hz)
    lag = round(_LAG_S * rec.fs_hz)
    at = rhythm.sample * cell + cell // 2
    at = at[(at > half + lag) & (at < rec.n_samples - half - lag)]
    at = at[np.unique(np.linspace(0, len(at) - 1, _MOST).astype(int))]
    cuts = np.stack(
        [filled(rec.read(int(k) - half - lag, int(k) + half + lag + 1)) for k in at]
    ).astype(np.float64)
    cuts -= cuts.mean(axis=2, keepdims=True)
    mixed = rhythm.weights @ cuts
    mean = np.median(mixed, axis=0)[lag:-lag]
    score = np.stack([mixed[:, k : k + len(mean)] @ mean for k in range(2 * lag + 1)], axis=1)
    moved = [cut[:, k : k + len(mean)] for cut, k in zip(cuts, score.argmax(axis=1), strict=True)]
    return np.asarray(np.median(moved, axis=0), np.float64)
