"""Noise of every lane and wavelet over time, which rare potentials do not raise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Levels", "quantile_levels"]

_QUANTILE = 0.4


def quantile_levels(power: NDArray[np.float32], group: int) -> NDArray[np.float64]:
    """Return one noise power per group of cells.

    The 40 % quantile of the cells' powers, brought to the mean that stationary noise with the
    same spread would have: potentials fill a few cells of a second and leave it almost alone.

    Parameters
    ----------
    power : array of float32, shape (n_lanes, n_scales, n_cells)
        Mean square of each cell.
    group : int
        Cells in a group; the last one takes what is left if it is less than half a group.

    Returns
    -------
    array of float64, shape (n_lanes, n_scales, n_groups)
    """
    n_cells = power.shape[2]
    n_groups = max(1, (n_cells + group // 2) // group)
    levels = np.empty((*power.shape[:2], n_groups))
    for k in range(n_groups):
        stop = n_cells if k == n_groups - 1 else (k + 1) * group
        cells = power[:, :, k * group : stop].astype(np.float64)
        low, mid = np.quantile(cells, (0.2, _QUANTILE), axis=2)
        # A gamma variable's spread tells its shape, and the shape the mean: the log of power
        # scatters by 1/sqrt(shape), and 0.2 and 0.4 quantiles lie 0.588 of that apart.
        spread = np.log(np.maximum(mid, 1e-30) / np.maximum(low, 1e-30)) / 0.588
        levels[:, :, k] = mid * np.exp(0.253 * spread + 0.5 * np.minimum(spread, 1.0) ** 2)
    return levels


@dataclass(frozen=True, eq=False)
class Levels:
    """Noise powers on a fixed grid of groups, and the running median through them.

    Attributes
    ----------
    power : array of float64, shape (n_lanes, n_scales, n_groups)
        uV^2.
    group_samples : int
        Samples in a group.
    reach : int
        Groups on each side in the running median.
    """

    power: NDArray[np.float64]
    group_samples: int
    reach: int

    def smooth(self) -> NDArray[np.float64]:
        """Return the running median over time, shape of `power`."""
        n = self.power.shape[2]
        near = np.arange(-self.reach, self.reach + 1)[:, None] + np.arange(n)
        stack = self.power[:, :, np.clip(near, 0, n - 1)]
        stack = np.where((near >= 0) & (near < n), stack, np.nan)
        return np.asarray(np.nanmedian(stack, axis=2))

    def sd_at(
        self,
        smooth: NDArray[np.float64],
        lane: NDArray[np.int32],
        scale: NDArray[np.int32],
        sample: NDArray[np.int64],
    ) -> NDArray[np.float64]:
        """Return the noise SD of given lanes and scales at given samples, between the groups."""
        n = self.power.shape[2]
        position = np.clip(sample / self.group_samples - 0.5, 0, n - 1)
        left = np.floor(position).astype(int)
        right = np.minimum(left + 1, n - 1)
        part = position - left
        low, high = smooth[lane, scale, left], smooth[lane, scale, right]
        return np.asarray(np.sqrt(low + part * (high - low)), dtype=np.float64)
