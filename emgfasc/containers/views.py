"""Sources that show a part of another one, without copying."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from emgfasc.containers.recording import Source

__all__ = ["ChosenChannels", "Stretch"]


@dataclass(frozen=True, eq=False)
class Stretch:
    """Samples `first` to `first + n_samples` of a source."""

    parent: Source
    first: int
    n_samples: int

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return samples `start` to `stop` of the stretch."""
        return self.parent.read(self.first + start, self.first + stop)


@dataclass(frozen=True, eq=False)
class ChosenChannels:
    """Some channels of a source, in the order of `rows`."""

    parent: Source
    rows: NDArray[np.intp]

    @property
    def n_samples(self) -> int:
        """Samples per channel."""
        return self.parent.n_samples

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return samples `start` to `stop` of the chosen channels."""
        return self.parent.read(start, stop)[self.rows]
