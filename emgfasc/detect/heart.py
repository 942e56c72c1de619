"""Heart beats: found by their rhythm, subtracted by their shape, kept as events."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgfasc.containers import EVENTS, Events, Recording, Source
from emgfasc.containers.gaps import filled
from emgfasc.integrity.rhythm import CELL_S, Rhythm, find_rhythm, is_slow, slow_traces

__all__ = ["BeatFreeSource", "Beats", "beats_in", "find_beats", "with_beats", "without_beats"]

_CORE_S = 0.06
_WINDOW_S = (0.2, 0.3)  # before and after the peak: P to T wave
_LAG_S = 0.006
_FADE_S = 0.03
_BLOCK_S = 60.0
_MOST = 200  # beats of which the average is made
_EDGE = 0.1
_LEFT_OVER = 0.35  # of the beat

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Beats:
    """Heart beats in a recording.

    Attributes
    ----------
    sample : array of int64
        Sample of each beat.
    scale : array of float32
        Size of each beat, 1 for the average one.
    template_uv : array of float32, shape (n_channels, n_template_samples)
        The average beat on every channel.
    center : int
        Sample of `template_uv` that lies at `sample`.
    fs_hz : float
        Sampling rate.
    """

    sample: Ints
    scale: Floats
    template_uv: Floats
    center: int
    fs_hz: float

    def __len__(self) -> int:
        """Count the beats."""
        return len(self.sample)

    @property
    def per_min(self) -> float:
        """Heart rate, from the median interval; ``nan`` without beats."""
        gaps = np.diff(self.sample)
        return float(60 * self.fs_hz / np.median(gaps)) if len(gaps) else float("nan")


def find_beats(rec: Recording) -> Beats:
    """Find the heart's beats in a cleaned recording.

    A wave is taken for the heart's when it comes back with the same shape at 40-150 per minute
    through at least half of the recording, at intervals that are like those around them, and is
    slow: at least 60 % of its power lies below 50 Hz. Motor units that fire regularly are faster
    in shape, fasciculating ones irregular. All limits are this library's own.

    Parameters
    ----------
    rec : Recording
        Cleaned, see :func:`emgfasc.preprocess.clean`.

    Returns
    -------
    Beats
        Empty when there is no such wave.

    Examples
    --------
    >>> import numpy as np, emgfasc as ef
    >>> x = np.random.default_rng(0).normal(0, 5, (1, 40960))
    >>> for k in range(20):
    ...     x[0, 500 + 1950 * k + np.arange(64)] += 120 * np.hanning(64)
    >>> beats = ef.detect.find_beats(ef.preprocess.clean(ef.read(x, fs=2048, kind="surface")))
    >>> len(beats), round(beats.per_min)
    (20, 63)
    """
    none = Beats(
        np.zeros(0, np.int64),
        np.zeros(0, np.float32),
        np.zeros((rec.n_channels, 0), np.float32),
        0,
        rec.fs_hz,
    )
    rhythm = find_rhythm(slow_traces(rec))
    if rhythm is None:
        return none
    sample = _aligned(rec, rhythm)
    before, after = (round(each * rec.fs_hz) for each in _WINDOW_S)
    template = _average(_windows(rec, _chosen(sample), before, after), rec.fs_hz)
    core = slice(before - round(_CORE_S * rec.fs_hz), before + round(_CORE_S * rec.fs_hz) + 1)
    trace = rhythm.weights @ template
    if not is_slow(trace[core], rec.fs_hz):
        return none
    half = round(_CORE_S * rec.fs_hz)
    cores = _windows(rec, sample, half, half, weights=rhythm.weights)[:, 0]
    return Beats(sample, _scales(cores, trace[core]), template, before, rec.fs_hz)


def _chosen(sample: Ints) -> Ints:
    """Return the beats of which the average is made, spread over all."""
    rows = np.unique(np.linspace(0, len(sample) - 1, _MOST).astype(int))
    return np.asarray(sample[rows], np.int64)


def _average(windows: Floats, fs_hz: float) -> Floats:
    """Return the median of windows around beats, which begins and ends at zero."""
    template = np.median(windows, axis=0).astype(np.float32)
    return template * _faded(template.shape[1], round(_FADE_S * fs_hz))


def _windows(
    rec: Recording, sample: Ints, before: int, after: int, *, weights: Floats | None = None
) -> Floats:
    """Cut windows around beats, shape (n_beats, n_channels, n); zeros beyond the ends.

    With `weights` the channels are mixed into one. The recording is read once, in blocks.
    """
    n_channels = rec.n_channels if weights is None else 1
    out = np.zeros((len(sample), n_channels, before + after + 1), np.float32)
    block = round(_BLOCK_S * rec.fs_hz)
    for begin in range(0, rec.n_samples, block):
        mine = np.flatnonzero((sample >= begin) & (sample < begin + block))
        if not len(mine):
            continue
        low, high = int(sample[mine[0]]) - before, int(sample[mine[-1]]) + after + 1
        data = filled(rec.read(low, high))
        data = data if weights is None else weights[None] @ data
        data = np.pad(data, ((0, 0), (max(0, -low), max(0, high - rec.n_samples))))
        for k in mine:
            at = int(sample[k]) - before - low
            out[k] = data[:, at : at + out.shape[2]]
    return out


def _aligned(rec: Recording, rhythm: Rhythm) -> Ints:
    """Return the beats' samples, moved to where each fits the average best."""
    cell = max(1, round(CELL_S * rec.fs_hz))
    sample = rhythm.sample * cell + cell // 2
    half, lag = round(_CORE_S * rec.fs_hz), max(1, round(_LAG_S * rec.fs_hz))
    for _ in range(2):
        waves = _windows(rec, sample, half + lag, half + lag, weights=rhythm.weights)[:, 0]
        mean = np.median(waves[:, lag:-lag], axis=0)
        score = np.stack([waves[:, k : k + len(mean)] @ mean for k in range(2 * lag + 1)], axis=1)
        sample = sample + score.argmax(axis=1) - lag
    return np.asarray(np.clip(sample, 0, rec.n_samples - 1), np.int64)


