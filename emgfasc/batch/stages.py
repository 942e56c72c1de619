"""Where the time of a recording goes: reading apart from what is done with what was read."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Recording, Source
from emgfasc.containers.recording import ArraySource

__all__ = ["StageClock"]


@dataclass
class StageClock:
    """Seconds of each stage; reading, which is spread over them, is taken out and kept apart.

    Attributes
    ----------
    seconds : dict
        Of each stage, in order of first use; ``read`` is all reading from the file.
    """

    seconds: dict[str, float] = field(default_factory=lambda: {"read": 0.0})
    _stage: str = "read"
    _since: float = field(default_factory=time.perf_counter)
    _reading: float = 0.0  # since the stage began, by the clock

    def begin(self, stage: str) -> None:
        """End the running stage and begin another."""
        now = time.perf_counter()
        own = max(0.0, now - self._since - self._reading)
        self.seconds[self._stage] = self.seconds.get(self._stage, 0.0) + own
        self.seconds["read"] += self._reading
        self._stage, self._since, self._reading = stage, now, 0.0

    def watching(self, rec: Recording) -> Recording:
        """Return the recording with its reading counted; one in memory as it is."""
        if isinstance(rec.source, ArraySource):
            return rec
        return rec.replace(source=_Watched(rec.source, self))

    def read_for(self, seconds: float) -> None:
        """Count time spent reading."""
        self._reading += seconds


@dataclass(frozen=True, eq=False)
class _Watched:
    """A source whose reading is counted."""

    source: Source
    clock: StageClock

    @property
    def n_samples(self) -> int:
        return self.source.n_samples

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        began = time.perf_counter()
        try:
            return self.source.read(start, stop)
        finally:
            self.clock.read_for(time.perf_counter() - began)
