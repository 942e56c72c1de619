"""Integers that overflowed: found by the jump over the whole range, put back where decided."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Recording
from emgfasc.integrity.excerpts import look_at
from emgfasc.integrity.finding import Finding, Span
from emgfasc.integrity.scanning import Scan, scan
from emgfasc.integrity.unwrapping import offsets

__all__ = ["find_wrap", "unwrap", "wrap_period"]

_BLOCK = 1 << 18
_BITS = (8, 10, 12, 14, 16, 24)
_FILLED = 0.98  # share of the converter's range that wrapped values fill
_ROUGH = 0.02  # float32 rounds the smallest step by up to this share
_JUMP = 0.75  # of the range, within one sample: emgdb neuropathy has dozens, clean records none
_ROUND = 1.001  # a range rounded to float32 exceeds its period by less
_FEWEST = 2


@dataclass(frozen=True, eq=False)
class _Wraps:
    """What wrapped, per channel: range in uV (0: none), leaps over it, samples, ranges to add."""

    periods_uv: NDArray[np.float64]
    leaps: NDArray[np.int64]
    sample: list[NDArray[np.int64]]
    ranges: list[NDArray[np.int8]]


@dataclass(frozen=True, eq=False)
class UnwrappedSource:
    """A source whose wrapped samples are put back as it is read.

    Attributes
    ----------
    rec : Recording
        The recording as stored.
    wraps : _Wraps
        Which of its samples to move.
    """

    rec: Recording
    wraps: _Wraps

    @property
    def n_samples(self) -> int:
        """Samples per channel."""
        return self.rec.n_samples

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return samples `start` to `stop`, in uV."""
        values = np.array(self.rec.read(start, stop), np.float32)
        for channel in np.flatnonzero(self.wraps.periods_uv):
            sample = self.wraps.sample[channel]
            first, last = np.searchsorted(sample, [start, stop])
            added = self.wraps.ranges[channel][first:last] * self.wraps.periods_uv[channel]
            values[channel, sample[first:last] - start] += added.astype(np.float32)
        return values


