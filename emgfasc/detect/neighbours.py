"""Which electrodes of a grid lie beside which."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Recording

__all__ = ["MIN_GRID", "beside"]

MIN_GRID = 9  # good electrodes from which on space is made use of
_REACH = 1.6  # times the electrode distance: the 8 electrodes around


def beside(rec: Recording) -> NDArray[np.bool_] | None:
    """Tell which good electrodes lie beside one another.

    Parameters
    ----------
    rec : Recording
        With `positions_mm` where known.

    Returns
    -------
    array of bool, shape (n_good, n_good), or None
        False on the diagonal; ``None`` with fewer than 9 good electrodes or unknown positions.
    """
    good = rec.good
    if rec.positions_mm is None or len(good) < MIN_GRID:
        return None
    where = rec.positions_mm[good]
    if not np.isfinite(where).all():
        return None
    distance = np.linalg.norm(where[:, None] - where[None], axis=2)
    np.fill_diagonal(distance, np.inf)
    pitch = float(np.median(distance.min(axis=1)))
    return np.asarray(distance <= _REACH * pitch)
