"""When motor units discharge: fasciculations at rest, and a pool under voluntary drive.

Every train is a pure function of a random generator and its parameters and returns sorted times
in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgfasc._validate import non_negative, positive
from emgfasc.errors import ParameterError

__all__ = ["Firing", "fasciculations", "modulation", "voluntary_pool"]

Times = NDArray[np.float64]

EARLY_S = (0.004, 0.010)  # doublet bands of Mills 2010 (the limits are unverified)
LATE_S = (0.030, 0.050)


@dataclass(frozen=True, kw_only=True)
class Firing:
    """How fasciculations of one unit follow one another.

    A Poisson process with a dead time, whose rate wanders slowly; each discharge may be followed
    by a second one 4-10 ms or 30-50 ms later. The parameters are unverified.

    Attributes
    ----------
    refractory_s : float
        Shortest interval.
    modulation_cov : float
        SD over mean of the slow gamma-distributed modulation of the rate; 0 holds it steady.
    modulation_s : float
        Time over which the modulation changes.
    early, late : float
        Probability of a second discharge after 4-10 ms and after 30-50 ms.
    rate_sigma : float
        Log-SD by which the rates of units differ.

    Examples
    --------
    >>> from emgfasc.simulate import Firing
    >>> Firing(early=0.1).early
    0.1
    """

    refractory_s: float = 0.004
    modulation_cov: float = 0.4
    modulation_s: float = 60.0
    early: float = 0.04
    late: float = 0.02
    rate_sigma: float = 0.7

    def __post_init__(self) -> None:
        """Hold the limits."""
        positive("modulation_s", self.modulation_s)
        for name in ("refractory_s", "modulation_cov", "early", "late", "rate_sigma"):
            non_negative(name, getattr(self, name))
        if self.early + self.late > 1:
            raise ParameterError(
                "Invalid value for the 'early' parameter: early and late doublets together must "
                f"have a probability of at most 1, but have {self.early + self.late:g}."
            )


def modulation(
    rng: np.random.Generator, *, seconds: float, firing: Firing
) -> tuple[Times, NDArray[np.float64]]:
    """Return knots in time and the factor on the rate there, linear in between, mean 1.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    seconds : float
        Length of the recording.
    firing : Firing
        Strength and pace of the modulation.
    """
    knots = np.linspace(0, seconds, max(2, int(np.ceil(seconds / firing.modulation_s)) + 1))
    if firing.modulation_cov == 0:
        return knots, np.ones_like(knots)
    shape = firing.modulation_cov**-2
    factor = rng.gamma(shape, 1 / shape, len(knots))
    return knots, factor * seconds / np.trapezoid(factor, knots)


def fasciculations(
    rng: np.random.Generator, *, seconds: float, rate_per_min: float, firing: Firing | None = None
) -> Times:
    """Return the discharges of one fasciculating unit.

    Intervals between first discharges are the dead time plus a waiting time that is exponential in
    the integral of the rate; the rate is set so that all discharges, doublets included, come to
    `rate_per_min` on average.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    seconds : float
        Length of the recording.
    rate_per_min : float
        Expected discharges per minute.
    firing : Firing, optional
        Dead time, modulation and doublets.

    Returns
    -------
    array of float
        Sorted times in seconds.

    Raises
    ------
    ParameterError
        When the rate does not fit the dead time.

    Examples
    --------
    >>> import numpy as np
    >>> from emgfasc.simulate import fasciculations
    >>> times = fasciculations(np.random.default_rng(0), seconds=600, rate_per_min=30)
    >>> bool(np.diff(times).min() >= 0.004)
    True
    """
    firing = firing or Firing()
    positive("seconds", seconds)
    rate_hz = non_negative("rate_per_min", rate_per_min) / 60 / (1 + firing.early + firing.late)
    if rate_hz * firing.refractory_s >= 0.5:
        raise ParameterError(
            f"Invalid value for the 'rate_per_min' parameter: below "
            f"{30 / firing.refractory_s:g} per minute is needed, but got {rate_per_min!r} instead."
        )
    if rate_hz == 0:
        return np.zeros(0)
    # A Poisson process of which every discharge silences the dead time after it.
    first = _poisson(rng, seconds, 1 / rate_hz - firing.refractory_s, firing)
    first = _thinned(first, firing.refractory_s)
    band = rng.random(len(first))
    gap = np.where(
        band < firing.early, rng.uniform(*EARLY_S, len(first)), rng.uniform(*LATE_S, len(first))
    )
    second = (first + gap)[band < firing.early + firing.late]
    return _thinned(np.sort(np.concatenate([first, second[second < seconds]])), firing.refractory_s)


def _poisson(rng: np.random.Generator, seconds: float, wait_s: float, firing: Firing) -> Times:
    """Draw a Poisson process of mean interval `wait_s`, uniform in the integral of its rate."""
    knots, factor = modulation(rng, seconds=seconds, firing=firing)
    fine = np.linspace(0, seconds, 32 * len(knots))
    rate = np.interp(fine, knots, factor) / wait_s
    integral = np.concatenate([[0], np.cumsum(np.diff(fine) * 0.5 * (rate[1:] + rate[:-1]))])
    due = np.sort(rng.random(rng.poisson(integral[-1]))) * integral[-1]
    return np.asarray(np.interp(due, integral, fine), np.float64)


def _thinned(times: Times, dead_s: float) -> Times:
    """Leave out what follows a kept discharge too soon."""
    kept: list[float] = []
    for time in times:
        if not kept or time - kept[-1] >= dead_s:
            kept.append(float(time))
    return np.array(kept)


def voluntary_pool(
    rng: np.random.Generator,
    *,
    seconds: float,
    effort: float = 0.3,
    units: int = 20,
) -> list[Times]:
    """Return the trains of a pool of motor units under a contraction that rises, holds and falls.

    Recruitment and rate coding of Fuglevand, Winter and Patla 1993: thresholds spread over a
    factor of 30, 8 Hz at recruitment, peak rates from 35 down to 25 Hz, intervals with a
    coefficient of variation of 0.2 (values unverified).

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    seconds : float
        Length of the contraction; a fifth of it rises, a fifth falls.
    effort : float
        Excitation on the plateau, as a share of the largest, above 0 and up to 1.
    units : int
        Units in the pool.

    Returns
    -------
    list of array of float
        One sorted train per unit, in order of recruitment; those not recruited are empty.

    Examples
    --------
    >>> import numpy as np
    >>> from emgfasc.simulate import voluntary_pool
    >>> trains = voluntary_pool(np.random.default_rng(0), seconds=5, effort=0.1)
    >>> len(trains), len(trains[0]) > len(trains[-1])
    (20, True)
    """
    positive("seconds", seconds)
    if not 0 < effort <= 1:
        raise ParameterError(
            "Invalid value for the 'effort' parameter: above 0 and up to 1 is needed, "
            f"but got {effort!r} instead."
        )
    threshold = 30.0 ** (np.arange(1, units + 1) / units)
    peak_hz = 35 - 10 * threshold / threshold[-1]
    largest = threshold[-1] + peak_hz[-1] - 8
    trains = []
    for start, ceiling in zip(threshold, peak_hz, strict=True):
        times: list[float] = []
        now = rng.uniform(0, 0.1)
        while now < seconds:
            ramp = min(now, seconds - now) / (0.2 * seconds)
            excitation = effort * largest * min(ramp, 1.0)
            if excitation < start:
                now += 0.01
                continue
            times.append(now)
            rate = min(8 + excitation - start, ceiling)
            now += max(rng.normal(1, 0.2), 0.3) / rate
        trains.append(np.array(times))
    return trains
