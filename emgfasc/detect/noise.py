"""Noise of every lane and wavelet over time, which rare potentials do not raise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels.levels import running_medians

__all__ = ["Levels", "n_groups", "smoothed"]

_FLAT = 4e-4  # of the power that three quarters of the groups stay under


def n_groups(n_cells: int, group: int) -> int:
    """Return the number of groups; the last takes what is left if it is less than half a group."""
    return max(1, (n_cells + group // 2) // group)


@dataclass(frozen=True, eq=False)
class Levels:
    """Noise on a fixed grid of groups.

    Attributes
    ----------
    smooth : array of float32, shape (n_lanes, n_scales, n_groups)
        Running median of the power over time, uV^2, see :func:`smoothed`; of a day and a grid
        there are 44 million.
    group_samples : int
        Samples in a group.
    """

    smooth: NDArray[np.float32]
    group_samples: int

    def middle(self) -> NDArray[np.float64]:
        """Return the median over time of every lane and scale."""
        return np.array([np.median(lane, axis=1) for lane in self.smooth], np.float64)

    def sd_at(
        self, lane: NDArray[np.integer], scale: NDArray[np.integer], sample: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Return the noise SD of given lanes and scales at given samples, between the groups."""
        n = self.smooth.shape[2]
        position = np.clip(sample / self.group_samples - 0.5, 0, n - 1)
        left = np.floor(position).astype(int)
        right = np.minimum(left + 1, n - 1)
        part = position - left
        low, high = (self.smooth[lane, scale, at].astype(np.float64) for at in (left, right))
        return np.asarray(np.sqrt(low + part * (high - low)), dtype=np.float64)


def smoothed(
    power: NDArray[np.floating], reach: int, out: NDArray[np.floating] | None = None
) -> NDArray[np.floating]:
    """Return the running median over time, shape of `power`.

    Groups that are all but flat (dropouts) tell nothing of the noise around them: they are
    passed over, and take the noise of the nearest group that tells.

    Parameters
    ----------
    power : array of float, shape (..., n_groups)
        uV^2.
    reach : int
        Groups on each side in the running median.
    out : array like `power`, optional
        Where to write, which may be `power` itself.
    """
    rows = np.array(power, np.float64, order="C").reshape(-1, power.shape[-1])
    found = np.empty_like(rows)
    running_medians(rows, _FLAT * _upper_quartile(rows), reach, found)
    if out is None:
        return found.reshape(power.shape)
    out[...] = found.reshape(power.shape)
    return out


def _upper_quartile(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the 75 % quantile of each row; ``np.quantile`` takes half as long again."""
    low, part = divmod(0.75 * (rows.shape[1] - 1), 1)
    left, right = int(low), min(int(low) + 1, rows.shape[1] - 1)
    held = np.partition(rows, (left, right), axis=1)
    return np.asarray(held[:, left] + part * (held[:, right] - held[:, left]), np.float64)
