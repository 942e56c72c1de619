"""Noise of every lane and wavelet over time, which rare potentials do not raise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Levels", "quantile_levels"]

_QUANTILE = 0.4
_FLAT = 4e-4  # of the power that three quarters of the groups stay under


def quantile_levels(
    power: NDArray[np.float32], group: int, *, pool: int = 1
) -> NDArray[np.float64]:
    """Return one noise power per group of cells.

    From the 20 and 40 % quantiles of the cells' powers, brought to the mean that stationary noise
    with the same spread would have: potentials fill a few cells of a second and hardly move them.

    Parameters
    ----------
    power : array of float32, shape (n_lanes, n_scales, n_cells)
        Mean square of each cell.
    group : int
        Cells in a group; the last one takes what is left if it is less than half a group.
    pool : int
        Cells whose powers are averaged first, so that each value holds enough independent samples.

    Returns
    -------
    array of float64, shape (n_lanes, n_scales, n_groups)
    """
    n_cells = power.shape[2]
    n_groups = max(1, (n_cells + group // 2) // group)
    levels = np.empty((*power.shape[:2], n_groups))
    for k in range(n_groups):
        stop = n_cells if k == n_groups - 1 else (k + 1) * group
        cells = _pooled(power[:, :, k * group : stop].astype(np.float64), pool)
        low, mid = np.quantile(cells, (0.2, _QUANTILE), axis=2)
        levels[:, :, k] = _gamma_mean(low, mid)
    return levels


def _pooled(cells: NDArray[np.float64], pool: int) -> NDArray[np.float64]:
    """Average runs of `pool` cells; what is left over at the end is passed over."""
    n = cells.shape[2] // pool
    if n == 0:
        return np.asarray(cells.mean(axis=2, keepdims=True))
    return np.asarray(cells[:, :, : n * pool].reshape(*cells.shape[:2], n, pool).mean(axis=3))


def _gamma_mean(low: NDArray[np.float64], mid: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of a gamma variable from its 20 and 40 % quantiles.

    The cube root of a gamma variable is close to normal (Wilson and Hilferty 1931,
    https://doi.org/10.1073/pnas.17.12.684); the two quantiles lie 0.5883 of its SD apart.
    """
    spread = (np.cbrt(mid) - np.cbrt(low)) / 0.5883
    centre = np.cbrt(mid) + 0.2533 * spread
    return np.asarray(((centre + np.sqrt(centre**2 + 4 * spread**2)) / 2) ** 3)


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
        """Return the running median over time, shape of `power`.

        Groups that are all but flat (dropouts) tell nothing of the noise around them: they are
        passed over, and take the noise of the nearest group that tells.
        """
        n = self.power.shape[2]
        known = self.power > _FLAT * np.quantile(self.power, 0.75, axis=2, keepdims=True)
        near = np.arange(-self.reach, self.reach + 1)[:, None] + np.arange(n)
        inside = (near >= 0) & (near < n)
        index = np.clip(near, 0, n - 1)
        stack = np.where(inside & known[:, :, index], self.power[:, :, index], np.inf)
        # The median of what is known: infinities sort last.
        count = np.isfinite(stack).sum(axis=2)
        ordered = np.sort(stack, axis=2)
        low = np.take_along_axis(ordered, np.maximum(count - 1, 0)[:, :, None] // 2, 2)[:, :, 0]
        high = np.take_along_axis(ordered, np.maximum(count, 1)[:, :, None] // 2, 2)[:, :, 0]
        median = np.where(np.isfinite(high), (low + high) / 2, low)
        return _filled(np.where(count > 0, median, np.nan))

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


def _filled(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Replace ``nan`` by the nearest known value in time; by 0 where nothing is known."""
    out = levels.copy()
    for row in out.reshape(-1, levels.shape[2]):
        known = np.flatnonzero(np.isfinite(row))
        if not known.size:
            row[:] = 0.0
            continue
        unknown = np.flatnonzero(~np.isfinite(row))
        nearest = np.abs(unknown[:, None] - known[None]).argmin(axis=1)
        row[unknown] = row[known[nearest]]
    return out
