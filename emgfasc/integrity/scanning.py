"""Two passes over every sample, block by block: extremes, then runs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels.jit import run
from emgfasc.containers import Recording
from emgfasc.integrity.excerpts import Look
from emgfasc.integrity.finding import Span
from emgfasc.integrity.loops import close_run, extremes, runs

__all__ = [
    "CONSTANT",
    "FLAT_S",
    "FLAT_SAMPLES",
    "LONE",
    "LOWER",
    "MISSING",
    "UPPER",
    "Scan",
    "scan",
]

CONSTANT, UPPER, LOWER, MISSING, LONE = range(5)
_BLOCK = 1 << 17
_ROOM = 200  # spans kept per channel and kind
FLAT_S, FLAT_SAMPLES = 0.010, 10
_RAIL_S, _RAIL_SAMPLES = 0.002, 5
_RAIL_SHARE = 0.002  # of the range: how near to its end a saturated amplifier stays
# A lone sample stands 6 times out of its four neighbours where the rate resolves potentials (8 kHz
# and more: N2001 M02BB03 has 6, M03VM05 21, the seven others none). On the skin, only one that no
# filter lets pass is taken; a needle's potentials may be as narrow at a low rate (emgdb, 4 kHz).
_LONE_FAST, _LONE_SKIN, _FAST_HZ = 6.0, 30.0, 8000.0
_LONE_STEPS = 12.0


@dataclass(frozen=True, eq=False)
class Scan:
    """What every sample together shows, per channel.

    Attributes
    ----------
    low_uv, high_uv, quantum_uv : array, shape (n_channels,)
        Extremes, and the smallest step other than 0 (``inf`` when there is none).
    leap_uv : array, shape (n_channels,)
        Largest step from one sample to the next.
    n_missing : array of int
        NaN samples.
    runs, samples : array of int, shape (n_channels, 5)
        Runs of each kind and the samples in them.
    spans : array, shape (n_channels, 5, 2 * room)
        First and past-last sample of the first runs.
    fs_hz : float
        Sampling rate.
    """

    low_uv: NDArray[np.float64]
    high_uv: NDArray[np.float64]
    quantum_uv: NDArray[np.float64]
    leap_uv: NDArray[np.float64]
    n_missing: NDArray[np.int64]
    runs: NDArray[np.int64]
    samples: NDArray[np.int64]
    spans: NDArray[np.float64]
    fs_hz: float

    def where(self, kind: int, channels: NDArray[np.intp]) -> tuple[Span, ...]:
        """Return the first 20 spans of a kind on some channels, in order of time, each once."""
        found: set[Span] = set()
        for channel in channels:
            n = min(int(self.runs[channel, kind]), self.spans.shape[2] // 2)
            row = self.spans[channel, kind, : 2 * n].reshape(-1, 2) / self.fs_hz
            found |= {(float(start), float(stop)) for start, stop in row}
        return tuple(sorted(found)[:20])


def scan(rec: Recording, look: Look) -> Scan:
    """Walk through a recording twice, in bounded memory.

    Parameters
    ----------
    rec : Recording
        Any recording.
    look : Look
        Its excerpts, for the size of a usual step.
    """
    n = rec.n_channels
    first = np.tile([np.inf, -np.inf, 0.0, np.inf, np.nan, 0.0], (n, 1))
    for _, block in rec.blocks(_BLOCK):
        rows = np.ascontiguousarray(block)
        run(partial(_see, rows, first), range(n))
    low, high = first[:, 0], first[:, 1]
    state = np.full((n, 8), -1.0)
    state[:, 4:] = np.nan
    spans = np.zeros((n, 5, 2 * _ROOM))
    totals = np.zeros((n, 5, 2))
    limits = _limits(rec, low, high, look.step_sd_uv)
    for at, block in rec.blocks(_BLOCK):
        rows = np.ascontiguousarray(block)
        run(partial(_follow, rows, at, (limits, state, spans, totals)), range(n))
    for channel in range(n):
        for kind in range(4):
            close_run(
                kind, rec.n_samples, limits[channel], state[channel], spans[channel],
                totals[channel],
            )  # fmt: skip
    return Scan(
        low_uv=low,
        high_uv=high,
        quantum_uv=first[:, 3],
        leap_uv=first[:, 5],
        n_missing=first[:, 2].astype(np.int64),
        runs=totals[:, :, 0].astype(np.int64),
        samples=totals[:, :, 1].astype(np.int64),
        spans=spans,
        fs_hz=rec.fs_hz,
    )


def _limits(
    rec: Recording, low: NDArray[np.float64], high: NDArray[np.float64], step: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the limits of :func:`runs` for each channel."""
    fs_hz = rec.fs_hz
    with np.errstate(invalid="ignore"):
        near = _RAIL_SHARE * (high - low)
    rail = max(_RAIL_SAMPLES, _RAIL_S * fs_hz)
    flat = max(FLAT_SAMPLES, FLAT_S * fs_hz)
    slow = np.inf if rec.kind == "needle" else _LONE_SKIN
    lone = _LONE_FAST if fs_hz >= _FAST_HZ else slow
    ones = np.ones(len(low))
    return np.stack(
        [
            flat * ones, rail * ones, rail * ones, ones,
            high - near, low + near,
            np.where(step > 0, _LONE_STEPS * step, np.inf), lone * ones,
        ],
        axis=1,
    )  # fmt: skip


def _see(rows: NDArray[np.float32], first: NDArray[np.float64], channel: int) -> None:
    """Take one channel of a block into its extremes."""
    extremes(rows[channel], first[channel])


def _follow(
    rows: NDArray[np.float32],
    at: int,
    kept: tuple[NDArray[np.float64], ...],
    channel: int,
) -> None:
    """Take one channel of a block, which begins at sample `at`, into its runs."""
    runs(rows[channel], at, *(table[channel] for table in kept))
