"""The stage on which parts of one recording agree: its length, its noise, its episodes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgfasc.simulate.background import channel_noise_uv, drift
from emgfasc.simulate.electrodes import Electrode
from emgfasc.simulate.potentials import Potentials
from emgfasc.simulate.scenario import Scenario
from emgfasc.simulate.seeds import stream

__all__ = ["Scene", "Span"]

Span = tuple[float, float]

# Episodes and their length in seconds; two of them never overlap.
_EPISODES: dict[str, Span] = {
    "voluntary": (6.0, 12.0),
    "cramp": (5.0, 8.0),
    "complex_repetitive": (2.0, 5.0),
    "myokymia": (8.0, 15.0),
    "neuromyotonia": (0.5, 2.0),
    "cable_motion": (0.5, 2.0),
    "clipping": (0.3, 1.0),
    "dropout": (0.5, 2.0),
}
_EVERY_S = 60.0
_LOST = ("clipping", "dropout")  # nothing can be seen in these
_ACTIVE = ("voluntary", "cramp")  # fasciculations cannot be told apart in these
_MARGIN_S = 0.15


@dataclass(frozen=True, eq=False)
class Scene:
    """What all parts of a recording need to know.

    Attributes
    ----------
    scenario : Scenario
        What is asked for.
    electrode : Electrode
        What records it.
    n_samples : int
        Length.
    noise_uv : array of float, shape (n_channels,)
        RMS of the noise per channel.
    drift : tuple of arrays
        Knots in seconds and the factor on the noise there.
    episodes : dict of str to list of (start_s, stop_s)
        Stretches in which something goes on.
    """

    scenario: Scenario
    electrode: Electrode
    n_samples: int
    noise_uv: NDArray[np.float64]
    drift: tuple[NDArray[np.float64], NDArray[np.float64]]
    episodes: dict[str, list[Span]]

    @classmethod
    def of(cls, scenario: Scenario) -> Scene:
        """Set the stage of a scenario."""
        electrode, seed = scenario.recorded_with, scenario.seed
        return cls(
            scenario=scenario,
            electrode=electrode,
            n_samples=round(scenario.seconds * electrode.fs_hz),
            noise_uv=channel_noise_uv(
                stream(seed, "contact"), electrode=electrode, noise=scenario.noise
            ),
            drift=drift(
                stream(seed, "drift"), seconds=scenario.seconds, factor=scenario.noise.drift
            ),
            episodes=_planned(stream(seed, "episodes"), scenario),
        )

    @property
    def n_channels(self) -> int:
        """Number of channels."""
        return len(self.noise_uv)

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return self.scenario.seconds

    @property
    def fs_hz(self) -> float:
        """Sampling rate."""
        return self.electrode.fs_hz

    def drift_at(self, times_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the factor on the noise at given times."""
        return np.interp(times_s, *self.drift)

    def sized(self, potentials: Potentials, snr: float | None) -> Potentials:
        """Return potentials scaled to an SNR; ``None`` leaves them as physics made them."""
        if snr is None:
            return potentials
        return potentials.scaled(snr / potentials.snr(self.noise_uv))

    def clear(
        self, times_s: NDArray[np.float64], *, of_activity: bool = False
    ) -> NDArray[np.bool_]:
        """Tell which times lie outside lost stretches, and outside contraction if asked."""
        clear = np.ones(len(times_s), bool)
        for name in (*_LOST, *_ACTIVE) if of_activity else _LOST:
            for start, stop in self.episodes.get(name, []):
                clear &= (times_s < start - _MARGIN_S) | (times_s > stop + _MARGIN_S)
        return clear


def _planned(rng: np.random.Generator, scenario: Scenario) -> dict[str, list[Span]]:
    """Give every episode a slot of its own, in random order."""
    each = max(1, round(scenario.seconds / _EVERY_S))
    names = [name for name in _EPISODES if name in scenario.nuisances for _ in range(each)]
    episodes: dict[str, list[Span]] = {name: [] for name in names}
    slot = scenario.seconds / max(1, len(names))
    for number, name in enumerate(rng.permutation(names)):
        length = min(rng.uniform(*_EPISODES[name]), 0.6 * slot)
        start = number * slot + rng.uniform(0.1, 0.9) * (slot - length)
        episodes[str(name)].append((start, start + length))
    return {name: sorted(spans) for name, spans in episodes.items()}
