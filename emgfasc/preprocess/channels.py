"""Channels that cannot be used: flat, mostly missing, or far noisier than their neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Recording

__all__ = ["judge_channels"]

_N_PROBES = 16
_PROBE_S = 1.0
_MIN_CHANNELS = 4  # fewer cannot be compared with one another
_NOISY = 8.0  # times the median channel (rule of this library)
_MISSING = 0.5


def judge_channels(rec: Recording) -> dict[str, str]:
    """Return the channels to leave out, each with its reason.

    Parameters
    ----------
    rec : Recording
        Filtered, so that offsets and drift no longer count.

    Returns
    -------
    dict
        Channel name to ``flat``, ``mostly missing`` or ``far noisier than the other channels``.
    """
    scale, missing = _probe(rec)
    reasons: dict[str, str] = {}
    alive = scale > 0
    typical = float(np.median(scale[alive])) if alive.any() else 0.0
    for name, value, gap in zip(rec.channels, scale, missing, strict=True):
        if gap > _MISSING:
            reasons[name] = "mostly missing"
        elif value <= 0 or value < 1e-6 * typical:
            reasons[name] = "flat"
        elif alive.sum() >= _MIN_CHANNELS and value > _NOISY * typical:
            reasons[name] = "far noisier than the other channels"
    return reasons


def _probe(rec: Recording) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each channel's typical SD and its share of missing samples, from a few pieces."""
    size = min(rec.n_samples, max(2, round(_PROBE_S * rec.fs_hz)))
    last = rec.n_samples - size
    starts = np.unique(np.linspace(0, last, min(_N_PROBES, 1 + last // size)).astype(int))
    spreads, gaps = [], []
    for start in starts:
        block = rec.read(int(start), int(start) + size).astype(np.float64)
        holes = np.isnan(block)
        filled = np.where(holes, 0.0, block)
        spreads.append(np.sqrt((filled**2).sum(axis=1) / np.maximum((~holes).sum(axis=1), 1)))
        gaps.append(holes.mean(axis=1))
    return np.median(spreads, axis=0), np.mean(gaps, axis=0)
