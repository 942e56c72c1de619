"""The bare engine: a cleaned recording in, one event per potential out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Events, Recording, Rest, Sensitivity
from emgfasc.detect.consolidate import consolidate, settled
from emgfasc.detect.extract import describe_spans
from emgfasc.detect.montage import montage
from emgfasc.detect.responses import Scan, scan
from emgfasc.detect.rules import DetectRules
from emgfasc.detect.threshold import certain_amplitude_uv, noise_threshold

__all__ = ["detect"]

_PAD_MS = 2.0
_SPIKE_MS = {"needle": 2.0, "surface": 4.0, "hdsemg": 4.0}


def detect(
    rec: Recording,
    *,
    rest: Rest | None = None,
    max_false_per_min: float = 0.5,
    rules: DetectRules | None = None,
    n_jobs: int | None = None,
) -> Events:
    """Find potentials.

    Every lane (channel, or neighbourhood of a grid) is answered by box wavelets of a few widths.
    A potential is where an answer leaves the local noise by more than a threshold that noise alone
    would cross `max_false_per_min` times a minute over all lanes and wavelets together. Crossings
    that lie close together are one potential.

    Parameters
    ----------
    rec : Recording
        Cleaned, see :func:`emgfasc.preprocess.clean`.
    rest : Rest, optional
        Potentials outside rest keep the state of their stretch as category (``voluntary`` or
        ``artifact``). Without it every potential is taken as a fasciculation.
    max_false_per_min : float
        False detections allowed per minute of noise.
    rules : DetectRules, optional
        Default: those for the recording's kind.
    n_jobs : int, optional
        Threads; default EMGFASC_NUM_THREADS or every core.

    Returns
    -------
    Events
        In order of time, with the noise and the detection limit as `sensitivity`. No potential
        gives no row.

    Raises
    ------
    ParameterError
        When `max_false_per_min` is not above 0.

    Examples
    --------
    >>> import numpy as np, emgfasc as ef
    >>> x = np.random.default_rng(0).normal(0, 5, (1, 20480))
    >>> x[0, 10000:10020] += 200 * np.sin(np.arange(20) / 20 * 2 * np.pi)
    >>> rec = ef.read(x, fs=2048, kind="surface")
    >>> ef.detect.detect(ef.preprocess.clean(rec)).to_frame()["peak_s"].round(2).tolist()
    [4.89]
    """
    rules = rules or DetectRules.for_kind(rec.kind)
    lanes = montage(rec)
    seen = scan(rec, lanes, rules=rules, max_false_per_min=max_false_per_min, n_jobs=n_jobs)
    threshold = noise_threshold(seen.crossings_hz, max_false_per_min)
    spans = _spans(seen, threshold, rec, rules)
    noise = _channel_noise(rec, seen)
    group = seen.levels.group_samples
    frame = describe_spans(rec, spans, noise, kept=seen.kept, group=group, n_jobs=n_jobs)
    sensitivity = Sensitivity(
        noise_uv=np.median(noise, axis=1).astype(np.float64),
        detection_limit_uv=certain_amplitude_uv(
            np.sqrt(seen.levels.middle()[: len(rec.good)]),
            seen.widths,
            threshold,
            spike_samples=_SPIKE_MS[rec.kind] * rec.fs_hz / 1e3,
        ),
        threshold=threshold,
        max_false_per_min=max_false_per_min,
        over_time_uv=noise,
        step_s=group / rec.fs_hz,
    )
    events = Events(frame, sensitivity)
    if rest is None or not len(events):
        return events
    state = rest.state_at(events.peak_s)
    return events.assign(category=np.where(state == "rest", events.frame["category"], state))


def _spans(seen: Scan, threshold: float, rec: Recording, rules: DetectRules) -> NDArray[np.int64]:
    """Return first and last sample of every potential, padded and inside the recording."""
    per_ms = rec.fs_hz / 1e3
    edge = rules.edge_ms * per_ms
    near = {"merge": round(rules.merge_ms * per_ms), "longest": round(rules.longest_ms * per_ms)}
    half = np.array(seen.widths) // 2
    parts = []
    for hits in seen.candidates:
        sample = hits.span[0] + hits.sample.astype(np.int64)
        noise = seen.levels.sd_at(hits.lane, hits.scale, sample)
        strength = np.divide(hits.response, noise, out=np.zeros(len(noise)), where=noise > 0)
        inside = (sample >= edge) & (sample < rec.n_samples - edge)
        kept = inside & (strength >= threshold)
        wide, sample = half[hits.scale[kept]], sample[kept]
        within = hits.span[0] + half.max(), hits.span[1] - half.max()
        parts.append(settled(sample - wide, sample + wide, strength[kept], within=within, **near))
    first, last, strength = (np.concatenate(column) for column in zip(*parts, strict=True))
    spans = consolidate(first, last, strength, **near)
    pad = max(1, round(_PAD_MS * per_ms))
    return np.asarray(np.clip(spans + np.array([-pad, pad]), 0, rec.n_samples - 1))


def _channel_noise(rec: Recording, seen: Scan) -> NDArray[np.float32]:
    """Return the noise SD of every channel over time; ``nan`` on bad channels."""
    smooth = np.sqrt(seen.levels.smooth[: len(rec.good), 0])
    noise = np.full((rec.n_channels, smooth.shape[1]), np.nan, np.float32)
    noise[rec.good] = smooth
    return noise
