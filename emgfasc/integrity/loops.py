"""The plain loops of the integrity checks, one channel at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels.jit import kernel

__all__ = ["close_run", "doubled", "extremes", "median_steps", "repeated", "repeats", "runs"]

_AT_ONCE = 64  # samples


@kernel
def _median(values: NDArray[np.float64], near: float, spare: NDArray[np.float64]) -> float:
    """Return the median; quickly when it lies within a fifth of `near`, as it mostly does."""
    low, high = near / 1.2, near * 1.2
    below, held = 0, 0
    for i in range(values.size):
        below += values[i] < low
        spare[held] = values[i]
        held += (values[i] >= low) & (values[i] <= high)
    left, right = (values.size - 1) // 2 - below, values.size // 2 - below
    if left < 0 or right >= held:
        return float(np.median(values))
    ordered = np.partition(spare[:held], left)
    return float((ordered[left] + (ordered[right:].min() if right > left else ordered[left])) / 2)


@kernel
def median_steps(rows: NDArray[np.float64], near: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the median absolute step from sample to sample of each row.

    NaN with one sample; `near` is about what is expected of each row, for speed only.
    """
    n = rows.shape[1] - 1
    out, steps, spare = np.full(len(rows), np.nan), np.empty(max(n, 0)), np.empty(max(n, 0) + 1)
    for row in range(len(rows) if n > 0 else 0):
        for i in range(n):
            steps[i] = abs(rows[row, i + 1] - rows[row, i])
        out[row] = _median(steps, near[row], spare)
    return out


@kernel
def extremes(x: NDArray[np.float32], state: NDArray[np.float64]) -> None:
    """Update ``state``: lowest, highest, NaN, smallest step but 0, last value, largest step."""
    low, high, missing, step, last = state[0], state[1], state[2], state[3], state[4]
    leap = state[5]
    for i in range(x.size):
        value = np.float64(x[i])
        if np.isnan(value):
            missing += 1
        else:
            low = min(low, value)
            high = max(high, value)
            change = abs(value - last)
            if change > 0:  # never after a NaN
                step = min(step, change)
                leap = max(leap, change)
        last = value
    state[0], state[1], state[2], state[3], state[4] = low, high, missing, step, last
    state[5] = leap


@kernel
def close_run(
    kind: int,
    stop: int,
    limits: NDArray[np.float64],
    state: NDArray[np.float64],
    spans: NDArray[np.float64],
    totals: NDArray[np.float64],
) -> None:
    """End the running run of one kind at `stop`; keep it when it is long enough."""
    length = stop - state[kind]
    if state[kind] >= 0 and length >= limits[kind]:
        place = int(totals[kind, 0])
        if 2 * place + 1 < spans.shape[1]:
            spans[kind, 2 * place] = state[kind]
            spans[kind, 2 * place + 1] = stop
        totals[kind, 0] += 1
        totals[kind, 1] += length
    state[kind] = -1


@kernel
def _ordinary(
    x: NDArray[np.float32], start: int, stop: int, upper: float, lower: float, tall: float
) -> bool:
    """Tell whether none of some samples concerns :func:`runs`; four must lie before the first.

    Without a branch, so that many samples are looked at in one instruction.
    """
    now, after, middle = x[start:stop], x[start - 1 : stop], x[start - 2 : stop]
    before2, odd = x[start - 4 : stop], 0
    for i in range(now.size):
        value = np.float64(now[i])
        base = 0.5 * (np.float64(before2[i]) + value)
        calm = (value < upper) & (value > lower) & (now[i] != after[i])
        odd += not (calm & (abs(np.float64(middle[i]) - base) <= tall))
    return odd == 0


@kernel
def _each(
    x: NDArray[np.float32],
    at: int,
    limits: NDArray[np.float64],
    state: NDArray[np.float64],
    spans: NDArray[np.float64],
    totals: NDArray[np.float64],
) -> None:
    """Take one sample after the other into :func:`runs`."""
    before2, before, middle, after = state[4], state[5], state[6], state[7]
    for i in range(x.size):
        value = np.float64(x[i])
        now = at + i
        inside = (value == after, value >= limits[4], value <= limits[5], np.isnan(value))
        for kind in range(4):
            if inside[kind]:
                if state[kind] < 0:
                    state[kind] = now - 1 if kind == 0 else now
            elif state[kind] >= 0:
                close_run(kind, now, limits, state, spans, totals)
        # The middle one of five samples, against the two on either side.
        base = 0.5 * (before2 + value)
        height = abs(middle - base)
        if height > limits[6]:
            near = max(abs(before2 - base), abs(before - base), abs(after - base))
            if height > limits[7] * near:
                place = int(totals[4, 0])
                if 2 * place + 1 < spans.shape[1]:
                    spans[4, 2 * place] = now - 2
                    spans[4, 2 * place + 1] = now - 1
                totals[4, 0] += 1
                totals[4, 1] += 1
        before2, before, middle, after = before, middle, after, value
    state[4], state[5], state[6], state[7] = before2, before, middle, after


