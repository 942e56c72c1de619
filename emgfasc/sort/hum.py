"""How loud it is where there is no rest: the others that fire there are noise, too."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from emgfasc.containers import Recording, Rest
from emgfasc.sort.noise import ORDER, Whitening
from emgfasc.sort.waveforms import cut_out

__all__ = ["Hum"]

_N_PLACES, _SIZE = 50, 64
_MEDIAN = 0.455  # of the square of normal noise of SD 1


@dataclass(frozen=True, eq=False)
class Hum:
    """The usual power of the signal by stretch, noise at rest having 1.

    Attributes
    ----------
    rec : Recording
        Cleaned.
    white : Whitening
        After it noise at rest has SD 1.
    rest : Rest
        Tells the stretches.
    """

    rec: Recording
    white: Whitening
    rest: Rest
    _known: dict[int, float] = field(default_factory=dict, init=False, repr=False)

    def at(self, time_s: float) -> float:
        """Return the power around a moment: 1 at rest, elsewhere 1 or more.

        It is the median over the stretch, so that some large potentials do not count.
        """
        segments = self.rest.segments
        starts = segments["start_s"].to_numpy(float)
        row = max(0, int(np.searchsorted(starts, time_s, side="right")) - 1)
        if segments.empty or segments["state"].iloc[row] == "rest":
            return 1.0
        if row not in self._known:
            self._known[row] = self._median(starts[row], float(segments["stop_s"].iloc[row]))
        return self._known[row]

    def _median(self, start_s: float, stop_s: float) -> float:
        first, last = (round(time * self.rec.fs_hz) for time in (start_s, stop_s))
        places = np.unique(np.linspace(first + _SIZE, last - _SIZE, _N_PLACES).astype(np.int64))
        places = np.clip(places, 0, self.rec.n_samples - 1)
        waves = self.white.apply(cut_out(self.rec, places, before=ORDER, after=_SIZE))
        return max(1.0, float(np.median(np.square(waves))) / _MEDIAN)
