"""A wave that comes back at the pace of the heart, looked for in a slow view of a recording.

Detection uses it on a cleaned recording, the integrity report on one as it was made.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Recording
from emgfasc.containers.gaps import filled

__all__ = ["CELL_S", "Rhythm", "find_rhythm", "is_regular", "is_slow", "slow_traces"]

CELL_S = 0.005
_BLOCK_S = 60.0
_HALF = 12  # cells on each side of a beat: 60 ms
_STANDS_OUT = 5.0  # noise SDs, for a peak to be a candidate
_APART = 50  # cells: two beats are at least 0.25 s apart
_ALIKE, _ALIKE_IN_TIME = 0.8, 0.5  # correlation with the mean beat; the lower one where it is due
_SIZE = (0.5, 1.8)  # of the typical beat
_MAX_SEEDS = 60
_MIN_BEATS = 8
_PERIOD_S = (0.4, 1.5)  # 0.7-2.5 Hz (unverified)
_SAME_SHARE, _SAME = 0.6, 0.2  # this share of intervals lies this close to the ones around
_COVER = 0.5  # of the recording
_SLOW_HZ, _SLOW_SHARE = 50.0, 0.6

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Rhythm:
    """Beats in a slow trace.

    Attributes
    ----------
    sample : array of int64
        Cell at which each beat peaks.
    weights : array of float32, shape (n_channels,)
        What the trace is made of.
    """

    sample: Ints
    weights: Floats


def slow_traces(rec: Recording) -> list[tuple[Floats, Floats]]:
    """Return (weights, trace) pairs: averages of 5 ms of all channels together and of two alone.

    A heart beat is slow and reaches every channel, so it survives both averages; potentials of
    the muscle below the electrodes mostly do not.
    """
    good = rec.good
    single = np.eye(rec.n_channels, dtype=np.float32)[good]
    alone = single[sorted({0, len(good) - 1})] if len(good) > 1 else single[:0]
    mixer = np.concatenate([single.mean(axis=0, keepdims=True), alone])
    size = max(1, round(CELL_S * rec.fs_hz))
    pieces = []
    for _, block in rec.blocks(size * round(_BLOCK_S / CELL_S)):
        rows = block[good] if len(good) < rec.n_channels else block  # not copied
        mixed = mixer[:, good] @ filled(rows)
        n = mixed.shape[1] // size
        pieces.append(mixed[:, : n * size].reshape(len(mixer), n, size).mean(axis=2))
    traces = np.concatenate(pieces, axis=1)
    return list(zip(mixer, traces, strict=True))


def find_rhythm(traces: list[tuple[Floats, Floats]]) -> Rhythm | None:
    """Return the heart's rhythm in slow traces without drift, or ``None``."""
    best: Rhythm | None = None
    for weights, trace in traces:
        beats = _beats(_scaled(trace))
        if len(beats) and (best is None or len(beats) > len(best.sample)):
            best = Rhythm(beats, weights)
    return best


def is_regular(sample: Ints, n_cells: int) -> bool:
    """Tell whether beats keep a pace of 40-150 per minute through most of a recording.

    At least 60 % of the intervals lie within 20 % of the median of the seven around them, where a
    Poisson train has some 15 %.
    """
    if len(sample) < _MIN_BEATS:
        return False
    gaps = np.diff(sample) * CELL_S
    period = float(np.median(gaps))
    if (
        not _PERIOD_S[0] <= period <= _PERIOD_S[1]
        or len(sample) * period < _COVER * n_cells * CELL_S
    ):
        return False
    same = np.abs(gaps - _running_median(gaps)) <= _SAME * period
    return bool(same.mean() >= _SAME_SHARE)


def is_slow(wave: Floats, fs_hz: float) -> bool:
    """Tell whether most of a wave's power lies below 50 Hz, where no motor unit's does."""
    power = np.abs(np.fft.rfft(wave, 4 * len(wave))) ** 2
    slow = np.fft.rfftfreq(4 * len(wave), 1 / fs_hz) <= _SLOW_HZ
    return bool(power[slow].sum() >= _SLOW_SHARE * power.sum())


