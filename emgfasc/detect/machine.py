"""Events that come back as exactly as only a machine makes them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["machine_regular"]

_PERIOD_S = (0.2, 2.5)  # slower than any discharge that is as regular
_EXACT_S = 1.5e-3  # a pulse has two edges, and noise decides which is its peak
_SKIP = 3  # stimuli in a row that may be missing: lost, or hidden by something larger
_LEAST = 5
_ALIKE = 0.15  # amplitudes differ by at most this share
_MOST_BETWEEN = 1.5  # events as large, over the train's own


def machine_regular(frame: pd.DataFrame, wanted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which events form trains of at least five, equally large and equally far apart.

    Intervals of 0.2 to 2.5 s that agree within 1.5 ms are a stimulator's; up to three stimuli in a
    row may be missing. The most regular motor units have a coefficient of variation of some 3.5 %
    (spontaneous single discharges, https://pubmed.ncbi.nlm.nih.gov/31875989/), and complex
    repetitive discharges, which are as regular as a machine, are faster than 5 Hz: a train with as
    many equally large events between its own is none.

    Parameters
    ----------
    frame : DataFrame
        Events in order of `peak_s`.
    wanted : array of bool
        Which of them to look at.

    Returns
    -------
    array of bool
        True for the events of such trains.
    """
    rows = np.flatnonzero(wanted)
    out = np.zeros(len(frame), bool)
    time = frame["peak_s"].to_numpy(float)[rows]
    size = frame["amplitude_uv"].to_numpy(float)[rows]
    for k in range(len(rows)):
        low, high = np.searchsorted(time, [time[k] + _PERIOD_S[0], time[k] + _PERIOD_S[1]])
        alike = np.abs(size[low:high] - size[k]) <= _ALIKE * size[k]
        for second in _continued(time, k, low + np.flatnonzero(alike)):
            chain, number = _chain(time, size, [k, second], [0, 1])
            if len(chain) >= _LEAST and _is_alone(size, chain):
                out[rows[_whole(time, size, chain, number)]] = True
                break
    return out


def _continued(time: NDArray[np.float64], first: int, second: NDArray[np.intp]) -> list[int]:
    """Return those second events after which one is due where there is one, of whatever size.

    In a busy recording most pairs go no further; all are looked at together.
    """
    step = time[second] - time[first]
    due = time[second] + np.arange(1, _SKIP + 2)[:, None] * step
    slack = 1.01 * _EXACT_S
    some = np.searchsorted(time, due + slack) > np.searchsorted(time, due - slack)
    return [int(row) for row in second[some.any(axis=0)]]


def _chain(
    time: NDArray[np.float64], size: NDArray[np.float64], rows: list[int], steps: list[int]
) -> tuple[list[int], list[int]]:
    """Follow equal steps from some events on, over a few missing ones; all of them refine it.

    `steps` tells how many steps after the first each of `rows` lies.
    """
    first, chain, number = rows[0], list(rows), list(steps)
    since = [float(time[row] - time[first]) for row in chain]
    while True:
        step, begin = _line(number, since)
        for late in range(1, _SKIP + 2):
            due = time[first] + begin + (number[-1] + late) * step
            low, high = np.searchsorted(time, [due - _EXACT_S, due + _EXACT_S])
            alike = np.flatnonzero(np.abs(size[low:high] - size[first]) <= _ALIKE * size[first])
            if alike.size:
                break
        else:
            return chain, number
        chain.append(int(low + alike[0]))
        number.append(number[-1] + late)
        since.append(float(time[chain[-1]] - time[first]))


def _whole(
    time: NDArray[np.float64], size: NDArray[np.float64], chain: list[int], number: list[int]
) -> list[int]:
    """Follow a train back to where it begins: of its first two stimuli alone too little is known.

    Noise decides which edge of a pulse is its peak, and a step that is wrong by that misses the
    third.
    """
    last = len(time) - 1
    rows, steps = [last - row for row in chain[::-1]], [number[-1] - k for k in number[::-1]]
    return [last - row for row in _chain(-time[::-1], size[::-1], rows, steps)[0]]


def _line(x: list[int], y: list[float]) -> tuple[float, float]:
    """Return slope and intercept of the least-squares line; for a few points faster than NumPy."""
    n, sum_x, sum_y = len(x), sum(x), sum(y)
    slope = (n * sum(a * b for a, b in zip(x, y, strict=True)) - sum_x * sum_y) / (
        n * sum(a * a for a in x) - sum_x**2
    )
    return slope, (sum_y - slope * sum_x) / n


def _is_alone(size: NDArray[np.float64], chain: list[int]) -> bool:
    """Tell whether few other events between the first and last of a train are as large."""
    between = size[chain[0] : chain[-1] + 1]
    alike = np.abs(between - size[chain[0]]) <= _ALIKE * size[chain[0]]
    return int(alike.sum()) <= _MOST_BETWEEN * len(chain)
