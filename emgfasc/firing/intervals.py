"""Intervals between discharges: spread, local variation, doublets, isolated discharges."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc.firing.stretches import Stretches

__all__ = [
    "CONTINUAL_S",
    "EARLY_S",
    "LATE_S",
    "SHORT_S",
    "continuity",
    "doublets",
    "interval_figures",
    "intervals",
]

SHORT_S = 0.1  # Tamborska et al. 2020 (unverified)
EARLY_S = (0.004, 0.010)  # early doublets; Mills 2010, doi:10.1093/brain/awq290 (unverified)
LATE_S = (0.030, 0.050)  # the F-wave band; Mills 2010 (unverified)
CONTINUAL_S = 0.25  # Sleutjes et al. 2016, Muscle Nerve 53:227

_SLACK_S = 1e-9  # an interval exactly at a limit stays there whatever the recording's offset

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def intervals(times_s: Floats, stretches: Stretches) -> tuple[Floats, Bools]:
    """Return the intervals within stretches, and which of them follow on from the one before."""
    number = stretches.number(times_s)
    times, number = times_s[number >= 0], number[number >= 0]
    same = number[1:] == number[:-1]
    follows = same & np.append(False, same[:-1]) if len(same) else same
    return np.diff(times)[same], follows[same]


def interval_figures(interval: Floats, follows: Bools) -> dict[str, float]:
    """Return median, IQR, CoV, CV2, LV and the share below 100 ms; ``nan`` where undefined.

    CV2: Holt et al. 1996, doi:10.1152/jn.1996.75.5.1806. LV: Shinomoto et al. 2003,
    doi:10.1162/089976603322518759. Both compare neighbouring intervals only.
    """
    found = dict.fromkeys(
        (
            "interval_median_s",
            "interval_iqr_s",
            "interval_cov",
            "interval_cv2",
            "interval_lv",
            "pct_interval_lt100ms",
        ),
        float("nan"),
    )
    if len(interval):
        low, middle, high = np.percentile(interval, [25, 50, 75])
        found["interval_median_s"] = float(middle)
        found["interval_iqr_s"] = float(high - low)
        found["pct_interval_lt100ms"] = 100.0 * float((interval < SHORT_S - _SLACK_S).mean())
    if len(interval) >= 2 and interval.mean() > 0:
        found["interval_cov"] = float(interval.std(ddof=1) / interval.mean())
    later = np.flatnonzero(follows)
    total = interval[later] + interval[later - 1]
    change = np.abs(interval[later] - interval[later - 1])
    change, total = change[total > 0], total[total > 0]
    if len(total):
        found["interval_cv2"] = float((2 * change / total).mean())
        found["interval_lv"] = float((3 * (change / total) ** 2).mean())
    return found


def doublets(interval: Floats, band: tuple[float, float]) -> int:
    """Count the intervals within `band`, limits included."""
    inside = (interval >= band[0] - _SLACK_S) & (interval <= band[1] + _SLACK_S)
    return int(inside.sum())


def continuity(times_s: Floats, stretches: Stretches) -> tuple[Bools, Bools, Bools]:
    """Tell which discharges of one unit are isolated, which continual, and which are known.

    A discharge is isolated when the intervals before and after it are both longer than 250 ms,
    continual when both are at most that (Sleutjes et al. 2016). Beside the end of a stretch the
    interval is only known to be long when the end itself is further away than that; otherwise
    the discharge is not known, and false in all three.

    Returns
    -------
    isolated, continual, known : arrays of bool, one per time; false outside the stretches
    """
    number = stretches.number(times_s)
    inside = number >= 0
    start = np.append(stretches.start_s, np.nan)[number]
    stop = np.append(stretches.stop_s, np.nan)[number]
    previous = np.append(-np.inf, times_s[:-1])[: len(times_s)]
    following = np.append(times_s[1:], np.inf)[: len(times_s)]
    limit = CONTINUAL_S + _SLACK_S
    # a neighbour beyond the stretch's end tells nothing: the end itself bounds the interval
    has_before = number == np.append(-1, number[:-1])[: len(number)]
    has_after = number == np.append(number[1:], -1)[: len(number)]
    before = times_s - np.where(has_before, previous, start)
    after = np.where(has_after, following, stop) - times_s
    long_before, long_after = before > limit, after > limit
    known = inside & (has_before | long_before) & (has_after | long_after)
    return (
        known & long_before & long_after,
        known & ~long_before & ~long_after,
        known,
    )
