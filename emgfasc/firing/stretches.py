"""Rest as the intervals see it: stretches without a gap, and a clock that runs at rest only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from emgfasc.containers import Rest

__all__ = ["Stretches"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Stretches:
    """Contiguous stretches of rest; neighbours with different reasons are one stretch.

    Attributes
    ----------
    start_s, stop_s : array of float
        In order, apart from each other.
    duration_s : float
        Length of the recording.
    """

    start_s: Floats
    stop_s: Floats
    duration_s: float

    @classmethod
    def of(cls, rest: Rest) -> Stretches:
        """Return the stretches of rest in `rest`, whether or not rest could be verified."""
        rows = rest.segments[rest.segments["state"] == "rest"]
        start, stop = rows["start_s"].to_numpy(float), rows["stop_s"].to_numpy(float)
        apart = start[1:] - stop[:-1] > 1e-9
        has = np.full(min(len(start), 1), True)
        return cls(
            start[np.concatenate([has, apart])],
            stop[np.concatenate([apart, has])],
            rest.duration_s,
        )

    @property
    def total_s(self) -> float:
        """Seconds of rest."""
        return float((self.stop_s - self.start_s).sum())

    def number(self, times_s: ArrayLike) -> Ints:
        """Return the stretch each time lies in, -1 for none.

        A stretch holds its start and not its stop, except at the end of the recording.
        """
        times = np.asarray(times_s, float)
        if not len(self.start_s):
            return np.full(len(times), -1, np.int64)
        index = np.searchsorted(self.start_s, times, side="right") - 1
        stop = np.where(self.stop_s < self.duration_s, self.stop_s, np.inf)
        inside = (index >= 0) & (times < stop[np.maximum(index, 0)])
        return np.where(inside, index, -1).astype(np.int64)

    def clock(self, times_s: Floats) -> Floats:
        """Return the seconds of rest passed at each time that lies in a stretch."""
        index = self.number(times_s)
        passed = np.append(0.0, np.cumsum(self.stop_s - self.start_s))
        return np.asarray(passed[index] + times_s - self.start_s[index])

    def overlap(self, edges_s: Floats) -> Floats:
        """Return the seconds of rest between each edge and the next."""
        low = np.maximum(self.start_s, edges_s[:-1, None])
        high = np.minimum(self.stop_s, edges_s[1:, None])
        return np.asarray(np.clip(high - low, 0.0, None).sum(axis=1))
