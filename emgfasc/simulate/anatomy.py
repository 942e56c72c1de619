"""Motor units: the parameters that mean something, and the fibres drawn from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgfasc._validate import finite, non_negative, positive
from emgfasc.errors import ParameterError
from emgfasc.simulate.membrane import conduction_velocity

__all__ = ["NORMAL", "REINNERVATED", "UNSTABLE", "Fibres", "MotorUnit", "draw_fibres"]

_DIAMETER_RANGE_UM = (25.0, 85.0)  # diameters are N(55, 8) clipped to this (unverified)
_TENDON_SD_MM = 3.0  # fibres do not all end in one plane


@dataclass(frozen=True, kw_only=True)
class MotorUnit:
    """A motor unit and where it lies.

    The numbers of the presets follow section 5 of the science notes; as parameters of a model they
    are unverified.

    Attributes
    ----------
    fibres : int
        Number of muscle fibres; 100 to 200 in a normal unit, 2 to 4 times as many after
        reinnervation.
    diameter_um, diameter_sd_um : float
        Mean and SD of the fibre diameter, clipped to 25-85 um. It sets current and velocity.
    territory_mm : float
        Radius of the disc over which the fibres lie.
    groups : int
        Fibre groups of collateral sprouting; 0 scatters the fibres one by one.
    group_sd_mm : float
        SD of the distance of a fibre from the middle of its group.
    endplate_sd_mm : float
        SD of the end-plates along the muscle.
    delay_sd_ms : float
        SD of the conduction delay in the terminal branches (one branch per group, or per fibre).
    jitter_us : float
        SD of the delay of a fibre from one discharge to the next.
    blocking : float
        Probability that a branch fails in a discharge, 0 to below 1.
    endplate_mm : float
        Distance along the fibres from the end-plate zone to the middle of the electrode.
    lateral_mm : float
        Distance across the fibres from the middle of the territory to the electrode.
    depth_mm : float
        Depth of the territory below surface electrodes; a needle lies at that depth.
    half_length_mm : float
        From the end-plate zone to the tendon, on either side.

    Examples
    --------
    >>> from emgfasc.simulate import MotorUnit
    >>> MotorUnit(fibres=480, groups=24).fibres
    480
    """

    fibres: int = 160
    diameter_um: float = 55.0
    diameter_sd_um: float = 8.0
    territory_mm: float = 2.5
    groups: int = 0
    group_sd_mm: float = 0.15
    endplate_sd_mm: float = 1.0
    delay_sd_ms: float = 0.1
    jitter_us: float = 30.0
    blocking: float = 0.0
    endplate_mm: float = 25.0
    lateral_mm: float = 0.0
    depth_mm: float = 8.0
    half_length_mm: float = 60.0

    def __post_init__(self) -> None:
        """Hold the limits."""
        for name in ("fibres", "diameter_um", "depth_mm", "half_length_mm"):
            positive(name, getattr(self, name))
        for name in ("diameter_sd_um", "territory_mm", "groups", "group_sd_mm", "jitter_us"):
            non_negative(name, getattr(self, name))
        for name in ("endplate_sd_mm", "delay_sd_ms", "blocking"):
            non_negative(name, getattr(self, name))
        finite("endplate_mm", self.endplate_mm)
        finite("lateral_mm", self.lateral_mm)
        if self.blocking >= 1:
            raise ParameterError(
                f"Invalid value for the 'blocking' parameter: a probability below 1 is needed, "
                f"but got {self.blocking!r} instead."
            )


NORMAL = MotorUnit()
"""A healthy unit: few fibres, scattered, firing together."""

REINNERVATED = MotorUnit(
    fibres=480,
    diameter_sd_um=12.0,
    groups=40,
    endplate_sd_mm=1.5,
    delay_sd_ms=0.3,
    jitter_us=60.0,
)
"""A chronic unit: many fibres in groups, larger and longer, stable."""

UNSTABLE = MotorUnit(
    fibres=400,
    diameter_sd_um=12.0,
    groups=40,
    endplate_sd_mm=1.5,
    delay_sd_ms=2.0,
    jitter_us=150.0,
    blocking=0.15,
)
"""A unit in ongoing reinnervation: dispersed and polyphasic, changing between discharges."""


@dataclass(frozen=True, eq=False)
class Fibres:
    """The fibres of one unit in the coordinates of the electrode.

    Attributes
    ----------
    lateral_mm, depth_mm : array of float, shape (n_fibres,)
        Place across the fibres; the depth counts from the electrode plane downwards.
    endplate_mm : array of float, shape (n_fibres,)
        End-plate along the fibre; the electrode's middle is 0.
    ends_mm : array of float, shape (2, n_fibres)
        Distance from the end-plate to either tendon.
    diameter_um, velocity_m_s : array of float, shape (n_fibres,)
        Diameter and conduction velocity.
    branch : array of int, shape (n_fibres,)
        Terminal branch that feeds the fibre.
    delay_s : array of float, shape (n_fibres,)
        Delay of that branch.

    Examples
    --------
    >>> import numpy as np
    >>> from emgfasc.simulate import NORMAL, draw_fibres
    >>> len(draw_fibres(np.random.default_rng(0), NORMAL, depth_mm=0))
    160
    """

    lateral_mm: NDArray[np.float64]
    depth_mm: NDArray[np.float64]
    endplate_mm: NDArray[np.float64]
    ends_mm: NDArray[np.float64]
    diameter_um: NDArray[np.float64]
    velocity_m_s: NDArray[np.float64]
    branch: NDArray[np.intp]
    delay_s: NDArray[np.float64]

    def __len__(self) -> int:
        """Count the fibres."""
        return len(self.diameter_um)


def draw_fibres(rng: np.random.Generator, unit: MotorUnit, *, depth_mm: float) -> Fibres:
    """Draw the fibres of a unit.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    unit : MotorUnit
        What to draw from.
    depth_mm : float
        Depth of the middle of the territory below the electrode (0 for a needle within it).

    Returns
    -------
    Fibres

    Examples
    --------
    >>> import numpy as np
    >>> from emgfasc.simulate import NORMAL, draw_fibres
    >>> fibres = draw_fibres(np.random.default_rng(0), NORMAL, depth_mm=10)
    >>> bool(abs(fibres.depth_mm - 10).max() < 2.5)
    True
    """
    n = unit.fibres
    branch = rng.integers(unit.groups, size=n) if unit.groups else np.arange(n)
    n_branches = unit.groups or n
    radius = unit.territory_mm * np.sqrt(rng.random(n_branches))
    angle = 2 * np.pi * rng.random(n_branches)
    spread = unit.group_sd_mm if unit.groups else 0.0
    diameter = rng.normal(unit.diameter_um, unit.diameter_sd_um, n).clip(*_DIAMETER_RANGE_UM)
    middle = -unit.endplate_mm
    endplate = middle + rng.normal(0, unit.endplate_sd_mm, n)
    tendons = rng.normal(unit.half_length_mm, _TENDON_SD_MM, (2, n))
    ends = np.stack([middle + tendons[0] - endplate, endplate - middle + tendons[1]])
    return Fibres(
        lateral_mm=unit.lateral_mm + (radius * np.cos(angle))[branch] + rng.normal(0, spread, n),
        depth_mm=depth_mm + (radius * np.sin(angle))[branch] + rng.normal(0, spread, n),
        endplate_mm=endplate,
        ends_mm=np.maximum(ends, 0.1 * unit.half_length_mm),
        diameter_um=diameter,
        velocity_m_s=np.asarray(conduction_velocity(diameter), np.float64),
        branch=np.asarray(branch, np.intp),
        delay_s=rng.normal(0, unit.delay_sd_ms * 1e-3, n_branches)[branch],
    )
