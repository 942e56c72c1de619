"""One pass over a recording: how strongly each lane answers each wavelet, cell by cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels import jit
from emgfasc._kernels.cells import cell_hats, cell_raw
from emgfasc.containers import Recording
from emgfasc.detect.noise import Levels, quantile_levels
from emgfasc.detect.rules import DetectRules

__all__ = ["Candidates", "Scan", "scan"]

_BLOCK_S = 60.0
_LOOSE = 3.0  # noise SDs: cells below cannot reach any threshold that is used


@dataclass(frozen=True, eq=False)
class Candidates:
    """Cells that may hold a potential.

    Attributes
    ----------
    sample : array of int64
        Where the response is largest.
    lane, scale : array of int32
        Which lane and which wavelet.
    response : array of float32
        Largest absolute response, uV.
    """

    sample: NDArray[np.int64]
    lane: NDArray[np.int32]
    scale: NDArray[np.int32]
    response: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Scan:
    """What one pass leaves: candidates, noise levels and how fast each response oscillates.

    Attributes
    ----------
    candidates : Candidates
        Cells above a loose threshold.
    levels : Levels
        Noise of every lane and scale over time.
    crossings_hz : array of float, shape (n_lanes, n_scales)
        Upward zero crossings per second, for Rice's formula.
    widths : tuple of int
        Widths of the wavelets in samples; the first, 0, is the signal itself.
    """

    candidates: Candidates
    levels: Levels
    crossings_hz: NDArray[np.float64]
    widths: tuple[int, ...]


def scan(
    rec: Recording,
    lanes: NDArray[np.float32],
    *,
    rules: DetectRules,
    n_jobs: int | None = None,
) -> Scan:
    """Pass once over a cleaned recording.

    Parameters
    ----------
    rec : Recording
        Cleaned.
    lanes : array of float32, shape (n_lanes, n_channels)
        From :func:`emgfasc.detect.montage.montage`.
    rules : DetectRules
        Wavelets and cells.
    n_jobs : int, optional
        Threads.

    Returns
    -------
    Scan
    """
    widths = (0, *sorted({max(1, round(w * rec.fs_hz / 1e3)) for w in rules.widths_ms}))
    cell = max(1, round(rules.cell_ms * rec.fs_hz / 1e3))
    group = max(1, round(rules.noise_s * rec.fs_hz / cell))
    pool = max(1, round(rules.noise_cell_ms / rules.cell_ms))
    block = cell * group * max(1, round(_BLOCK_S / rules.noise_s))
    margin = 2 * max(widths)
    identity = len(lanes) == rec.n_channels and bool((lanes == np.eye(len(lanes))).all())
    found: list[Candidates] = []
    levels: list[NDArray[np.float64]] = []
    crossings = np.zeros((len(lanes), len(widths)), np.int64)
    for start in range(0, rec.n_samples, block):
        stop = min(start + block, rec.n_samples)
        data = _padded(rec, start, stop, margin)
        seen = data if identity else lanes @ data
        power, peak, where, crossed = _summaries(seen, margin, widths, cell, n_jobs)
        crossings += crossed
        level = quantile_levels(power, group, pool=pool)
        levels.append(level)
        found.append(_loose(peak, where, level, group, start))
    joined = Candidates(
        *(
            np.concatenate([getattr(part, name) for part in found])
            for name in ("sample", "lane", "scale", "response")
        )
    )
    return Scan(
        joined,
        Levels(np.concatenate(levels, axis=2), cell * group, rules.noise_reach),
        crossings / 2 / rec.duration_s,
        widths,
    )


def _padded(rec: Recording, start: int, stop: int, margin: int) -> NDArray[np.float32]:
    """Read a block with `margin` samples on both sides; zeros beyond the ends and in gaps."""
    data = np.nan_to_num(rec.read(max(0, start - margin), stop + margin), nan=0.0)
    before = margin - (start - max(0, start - margin))
    after = margin - (min(rec.n_samples, stop + margin) - stop)
    return np.pad(data, ((0, 0), (before, after))) if before or after else data


def _summaries(
    data: NDArray[np.float32], margin: int, widths: tuple[int, ...], cell: int, n_jobs: int | None
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int32], NDArray[np.int64]]:
    """Summarise every lane and scale, shape (n_lanes, n_scales, n_cells), on several threads."""
    n_cells = -(-(data.shape[1] - 2 * margin) // cell)
    shape = (len(data), len(widths), n_cells)
    power, peak = np.empty(shape, np.float32), np.empty(shape, np.float32)
    where = np.empty(shape, np.int32)
    crossings = np.empty(shape[:2], np.int64)

    def work(lane: int) -> None:
        row = np.ascontiguousarray(data[lane])
        sums = np.concatenate([[0.0], np.cumsum(row, dtype=np.float64)])
        for k, width in enumerate(widths):
            out = power[lane, k], peak[lane, k], where[lane, k]
            if width:
                crossings[lane, k] = cell_hats(row, margin, width, cell, sums, *out)
            else:
                crossings[lane, k] = cell_raw(row, margin, cell, *out)

    jit.run(work, range(len(data)), n_jobs=n_jobs)
    return power, peak, where, crossings


def _loose(
    peak: NDArray[np.float32],
    where: NDArray[np.int32],
    level: NDArray[np.float64],
    group: int,
    start: int,
) -> Candidates:
    """Keep the cells whose response is more than a loose multiple of the noise around them."""
    n_cells = peak.shape[2]
    index = np.minimum(np.arange(n_cells) // group, level.shape[2] - 1)
    lane, scale, cell = np.nonzero(peak > _LOOSE * np.sqrt(level).astype(np.float32)[:, :, index])
    return Candidates(
        where[lane, scale, cell].astype(np.int64) + start,
        lane.astype(np.int32),
        scale.astype(np.int32),
        peak[lane, scale, cell],
    )
