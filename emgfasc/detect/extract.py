"""From spans to events: peak, amplitude and extent of each potential, read off the recording."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgfasc._kernels import jit
from emgfasc._kernels.outline import outline
from emgfasc.containers import EVENTS, Recording
from emgfasc.detect.kept import Kept

__all__ = ["describe_spans"]

Floats = NDArray[np.float32]
Row = tuple[object, ...]

_STANDS_OUT = 6.0  # peak to peak over noise SD, for a channel to count as reached
_BLOCK_S = 20.0  # potentials up to this far apart are read at once,
_GAP_S = 2.0  # unless there is none for this long: reading may mean filtering


def describe_spans(
    rec: Recording,
    spans: NDArray[np.int64],
    noise_uv: NDArray[np.float32],
    *,
    kept: Kept,
    group: int,
    n_jobs: int | None = None,
) -> pd.DataFrame:
    """Describe the potential in every span; what was not kept of it is read.

    Parameters
    ----------
    rec : Recording
        Cleaned.
    spans : array of int64, shape (n_events, 2)
        First and last sample, in order.
    noise_uv : array of float32, shape (n_channels, n_groups)
        Noise SD of each channel over time; ``nan`` on bad channels.
    kept : Kept
        Stretches of the recording at hand.
    group : int
        Samples in a group of `noise_uv`.
    n_jobs : int, optional
        Threads.

    Returns
    -------
    DataFrame
        Schema ``EVENTS``; every category is ``fasciculation``.
    """
    good = rec.good
    index = np.minimum(spans[:, 0] // group, noise_uv.shape[1] - 1)
    noise = np.ascontiguousarray(noise_uv[good][:, index].T)
    rows: dict[int, Row] = {}

    def describe(k: int, piece: Floats) -> None:
        rows[k] = _described(piece, int(spans[k, 0]), noise[k], rec, good)

    def read(mine: NDArray[np.int64]) -> None:
        start = int(spans[mine[0], 0])
        data = rec.read(start, int(spans[mine, 1].max()) + 1)
        for k in mine.tolist():
            describe(k, data[:, spans[k, 0] - start : spans[k, 1] - start + 1])

    missing = []
    for k, (start, last) in enumerate(spans.tolist()):
        piece = kept.piece(start, last + 1)
        if piece is None:
            missing.append(k)
        else:
            describe(k, piece)
    unread = np.array(missing, np.int64)  # once: of a day, a copy for each part would be gigabytes
    parts = _runs(spans[unread], round(_GAP_S * rec.fs_hz), round(_BLOCK_S * rec.fs_hz))
    jit.run(read, [unread[part] for part in parts], n_jobs=n_jobs)
    if not rows:
        return EVENTS.empty()
    return pd.DataFrame([rows[k] for k in range(len(spans))], columns=list(EVENTS.names))


def _runs(spans: NDArray[np.int64], gap: int, longest: int) -> list[slice]:
    """Part spans at gaps longer than `gap`, and where a run would last longer than `longest`."""
    runs = []
    begin = 0
    for k in range(1, len(spans) + 1):
        if (
            k == len(spans)
            or spans[k, 0] - spans[k - 1, 1] > gap
            or spans[k, 1] - spans[begin, 0] > longest
        ):
            runs.append(slice(begin, k))
            begin = k
    return runs


def _described(
    piece: Floats, first: int, noise: Floats, rec: Recording, good: NDArray[np.intp]
) -> Row:
    """Describe one potential."""
    best, swing, peak, reached = outline(piece.copy(), good, noise, _STANDS_OUT)
    amplitude, noise_sd = float(swing), float(noise[best])
    return (
        first / rec.fs_hz,
        piece.shape[1] / rec.fs_hz,
        (first + peak) / rec.fs_hz,
        rec.channels[good[best]],
        max(reached, 1),
        amplitude,
        amplitude / noise_sd if noise_sd > 0 else 0.0,
        0,
        "fasciculation",
    )
