"""Pieces of a block, sixteen to a batch, and what the kernels leave of them by lane and group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels.lanes import Lanes
from emgfasc._kernels.search import Found, Shape, Work, exceeding, look
from emgfasc._kernels.vectors import LANES

__all__ = ["Pieces"]

I64 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Pieces:
    """Every lane over some groups of cells, which are all of one length.

    Attributes
    ----------
    lanes : Lanes
        The block.
    widths : array of int64
        Widths of the wavelets.
    begin : int
        Sample of the block at which the first group begins.
    n_groups : int
        Groups that follow each other.
    shape : Shape
        What each piece looks like.
    """

    lanes: Lanes
    widths: I64
    begin: int
    n_groups: int
    shape: Shape

    @property
    def n_lanes(self) -> int:
        """Number of lanes."""
        return len(self.lanes.members)

    def found(self) -> Found:
        """Look at all of them."""
        n = self.n_groups * self.n_lanes
        piece = np.minimum(np.arange(-(-n // LANES) * LANES), n - 1).reshape(-1, LANES)
        group, lane = np.divmod(piece, self.n_lanes)
        firsts = self.begin + group * self.shape.n
        n_cells = -(-self.shape.n // self.shape.size)
        found = Found.room(len(piece), len(self.widths), n_cells)
        look(self.lanes, lane, firsts, self.shape, Work.of(self.shape, len(self.widths)), found)
        return found

    def by_lane(self, values: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return values of batches by lane, scale and group."""
        n = self.n_groups * self.n_lanes
        rows = values.transpose(0, 2, 1).reshape(-1, len(self.widths))[:n]
        table = rows.reshape(self.n_groups, self.n_lanes, -1).transpose(1, 2, 0)
        return np.asarray(table, np.float64)

    def above(
        self, found: Found, limit: NDArray[np.float32]
    ) -> tuple[I64, I64, I64, NDArray[np.float32]]:
        """Return lane, scale, cell and response of the cells above the limit.

        Cells are counted from the first group on; `limit` has a value by lane, scale and group.
        """
        rows = limit.transpose(2, 0, 1).reshape(-1, len(self.widths))
        spare = -len(rows) % LANES  # the last batch is filled up with what is not looked for
        rows = np.pad(rows, ((0, spare), (0, 0)), constant_values=np.inf)
        bound = rows.reshape(-1, LANES, len(self.widths)).transpose(0, 2, 1)
        where, response = exceeding(found, np.ascontiguousarray(bound, np.float32))
        group, lane = np.divmod(where[:, 0], self.n_lanes)
        cell = group * (self.shape.n // self.shape.size) + where[:, 2]
        return lane, where[:, 1], cell, response
