"""Noise of every lane and wavelet over time, which rare potentials do not raise."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels.levels import running_medians

__all__ = ["Levels", "n_groups"]

_FLAT = 4e-4  # of the power that three quarters of the groups stay under


def n_groups(n_cells: int, group: int) -> int:
    """Return the number of groups; the last takes what is left if it is less than half a group."""
    return max(1, (n_cells + group // 2) // group)


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
        rows = np.ascontiguousarray(self.power).reshape(-1, self.power.shape[2])
        out = np.empty_like(rows)
        running_medians(rows, _FLAT * _upper_quartile(rows), self.reach, out)
        smooth = out.reshape(self.power.shape)
        smooth.flags.writeable = False
        return smooth

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


def _upper_quartile(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the 75 % quantile of each row; ``np.quantile`` takes half as long again."""
    low, part = divmod(0.75 * (rows.shape[1] - 1), 1)
    left, right = int(low), min(int(low) + 1, rows.shape[1] - 1)
    held = np.partition(rows, (left, right), axis=1)
    return np.asarray(held[:, left] + part * (held[:, right] - held[:, left]), np.float64)
