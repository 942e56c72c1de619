"""Events that come back as exactly as only a machine makes them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["machine_regular"]

_PERIOD_S = (0.2, 2.5)  # slower than any discharge that is as regular
_EXACT_S = 1e-3
_SKIP = 3  # stimuli in a row that may be missing: lost, or hidden by something larger
_LEAST = 5
_ALIKE = 0.15  # amplitudes differ by at most this share
_MOST_BETWEEN = 1.5  # events as large, over the train's own


def machine_regular(frame: pd.DataFrame, wanted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which events form trains of at least five, equally large and equally far apart.

    Intervals of 0.2 to 2.5 s that agree within 1 ms are a stimulator's; up to three stimuli in a
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
        for second in (low + np.flatnonzero(alike)).tolist():
            chain = _chain(time, size, k, second)
            if len(chain) >= _LEAST and _is_alone(size, chain):
                out[rows[chain]] = True
                break
    return out


def _chain(
    time: NDArray[np.float64], size: NDArray[np.float64], first: int, second: int
) -> list[int]:
    """Follow equal steps from two events on, over a few missing ones; all of them refine it."""
    chain, number = [first, second], [0, 1]
    while True:
        step, begin = np.polyfit(number, time[chain], 1)
        for late in range(1, _SKIP + 2):
            due = begin + (number[-1] + late) * step
            low, high = np.searchsorted(time, [due - _EXACT_S, due + _EXACT_S])
            alike = np.flatnonzero(np.abs(size[low:high] - size[first]) <= _ALIKE * size[first])
            if alike.size:
                break
        else:
            return chain
        chain.append(int(low + alike[0]))
        number.append(number[-1] + late)


def _is_alone(size: NDArray[np.float64], chain: list[int]) -> bool:
    """Tell whether few other events between the first and last of a train are as large."""
    between = size[chain[0] : chain[-1] + 1]
    alike = np.abs(between - size[chain[0]]) <= _ALIKE * size[chain[0]]
    return int(alike.sum()) <= _MOST_BETWEEN * len(chain)
