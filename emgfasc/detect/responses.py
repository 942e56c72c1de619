"""One pass over a recording: how strongly each lane answers each wavelet, cell by cell."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels import jit
from emgfasc._kernels.blocks import flat, padded
from emgfasc._kernels.lanes import Lanes, average
from emgfasc._kernels.search import Found, Shape, strongest
from emgfasc._kernels.vectors import LANES
from emgfasc._kernels.wavelets import margin_of
from emgfasc.containers import Recording
from emgfasc.detect.kept import Kept, kept_around
from emgfasc.detect.montage import Montage
from emgfasc.detect.noise import Levels, n_groups, smoothed
from emgfasc.detect.pieces import Pieces
from emgfasc.detect.rules import DetectRules
from emgfasc.detect.threshold import noise_threshold

__all__ = ["Candidates", "Scan", "scan"]

Floats = NDArray[np.float32]

_BLOCK_BYTES = 12 * 2**20  # a block for each thread stays in the cache, and few are filtered twice
_ROUNDED = 1 - 1e-6  # float32 may round a limit up
# Of the limit that one block knows, near its ends and between them. Where the whole recording has a
# lower one, the block is read again.
_SLACK, _SURE = 0.75, 0.97
_LIKELY = 0.95  # of the same limit: what is above is likely to be part of a potential, and kept
_AT_ONCE = 1 << 16  # noise levels smoothed at a time
_KEPT_SHARE, _KEPT_BYTES = 1 / 8, 64 * 2**20  # of a block, and of the whole recording


@dataclass(frozen=True, eq=False)
class Candidates:
    """Cells of a block that may hold a potential; a potential on a grid has hundreds.

    Attributes
    ----------
    span : (int, int)
        First and past-last sample of the block.
    sample : array of int32
        Where the response is largest, counted from the block's first sample.
    lane : array of int16
        Which lane.
    scale : array of int8
        Which wavelet.
    response : array of float32
        Largest absolute response, uV.
    """

    span: tuple[int, int]
    sample: NDArray[np.int32]
    lane: NDArray[np.int16]
    scale: NDArray[np.int8]
    response: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Scan:
    """What one pass leaves: candidates, noise levels and how fast each response oscillates.

    Attributes
    ----------
    candidates : tuple of Candidates
        Cells above a loose threshold, block by block, and lane by lane within a block.
    levels : Levels
        Noise of every lane and scale over time.
    crossings_hz : array of float, shape (n_lanes, n_scales)
        Upward zero crossings per second, for Rice's formula.
    widths : tuple of int
        Widths of the wavelets in samples; the first, 0, is the signal itself.
    kept : Kept
        The recording around the strongest candidates.
    """

    candidates: tuple[Candidates, ...]
    levels: Levels
    crossings_hz: NDArray[np.float64]
    widths: tuple[int, ...]
    kept: Kept


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
    around: int
    max_false_per_min: float

    @property
    def margin(self) -> int:
        """Samples that a response looks at on either side."""
        return margin_of(np.array(self.widths))

    def missing(self, rec: Recording, span: tuple[int, int]) -> tuple[int, int]:
        """Return the samples around a block that lie before and after the recording."""
        start, stop = span
        return max(0, self.margin - start), max(0, stop + self.margin + LANES - rec.n_samples)

    def spans(self, rec: Recording) -> list[tuple[int, int]]:
        """Return first and last sample of every block; too short an end goes with the one before.

        Groups of noise then begin and end at the same samples whatever the blocks.
        """
        least = self.cell * (self.group - self.group // 2) - self.cell + 1
        starts = range(0, max(1, rec.n_samples - least + 1), self.block)
        return list(pairwise([*starts, rec.n_samples]))

    def loose(self, level: Floats, crossings: NDArray[np.int64], n: int) -> tuple[Floats, Floats]:
        """Return limits in uV for every group: the final one is not below, and hardly above.

        Where all groups that take part in the running median lie in the block, they are all but
        the same.
        """
        per_s = crossings / 2 / (n / self.fs_hz)
        z = noise_threshold(per_s, self.max_false_per_min)
        nearby = smoothed(level, self.reach)
        guess = z * np.sqrt(np.minimum(level, nearby))
        low, high = _SLACK * guess, _LIKELY * guess
        inner = slice(self.reach + 1, max(level.shape[2] - self.reach - 1, 0))
        low[..., inner] = _SURE * z * np.sqrt(_least_around(nearby)[..., inner])
        return low.astype(np.float32), np.maximum(low, high).astype(np.float32)

    def final(self, smooth: Floats, z: float, groups: slice) -> Floats:
        """Return the limit in uV that no potential stays below: noise is taken between groups."""
        least = _least_around(smooth, groups.start, groups.stop)
        return np.asarray(_ROUNDED * z * np.sqrt(least), np.float32)

    def groups(self, span: tuple[int, int]) -> slice:
        """Return which groups of the recording lie in a block."""
        first = span[0] // (self.cell * self.group)
        return slice(first, first + n_groups(-(-(span[1] - span[0]) // self.cell), self.group))


def _least_around(
    smooth: NDArray[np.floating], first: int = 0, stop: int | None = None
) -> NDArray[np.float64]:
    """Return the least of each group, from `first` to `stop`, and those beside it."""
    n = smooth.shape[2]
    beside = np.clip(np.arange(first - 1, (n if stop is None else stop) + 1), 0, n - 1)
    wide = smooth[..., beside].astype(np.float64)
    return np.minimum(wide[..., :-2], np.minimum(wide[..., 1:-1], wide[..., 2:]))


@dataclass(frozen=True, eq=False)
class _Block:
    """What one block leaves; `limit` has a value for each lane, scale and group, see _coarse."""

    found: Candidates
    limit: NDArray[np.uint16]
    crossings: NDArray[np.int64]
    kept: Kept


def scan(
    rec: Recording,
    lanes: Montage,
    *,
    rules: DetectRules,
    max_false_per_min: float,
    n_jobs: int | None = None,
) -> Scan:
    """Pass once over a cleaned recording, whatever the blocks with the same result.

    Parameters
    ----------
    rec : Recording
        Cleaned.
    lanes : Montage
        From :func:`emgfasc.detect.montage.montage`.
    rules : DetectRules
        Wavelets and cells.
    max_false_per_min : float
        Every cell that reaches the threshold for this rate is kept, and few others.
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
        around=round((2 * rules.merge_ms + max(rules.widths_ms)) * per_ms),
        max_false_per_min=max_false_per_min,
    )
    spans = plan.spans(rec)
    groups = [plan.groups(span) for span in spans]
    power = np.empty((len(lanes.members), len(plan.widths), groups[-1].stop), np.float32)
    blocks = jit.run(
        lambda k: _block(rec, lanes, plan, spans[k], power=power[..., groups[k]]),
        range(len(spans)),
        n_jobs=n_jobs,
    )
    crossings_hz = np.sum([block.crossings for block in blocks], axis=0) / 2 / rec.duration_s
    _smooth(power, plan.reach, n_jobs)
    z = noise_threshold(crossings_hz, max_false_per_min)
    late = [
        k
        for k, block in enumerate(blocks)
        if (_fine(block.limit) > plan.final(power, z, groups[k])).any()
    ]
    again = jit.run(
        lambda k: _block(rec, lanes, plan, spans[k], limit=plan.final(power, z, groups[k])),
        late,
        n_jobs=n_jobs,
    )
    for k, block in zip(late, again, strict=True):
        blocks[k] = block
    found = tuple(block.found for block in blocks)
    kept = Kept.joined(block.kept for block in blocks)
    return Scan(found, Levels(power, cell * group), crossings_hz, plan.widths, kept)


