"""What is simulated: one frozen value that holds every choice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from emgfasc._validate import non_negative, one_of, positive
from emgfasc.containers import Kind
from emgfasc.errors import ParameterError
from emgfasc.simulate.anatomy import NORMAL, REINNERVATED, UNSTABLE, MotorUnit
from emgfasc.simulate.background import Noise
from emgfasc.simulate.electrodes import Electrode, default_for
from emgfasc.simulate.trains import Firing

__all__ = ["NUISANCES", "Nuisance", "Pattern", "Scenario"]

Pattern = Literal["benign", "neurogenic"]

Nuisance = Literal[
    "mains",
    "ecg",
    "cable_motion",
    "pop",
    "common_spike",
    "stimulus",
    "clipping",
    "dropout",
    "voluntary",
    "fibrillation",
    "positive_sharp_wave",
    "complex_repetitive",
    "myokymia",
    "neuromyotonia",
    "cramp",
]
NUISANCES: tuple[Nuisance, ...] = get_args(Nuisance)
"""Everything that may be added to fasciculations and noise, by name."""

_NEEDLE_ONLY = ("fibrillation", "positive_sharp_wave")
_FIRING, _NOISE = Firing(), Noise()


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Everything a simulated recording follows from.

    Attributes
    ----------
    kind : {'needle', 'surface', 'hdsemg'}
        What records it.
    seed : int
        Same scenario, same seed, same bytes.
    seconds : float
        Length, at least 1 s.
    units : int
        Fasciculating units; 0 gives a recording without fasciculations.
    snr : float or None
        Peak-to-peak amplitude over the noise RMS of the recording, on the largest channel, of the
        smallest unit (median of its potentials). ``None`` keeps the size that physics gives.
    snr_spread : float
        The largest unit's SNR over the smallest one's; the others lie evenly in between on a
        logarithmic scale. With 1 all units have `snr`.
    rate_per_min : float
        Expected fasciculations per minute, all units together.
    population : tuple of MotorUnit
        Units to take by turns; each is placed at random near the electrode.
    firing : Firing
        How each unit fires.
    electrode : Electrode or None
        ``None`` takes the usual one of the kind.
    noise : Noise
        Background.
    nuisances : tuple of str
        What else is in the recording, among :data:`NUISANCES`.
    lsb_uv : float or None
        Step of the 16-bit converter; ``None`` leaves samples unquantised and unclipped.

    Examples
    --------
    >>> from emgfasc.simulate import Scenario
    >>> Scenario.preset("neurogenic", kind="hdsemg").units
    6
    """

    kind: Kind = "needle"
    seed: int = 0
    seconds: float = 60.0
    units: int = 4
    snr: float | None = 20.0
    snr_spread: float = 4.0
    rate_per_min: float = 30.0
    population: tuple[MotorUnit, ...] = (NORMAL,)
    firing: Firing = _FIRING
    electrode: Electrode | None = None
    noise: Noise = _NOISE
    nuisances: tuple[Nuisance, ...] = ()
    lsb_uv: float | None = 0.25

    def __post_init__(self) -> None:
        """Hold the limits."""
        electrode = self.electrode or default_for(self.kind)
        if electrode.kind != self.kind:
            raise ParameterError(
                f"Invalid value for the 'electrode' parameter: it records {electrode.kind!r}, "
                f"but the kind is {self.kind!r}; give the same kind."
            )
        self._check_numbers()
        self._check_nuisances()

    def _check_numbers(self) -> None:
        for name, value in (("seed", self.seed), ("units", self.units)):
            if non_negative(name, value) != int(value):
                raise ParameterError(
                    f"Invalid value for the '{name}' parameter: a whole number is needed, "
                    f"but got {value!r} instead."
                )
        for name, number in (("seconds", self.seconds), ("snr_spread", self.snr_spread)):
            if positive(name, number) < 1:
                raise ParameterError(
                    f"Invalid value for the '{name}' parameter: at least 1 is needed, "
                    f"but got {number!r} instead."
                )
        non_negative("rate_per_min", self.rate_per_min)
        for name, given in (("snr", self.snr), ("lsb_uv", self.lsb_uv)):
            if given is not None:
                positive(name, given)
        if not self.population:
            raise ParameterError(
                "Invalid value for the 'population' parameter: at least one MotorUnit is needed."
            )

    def _check_nuisances(self) -> None:
        for name in self.nuisances:
            one_of("nuisances", name, NUISANCES)
            if name in _NEEDLE_ONLY and self.kind != "needle":
                raise ParameterError(
                    f"Invalid value for the 'nuisances' parameter: {name!r} can only be seen with "
                    "a needle; leave it out or use kind='needle'."
                )
        if "clipping" in self.nuisances and self.lsb_uv is None:
            raise ParameterError(
                "Invalid value for the 'nuisances' parameter: 'clipping' needs a converter; "
                "give lsb_uv."
            )

    @classmethod
    def preset(cls, pattern: Pattern, *, kind: Kind = "needle") -> Scenario:
        """Return the scenario of a named pattern.

        `benign` has three normal units with simple, stable potentials; `neurogenic` has six
        reinnervated and unstable ones, firing more often. They are two clear cases to show and to
        test with, not a summary of the literature, whose findings on rate conflict.

        Parameters
        ----------
        pattern : {'benign', 'neurogenic'}
            Which one.
        kind : {'needle', 'surface', 'hdsemg'}
            What records it.
        """
        one_of("pattern", pattern, get_args(Pattern))
        one_of("kind", kind, get_args(Kind))
        if pattern == "benign":
            return cls(kind=kind, units=3, rate_per_min=20.0)
        population = (REINNERVATED, UNSTABLE)
        return cls(kind=kind, units=6, rate_per_min=45.0, population=population)

    @property
    def recorded_with(self) -> Electrode:
        """The electrode, given or usual."""
        return self.electrode or default_for(self.kind)

    @property
    def rail_uv(self) -> float:
        """Largest value the 16-bit converter can hold; infinite without one."""
        return float("inf") if self.lsb_uv is None else 32767 * self.lsb_uv

    def changed(self, **given: Any) -> Scenario:
        """Return a copy with the given values replaced; ``None`` means not given."""
        changes = {name: value for name, value in given.items() if value is not None}
        return replace(self, **changes)
