"""Integers that overflowed: found by the jump over the whole range, put back where smooth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Recording
from emgfasc.integrity.excerpts import look_at
from emgfasc.integrity.finding import Finding, Span
from emgfasc.integrity.loops import viterbi_wrap
from emgfasc.integrity.scanning import Scan, scan

__all__ = ["find_wrap", "unwrap", "wrap_period"]

_BLOCK = 1 << 18
_BITS = (8, 10, 12, 14, 16, 24)
_FILLED = 0.98  # share of the converter's range that wrapped values fill
_ROUGH = 0.02  # float32 rounds the smallest step by up to this share
_JUMP = 0.75  # of the range, within one sample: emgdb neuropathy has dozens, clean records none
_ROUND = 1.001  # a range rounded to float32 exceeds its period by less
_FEWEST = 2
_RENT = 0.01  # of the range, per sample taken as wrapped: where steps decide nothing, none is


@dataclass(frozen=True, eq=False)
class UnwrappedSource:
    """A source whose wrapped samples are put back block by block.

    Attributes
    ----------
    rec : Recording
        The recording as stored.
    periods_uv : array, shape (n_channels,)
        The range of each channel's integers; 0 leaves a channel as it is.
    """

    rec: Recording
    periods_uv: NDArray[np.float64]

    @property
    def n_samples(self) -> int:
        """Samples per channel."""
        return self.rec.n_samples

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return samples `start` to `stop`, in uV."""
        values = np.empty((self.rec.n_channels, max(stop - start, 0)), np.float32)
        # Blocks begin at fixed places, so that a stretch does not depend on how it was asked for.
        for block in range(start // _BLOCK, -(-stop // _BLOCK)):
            at = block * _BLOCK
            fixed = _fixed(self.rec.read(at, at + _BLOCK), self.periods_uv)
            left, right = max(start, at), min(stop, at + fixed.shape[1])
            values[:, left - start : right - start] = fixed[:, left - at : right - at]
        return values


def wrap_period(rec: Recording, scan: Scan) -> NDArray[np.float64]:
    """Return the range of each channel's integers in uV where it is filled, else 0.

    The range is a power of two times the smallest step.
    """
    reach = scan.high_uv - scan.low_uv
    with np.errstate(invalid="ignore", divide="ignore"):
        filled = reach / scan.quantum_uv
    periods = np.zeros(len(filled))
    first: NDArray[np.float32] | None = None
    for bits in _BITS:
        near = (filled >= (_FILLED - _ROUGH) * 2**bits) & (filled <= (1 + _ROUGH) * 2**bits)
        for channel in np.flatnonzero(near):
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


def find_wrap(rec: Recording, scan: Scan) -> Finding | None:
    """Find integer wrap-around.

    Parameters
    ----------
    rec : Recording
        The recording.
    scan : Scan
        Its extremes and smallest steps.
    """
    # Most files fill their integers without a jump: none of the search below is needed then.
    leaping = scan.leap_uv * _ROUND > _JUMP * (scan.high_uv - scan.low_uv)
    if not leaping.any():
        return None
    periods = np.where(leaping, wrap_period(rec, scan), 0.0)
    jumps = np.zeros(rec.n_channels, int)
    wrapped = np.zeros(rec.n_channels, int)
    spans: list[Span] = []
    if not periods.any():
        return None
    for at, block in rec.blocks(_BLOCK):
        for channel in np.flatnonzero(periods):
            steps = np.abs(np.diff(block[channel].astype(np.float64)))
            jumps[channel] += int((steps > _JUMP * periods[channel]).sum())
            mask = _mask(block[channel], periods[channel])
            wrapped[channel] += int(mask.sum())
            edges = np.flatnonzero(
                np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8))
            )
            spans += [
                ((at + int(start)) / rec.fs_hz, (at + int(stop)) / rec.fs_hz)
                for start, stop in edges.reshape(-1, 2)
            ]
    hit = np.flatnonzero(jumps >= _FEWEST)
    if not len(hit):
        return None
    total = int(wrapped[hit].sum())
    return Finding(
        name="wrap_around",
        trust="no",
        amount=float(total),
        unit="samples",
        sentence=(
            f"Integers overflowed: {int(jumps[hit].sum())} jumps over most of the converter's "
            f"range of {periods[hit].max():g} uV, and at least {total} samples on its wrong side; "
            "integrity.unwrap puts those back that smoothness decides."
        ),
        spans=tuple(spans[:20]),
        channels=tuple(rec.channels[channel] for channel in hit),
    )


def unwrap(rec: Recording) -> Recording:
    """Put wrapped samples back where the steps around them decide it.

    A sample is moved by one whole range of the integers when that makes the sum of absolute steps
    smaller (Viterbi over the block, a small price per moved sample). On emgdb's neuropathy record,
    whose right values are known, 220 samples are moved, 215 of them rightly, of 410 that wrapped:
    the rest overflowed so briefly or so far that the stored numbers do not tell. The overflow is
    taken to be downwards or upwards, whichever moves more samples.

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
    scanned = scan(rec, look_at(rec))
    if find_wrap(rec, scanned) is None:
        return rec
    source = UnwrappedSource(rec, wrap_period(rec, scanned))
    return rec.replace(source=source, steps=(*rec.steps, "unwrapped"))


def _mask(x: NDArray[np.float32], period: float) -> NDArray[np.bool_]:
    """Mark the samples that are one period off, in the likelier direction."""
    return np.asarray(_offsets(x, period) != 0, np.bool_)


def _offsets(x: NDArray[np.float32], period: float) -> NDArray[np.int8]:
    """Return how many periods to add: -1 where the signal overflowed downwards, +1 upwards."""
    best = np.zeros(len(x), np.int8)
    fewest = _cost(x, best, period)
    row = np.ascontiguousarray(x)
    for sign in (-1, 1):
        back = np.zeros((len(x), 2), np.uint8)
        viterbi_wrap(row if sign < 0 else -row, period, _RENT * period, back)
        offsets = back[:, 0].astype(np.int8) * np.int8(sign)
        cost = _cost(x, offsets, period)
        if cost < fewest:
            best, fewest = offsets, cost
    return best


def _cost(x: NDArray[np.float32], offsets: NDArray[np.int8], period: float) -> float:
    """Return the sum of absolute steps and rents."""
    moved = x.astype(np.float64) + offsets * period
    return float(np.nansum(np.abs(np.diff(moved)))) + _RENT * period * float(np.abs(offsets).sum())


def _fixed(block: NDArray[np.float32], periods_uv: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return a block with its wrapped samples put back."""
    fixed = np.array(block, np.float32)
    for channel in np.flatnonzero(periods_uv):
        offsets = _offsets(block[channel], periods_uv[channel])
        fixed[channel] += (offsets * periods_uv[channel]).astype(np.float32)
    return fixed
