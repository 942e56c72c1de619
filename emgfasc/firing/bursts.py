"""Bursts: runs of short intervals, what they are made of, and how many chance would give."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emgfasc.firing.stretches import Stretches

__all__ = ["GAP_S", "LEAST", "Bursts", "burst_figures", "bursts"]

GAP_S = 0.2  # 5 Hz, the slowest firing within a myokymic burst (unverified)
LEAST = 3  # discharges; two are a doublet

_SLACK_S = 1e-9  # an interval exactly at the limit stays there whatever the recording's offset

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Bursts(NamedTuple):
    """The bursts of one train, in order.

    Attributes
    ----------
    start_s, stop_s : array of float
        First and last discharge of each.
    size : array of int
        Discharges in each.
    stretch : array of int
        Stretch of rest each lies in.
    """

    start_s: Floats
    stop_s: Floats
    size: Ints
    stretch: Ints


def bursts(times_s: Floats, stretches: Stretches) -> Bursts:
    """Find three discharges or more with no interval above 200 ms between them.

    The simplest form of the max-interval rule (Cotterill and Eglen 2018,
    https://arxiv.org/abs/1802.01287), whose one largest interval and least number of discharges
    are this library's own. An excluded stretch ends a burst.

    Parameters
    ----------
    times_s : array of float
        Discharges in order.
    stretches : Stretches
        Rest; discharges outside do not count.

    Examples
    --------
    >>> import numpy as np
    >>> from emgfasc.containers import Rest
    >>> rest = Stretches.of(Rest.all_rest(60.0))
    >>> found = bursts(np.array([1.0, 1.03, 1.06, 5.0, 9.0, 9.05, 9.1, 9.15]), rest)
    >>> found.start_s.tolist(), found.size.tolist()
    ([1.0, 9.0], [3, 4])
    """
    number = stretches.number(times_s)
    times, number = times_s[number >= 0], number[number >= 0]
    apart = (np.diff(times) > GAP_S + _SLACK_S) | (np.diff(number) != 0)
    edges = np.flatnonzero(np.concatenate([[True], apart, [True]])) if len(times) else np.zeros(1)
    first, stop = edges[:-1].astype(np.int64), edges[1:].astype(np.int64)
    long = stop - first >= LEAST
    first, last = first[long], stop[long] - 1
    return Bursts(times[first], times[last], last - first + 1, number[first])


def burst_figures(times_s: Floats, stretches: Stretches, rest_s: float) -> dict[str, float]:
    """Describe the bursts of one train.

    Parameters
    ----------
    times_s : array of float
        Discharges in order.
    stretches : Stretches
        Rest.
    rest_s : float
        Seconds of rest that rates are taken over.

    Returns
    -------
    dict
        `burst_n`; `burst_per_min` of rest; `burst_discharges`, `burst_rate_hz` and
        `burst_interval_s`: medians of the discharges in a burst, of their rate (intervals over
        length) and of the pause from the end of a burst to the next one in its stretch;
        `burst_pct`, the share of discharges that are in bursts; `burst_by_chance_n`, how many
        bursts a Poisson process of the same rate would show.
    """
    found = bursts(times_s, stretches)
    length = found.stop_s - found.start_s
    together = found.stretch[1:] == found.stretch[:-1]
    n = int((stretches.number(times_s) >= 0).sum())
    return {
        "burst_n": len(found.size),
        "burst_per_min": 60.0 * len(found.size) / rest_s if rest_s > 0 else float("nan"),
        "burst_discharges": _middle(found.size.astype(float)),
        "burst_rate_hz": _middle((found.size - 1)[length > 0] / length[length > 0]),
        "burst_interval_s": _middle((found.start_s[1:] - found.stop_s[:-1])[together]),
        "burst_pct": 100.0 * float(found.size.sum()) / n if n else float("nan"),
        "burst_by_chance_n": _by_chance(n, stretches.total_s),
    }


def _by_chance(n: int, seconds: float) -> float:
    """Return the bursts expected of a Poisson process: a long interval, then two short ones."""
    if not n or seconds <= 0:
        return 0.0
    short = -np.expm1(-n * GAP_S / seconds)
    return float(n * (1 - short) * short ** (LEAST - 1))


def _middle(values: Floats) -> float:
    return float(np.median(values)) if len(values) else float("nan")
