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
Floats = NDArray[np.float32]

_N_PROBES = 16
_PROBE_S = 1.0
_MIN_CHANNELS = 4  # fewer cannot be compared with one another
_NOISY = 8.0  # times the median channel (rule of this library)
_MISSING = 0.5
_GLANCE = 64  # samples in which a channel that works has moved


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


def _pieces(rec: Recording, judge: Callable[[Floats], T]) -> list[T]:
    """Return what `judge` makes of a few short pieces spread over the recording."""
    size = min(rec.n_samples, max(2, round(_PROBE_S * rec.fs_hz)))
    last = rec.n_samples - size
    starts = np.unique(np.linspace(0, last, min(_N_PROBES, 1 + last // size)).astype(int))
    return jit.run(lambda start: judge(rec.read(start, start + size)), starts.tolist())


def _flat(raw: Recording) -> NDArray[np.bool_]:
    """Tell which channels do not move at all in most pieces."""

    def moves(piece: Floats) -> NDArray[np.bool_]:
        moved = _moves(piece[:, :_GLANCE])
        rest = np.flatnonzero(~moved)
        if len(rest):
            moved[rest] = _moves(piece[rest])
        return moved

    return np.asarray(np.mean(_pieces(raw, moves), axis=0) < 0.5)


def _moves(piece: Floats) -> NDArray[np.bool_]:
    """Tell which channels hold anything but their first value."""
    return np.asarray(np.nan_to_num(piece - piece[:, :1]).any(axis=1))


def _spread(rec: Recording) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each channel's typical SD and its share of missing samples."""

    def judge(piece: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        n = np.full(len(piece), piece.shape[1])
        energy = np.einsum("ij,ij->i", piece, piece)
        if np.isnan(energy).any():
            holes = np.isnan(piece)
            n -= holes.sum(axis=1)
            whole = np.where(holes, np.float32(0), piece)
            energy = np.einsum("ij,ij->i", whole, whole)
        power = energy.astype(np.float64) / np.maximum(n, 1)
        return np.sqrt(power), 1 - n / piece.shape[1]

    spreads, gaps = zip(*_pieces(rec, judge), strict=True)
    return np.median(spreads, axis=0), np.mean(gaps, axis=0)
