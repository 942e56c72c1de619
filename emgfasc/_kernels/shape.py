"""The shape of potentials, measured one by one inside a block of signal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels.jit import kernel

__all__ = ["N_MEASURES", "shapes", "spreads"]

Floats = NDArray[np.float64]
Block = NDArray[np.float32]
Ints = NDArray[np.int64]

# Columns of what `shapes` returns; samples count from the start of the block.
ONSET, OFFSET, PEAK, TOP, BOTTOM, AREA, PHASES, FIRST, TURNS, RISE, SPIKE, CUT = range(12)
N_MEASURES = 12


@kernel
def _baseline(x: Block, start: int, stop: int, band: float, enough: int) -> float:
    """Return the median of the quiet part of ``x[start:stop]``; 0 when too little is quiet.

    The second median leaves out what lies outside `band` around the first, so that a potential
    before this one does not pull the baseline. The signal is high-passed, hence the 0.
    """
    values = np.empty(max(stop - start, 0), np.float32)
    n = 0
    for k in range(start, stop):
        if not np.isnan(x[k]):
            values[n] = x[k]
            n += 1
    if n < enough:
        return 0.0
    middle = np.median(values[:n])
    kept = 0
    for k in range(n):
        if abs(values[k] - middle) <= band:
            values[kept] = values[k]
            kept += 1
    if kept < enough:
        return 0.0
    return float(np.median(values[:kept]))


@kernel
def _edge(
    y: Floats, band: float, peak: int, end: int, step: int, run_min: int, quiet: int
) -> tuple[int, bool]:
    """Walk from `peak` towards `end`; return the last sample outside `band` and if it was cut.

    Runs outside that are shorter than `run_min` are noise, unless they hang on to the potential.
    """
    last = peak
    run = run_min  # the peak's own run counts whatever its length
    k = peak + step
    while k != end:
        if abs(y[k]) > band:
            run += 1
            if run >= run_min:
                last = k
        else:
            run = 0
            if (k - last) * step >= quiet:
                return last, False
        k += step
    return last, True


@kernel
def _phases(y: Floats, height: float, length: int, out: Floats) -> None:
    """Count the phases of `y` and find the peaks that rise and spike time need."""
    phases = 0
    first = 0
    sign_before = 0
    first_top, last_top, rise_from = -1, -1, -1
    deepest, deepest_at = 0.0, -1
    k = 0
    while k < len(y):
        sign = 1 if y[k] >= 0 else -1
        begin, best, at = k, 0.0, k
        while k < len(y) and (1 if y[k] >= 0 else -1) == sign:
            if abs(y[k]) > best:
                best, at = abs(y[k]), k
            k += 1
        if best < height or k - begin < length:
            continue
        if sign != sign_before:
            phases += 1
            if first == 0:
                first = sign
        if sign > 0:
            # a top that noise split in two keeps its higher half, of equals the first
            if sign_before > 0 and y[at] <= y[last_top]:
                at = last_top
            if first_top < 0 or (sign_before > 0 and first_top == last_top):
                first_top = at
            last_top = at
        elif best > deepest:
            deepest, deepest_at, rise_from = best, at, last_top
        sign_before = sign
    out[PHASES] = phases
    out[FIRST] = first if first != 0 else np.nan
    out[RISE] = deepest_at - rise_from if rise_from >= 0 else np.nan
    out[SPIKE] = last_top - first_top if last_top > first_top else np.nan


@kernel
def _turns(y: Floats, swing: float) -> int:
    """Count reversals of `y` between swings of at least `swing`, from baseline to baseline."""
    turns = 0
    direction = 0
    low = high = 0.0
    for k in range(len(y) + 1):
        value = y[k] if k < len(y) else 0.0
        if direction >= 0 and value > high:
            high = value
        if direction <= 0 and value < low:
            low = value
        if direction >= 0 and high - value >= swing:
            turns += 1 if direction > 0 or high >= swing else 0
            direction, low = -1, value
        elif direction <= 0 and value - low >= swing:
            turns += 1 if direction < 0 or -low >= swing else 0
            direction, high = 1, value
    return turns


@kernel
def _summit(x: Block, base: float, k: int) -> float:
    """Return where the parabola through three samples of ``|x - base|`` around `k` peaks."""
    if k < 1 or k + 1 >= len(x):
        return float(k)
    sign = 1.0 if x[k] >= base else -1.0
    left, mid, right = sign * (x[k - 1] - base), sign * (x[k] - base), sign * (x[k + 1] - base)
    bend = left - 2.0 * mid + right
    if bend >= 0.0 or left > mid or right > mid:
        return float(k)
    return float(k + 0.5 * (left - right) / bend)


@kernel
def _smooth(x: Block, base: float, first: int, last: int, weights: Floats) -> Floats:
    """Return ``x[first:last + 1]`` less the baseline, smoothed by `weights` (odd, symmetric).

    Gaps become baseline; beyond the block its last sample goes on.
    """
    half = len(weights) // 2
    out = np.zeros(last + 1 - first)
    for k in range(first, last + 1):
        if np.isnan(x[k]):
            continue
        for j in range(-half, half + 1):
            value = x[min(max(k + j, 0), len(x) - 1)] - base
            if not np.isnan(value):
                out[k - first] += weights[j + half] * value
    return out


@kernel
def _extremes(x: Block, base: float, first: int, y: Floats, sharp: float) -> tuple[float, float]:
    """Return the highest and lowest value of `y`, ``x[first:]`` smoothed.

    What stands out of it by more than `sharp` is the potential's own sharpness: an extreme
    is at most that far inside the unsmoothed one, and never outside.
    """
    high, low, top, bottom = -np.inf, np.inf, -np.inf, np.inf
    for k in range(len(y)):
        high, low = max(high, y[k]), min(low, y[k])
        value = x[first + k] - base
        if not np.isnan(value):
            top, bottom = max(top, value), min(bottom, value)
    return min(max(high, top - sharp), top), max(min(low, bottom + sharp), bottom)


@kernel
def shapes(
    block: Block,
    channel: Ints,
    peak: Ints,
    start: Ints,
    stop: Ints,
    bands: Floats,
    spans: Ints,
    weights: Floats,
    share: float,
) -> Floats:
    """Measure the potential around each peak of a block.

    Parameters
    ----------
    block : array of float32, shape (n_channels, n_samples)
        Signal in uV.
    channel, peak, start, stop : array of int, shape (n_events,)
        Channel, peak sample and window of each potential; ``start <= peak < stop``.
    bands : array of float, shape (n_events, 4)
        In uV: half width of the baseline band, height of a phase, swing of a turn, how far
        smoothing may cut an extreme.
    spans : array of int, shape (8,)
        In samples: shortest run outside, quiet after the end, length of a phase, reach of the
        search for the peak, start and stop of the baseline before the peak, least quiet baseline,
        shoulder on either side in which the amplitude is sought as well.
    weights : array of float
        Smoothing before all but peak and area; ``[1.0]`` for none.
    share : float
        Of the largest deflection: onset, offset and phases count from there, where that is above
        their thresholds in `bands`.

    Returns
    -------
    array of float, shape (n_events, N_MEASURES)
        ``nan`` in every column for a potential that stays inside its band at the peak.
    """
    run_min, quiet, phase_min, reach, base_from, base_to, enough, shoulder = spans
    out = np.full((len(peak), N_MEASURES), np.nan)
    for i in range(len(peak)):
        x = block[channel[i]]
        band = bands[i, 0]
        base = _baseline(x, max(0, peak[i] - base_from), max(0, peak[i] - base_to), band, enough)
        top = peak[i]
        for k in range(max(start[i], peak[i] - reach), min(stop[i], peak[i] + reach + 1)):
            if abs(x[k] - base) > abs(x[top] - base):
                top = k
        # written so that a gap of NaN counts as inside
        if not abs(x[top] - base) > band:
            continue
        begin = start[i]
        least = share * abs(x[top] - base)
        edge = max(band, least)
        y = _smooth(x, base, begin, stop[i] - 1, weights)
        first, cut_left = _edge(y, edge, top - begin, -1, -1, run_min, quiet)
        last, cut_right = _edge(y, edge, top - begin, len(y), 1, run_min, quiet)
        area = 0.0
        for k in range(begin + first, begin + last + 1):
            value = x[k] - base
            if not np.isnan(value):
                area += abs(value)
                if abs(value) > abs(x[top] - base):
                    top = k
        # a lobe beside the potential that stays within the band still belongs to its amplitude
        left, right = max(first - shoulder, 0), min(last + shoulder + 1, len(y))
        high, low = _extremes(x, base, begin + left, y[left:right], bands[i, 3])
        y = y[first : last + 1]
        first, last = begin + first, begin + last
        out[i, ONSET], out[i, OFFSET] = first, last + 1
        out[i, PEAK] = _summit(x, base, top)
        out[i, TOP], out[i, BOTTOM], out[i, AREA] = high, low, area
        _phases(y, max(bands[i, 1], least), phase_min, out[i])
        out[i, TURNS] = _turns(y, bands[i, 2])
        out[i, CUT] = cut_left or cut_right
    return out


@kernel
def spreads(
    block: Block, channel: Ints, start: Ints, stop: Ints, good: Ints, share: float
) -> tuple[Floats, Floats]:
    """Return each potential's amplitude on every channel, and how many channels it fills.

    Parameters
    ----------
    block : array of float32, shape (n_channels, n_samples)
        Signal in uV.
    channel, start, stop : array of int, shape (n_events,)
        Channel of the largest amplitude, and the samples from onset to offset.
    good : array of int
        Channels that count.
    share : float
        Share of the amplitude on `channel` from which a channel counts as active.

    Returns
    -------
    weights : array of float, shape (n_events, n_channels)
        Peak-to-peak amplitude of the active channels, 0 on the others.
    active : array of float, shape (n_events,)
        Number of active channels.
    """
    weights = np.zeros((len(start), block.shape[0]))
    active = np.zeros(len(start))
    for i in range(len(start)):
        x = block[channel[i], start[i] : stop[i]]
        least = share * (x.max() - x.min())
        for c in good:
            y = block[c, start[i] : stop[i]]
            amplitude = y.max() - y.min()
            if amplitude >= least:
                weights[i, c] = amplitude
                active[i] += 1
    return weights, active
