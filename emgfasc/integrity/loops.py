"""The plain loops of the integrity checks, one channel at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels.jit import kernel

__all__ = ["close_run", "doubled", "extremes", "runs"]


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
    for i in range(x.size):
        value = np.float64(x[i])
        now = at + i
        before2, before, middle, after = state[4], state[5], state[6], state[7]
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
        state[4], state[5], state[6], state[7] = before, middle, after, value


@kernel
def _equal(x: NDArray[np.float32], lag: int, start: int, stop: int) -> float:
    """Count the samples from `start` to `stop` that equal the one `lag` earlier."""
    count = 0.0
    for i in range(max(start, lag), min(stop, x.size)):
        count += x[i] == x[i - lag]
    return count


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
        # stretches do not make themselves likely: what could be one is taken off
        chance = max(_equal(x, lag, lag, n) - 4.0 * lag, 3.0) / n
        if lag * np.log(min(chance, 1.0)) > rare:
            continue
        run, moves = 0, 0
        for i in range(lag, n):
            same = x[i] == x[i - lag]
            run = run + 1 if same else 0
            moves = moves + (x[i] != x[i - 1]) if same else 0
            if run < lag:
                continue
            # a steady hum in a quiet stretch repeats itself, too
            near = _equal(x, lag, i + 1 - 5 * lag, i + 1 - lag)
            near += _equal(x, lag, i + 1, i + 1 + 4 * lag)
            local = min(max(near, 1.0) / (8 * lag), 1.0)
            if 2 * moves > lag and lag * np.log(local) < rare:
                if count < found.shape[0]:
                    found[count, 0], found[count, 1] = i + 1 - lag, i + 1
                count += 1
            run, moves = 0, 0
    return count
