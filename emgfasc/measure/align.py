"""The discharges of a unit, cut out and laid over each other to a fraction of a sample."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels import taps as taps_of
from emgfasc.measure.given import channel_numbers

if TYPE_CHECKING:
    from emgfasc.containers import Events, Recording

__all__ = [
    "TAPS",
    "Discharges",
    "aligned",
    "alike",
    "clear",
    "cut",
    "delays",
    "lag_margin",
    "median_potential",
    "shifted",
    "units_of",
]

_BLOCK_VALUES = 4_000_000
TAPS = 8  # half length of the interpolation kernel; below 0.4 fs its error is under 1 %
_KAISER_BETA = 8.0
_LAG_MS = 1.0  # largest shift in alignment
_FAR = 3.0  # robust SD from the usual distance
_FAR_AT_LEAST = 0.3  # of the usual distance: few potentials give no scatter
_ROUNDS = 2  # of alignment to the median of the round before

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Discharges:
    """Which potentials make a unit, on the channel where most of them are largest.

    Attributes
    ----------
    unit : int
        Number of the unit.
    rows : array of int
        Positions of its potentials among all events.
    channel : int
        Index of the channel.
    """

    unit: int
    rows: Ints
    channel: int


def units_of(rec: Recording, events: Events) -> list[Discharges]:
    """Return the sorted units among `events`, by number."""
    unit = events.frame["unit"].to_numpy(np.int64)
    channels = channel_numbers(rec, events)
    found = []
    for number in np.unique(unit[unit > 0]):
        rows = np.flatnonzero(unit == number)
        found.append(Discharges(int(number), rows, int(np.bincount(channels[rows]).argmax())))
    return found


def clear(peaks: Ints, rows: Ints, before: int, after: int, n_samples: int) -> Ints:
    """Return those `rows` with no other peak and no end of the recording inside their window."""
    previous = np.append(-before - 1, peaks[:-1])
    following = np.append(peaks[1:], n_samples + after)
    inside = (peaks - before >= 0) & (peaks + after < n_samples)
    alone = (peaks - previous > before) & (following - peaks > after)
    kept: Ints = rows[(inside & alone)[rows]]
    return kept


def cut(rec: Recording, channel: int, peaks: Ints, before: int, after: int) -> Floats:
    """Return one row of signal per peak, ``nan`` beyond the ends of the recording.

    Returns
    -------
    array of float, shape (n_peaks, before + after + 1)
        Microvolts; `peaks` must be in order.
    """
    out = np.full((len(peaks), before + after + 1), np.nan)
    offsets = np.arange(-before, after + 1)
    for here, origin, block in _stretches(rec, peaks, before, after):
        index = peaks[here, None] + offsets - origin
        inside = (index >= 0) & (index < block.shape[1])
        taken = block[channel][np.clip(index, 0, block.shape[1] - 1)]
        out[here] = np.where(inside, taken, np.nan)
    return out


def median_potential(
    rec: Recording, channel: int, peaks: Ints, before: int, after: int
) -> tuple[Floats, int]:
    """Return the median over discharges laid over each other, and of how many it is.

    Parameters
    ----------
    rec : Recording
        The cleaned recording.
    channel : int
        Index of the channel.
    peaks : array of int
        Samples, in order; a discharge whose window is not whole does not count.
    before, after : int
        Samples on either side of the peak.

    Returns
    -------
    median : array of float, shape (before + after + 1,)
        Empty when no discharge counts.
    n : int
    """
    margin = lag_margin(rec.fs_hz)
    windows = cut(rec, channel, peaks, before + margin, after + margin)
    windows = windows[np.isfinite(windows).all(axis=1)]
    if not len(windows):
        return np.zeros(0), 0
    return np.median(aligned(windows, margin), axis=0), len(windows)


def lag_margin(fs_hz: float) -> int:
    """Return the samples beside a window that alignment needs, for shifts of up to 1 ms."""
    return round(_LAG_MS * fs_hz / 1e3) + TAPS


def _stretches(
    rec: Recording, peaks: Ints, before: int, after: int
) -> Iterator[tuple[slice, int, NDArray[np.float32]]]:
    """Yield ``(which peaks, first sample, block)`` over the parts of `rec` that hold peaks."""
    size = max(_BLOCK_VALUES // rec.n_channels, 1)
    for first in np.unique(peaks // size) * size:
        low, high = np.searchsorted(peaks, [first, first + size])
        origin = max(0, int(peaks[low]) - before)
        yield slice(int(low), int(high)), origin, rec.read(origin, int(peaks[high - 1]) + after + 1)


def aligned(windows: Floats, margin: int) -> Floats:
    """Shift every row onto the median of all, to a fraction of a sample.

    Parameters
    ----------
    windows : array of float, shape (n, width)
        One discharge per row, without ``nan``.
    margin : int
        Samples at each end that serve the shift and are cut off; rows move by at most
        ``margin - 8`` samples.

    Returns
    -------
    array of float, shape (n, width - 2 * margin)
    """
    out = windows[:, margin : windows.shape[1] - margin]
    for _ in range(_ROUNDS):
        out = shifted(windows, delays(windows, np.median(out, axis=0), margin), margin)
    return out


def alike(waves: Floats) -> NDArray[np.bool_]:
    """Tell which waves are no farther from their median than most are.

    One whose distance is far beyond that of the others overlaps with something else, or belongs
    elsewhere.

    Parameters
    ----------
    waves : array of float, shape (n, ...)

    Returns
    -------
    array of bool, shape (n,)
    """
    off = (waves - np.median(waves, axis=0)).reshape(len(waves), -1)
    distance = np.sqrt((off**2).sum(axis=1))
    usual = np.median(distance)
    scatter = np.median(np.abs(distance - usual)) / 0.6745
    return np.asarray(distance <= usual + max(_FAR * scatter, _FAR_AT_LEAST * usual))


def delays(windows: Floats, template: Floats, margin: int) -> Floats:
    """Return by how many samples each row must be read later to lie over `template`.

    Parameters
    ----------
    windows : array of float, shape (n, width)
    template : array of float, shape (width - 2 * margin,)
    margin : int
        As in :func:`aligned`.

    Returns
    -------
    array of float, shape (n,)
    """
    reach = margin - TAPS
    size = len(template)
    lags = np.arange(-reach, reach + 1)
    # one product for all lags: column k holds the template that starts at margin + lag
    bank = np.zeros((windows.shape[1], len(lags)))
    for column, lag in enumerate(lags):
        bank[margin + lag : margin + lag + size, column] = template
    power = np.cumsum(np.pad(windows**2, ((0, 0), (1, 0))), axis=1)
    first = margin + lags
    norm = np.sqrt(np.maximum(power[:, first + size] - power[:, first], 0.0))
    scores = np.divide(windows @ bank, norm, out=np.zeros_like(norm), where=norm > 0)
    return np.asarray(lags[0] + _summits(scores), np.float64)


def _summits(scores: Floats) -> Floats:
    """Return where each row peaks, between columns, by a parabola."""
    best = scores.argmax(axis=1)
    rows = np.arange(len(scores))
    inner = np.clip(best, 1, scores.shape[1] - 2)
    left, mid, right = (scores[rows, inner + step] for step in (-1, 0, 1))
    bend = left - 2 * mid + right
    step = np.divide(0.5 * (left - right), bend, out=np.zeros(len(rows)), where=bend < 0)
    return np.asarray(np.where(best == inner, inner + np.clip(step, -0.5, 0.5), best), float)


def shifted(windows: Floats, delay: Floats, margin: int) -> Floats:
    """Return the rows read `delay` samples later, without their margins (windowed sinc)."""
    width = windows.shape[1] - 2 * margin
    whole = np.floor(delay).astype(int)
    part = delay - whole
    taps = np.arange(-TAPS + 1, TAPS + 1)
    distance = taps - part[:, None]
    kernel = np.sinc(distance) * np.i0(
        _KAISER_BETA * np.sqrt(np.clip(1 - (distance / TAPS) ** 2, 0, None))
    )
    kernel /= kernel.sum(axis=1, keepdims=True)
    first = (margin + whole + taps[0]).astype(np.int64)
    return taps_of.filtered(np.ascontiguousarray(windows, np.float64), first, kernel, width)