def _running_median(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the median of seven values around each; at the ends the edge is repeated."""
    padded = np.pad(values, 3, mode="edge")
    return np.asarray(np.median(np.lib.stride_tricks.sliding_window_view(padded, 7), axis=1))


def _scaled(trace: Floats) -> Floats:
    """Divide by the noise of the ten seconds around, which beats do not raise."""
    size = round(10 / CELL_S)
    n = max(1, len(trace) // size)
    noise = np.array([np.median(np.abs(part)) for part in np.array_split(trace, n)]) / 0.6745
    noise = np.maximum(noise, 0.1 * np.median(noise))
    if not noise.min() > 0:
        return np.zeros_like(trace)
    centres = (np.arange(n) + 0.5) * len(trace) / n
    return np.asarray(trace / np.interp(np.arange(len(trace)), centres, noise), np.float32)


def _peaks(height: Floats, least: float) -> Ints:
    """Return peaks above `least`, the highest first where they are too close."""
    inner = height[1:-1]
    at = np.flatnonzero((inner >= least) & (inner >= height[:-2]) & (inner > height[2:])) + 1
    taken = np.zeros(len(height) + 2 * _APART, bool)
    kept = []
    for k in at[np.argsort(-height[at], kind="stable")]:
        if not taken[k + _APART]:
            taken[k + 1 : k + 2 * _APART] = True
            kept.append(int(k))
    inside = [k for k in sorted(kept) if _HALF <= k < len(height) - _HALF]
    return np.array(inside, np.int64)


def _cut(trace: Floats, sample: Ints) -> Floats:
    return np.asarray(trace[sample[:, None] + np.arange(-_HALF, _HALF + 1)], np.float32)


def _beats(trace: Floats) -> Ints:
    """Return the cells at which a regular wave peaks; none when there is no such wave."""
    none = np.zeros(0, np.int64)
    if len(trace) < 4 * _HALF:
        return none
    sample = _peaks(np.abs(trace), _STANDS_OUT)
    if len(sample) < _MIN_BEATS:
        return none
    waves = _cut(trace, sample)
    unit = waves / np.linalg.norm(waves, axis=1, keepdims=True)
    seeds = np.unique(np.linspace(0, len(sample) - 1, _MAX_SEEDS).astype(int))
    alike = unit[seeds] @ unit.T >= _ALIKE
    power = np.convolve(trace**2, np.ones(waves.shape[1]), mode="same")
    for row in np.argsort(-alike.sum(axis=1), kind="stable")[:8]:
        if alike[row].sum() < _MIN_BEATS:
            break
        beats = _matched(trace, power, np.median(waves[alike[row]], axis=0))
        if is_regular(beats, len(trace)):
            return beats
    return none


def _matched(trace: Floats, power: NDArray[np.float64], shape: Floats) -> Ints:
    """Return where `shape` comes back with about the same size; `power` is that around a cell."""
    unit = shape / np.linalg.norm(shape)
    size = np.correlate(trace, unit, mode="same")
    alike = size / np.sqrt(np.maximum(power, 1e-12))
    typical = float(np.linalg.norm(shape))
    fits = (size >= _SIZE[0] * typical) & (size <= _SIZE[1] * typical)
    sure = _peaks(np.where(fits & (alike >= _ALIKE), size, 0).astype(np.float32), 1e-6)
    if len(sure) < _MIN_BEATS:
        return sure
    # A potential on top of a beat hides its shape, but not when it is due.
    maybe = _peaks(np.where(fits & (alike >= _ALIKE_IN_TIME), size, 0).astype(np.float32), 1e-6)
    period = float(np.median(np.diff(sure)))
    added = [k for k in maybe if _is_due(int(k), sure, period)]
    return np.unique(np.concatenate([sure, np.array(added, np.int64)]))


def _is_due(sample: int, sure: Ints, period: float) -> bool:
    """Tell whether a beat is missing here: one or two periods from those known around."""
    at = int(np.searchsorted(sure, sample))
    near = [abs(sample - int(sure[k])) / period for k in (at - 1, at) if 0 <= k < len(sure)]
    return all(gap > 1 - _SAME for gap in near) and any(gap < 1 + _SAME for gap in near)
