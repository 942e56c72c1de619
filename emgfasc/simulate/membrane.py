"""The single muscle fibre: its action potential, its currents and the conductor around it.

Everything is SI inside; lengths are handed in as millimetres because anatomy is measured so.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "ANISOTROPY",
    "SIGMA_INSIDE",
    "SIGMA_RADIAL",
    "conduction_velocity",
    "membrane_potential",
    "membrane_slope",
    "point_source",
    "source_strength",
]

Array = NDArray[np.floating]

# Conductivities in S/m: Andreassen and Rosenfalck 1980 (63 and 330 are sometimes printed as S/m
# in simulators; they are mS/m). The intracellular value is the usual 1.01 S/m.
SIGMA_INSIDE = 1.01
SIGMA_RADIAL = 0.063
ANISOTROPY = 0.33 / SIGMA_RADIAL


def membrane_potential(distance_mm: Array) -> Array:
    """Return the intracellular action potential behind its wavefront, in mV.

    Rosenfalck's potential in the form corrected by Nandedkar and Stalberg (1983), which is twice
    as short in space: ``768 z^3 exp(-2z) - 90``.

    Parameters
    ----------
    distance_mm : array of float
        Distance behind the wavefront; the fibre rests at -90 mV ahead of it.

    Examples
    --------
    >>> import numpy as np
    >>> from emgfasc.simulate import membrane_potential
    >>> membrane_potential(np.array([-1.0, 1.5])).round(1)
    array([-90., 39.])
    """
    z = np.maximum(distance_mm, 0)
    return np.asarray(768 * z**3 * np.exp(-2 * z) - 90)


def membrane_slope(distance_mm: Array) -> Array:
    """Return the spatial derivative of :func:`membrane_potential`, in mV/mm (that is V/m)."""
    z = np.maximum(distance_mm, 0)
    return np.asarray(768 * (3 * z**2 - 2 * z**3) * np.exp(-2 * z))


def conduction_velocity(diameter_um: Array) -> Array:
    """Return ``2.2 + 0.05 (d - 25)`` m/s for a fibre of diameter `d` in um (unverified)."""
    return np.asarray(2.2 + 0.05 * (np.asarray(diameter_um, float) - 25))


def source_strength(diameter_um: Array) -> Array:
    """Return intracellular conductivity times cross-section, in S m.

    Times the membrane's slope in V/m this is the axial current in ampere.
    """
    return np.asarray(SIGMA_INSIDE * np.pi * (np.asarray(diameter_um, float) * 0.5e-6) ** 2)


def point_source(radial_mm: Array, axial_mm: Array) -> Array:
    """Return the potential of one ampere in an infinite anisotropic muscle, in V/A.

    Parameters
    ----------
    radial_mm, axial_mm : array of float
        Distance from source to electrode across and along the fibre; broadcast together.

    Examples
    --------
    >>> import numpy as np
    >>> from emgfasc.simulate import point_source
    >>> point_source(np.array([1.0, 2.0]), np.array([0.0, 0.0])).round()
    array([552., 276.])
    """
    distance = np.sqrt(ANISOTROPY * np.square(radial_mm) + np.square(axial_mm))
    return np.asarray((1e3 / (4 * np.pi * SIGMA_RADIAL)) / distance)
