"""Electrodes: where they touch, what they subtract, how they are amplified."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from emgfasc._validate import one_of, positive
from emgfasc.containers import Kind
from emgfasc.errors import ParameterError

__all__ = ["GRID_8X8", "GRID_13X5", "NEEDLE", "PAIR", "Electrode", "Grid", "Needle", "default_for"]

Montage = Literal["monopolar", "differential"]


class Electrode(Protocol):
    """What the library of potentials asks of an electrode; frozen and hashable."""

    def __hash__(self) -> int:
        """Serve as a key of the library."""

    @property
    def kind(self) -> Kind:
        """Kind of the recording it makes."""

    @property
    def fs_hz(self) -> float:
        """Sampling rate."""

    @property
    def band_hz(self) -> tuple[float, float]:
        """High-pass and low-pass corner of the amplifier."""

    @property
    def noise_uv(self) -> float:
        """Usual RMS of the noise at rest, in that band."""

    @property
    def window_s(self) -> float:
        """Length of one potential, tails included."""

    @property
    def oversampling(self) -> int:
        """How much finer than `fs_hz` the physics is computed."""

    @property
    def gain(self) -> float:
        """Factor on the potential of the infinite muscle."""

    @property
    def points_mm(self) -> NDArray[np.float64]:
        """Contact points, shape (n_sites, n_points, 3): lateral, depth, along the fibres."""

    @property
    def pairs(self) -> tuple[NDArray[np.intp], NDArray[np.intp] | None]:
        """Sites that make the channels, and those subtracted from them."""

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the channels."""

    @property
    def positions_mm(self) -> NDArray[np.float64] | None:
        """Places of the channels on the skin, shape (n_channels, 2): lateral, along."""


