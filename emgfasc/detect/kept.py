"""Stretches kept from the pass over a recording: reading them again would mean filtering again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Kept", "kept_around"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Kept:
    """Samples of all channels around what may be potentials.

    Attributes
    ----------
    first : array of int64
        First sample of each stretch, in order.
    data : tuple of arrays of float32, each of shape (n_channels, n)
        The stretches, which may overlap.
    """

    first: Ints
    data: tuple[Floats, ...]

    @classmethod
    def joined(cls, parts: Iterable[Kept]) -> Kept:
        """Return the stretches of all parts in one."""
        both = [pair for part in parts for pair in zip(part.first.tolist(), part.data, strict=True)]
        both.sort(key=lambda pair: pair[0])
        return cls(np.array([first for first, _ in both], np.int64), tuple(d for _, d in both))

    def piece(self, start: int, stop: int) -> Floats | None:
        """Return samples `start` to `stop` if one stretch holds them all."""
        last = int(np.searchsorted(self.first, start, side="right"))
        for k in range(max(0, last - 2), last):  # no more than two blocks overlap
            first = int(self.first[k])
            if stop <= first + self.data[k].shape[1]:
                return self.data[k][:, start - first : stop - first]
        return None


def kept_around(rows: Floats, origin: int, first: Ints, last: Ints, most_bytes: float) -> Kept:
    """Keep what lies between given samples, until there is no more room.

    Parameters
    ----------
    rows : array of float32, shape (n_channels, n)
        Samples from `origin` on.
    origin : int
    first, last : array of int64
        Samples from ... to (exclusive), in any order; they may overlap or lie outside.
    most_bytes : float
        Room there is.
    """
    order = np.argsort(first, kind="stable")
    first = np.clip(first[order] - origin, 0, rows.shape[1])
    reach = np.maximum.accumulate(np.clip(last[order] - origin, 0, rows.shape[1]))
    begins = np.append(True, first[1:] > reach[:-1])[: len(first)]
    ends = np.append(begins[1:], True)[: len(first)]
    starts, data = [], []
    for begin, stop in zip(first[begins].tolist(), reach[ends].tolist(), strict=True):
        most_bytes -= 4 * len(rows) * (stop - begin)
        if most_bytes < 0:
            break
        starts.append(begin + origin)
        data.append(rows[:, begin:stop].copy())
    return Kept(np.array(starts, np.int64), tuple(data))