@kernel
def runs(
    x: NDArray[np.float32],
    at: int,
    limits: NDArray[np.float64],
    state: NDArray[np.float64],
    spans: NDArray[np.float64],
    totals: NDArray[np.float64],
) -> None:
    """Find runs: 0 constant, 1 at the upper rail, 2 at the lower rail, 3 NaN; 4 lone samples.

    ``limits``: shortest run of kinds 0 to 3, lower edge of the upper rail, upper edge of the
    lower rail, height of lone samples, their factor over the neighbours. ``state``: start of the
    running run of each kind (-1: none), then the four last values. ``spans[kind]``: pairs of
    start and stop, as many as fit. ``totals[kind]``: number of runs and of samples.
    """
    for start in range(0, x.size, _AT_ONCE):
        stop = min(start + _AT_ONCE, x.size)
        idle = start >= 4 and state[:4].max() < 0
        if idle and _ordinary(x, start, stop, limits[4], limits[5], limits[6]):
            for k in range(4):
                state[4 + k] = x[stop - 4 + k]
        else:
            _each(x[start:stop], at + start, limits, state, spans, totals)


@kernel
def repeated(
    x: NDArray[np.float32],
    low: float,
    high: float,
    same: NDArray[np.bool_],
    everywhere: NDArray[np.bool_],
) -> None:
    """Tell in `same` which samples but the first repeat the one before, and are no extremes.

    Where they do not, `everywhere` becomes false.
    """
    for i in range(same.size):
        value = np.float64(x[i + 1])
        same[i] = (x[i + 1] == x[i]) & (value < high) & (value > low)
        everywhere[i] &= same[i]


@kernel
def repeats(
    same: NDArray[np.bool_], running: int, least: int, tally: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Count runs by their length in `tally`, whose last place is for all that are as long.

    Returns first sample and length of those of `least` samples and more, and how long the last
    one is that does not end here. The first one goes on from one of length `running`.
    """
    start, length = np.empty(same.size // 2 + 1, np.int64), np.empty(same.size // 2 + 1, np.int64)
    count, longest = 0, tally.size - 1
    for i in range(same.size):
        if same[i]:
            running += 1
        elif running:
            tally[min(running, longest)] += 1
            if running >= least:
                start[count], length[count] = i - running, running
                count += 1
            running = 0
    return start[:count].copy(), length[:count].copy(), running


@kernel
def _equal(x: NDArray[np.float32], lag: int, start: int, stop: int) -> float:
    """Count the samples from `start` to `stop` that equal the one `lag` earlier."""
    start, count = max(start, lag), 0  # whole numbers may be added many at once
    late, early = x[start : max(stop, start)], x[start - lag :]
    for i in range(late.size):
        count += late[i] == early[i]
    return float(count)


@kernel
def _alike(x: NDArray[np.float32], lag: int, place: int) -> tuple[int, int]:
    """Return the stretch around `place` whose samples equal those `lag` earlier."""
    start, stop = place, place + 1
    while start > lag and x[start - 1] == x[start - 1 - lag]:
        start -= 1
    while stop < x.size and x[stop] == x[stop - lag]:
        stop += 1
    return start, stop


@kernel
def _by_chance(x: NDArray[np.float32], lag: int, start: int, rare: float) -> bool:
    """Tell whether `lag` samples from `start` on equal those before them by chance or by hum."""
    moves, stop = 0, start + lag
    for i in range(start, stop):
        moves += x[i] != x[i - 1]
    # a steady hum in a quiet stretch repeats itself, too
    near = _equal(x, lag, start - 4 * lag, start) + _equal(x, lag, stop, stop + 4 * lag)
    local = min(max(near, 1.0) / (8 * lag), 1.0)
    return 2 * moves <= lag or lag * np.log(local) >= rare


@kernel
def doubled(
    x: NDArray[np.float32],
    shortest: int,
    longest: int,
    rare: float,
    found: NDArray[np.int64],
) -> int:
    """Put first and past-last sample of stretches that equal the ones before into `found`.

    A stretch as long as its lag counts when its values are not all one, and when that many equal
    values are rarer than ``exp(rare)``, by how often values that lag apart are equal in all of `x`
    and in the four lags on either side. Returns how many were found, also those without room.
    """
    count, n = 0, x.size
    for lag in range(shortest, min(longest, n // 2) + 1):
        likely = False
        place = 2 * lag - 1  # of every `lag` samples one is looked at: no stretch lies between
        while place < n and not likely:
            if x[place] != x[place - lag]:
                place += lag
                continue
            start, stop = _alike(x, lag, place)
            if stop - start >= lag:
                # stretches do not make themselves likely: what could be one is taken off
                chance = max(_equal(x, lag, lag, n) - 4.0 * lag, 3.0) / n
                likely = lag * np.log(min(chance, 1.0)) > rare
            for first in range(start, 0 if likely else stop - lag + 1, lag):
                if not _by_chance(x, lag, first, rare):
                    if count < found.shape[0]:
                        found[count, 0], found[count, 1] = first, first + lag
                    count += 1
            place = stop + lag - 1 - stop % lag
    return count
