"""Short-time power of a recording, and the floor that neither potentials nor contraction raise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels.cells import cell_power
from emgfasc.containers import Recording

__all__ = ["Cells", "power_cells", "rolling_quantile", "runs"]

_CELL_S = 0.025
_BIN_MS = 0.5  # of a needle's noise only what is as slow as a potential counts
_BLOCK_S = 30.0


@dataclass(frozen=True, eq=False)
class Cells:
    """Mean squares of every channel in short cells.

    Attributes
    ----------
    power : array of float32, shape (n_channels, n_cells)
        Of the signal, uV^2; ``nan`` where a sample is missing.
    fast_power : array of float32, shape (n_channels, n_cells)
        Of means over 0.5 ms, without the parabola that fits them best in the cell: potentials stay;
        noise that is faster, swings of a cable and the ringing of the filter at a jump go.
    cell_s : float
        Length of a cell.
    """

    power: NDArray[np.float32]
    fast_power: NDArray[np.float32]
    cell_s: float

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return int(self.power.shape[1])

    def count(self, seconds: float) -> int:
        """Return how many cells make up `seconds`, at least one."""
        return max(1, round(seconds / self.cell_s))


def power_cells(rec: Recording) -> Cells:
    """Summarise the good channels of a recording in cells of 25 ms, reading it once."""
    width = max(1, round(_BIN_MS * rec.fs_hz / 1e3))
    size = width * max(1, round(_CELL_S * rec.fs_hz / width))
    per_block = size * max(1, round(_BLOCK_S / _CELL_S))
    good = rec.good
    power = np.empty((len(good), -(-rec.n_samples // size)), np.float32)
    fast_power = np.zeros_like(power)
    for start, block in rec.blocks(per_block):
        rows = np.ascontiguousarray(block[good])
        first, whole = start // size, rows.shape[1] // size
        cell_power(rows, size, power[:, first : first - (-rows.shape[1] // size)])
        cells = rows[:, : whole * size].reshape(len(good), whole, size // width, width)
        fast_power[:, first : first + whole] = _without_parabola(cells.mean(axis=3))
    if rec.n_samples % size:  # the last cell is shorter: it goes with the one before
        fast_power[:, -1] = fast_power[:, -2] if power.shape[1] > 1 else 0.0
    return Cells(power, fast_power, size / rec.fs_hz)


def _without_parabola(cells: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean square, over the last axis, of what a parabola does not explain."""
    size = cells.shape[-1]
    powers = np.linspace(-1, 1, size)[:, None] ** np.arange(3)
    basis = np.linalg.qr(powers)[0].astype(np.float32)
    energy = np.einsum("cks,cks->ck", cells, cells)
    left = energy - ((cells @ basis) ** 2).sum(axis=-1)
    return np.asarray(np.maximum(left, 0) / max(size - 3, 1), np.float32)


def rolling_quantile(
    values: NDArray[np.float32],
    *,
    group: int,
    reach: int,
    quantile: float,
    among: float = 0.5,
) -> NDArray[np.float32]:
    """Return a slowly varying quantile: of groups of cells, then one of nearby groups.

    Parameters
    ----------
    values : array, shape (n_channels, n_cells)
        ``nan`` cells are passed over.
    group : int
        Cells whose quantile is taken together.
    reach : int
        Groups on each side that take part.
    quantile : float
        Of the cells of a group, between 0 and 1.
    among : float
        Of the groups; the median by default.

    Returns
    -------
    array of float32, shape of `values`
        Interpolated between the groups' centres; 0 where nothing is known.
    """
    n_channels, n_cells = values.shape
    n_groups = max(1, n_cells // group)
    edges = np.minimum(np.arange(n_groups + 1) * group, n_cells)
    edges[-1] = n_cells
    levels = np.empty((n_channels, n_groups), np.float64)
    for k in range(n_groups):
        levels[:, k] = _nanquantile(values[:, edges[k] : edges[k + 1]], quantile)
    near = np.arange(-reach, reach + 1)[:, None] + np.arange(n_groups)
    stack = levels[:, np.clip(near, 0, n_groups - 1)]
    inside = (near >= 0) & (near < n_groups)
    smooth = _nanquantile(np.moveaxis(np.where(inside, stack, np.nan), 1, -1), among)
    centres = (edges[:-1] + edges[1:] - 1) / 2
    positions = np.arange(n_cells)
    out = np.empty(values.shape, np.float32)
    for channel, level in enumerate(smooth):
        known = np.isfinite(level)
        out[channel] = np.interp(positions, centres[known], level[known]) if known.any() else 0.0
    return out


def _nanquantile(values: NDArray[np.floating], quantile: float) -> NDArray[np.float64]:
    """Return the quantile over the last axis, ``nan`` (without a warning) where all are."""
    ordered = np.sort(values, axis=-1)  # nan last
    count = np.isfinite(ordered).sum(axis=-1)
    index = quantile * np.maximum(count - 1, 0)
    low = np.floor(index).astype(int)
    high = np.minimum(low + 1, np.maximum(count - 1, 0))
    pick = np.take_along_axis(ordered, low[..., None], -1)[..., 0]
    over = np.take_along_axis(ordered, high[..., None], -1)[..., 0]
    return np.where(count > 0, pick + (index - low) * (over - pick), np.nan).astype(np.float64)


def runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return (first, one past last) of every run of true cells."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]
