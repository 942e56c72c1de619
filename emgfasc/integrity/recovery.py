"""How long an amplifier takes to come back after it was saturated."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Recording
from emgfasc.integrity.excerpts import Look
from emgfasc.integrity.finding import Span

__all__ = ["SEARCHED_S", "recovery_s"]

SEARCHED_S = 2.0
_BASE_S = 0.02  # one period of 50 Hz mains; longer than the potentials that ride on the decay
_BACK_SDS = 3.0  # of single samples: the mean over 20 ms of what is back is far inside
_SD_PER_MEDIAN = 0.6745


def recovery_s(rec: Recording, look: Look, channel: int, spans: Iterable[Span]) -> list[float]:
    """Return for each saturated stretch how long after it the signal is back.

    It is back at the first moment after which the mean of 20 ms lies within 3 robust SD of the
    channel's median. A potential cut off at its top is so back at once, an amplifier that creeps
    from its rail is not. Own rule.

    Parameters
    ----------
    rec : Recording
        The recording.
    look : Look
        Its excerpts, for the usual level and spread.
    channel : int
        The channel.
    spans : iterable of (start_s, stop_s)
        Its saturated stretches.

    Returns
    -------
    list of float
        Seconds; ``inf`` when it is not back within 2 s, or before a gap or the recording's end. On
        N2001 the slowest of M02BB03 is 0.35 s, and M03VM05 ends before it is back.
    """
    if not look.excerpts:
        return []
    usual = np.concatenate([block[channel] for block in look.excerpts])
    level = float(np.median(usual))
    limit = _BACK_SDS * float(np.median(np.abs(usual - level))) / _SD_PER_MEDIAN
    width = max(round(_BASE_S * rec.fs_hz), 1)
    found = []
    for _, stop_s in spans:
        first = round(stop_s * rec.fs_hz)
        after = rec.read(first, min(first + round(SEARCHED_S * rec.fs_hz), rec.n_samples))[channel]
        gaps = np.flatnonzero(np.isnan(after))
        after = after[: gaps[0]] if len(gaps) else after
        back = np.flatnonzero(np.abs(_means(after, width) - level) <= limit)
        found.append(int(back[0]) / rec.fs_hz if len(back) else float("inf"))
    return found


def _means(x: NDArray[np.float32], width: int) -> NDArray[np.float64]:
    """Return the mean of each sample and those after it, `width` in all, where all are there."""
    sums = np.concatenate([[0.0], np.cumsum(x, dtype=np.float64)])
    return np.asarray((sums[width:] - sums[:-width]) / width)
