"""Virtual channels that a weak potential stands out on better than on any single electrode."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Recording
from emgfasc.detect.neighbours import beside

__all__ = ["Montage", "montage"]


@dataclass(frozen=True, eq=False)
class Montage:
    """Lanes that are searched, each ``gain * (sum of members - share * common average)``.

    Attributes
    ----------
    members : array of int64, shape (n_lanes, n_most)
        Channels that are summed, filled up with -1.
    share, gain : array of float, shape (n_lanes,)
        A lane with a share of 0 is a sum as it is.
    good : array of int64
        Channels of the common average.
    """

    members: NDArray[np.int64]
    share: NDArray[np.float64]
    gain: NDArray[np.float64]
    good: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of lanes."""
        return len(self.members)

    @property
    def parts(self) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """What the kernels take, in their order."""
        return self.members, self.share, self.gain


def montage(rec: Recording) -> Montage:
    """Return the lanes that are searched.

    Single channels always take part. A grid of at least 9 good electrodes with known positions
    adds, for each electrode, the sum over its 3 x 3 neighbourhood after the common average is
    taken away: noise that all electrodes share cancels, and a potential adds up. The sum is
    scaled so that independent noise keeps its size.

    Parameters
    ----------
    rec : Recording
        With `positions_mm` where known; bad channels take no part.

    Returns
    -------
    Montage
        The good channels, then their neighbourhoods.
    """
    good = rec.good.astype(np.int64)
    near = beside(rec)
    alone = good[:, None]
    if near is None:
        none = np.zeros(len(good))
        return Montage(alone, none, none + 1.0, good)
    around = near | np.eye(len(good), dtype=bool)
    n = around.sum(axis=1)
    members = np.full((2 * len(good), n.max()), -1, np.int64)
    members[: len(good), :1] = alone
    for k, row in enumerate(around):
        members[len(good) + k, : n[k]] = good[row]
    # Squared weights: n members of 1 - n/N each, N - n others of -n/N.
    norm = np.sqrt(n - n**2 / len(good))
    zeros = np.zeros(len(good))
    gain = np.divide(1.0, norm, out=zeros.copy(), where=norm > 0)
    return Montage(members, np.concatenate([zeros, n]), np.concatenate([zeros + 1, gain]), good)
