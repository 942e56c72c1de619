"""From spans to events: peak, amplitude and extent of each potential, read off the recording."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgfasc._kernels import jit
from emgfasc.containers import EVENTS, Recording

__all__ = ["describe_spans"]

_STANDS_OUT = 6.0  # peak to peak over noise SD, for a channel to count as reached
_BLOCK_S = 20.0  # potentials up to this far apart are read at once,
_GAP_S = 2.0  # unless there is none for this long: reading may mean filtering


def describe_spans(
    rec: Recording,
    spans: NDArray[np.int64],
    noise_uv: NDArray[np.float32],
    *,
    group: int,
    n_jobs: int | None = None,
) -> pd.DataFrame:
    """Read every span once and describe the potential in it.

    Parameters
    ----------
    rec : Recording
        Cleaned.
    spans : array of int64, shape (n_events, 2)
        First and last sample, in order.
    noise_uv : array of float32, shape (n_channels, n_groups)
        Noise SD of each channel over time; ``nan`` on bad channels.
    group : int
        Samples in a group of `noise_uv`.
    n_jobs : int, optional
        Threads.

    Returns
    -------
    DataFrame
        Schema ``EVENTS``; every category is ``fasciculation``.
    """
    if not len(spans):
        return EVENTS.empty()
    good = rec.good

    def describe(mine: NDArray[np.int64]) -> list[tuple[object, ...]]:
        start = int(mine[0, 0])
        data = rec.read(start, int(mine[:, 1].max()) + 1)
        index = np.minimum(mine[:, 0] // group, noise_uv.shape[1] - 1)
        noise = noise_uv[good][:, index]
        return [
            _describe(data[good, a - start : b - start + 1], int(a), noise[:, k], rec, good)
            for k, (a, b) in enumerate(mine)
        ]

    runs = _runs(spans, round(_GAP_S * rec.fs_hz), round(_BLOCK_S * rec.fs_hz))
    rows = list(chain.from_iterable(jit.run(describe, runs, n_jobs=n_jobs)))
    return pd.DataFrame(rows, columns=list(EVENTS.names))


def _runs(spans: NDArray[np.int64], gap: int, longest: int) -> list[NDArray[np.int64]]:
    """Part spans at gaps longer than `gap`, and where a run would last longer than `longest`."""
    runs: list[NDArray[np.int64]] = []
    begin = 0
    for k in range(1, len(spans) + 1):
        if (
            k == len(spans)
            or spans[k, 0] - spans[k - 1, 1] > gap
            or spans[k, 1] - spans[begin, 0] > longest
        ):
            runs.append(spans[begin:k])
            begin = k
    return runs


def _describe(
    piece: NDArray[np.float32],
    first: int,
    noise: NDArray[np.float32],
    rec: Recording,
    good: NDArray[np.intp],
) -> tuple[object, ...]:
    """Describe one potential."""
    swing = np.nan_to_num(piece.max(axis=1) - piece.min(axis=1), nan=0.0)
    best = int(swing.argmax())
    amplitude, noise_sd = float(swing[best]), float(noise[best])
    peak = first + int(np.abs(np.nan_to_num(piece[best])).argmax())
    reached = int((swing > _STANDS_OUT * noise).sum())
    return (
        first / rec.fs_hz,
        piece.shape[1] / rec.fs_hz,
        peak / rec.fs_hz,
        rec.channels[good[best]],
        max(reached, 1),
        amplitude,
        amplitude / noise_sd if noise_sd > 0 else 0.0,
        0,
        "fasciculation",
    )
