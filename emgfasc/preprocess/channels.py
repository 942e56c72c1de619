"""Channels that cannot be used: flat, mostly missing, or far noisier than their neighbours."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Recording

__all__ = ["judge_channels"]

_N_PROBES = 16
_PROBE_S = 1.0
_MIN_CHANNELS = 4  # fewer cannot be compared with one another
_NOISY = 8.0  # times the median channel (rule of this library)
_MISSING = 0.5


def judge_channels(raw: Recording, passed: Recording) -> dict[str, str]:
    """Return the channels to leave out, each with its reason.

    Parameters
    ----------
    raw : Recording
        As read; a channel whose samples are all equal in most pieces is flat.
    passed : Recording
        The same filtered, so that offsets and drift no longer count as noise.

    Returns
    -------
    dict
        Channel name to ``flat``, ``mostly missing`` or ``far noisier than the other channels``.
    """
    scale, missing = _spread(passed)
    flat = _flat(raw)
    reasons: dict[str, str] = {}
    alive = (scale > 0) & ~flat
    typical = float(np.median(scale[alive])) if alive.any() else 0.0
    for k, name in enumerate(passed.channels):
        if missing[k] > _MISSING:
            reasons[name] = "mostly missing"
        elif not alive[k]:
            reasons[name] = "flat"
        elif alive.sum() >= _MIN_CHANNELS and scale[k] > _NOISY * typical:
            reasons[name] = "far noisier than the other channels"
    return reasons


def _pieces(rec: Recording) -> Iterator[NDArray[np.float64]]:
    """Yield a few short pieces spread over the recording."""
    size = min(rec.n_samples, max(2, round(_PROBE_S * rec.fs_hz)))
    last = rec.n_samples - size
    for start in np.unique(np.linspace(0, last, min(_N_PROBES, 1 + last // size)).astype(int)):
        yield rec.read(int(start), int(start) + size).astype(np.float64)


def _flat(raw: Recording) -> NDArray[np.bool_]:
    """Tell which channels do not move at all in most pieces."""
    still = [np.nan_to_num(piece - piece[:, :1]).any(axis=1) for piece in _pieces(raw)]
    return np.asarray(np.mean(still, axis=0) < 0.5)


def _spread(rec: Recording) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each channel's typical SD and its share of missing samples."""
    spreads, gaps = [], []
    for piece in _pieces(rec):
        holes = np.isnan(piece)
        energy = (np.where(holes, 0.0, piece) ** 2).sum(axis=1)
        spreads.append(np.sqrt(energy / np.maximum((~holes).sum(axis=1), 1)))
        gaps.append(holes.mean(axis=1))
    return np.median(spreads, axis=0), np.mean(gaps, axis=0)
