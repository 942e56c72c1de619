"""One pass over a recording: how strongly each lane answers each wavelet, cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels import jit
from emgfasc._kernels.levels import exceeding, quantile_levels
from emgfasc._kernels.wavelets import cell_responses, strongest
from emgfasc.containers import Recording
from emgfasc.detect.montage import Montage
from emgfasc.detect.noise import Levels, n_groups
from emgfasc.detect.rules import DetectRules
from emgfasc.detect.threshold import noise_threshold

__all__ = ["Candidates", "Scan", "scan"]

_BLOCK_BYTES = 12 * 2**20  # a block for each thread stays in the cache, and few are filtered twice
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

    @property
    def margin(self) -> int:
        """Samples that a response looks at on either side."""
        return 2 * max(self.widths) + 1

    def spans(self, rec: Recording) -> list[tuple[int, int]]:
        """Return first and last sample of every block; too short an end goes with the one before.

        Groups of noise then begin and end at the same samples whatever the blocks.
        """
        least = self.cell * (self.group - self.group // 2) - self.cell + 1
        starts = range(0, max(1, rec.n_samples - least + 1), self.block)
        return list(pairwise([*starts, rec.n_samples]))

    def loose(self, crossings: NDArray[np.int64], n: int) -> float:
        """Return a threshold in noise SDs that the final one will not fall below."""
        if self.max_false_per_min is None:
            return _LOOSE
        per_s = crossings / 2 / (n / self.fs_hz)
        return max(_LOOSE, _SLACK * noise_threshold(per_s, self.max_false_per_min))


def scan(
    rec: Recording,
    lanes: Montage,
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
    lanes : Montage
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
        block=cell * group * max(1, _BLOCK_BYTES // (4 * rec.n_channels * cell * group)),
        max_false_per_min=max_false_per_min,
    )
    blocks = jit.run(partial(_block, rec, lanes, plan), plan.spans(rec), n_jobs=n_jobs)
    found, levels, crossings = zip(*blocks, strict=True)
    return Scan(
        _joined(found),
        Levels(np.concatenate(levels, axis=2), cell * group, rules.noise_reach),
        np.sum(crossings, axis=0) / 2 / rec.duration_s,
        plan.widths,
    )


def _block(
    rec: Recording, lanes: Montage, plan: _Plan, span: tuple[int, int]
) -> tuple[Candidates, NDArray[np.float64], NDArray[np.int64]]:
    """Return the candidates, noise levels and sign changes of one block."""
    start, stop = span
    first = max(0, start - plan.margin)
    rows = np.ascontiguousarray(rec.read(first, stop + plan.margin))
    where = (*lanes.parts, start - first, stop - start, plan.cell, np.array(plan.widths))
    n_cells = -(-(stop - start) // plan.cell)
    shape = len(lanes), len(plan.widths)
    crossings = np.empty(shape, np.int64)
    power = np.empty((*shape, n_cells), np.float32)
    peak = np.empty((*shape, n_cells), np.float32)
    cell_responses(rows, *where, power, peak, crossings)
    level = np.empty((*shape, n_groups(n_cells, plan.group)))
    by_row = level.reshape(-1, level.shape[2])
    quantile_levels(power.reshape(-1, n_cells), plan.group, plan.pool, by_row)
    nearby = Levels(level, plan.cell * plan.group, plan.reach).smooth().reshape(by_row.shape)
    limit = plan.loose(crossings, stop - start) * np.sqrt(np.minimum(by_row, nearby))
    row, cell = exceeding(peak.reshape(-1, n_cells), limit.astype(np.float32), plan.group)
    lane, scale = np.divmod(row, len(plan.widths))
    sample = np.empty(len(cell), np.int64)
    strongest(rows, *where, lane, scale, cell, sample)
    response = peak[lane, scale, cell]
    found = Candidates(sample + start, lane.astype(np.int32), scale.astype(np.int32), response)
    return found, level, crossings


def _joined(parts: Sequence[Candidates]) -> Candidates:
    """Return all candidates in one."""
    return Candidates(
        np.concatenate([part.sample for part in parts]),
        np.concatenate([part.lane for part in parts]),
        np.concatenate([part.scale for part in parts]),
        np.concatenate([part.response for part in parts]),
    )
