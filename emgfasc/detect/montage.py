"""Virtual channels that a weak potential stands out on better than on any single electrode."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Recording
from emgfasc.detect.neighbours import beside

__all__ = ["montage"]


def montage(rec: Recording) -> NDArray[np.float32]:
    """Return the matrix from channels to the lanes that are searched.

    Single channels always take part. A grid of at least 9 good electrodes with known positions
    adds, for each electrode, the sum over its 3 x 3 neighbourhood after the common average is
    taken away: noise that all electrodes share cancels, and a potential adds up.

    Parameters
    ----------
    rec : Recording
        With `positions_mm` where known.

    Returns
    -------
    array of float32, shape (n_lanes, n_channels)
        Rows of bad channels are left out, and their columns are zero.
    """
    good = rec.good
    single = np.eye(rec.n_channels, dtype=np.float32)[good]
    near = beside(rec)
    if near is None:
        return single
    pooled = near + np.eye(len(good))
    pooled -= pooled.sum(axis=1, keepdims=True) / len(good)
    lanes = np.zeros((len(good), rec.n_channels), np.float32)
    lanes[:, good] = pooled / np.linalg.norm(pooled, axis=1, keepdims=True)
    return np.concatenate([single, lanes])