@dataclass(frozen=True, kw_only=True)
class Needle:
    """A concentric needle: one elliptic core of 150 x 580 um inside the muscle.

    The potential is averaged over 17 points of the core. The cannula is not modelled; in its
    place the potential is multiplied by a fixed gain of 0.3, which brings the median unit near the
    660 uV of healthy tibialis anterior (de Carvalho and Swash 2013).

    Attributes
    ----------
    fs_hz : float
        Sampling rate.
    band_hz : tuple of float
        Corners of the amplifier, high-pass first.
    noise_uv : float
        RMS of the noise at rest.
    core_mm : tuple of float
        Extent of the core along and across the fibres.
    gain : float
        Calibration that stands for the cannula.

    Examples
    --------
    >>> from emgfasc.simulate import Needle
    >>> Needle(fs_hz=23_437.5).points_mm.shape
    (1, 17, 3)
    """

    fs_hz: float = 20_000.0
    band_hz: tuple[float, float] = (5.0, 8_000.0)
    noise_uv: float = 5.0
    core_mm: tuple[float, float] = (0.15, 0.58)
    gain: float = 0.3

    kind: ClassVar[Kind] = "needle"
    window_s: ClassVar[float] = 0.0768
    oversampling: ClassVar[int] = 2
    channels: ClassVar[tuple[str, ...]] = ("CNE",)
    positions_mm: ClassVar[None] = None

    def __post_init__(self) -> None:
        """Hold the limits."""
        positive("fs_hz", self.fs_hz)
        positive("noise_uv", self.noise_uv)

    @property
    def points_mm(self) -> NDArray[np.float64]:
        """Points of the ellipse; its long axis lies along the shaft, across the fibres."""
        along, across = (0.5 * extent for extent in self.core_mm)
        z, y = np.meshgrid(np.linspace(-0.7, 0.7, 3), np.linspace(-1, 1, 7))
        inside = z**2 + y**2 <= 1.0 + 1e-9
        points = np.stack([np.zeros(inside.sum()), across * y[inside], along * z[inside]], axis=1)
        return np.asarray(points[None], np.float64)

    @property
    def pairs(self) -> tuple[NDArray[np.intp], None]:
        """One channel, nothing subtracted."""
        return np.zeros(1, np.intp), None


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Point electrodes on the skin over a half-space of muscle; fat and skin count as depth.

    Attributes
    ----------
    rows, columns : int
        Rows follow one another along the fibres, columns across them.
    spacing_mm : float
        Distance between neighbours.
    missing : tuple of int
        Sites without electrode, counted row by row from 0.
    montage : {'monopolar', 'differential'}
        Single sites, or each site minus the next along the fibres.
    kind : {'hdsemg', 'surface'}
        Kind of the recording.
    fs_hz, band_hz, noise_uv
        As for the needle. The usual surface settings are 10-500 Hz at 2048 Hz.

    Examples
    --------
    >>> from emgfasc.simulate import GRID_13X5, PAIR
    >>> len(GRID_13X5.channels), PAIR.channels
    (64, ('E01-E03', 'E02-E04'))
    """

    rows: int = 8
    columns: int = 8
    spacing_mm: float = 8.5
    missing: tuple[int, ...] = ()
    montage: Montage = "monopolar"
    kind: Kind = "hdsemg"
    fs_hz: float = 2048.0
    band_hz: tuple[float, float] = (10.0, 500.0)
    noise_uv: float = 6.0

    window_s: ClassVar[float] = 0.125
    oversampling: ClassVar[int] = 2
    gain: ClassVar[float] = 2.0  # insulating air above a half-space doubles the potential

    def __post_init__(self) -> None:
        """Hold the limits."""
        for name in ("rows", "columns", "spacing_mm", "fs_hz", "noise_uv"):
            positive(name, getattr(self, name))
        one_of("montage", self.montage, ("monopolar", "differential"))
        one_of("kind", self.kind, ("hdsemg", "surface"))
        if not len(self.pairs[0]):
            raise ParameterError(
                "Invalid value for the 'missing' parameter: no channel is left in the grid."
            )

    @property
    def _sites(self) -> NDArray[np.intp]:
        """Number of each electrode at its row and column, -1 where it is missing."""
        sites = np.arange(self.rows * self.columns)
        present = ~np.isin(sites, self.missing)
        return np.where(present, np.cumsum(present) - 1, -1).reshape(self.rows, self.columns)

    @property
    def points_mm(self) -> NDArray[np.float64]:
        """One point per electrode, the grid's middle at 0."""
        sites = self._sites
        row, column = np.nonzero(sites >= 0)
        points = np.zeros((len(row), 1, 3))
        points[:, 0, 0] = (column - 0.5 * (self.columns - 1)) * self.spacing_mm
        points[:, 0, 2] = (row - 0.5 * (self.rows - 1)) * self.spacing_mm
        return points

    @property
    def pairs(self) -> tuple[NDArray[np.intp], NDArray[np.intp] | None]:
        """Sites that make the channels, and those subtracted from them."""
        sites = self._sites
        if self.montage == "monopolar":
            return sites[sites >= 0], None
        upper, lower = sites[:-1].ravel(), sites[1:].ravel()
        both = (upper >= 0) & (lower >= 0)
        return upper[both], lower[both]

    @property
    def channels(self) -> tuple[str, ...]:
        """``E01`` and on, or ``E01-E09`` for a difference."""
        plus, minus = self.pairs
        if minus is None:
            return tuple(f"E{site + 1:02d}" for site in plus)
        return tuple(f"E{a + 1:02d}-E{b + 1:02d}" for a, b in zip(plus, minus, strict=True))

    @property
    def positions_mm(self) -> NDArray[np.float64]:
        """Places of the channels, the first corner at (0, 0); a difference lies midway."""
        plus, minus = self.pairs
        places = self.points_mm[:, 0, :][:, [0, 2]]
        places = places - places.min(axis=0)
        return np.asarray(places[plus] if minus is None else 0.5 * (places[plus] + places[minus]))


NEEDLE = Needle()
"""Concentric needle at 20 kHz."""

PAIR = Grid(rows=2, columns=2, spacing_mm=20.0, montage="differential", kind="surface")
"""Two bipolar channels side by side, electrodes 20 mm apart."""

GRID_8X8 = Grid()
"""64 monopolar channels, 8.5 mm apart (the spacing of the SPiQE recordings; unverified)."""

GRID_13X5 = Grid(rows=13, columns=5, spacing_mm=8.0, missing=(0,))
"""64 monopolar channels, 8 mm apart, one corner missing (the layout of GR08MM1305)."""

_DEFAULTS: dict[Kind, Electrode] = {"needle": NEEDLE, "surface": PAIR, "hdsemg": GRID_8X8}


def default_for(kind: Kind) -> Electrode:
    """Return the electrode a recording of this kind is made with unless another is given."""
    one_of("kind", kind, tuple(_DEFAULTS))
    return _DEFAULTS[kind]