def _smooth(power: Floats, reach: int, n_jobs: int | None) -> None:
    """Smooth the noise of every lane in its place, some lanes at a time."""
    at_once = max(1, _AT_ONCE // power[:1].size)

    def some(first: int) -> None:
        part = power[first : first + at_once]
        smoothed(part, reach, out=part)

    jit.run(some, range(0, len(power), at_once), n_jobs=n_jobs)


def _coarse(limit: Floats) -> NDArray[np.uint16]:
    """Return the upper half of each float32, rounded up: a day has 44 million of them.

    Of limits that are up to 1 % too high hardly one more lies above the final one.
    """
    bits = np.ascontiguousarray(limit, np.float32).view(np.uint32)
    return ((bits + np.uint32(0xFFFF)) >> np.uint32(16)).astype(np.uint16)


def _fine(limit: NDArray[np.uint16]) -> Floats:
    """Return limits, not below what they were."""
    return (limit.astype(np.uint32) << np.uint32(16)).view(np.float32)


def _block(
    rec: Recording,
    lanes: Montage,
    plan: _Plan,
    span: tuple[int, int],
    *,
    power: Floats | None = None,
    limit: Floats | None = None,
) -> _Block:
    """Look at one block, for cells above a loose limit or the one that is given.

    The noise of its groups is written to `power`, for which a day has room only once.
    """
    start, stop = span
    rows = rec.read(start - plan.margin, stop + plan.margin + LANES)
    held = _lanes(rows, lanes, *plan.missing(rec, span))
    parts = _parts(held, plan, stop - start)
    found = [part.found() for part in parts]
    level = np.concatenate(
        [part.by_lane(each.level) for part, each in zip(parts, found, strict=True)], axis=2
    ).astype(np.float32)
    if power is not None:
        power[:] = level
    crossings = np.sum(
        [part.by_lane(each.changes).sum(axis=2) for part, each in zip(parts, found, strict=True)],
        axis=0,
    ).astype(np.int64)
    likely = limit
    if limit is None or likely is None:
        limit, likely = plan.loose(level, crossings, stop - start)
    cut = np.cumsum([part.n_groups for part in parts])[:-1]
    candidates = _candidates(parts, found, np.split(limit, cut, axis=2), plan, span)
    above = _above(candidates, likely, plan.cell * plan.group)
    middle = start + candidates.sample[above].astype(np.int64)
    kept = kept_around(
        rows,
        max(0, start - plan.margin),
        middle - plan.around,
        middle + plan.around,
        min(_KEPT_SHARE * rows.nbytes, _KEPT_BYTES * (stop - start) / rec.n_samples),
    )
    return _Block(candidates, _coarse(limit), crossings, kept)


def _lanes(rows: Floats, lanes: Montage, before: int, after: int) -> Lanes:
    """Make lanes of a block from which samples are missing before and after."""
    if before or after:
        rows = padded(rows, before, after)
    common = np.empty(rows.shape[1], np.float32)
    x, apart = flat(rows)
    average(x, apart, lanes.good, common)
    if np.isnan(common).any():
        x, apart = flat(np.where(np.isnan(rows), np.float32(0), rows))  # gaps
        average(x, apart, lanes.good, common)
    return Lanes(
        x,
        apart,
        lanes.members,
        lanes.share.astype(np.float32),
        lanes.gain.astype(np.float32),
        common,
    )


def _parts(lanes: Lanes, plan: _Plan, n: int) -> list[Pieces]:
    """Part the `n` samples of a block into groups; the last one may be of another length."""
    widths, length = np.array(plan.widths), plan.cell * plan.group
    groups = n_groups(-(-n // plan.cell), plan.group)
    whole = groups - (n != groups * length)
    parts = []
    for first, last, size in ((0, whole, length), (whole, groups, n - whole * length)):
        if last > first:
            shape = Shape.of(size, plan.cell, plan.pool, widths)
            begin = plan.margin + first * length
            parts.append(Pieces(lanes, widths, begin, last - first, shape))
    return parts


def _candidates(
    parts: list[Pieces],
    found: list[Found],
    limits: list[Floats],
    plan: _Plan,
    span: tuple[int, int],
) -> Candidates:
    """Return the cells of a block that are above the limit."""
    cells = [
        _cells(part, each, limit, span[1] - span[0] + plan.margin)
        for part, each, limit in zip(parts, found, limits, strict=True)
    ]
    sample, lane, scale, response = (np.concatenate(column) for column in zip(*cells, strict=True))
    return Candidates(
        span,
        (sample - plan.margin).astype(np.int32),
        lane.astype(np.int16),
        scale.astype(np.int8),
        response,
    )


def _cells(
    part: Pieces, found: Found, limit: Floats, stop: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], Floats]:
    """Return sample, lane, scale and response of cells above the limit."""
    lane, scale, cell, response = part.above(found, limit)
    first = part.begin + cell * part.shape.size
    size, sample = np.minimum(part.shape.size, stop - first), np.empty(len(first), np.int64)
    strongest(part.lanes, lane, first, size, part.widths[scale], sample)
    return sample, lane, scale, response


def _above(found: Candidates, limit: Floats, length: int) -> NDArray[np.bool_]:
    """Tell which candidates are above the limit of their group of `length` samples."""
    group = np.minimum(found.sample // length, limit.shape[2] - 1)
    return np.asarray(found.response > limit[found.lane, found.scale, group])