def wrap_period(rec: Recording, scan: Scan, among: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the range of some channels' integers in uV where it is filled, else 0.

    The range is a power of two times the smallest step.
    """
    reach = scan.high_uv - scan.low_uv
    with np.errstate(invalid="ignore", divide="ignore"):
        filled = reach / scan.quantum_uv
    periods = np.zeros(len(filled))
    first: NDArray[np.float32] | None = None
    for bits in _BITS:
        near = (filled >= (_FILLED - _ROUGH) * 2**bits) & (filled <= (1 + _ROUGH) * 2**bits)
        for channel in np.flatnonzero(near & among):
            first = rec.read(0, _BLOCK) if first is None else first
            own = first[channel].astype(np.float64)
            period = _step(own, scan.quantum_uv[channel]) * 2**bits
            if _FILLED * period <= reach[channel] <= _ROUND * period:
                periods[channel] = period
    return periods


def _step(x: NDArray[np.float64], rough: float) -> float:
    """Average the smallest steps: single ones carry float32's rounding."""
    steps = np.abs(np.diff(x))
    counts = np.round(steps / rough)
    small = (counts >= 1) & (counts <= 20)
    return float(steps[small].sum() / counts[small].sum()) if small.any() else rough


def _search(rec: Recording, scan: Scan) -> _Wraps | None:
    """Walk through a recording whose integers may have overflowed; ``None`` when none did."""
    # Most files fill their integers without a leap: none of the search below is needed then.
    leaping = scan.leap_uv * _ROUND > _JUMP * (scan.high_uv - scan.low_uv)
    if not leaping.any():
        return None
    periods = wrap_period(rec, scan, leaping)
    if not periods.any():
        return None
    leaps = np.zeros(rec.n_channels, np.int64)
    for _, block in rec.blocks(_BLOCK):
        for channel in np.flatnonzero(periods):
            steps = np.abs(np.diff(block[channel].astype(np.float64)))
            leaps[channel] += int((steps > _JUMP * periods[channel]).sum())
    periods[leaps < _FEWEST] = 0.0
    if not periods.any():
        return None
    places: list[list[NDArray[np.int64]]] = [[] for _ in rec.channels]
    ranges: list[list[NDArray[np.int8]]] = [[] for _ in rec.channels]
    for at, block in rec.blocks(_BLOCK):
        for channel in np.flatnonzero(periods):
            found = offsets(block[channel], periods[channel], rec.fs_hz)
            places[channel].append(np.flatnonzero(found) + at)
            ranges[channel].append(found[found != 0])
    none = np.zeros(0, np.int64)
    return _Wraps(
        periods,
        leaps,
        [np.concatenate([none, *found]) for found in places],
        [np.concatenate([none.astype(np.int8), *found]) for found in ranges],
    )


def find_wrap(rec: Recording, scan: Scan) -> Finding | None:
    """Find integer wrap-around.

    Parameters
    ----------
    rec : Recording
        The recording.
    scan : Scan
        Its extremes and smallest steps.
    """
    wraps = _search(rec, scan)
    if wraps is None:
        return None
    hit = np.flatnonzero(wraps.periods_uv)
    total = sum(len(wraps.sample[channel]) for channel in hit)
    spans: list[Span] = []
    for channel in hit:
        sample = wraps.sample[channel]
        runs = np.split(sample, np.flatnonzero(np.diff(sample) > 1) + 1)[:20]
        spans += [(run[0] / rec.fs_hz, (run[-1] + 1) / rec.fs_hz) for run in runs if len(run)]
    return Finding(
        name="wrap_around",
        trust="no",
        amount=float(total),
        unit="samples",
        sentence=(
            f"Integers overflowed: {int(wraps.leaps[hit].sum())} steps over most of the "
            f"converter's range of {wraps.periods_uv.max():g} uV, and some {total} samples on its "
            "wrong side; integrity.unwrap puts back those that steps and like potentials decide."
        ),
        spans=tuple((float(a), float(b)) for a, b in sorted(spans)[:20]),
        channels=tuple(rec.channels[channel] for channel in hit),
    )


def unwrap(rec: Recording) -> Recording:
    """Put wrapped samples back where the steps around them, or like potentials, decide it.

    A sample is moved by one whole range of the integers when that makes the sum of absolute steps,
    and of differences from samples with similar surroundings, smaller (the smallest cut of a
    graph, block by block; :mod:`emgfasc.integrity.unwrapping`). The overflow is taken to be
    downwards or upwards, whichever explains more.

    On emgdb's neuropathy record, whose right values are known, 410 samples wrapped: 392 are moved,
    382 of them rightly (by steps alone 220 and 215). The other 28 are one or two samples long and
    cannot be told from a tall positive peak: were every other sample known, linear prediction
    would tell 242 to 268 of the 410, and the sum used here 396
    (``python -m benchmarks.integrity unwrap``). Window and weight of likeness were chosen on this
    record, the only one at hand that steps do not decide.

    Parameters
    ----------
    rec : Recording
        A recording; returned as it is when nothing wrapped.

    Returns
    -------
    Recording
        With ``steps`` telling what was done.

    Examples
    --------
    >>> import numpy as np, emgfasc as ef
    >>> true = 20000 * np.sin(np.arange(4000) / 50) - 20000
    >>> rec = ef.read(true.astype(np.int64).astype(np.int16), fs=4000, kind="needle")
    >>> back = ef.integrity.unwrap(rec)
    >>> bool(np.allclose(back.read()[0], true.astype(np.int64)))
    True
    """
    wraps = _search(rec, scan(rec, look_at(rec)))
    if wraps is None:
        return rec
    return rec.replace(source=UnwrappedSource(rec, wraps), steps=(*rec.steps, "unwrapped"))
