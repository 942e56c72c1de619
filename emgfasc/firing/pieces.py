"""Units that fire as one would: a unit that bursts, whose potentials were sorted into several."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import bdtrc

__all__ = ["pieces"]

_NEAR_S = 0.2  # 5 Hz, the slowest firing within a burst
_LEAST = 3  # discharges
_SHARE = 0.5  # of a piece's discharges, so near to the other's
_BY_CHANCE = 1e-3
_PAUSE = 0.2  # quantile of the intervals within a piece: in others, discharges are missing
_CLOSE, _FEW = 0.5, 0.1  # pauses; of a piece's discharges, so close to the other's

Floats = NDArray[np.float64]


def pieces(frame: pd.DataFrame, duration_s: float) -> list[list[int]]:
    """Return groups of units that are pieces of one, judged by when they fire.

    Two units are pieces of one where the smaller fires in the bursts of the larger: half of its
    discharges or more lie within 200 ms of one of the other's, so many as chance brings about in
    less than one of a thousand cases. And where together they keep one unit's pauses: at most a
    tenth of its discharges come closer to the other's than half of what a fifth of the intervals
    within either stay under, intervals above 200 ms left out. Two units that burst together do not.
    All limits are this library's own.

    Parameters
    ----------
    frame : DataFrame
        Rows of the event table, in order of time.
    duration_s : float
        Time over which the units could have fired.

    Returns
    -------
    list of list of int
        Numbers of the units of each group, the largest unit first; none of a single unit.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> times = (np.arange(8)[:, None] + [0.0, 0.03, 0.06, 0.09]).ravel()
    >>> frame = pd.DataFrame({"peak_s": times, "unit": [1, 2, 1, 1] * 8})
    >>> pieces(frame, 60.0)
    [[1, 2]]
    """
    sorted_rows = frame[frame["unit"] > 0]
    times = {
        int(unit): own["peak_s"].to_numpy(float)
        for unit, own in sorted_rows.groupby("unit")
        if len(own) >= _LEAST
    }
    order = sorted(times, key=lambda unit: (-len(times[unit]), float(times[unit][0])))
    group = {unit: unit for unit in order}
    for large, small in combinations(order, 2):
        if _as_one(times[large], times[small], duration_s):
            old, new = group[small], group[large]
            group = {unit: new if name == old else name for unit, name in group.items()}
    groups = [[unit for unit in order if group[unit] == name] for name in order]
    return [units for units in groups if len(units) > 1]


def _as_one(large: Floats, small: Floats, duration_s: float) -> bool:
    """Tell whether two trains lie together and keep the pauses of one."""
    within = np.concatenate([np.diff(large), np.diff(small)])
    within = within[within <= _NEAR_S]
    if not len(within):
        return False
    pause_s = float(np.quantile(within, _PAUSE))
    after = np.searchsorted(large, small)
    before_s = small - np.append(large, -np.inf)[after - 1]
    after_s = np.append(large, np.inf)[after] - small
    nearest_s = np.minimum(before_s, after_s)
    beside = int((nearest_s <= _NEAR_S).sum())
    if beside < _SHARE * len(small) or (nearest_s < _CLOSE * pause_s).mean() > _FEW:
        return False
    around_s = np.minimum(np.diff(large), 2 * _NEAR_S).sum() + 2 * _NEAR_S
    share = min(1.0, around_s / max(duration_s, 1e-9))
    # the binomial's upper tail
    return bool(bdtrc(beside - 1, len(small), share) <= _BY_CHANCE)