def _faded(size: int, fade: int) -> Floats:
    """Return ones that rise from and fall to zero over `fade` samples."""
    ramp = np.minimum(np.arange(size), np.arange(size)[::-1]) / max(fade, 1)
    return np.asarray(np.sin(0.5 * np.pi * np.minimum(ramp, 1)) ** 2, np.float32)


def _scales(cores: Floats, mean: Floats) -> Floats:
    """Return the size of every beat: the median of three, which a potential on one cannot move.

    Breathing changes the size slowly; what changes it from one beat to the next is no heart.
    """
    raw = np.pad(cores @ mean / float(mean @ mean), 1, mode="reflect")
    three = np.lib.stride_tricks.sliding_window_view(raw, 3)
    return np.asarray(np.median(three, axis=1), np.float32)


@dataclass(frozen=True, eq=False)
class BeatFreeSource:
    """A source from which heart beats are subtracted where it is read."""

    parent: Source
    beats: Beats

    @property
    def n_samples(self) -> int:
        """Samples per channel."""
        return self.parent.n_samples

    def read(self, start: int, stop: int) -> Floats:
        """Return samples `start` to `stop` without the beats."""
        out = self.parent.read(start, stop).copy()
        wave, center = self.beats.template_uv, self.beats.center
        first = self.beats.sample - center
        touching = (first < stop) & (first + wave.shape[1] > start)
        for begin, scale in zip(first[touching], self.beats.scale[touching], strict=True):
            low, high = max(start, int(begin)), min(stop, int(begin) + wave.shape[1])
            out[:, low - start : high - start] -= scale * wave[:, low - begin : high - begin]
        return out


def beats_in(rec: Recording, beats: Beats) -> Beats:
    """Return the same beats as they look in the recording before the band-pass.

    There an electrode pop is a step that decays, but a heart beat upon it hides that.

    Parameters
    ----------
    rec : Recording
        As before the band-pass, of the same length and rate.
    beats : Beats
        From :func:`find_beats` in the cleaned recording.

    Returns
    -------
    Beats
        With another `template_uv`, taken from `rec`.
    """
    if not len(beats):
        return beats
    after = beats.template_uv.shape[1] - beats.center - 1
    windows = _windows(rec, _chosen(beats.sample), beats.center, after)
    windows -= np.median(windows, axis=2, keepdims=True)  # the baseline under each beat
    return replace(beats, template_uv=_average(windows, rec.fs_hz))


def without_beats(rec: Recording, beats: Beats) -> Recording:
    """Return `rec` without the heart's beats; as it is when there are none.

    Potentials that coincide with a beat stay, with the beat below them gone.
    """
    if not len(beats):
        return rec
    step = f"heart beats subtracted ({len(beats)} of one shape, {beats.per_min:.0f} per minute)"
    return rec.replace(source=BeatFreeSource(rec.source, beats), steps=(*rec.steps, step))


def with_beats(events: Events, rec: Recording, beats: Beats) -> Events:
    """Return events and the heart's beats, which take the category ``ecg``.

    What is left of a beat after subtraction, when it was not quite of the common shape, is called
    so too: events within a beat and smaller than 35 % of it.

    Parameters
    ----------
    events : Events
        Detected in :func:`without_beats`.
    rec : Recording
        That recording.
    beats : Beats
        From :func:`find_beats`.

    Returns
    -------
    Events
        With `reason`.
    """
    if not len(beats):
        return events
    swing = np.ptp(beats.template_uv[rec.good], axis=1)
    best = int(swing.argmax())
    wave = np.abs(beats.template_uv[rec.good[best]])
    loud = np.flatnonzero(wave >= _EDGE * wave.max())
    noise = events.sensitivity.noise_uv[rec.good] if events.sensitivity else np.ones(len(swing))
    size = beats.scale * float(swing[best])
    peak = beats.sample + int(wave.argmax()) - beats.center
    rows = pd.DataFrame(
        {
            "onset": np.maximum(beats.sample + loud[0] - beats.center, 0) / rec.fs_hz,
            "duration": (loud[-1] - loud[0] + 1) / rec.fs_hz,
            "peak_s": np.clip(peak, 0, rec.n_samples - 1) / rec.fs_hz,
            "channel": rec.channels[rec.good[best]],
            "n_channels": max(1, int((swing > 6 * noise).sum())),
            "amplitude_uv": size.astype(np.float64),
            "snr": size / noise[best] if noise[best] > 0 else 0.0,
            "unit": 0,
            "category": "ecg",
            "reason": f"one of {len(beats)} slow waves alike, {beats.per_min:.0f} per minute",
        }
    )[[*EVENTS.names, "reason"]]
    frame = events.to_frame()
    if not len(frame):
        return events.replace(frame=rows)
    frame["reason"] = frame.get("reason", "")
    column = [rec.channels.index(name) for name in frame["channel"]]
    own = np.ptp(beats.template_uv, axis=1)[column]
    near = np.abs(frame["peak_s"].to_numpy()[:, None] - beats.sample / rec.fs_hz).min(axis=1)
    left = (near <= _CORE_S) & (frame["amplitude_uv"].to_numpy() < _LEFT_OVER * own)
    left &= (frame["category"] == "fasciculation").to_numpy()
    frame.loc[left, "category"], frame.loc[left, "reason"] = "ecg", "left over from a heart beat"
    return events.replace(frame=pd.concat([frame, rows], ignore_index=True))
