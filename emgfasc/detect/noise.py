"""Noise of every lane and wavelet over time, which rare potentials do not raise."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels.levels import running_median

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
    begin = (n_groups - 1) * group
    last = _low_and_mid(power[:, :, None, begin:], pool)
    whole = power[:, :, :begin].reshape(*power.shape[:2], n_groups - 1, group)
    low, mid = np.concatenate([_low_and_mid(whole, pool), last], axis=3)
    return _gamma_mean(low, mid)


def _low_and_mid(cells: NDArray[np.float32], pool: int) -> NDArray[np.float64]:
    """Return two quantiles over the last axis of runs of `pool` cells, averaged.

    What is left over at the end is passed over, unless it is all there is.
    """
    each = min(pool, cells.shape[-1])
    n = cells.shape[-1] // each
    pooled = np.zeros((*cells.shape[:-1], n), np.float32)
    for k in range(each):
        pooled += cells[..., k : n * each : each]
    ordered = np.sort(pooled, axis=-1)
    position = np.array([0.2, _QUANTILE]) * (n - 1)
    left = position.astype(int)
    low = np.moveaxis(ordered[..., left], -1, 0).astype(np.float64)
    high = np.moveaxis(ordered[..., np.minimum(left + 1, n - 1)], -1, 0)
    part = (position - left).reshape(2, *([1] * (cells.ndim - 1)))
    return np.asarray((low + part * (high - low)) / each)


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
        return self._smooth

    @cached_property
    def _smooth(self) -> NDArray[np.float64]:
        flat = _FLAT * np.quantile(self.power, 0.75, axis=2)
        out = np.empty(self.power.shape)
        for lane, scale in np.ndindex(*flat.shape):
            running_median(
                self.power[lane, scale], float(flat[lane, scale]), self.reach, out[lane, scale]
            )
        out.flags.writeable = False
        return out

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
