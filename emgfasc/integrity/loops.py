"""The plain loops of the integrity checks, one channel at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels.jit import kernel

__all__ = ["close_run", "extremes", "runs", "viterbi_wrap"]


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
def viterbi_wrap(
    x: NDArray[np.float32], period: float, rent: float, back: NDArray[np.uint8]
) -> int:
    """Mark in ``back[:, 0]`` the samples that smoothness puts one `period` away; count them.

    Two states, as stored or one period lower; the cost is the sum of absolute steps, plus `rent`
    per lower sample.
    """
    stay, off = 0.0, rent
    n = x.size
    if n == 0:
        return 0
    back[0, 0], back[0, 1] = 0, 1
    for i in range(1, n):
        change = np.float64(x[i]) - np.float64(x[i - 1])
        step = 0.0 if np.isnan(change) else change
        to_stay_from_off = off + abs(step + period)
        to_stay = stay + abs(step)
        to_off_from_stay = stay + abs(step - period)
        to_off = off + abs(step)
        back[i, 0] = 1 if to_stay_from_off < to_stay else 0
        back[i, 1] = 0 if to_off_from_stay < to_off else 1
        stay = min(to_stay, to_stay_from_off)
        off = min(to_off, to_off_from_stay) + rent
    where = 0 if stay <= off else 1
    count = 0
    for i in range(n - 1, -1, -1):
        following = back[i, where]
        back[i, 0] = where
        count += where
        where = following
    return count
