"""Channels that cannot be used: flat, mostly missing, or far noisier than their neighbours."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels import jit
from emgfasc.containers import Recording

__all__ = ["judge_channels"]

T = TypeVar("T")

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


def _pieces(rec: Recording, judge: Callable[[NDArray[np.float32]], T]) -> list[T]:
    """Return what `judge` makes of a few short pieces spread over the recording."""
    size = min(rec.n_samples, max(2, round(_PROBE_S * rec.fs_hz)))
    last = rec.n_samples - size
    starts = np.unique(np.linspace(0, last, min(_N_PROBES, 1 + last // size)).astype(int))
    return jit.run(lambda start: judge(rec.read(start, start + size)), starts.tolist())


def _flat(raw: Recording) -> NDArray[np.bool_]:
    """Tell which channels do not move at all in most pieces."""
    still = _pieces(raw, lambda piece: np.nan_to_num(piece - piece[:, :1]).any(axis=1))
    return np.asarray(np.mean(still, axis=0) < 0.5)


def _spread(rec: Recording) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each channel's typical SD and its share of missing samples."""

    def judge(piece: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        holes = np.isnan(piece)
        whole = np.where(holes, np.float32(0), piece)
        energy = np.einsum("ij,ij->i", whole, whole).astype(np.float64)
        return np.sqrt(energy / np.maximum((~holes).sum(axis=1), 1)), holes.mean(axis=1)

    spreads, gaps = zip(*_pieces(rec, judge), strict=True)
    return np.median(spreads, axis=0), np.mean(gaps, axis=0)
