"""One pass over a recording: how strongly each lane answers each wavelet, cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels import jit
from emgfasc._kernels.levels import exceeding
from emgfasc._kernels.wavelets import cell_responses, strongest
from emgfasc.containers import Recording
from emgfasc.detect.noise import Levels, quantile_levels
from emgfasc.detect.rules import DetectRules
from emgfasc.detect.threshold import noise_threshold

__all__ = ["Candidates", "Scan", "scan"]

_BLOCK_S = 60.0
_LOOSE = 3.0  # noise SDs: cells below cannot reach any threshold that is used
_SLACK = 0.85  # noise levels and crossings of one block scatter around those of the whole


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
        Cells above a loose threshold, lane by lane within a block.
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


@dataclass(frozen=True)
class _Plan:
    """What every block has in common, in samples and cells."""

    fs_hz: float
    widths: tuple[int, ...]
    cell: int
    group: int
    pool: int
    reach: int
    block: int
    max_false_per_min: float | None
    n_jobs: int | None

    @property
    def margin(self) -> int:
        """Samples that a response looks at on either side."""
        return 2 * max(self.widths) + 1

    def loose(self, crossings: NDArray[np.int64], n: int) -> float:
        """Return a threshold in noise SDs that the final one will not fall below."""
        if self.max_false_per_min is None:
            return _LOOSE
        per_s = crossings / 2 / (n / self.fs_hz)
        return max(_LOOSE, _SLACK * noise_threshold(per_s, self.max_false_per_min))


def scan(
    rec: Recording,
    lanes: NDArray[np.float32],
    *,
    rules: DetectRules,
    max_false_per_min: float | None = None,
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
    max_false_per_min : float, optional
        Only candidates that may reach the threshold for this rate are kept, which bounds memory;
        by default all above 3 noise SDs are.
    n_jobs : int, optional
        Threads.

    Returns
    -------
    Scan
    """
    per_ms = rec.fs_hz / 1e3
    cell = max(1, round(rules.cell_ms * per_ms))
    group = max(1, round(rules.noise_s * rec.fs_hz / cell))
    plan = _Plan(
        fs_hz=rec.fs_hz,
        widths=(0, *sorted({max(1, round(w * per_ms)) for w in rules.widths_ms})),
        cell=cell,
        group=group,
        pool=max(1, round(rules.noise_cell_ms / rules.cell_ms)),
        reach=rules.noise_reach,
        block=cell * group * max(1, round(_BLOCK_S / rules.noise_s)),
        max_false_per_min=max_false_per_min,
        n_jobs=n_jobs,
    )
    blocks = [_block(rec, lanes, start, plan) for start in range(0, rec.n_samples, plan.block)]
    found, levels, crossings = zip(*blocks, strict=True)
    return Scan(
        _joined(found),
        Levels(np.concatenate(levels, axis=2), cell * group, rules.noise_reach),
        np.sum(crossings, axis=0) / 2 / rec.duration_s,
        plan.widths,
    )


def _block(
    rec: Recording, lanes: NDArray[np.float32], start: int, plan: _Plan
) -> tuple[Candidates, NDArray[np.float64], NDArray[np.int64]]:
    """Return the candidates, noise levels and sign changes of one block."""
    stop = min(start + plan.block, rec.n_samples)
    first = max(0, start - plan.margin)
    rows = _rows(rec.read(first, stop + plan.margin), lanes)
    begin, n = start - first, stop - start
    widths = np.array(plan.widths)
    shape = len(rows), len(widths)
    crossings = np.empty(shape, np.int64)
    peak = np.empty((*shape, -(-n // plan.cell)), np.float32)
    n_groups = max(1, (peak.shape[2] + plan.group // 2) // plan.group)
    level = np.empty((*shape, n_groups))

    def summarise(lane: int) -> None:
        power = np.empty(peak.shape[1:], np.float32)
        crossings[lane] = cell_responses(rows[lane], begin, n, plan.cell, widths, power, peak[lane])
        level[lane] = quantile_levels(power[None], plan.group, pool=plan.pool)[0]

    jit.run(summarise, range(len(rows)), n_jobs=plan.n_jobs)
    nearby = Levels(level, plan.cell * plan.group, plan.reach).smooth()
    limit = (plan.loose(crossings, n) * np.sqrt(np.minimum(level, nearby))).astype(np.float32)
    found: list[list[Candidates]] = [[] for _ in rows]

    def keep(lane: int) -> None:
        for scale, width in enumerate(plan.widths):
            cells = exceeding(peak[lane, scale], limit[lane, scale], plan.group)
            where = np.empty(len(cells), np.int64)
            strongest(rows[lane], begin, n, plan.cell, width, cells, where)
            found[lane].append(
                Candidates(
                    where + start,
                    np.full(len(cells), lane, np.int32),
                    np.full(len(cells), scale, np.int32),
                    peak[lane, scale, cells],
                )
            )

    jit.run(keep, range(len(rows)), n_jobs=plan.n_jobs)
    return _joined([part for parts in found for part in parts]), level, crossings


def _joined(parts: Sequence[Candidates]) -> Candidates:
    """Return all candidates in one."""
    return Candidates(
        np.concatenate([part.sample for part in parts]),
        np.concatenate([part.lane for part in parts]),
        np.concatenate([part.scale for part in parts]),
        np.concatenate([part.response for part in parts]),
    )


def _rows(data: NDArray[np.float32], lanes: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Return one row per lane: a channel as it is, or a sum over a neighbourhood."""
    alone = np.count_nonzero(lanes, axis=1) == 1
    channels = iter(data[k] for k in lanes[alone].argmax(axis=1))
    sums = iter(()) if alone.all() else iter(lanes[~alone] @ np.nan_to_num(data, nan=0.0))
    return [np.ascontiguousarray(next(channels if single else sums)) for single in alone]
