"""Motor-unit potentials: the fibres' line sources, summed as the electrode sees them.

Everything linear is done on spectra. A fibre's potential is its current kernel convolved with the
change of the conductor's weight along the fibre (the convolution form of the line source,
Hammarberg and Stalberg 2004); delays are phases, the amplifier is a factor, and going down to the
recording's rate is leaving out the bins above its Nyquist rate.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from emgfasc._validate import positive
from emgfasc.errors import ParameterError
from emgfasc.simulate.anatomy import Fibres, MotorUnit, draw_fibres
from emgfasc.simulate.electrodes import Electrode
from emgfasc.simulate.membrane import membrane_potential, point_source, source_strength

Array = NDArray[np.float64]

__all__ = ["Potentials", "amplifier", "fibre_spectra", "potentials"]

_WAVE_MM = 15.0  # the action potential has passed after this distance
_LEAD_S = 0.012  # silence before the nerve's discharge, room for early branches
_TAPER = 0.05  # share of the window over which either end is led to zero
_LIBRARY = 128  # potentials kept in memory, about 1 MB each on a grid


@dataclass(frozen=True, eq=False)
class Potentials:
    """One unit's potential as recorded without noise, in a few variants.

    Discharges of a stable unit look alike; those of an unstable one differ, and each discharge
    takes one of the variants. The variants also differ in where they lie between two samples.

    Attributes
    ----------
    waveforms : array of float32, shape (n_variants, n_channels, n_samples)
        Microvolts.
    fs_hz : float
        Sampling rate.
    center : int
        Sample at which the largest deflection of the median variant lies.

    Examples
    --------
    >>> import numpy as np
    >>> from emgfasc.simulate import Potentials
    >>> unit = Potentials.centered(np.hanning(21)[None, None], fs_hz=2048)
    >>> unit.center, len(unit)
    (10, 1)
    """

    waveforms: NDArray[np.float32]
    fs_hz: float
    center: int

    def __post_init__(self) -> None:
        """Hold the shape and forbid writing."""
        if self.waveforms.ndim != 3 or not self.waveforms.size:
            raise ParameterError(
                "Invalid value for the 'waveforms' parameter: shape (n_variants, n_channels, "
                f"n_samples) is needed, but got {self.waveforms.shape} instead."
            )
        positive("fs_hz", self.fs_hz)
        self.waveforms.flags.writeable = False

    @classmethod
    def centered(cls, waveforms: NDArray[np.floating], fs_hz: float) -> Potentials:
        """Build with `center` at the largest deflection of the median variant."""
        median = np.median(waveforms, axis=0)
        channel = np.ptp(median, axis=1).argmax()
        center = int(np.abs(median[channel]).argmax())
        return cls(np.array(waveforms, np.float32), fs_hz, center)

    def __len__(self) -> int:
        """Count the variants."""
        return len(self.waveforms)

    @property
    def amplitude_uv(self) -> NDArray[np.float64]:
        """Peak-to-peak amplitude of each variant, shape (n_variants, n_channels)."""
        return np.asarray(np.ptp(self.waveforms, axis=2), np.float64)

    @property
    def channel(self) -> NDArray[np.intp]:
        """Channel of the largest amplitude of each variant, shape (n_variants,)."""
        return np.asarray(self.amplitude_uv.argmax(axis=1), np.intp)

    def snr(self, noise_uv: NDArray[np.float64]) -> float:
        """Return the median over variants of amplitude over noise SD on the largest channel."""
        return float(np.median(self.amplitude_uv.max(axis=1) / noise_uv[self.channel]))

    def scaled(self, factor: float) -> Potentials:
        """Return a copy, `factor` times as large."""
        return replace(self, waveforms=self.waveforms * np.float32(factor))


def amplifier(
    frequency_hz: NDArray[np.float64], band_hz: tuple[float, float]
) -> NDArray[np.float64]:
    """Return the zero-phase response of a second-order Butterworth band; 0 at 0 Hz."""
    low, high = band_hz
    f = np.maximum(frequency_hz, 1e-9)
    response = 1 / np.sqrt((1 + (low / f) ** 4) * (1 + (f / high) ** 4))
    return np.where(frequency_hz > 0, response, 0.0)


def fibre_spectra(fibres: Fibres, electrode: Electrode, *, n_samples: int) -> NDArray[np.complex64]:
    """Return the spectrum of every fibre's potential at every electrode site.

    Two waves leave the end-plate and end at the tendons, where the current that was on its way is
    closed (charge is conserved, Farina and Merletti 2001). Each step of a wave weighs the change of
    the conductor's weight over it exactly, so that near fibres need no finer grid.

    Parameters
    ----------
    fibres : Fibres
        What discharges at time 0.
    electrode : Electrode
        Where it is recorded.
    n_samples : int
        Length of the potential at the electrode's rate.

    Returns
    -------
    array of complex64, shape (n_fibres, n_sites, n_samples // 2 + 1)
        As of :func:`numpy.fft.rfft` at the electrode's rate, in uV.
    """
    n_fine = n_samples * electrode.oversampling
    n_bins = n_samples // 2 + 1
    step_mm: Array = fibres.velocity_m_s[:, None] * (
        1e3 / (electrode.fs_hz * electrode.oversampling)
    )
    n_kernel = min(n_fine, int(_WAVE_MM / step_mm.min()))
    kernel = np.diff(membrane_potential(step_mm * np.arange(-1, n_kernel)), axis=1) / step_mm
    kernel *= (source_strength(fibres.diameter_um) * 1e6 * electrode.gain)[:, None]
    kernel_spectrum = scipy.fft.rfft(kernel.astype(np.float32), n_fine, axis=1)[:, :n_bins]
    # Kernel and weights are averages over a step; two divisions by sinc undo that.
    kernel_spectrum /= electrode.oversampling * np.sinc(np.arange(n_bins) / n_fine) ** 2
    n_steps = int(np.ceil((fibres.ends_mm.max(axis=0) / step_mm[:, 0]).max()))
    if n_steps >= n_fine:
        raise ParameterError(
            "Invalid value for the 'half_length_mm' parameter: the wave must end within "
            f"{electrode.window_s:g} s; use a shorter or thicker fibre."
        )
    edges = step_mm.astype(np.float32) * np.arange(n_steps + 1, dtype=np.float32)
    right, left = (np.minimum(edges, end[:, None]) for end in fibres.ends_mm.astype(np.float32))
    spectra = np.empty((len(fibres), len(electrode.points_mm), n_bins), np.complex64)
    floor_mm = fibres.diameter_um * 0.5e-3
    for site, points in enumerate(electrode.points_mm):
        weight = np.zeros_like(edges)
        for x, y, z in points:
            across = np.hypot(fibres.lateral_mm - x, fibres.depth_mm - y)
            across = np.maximum(across, floor_mm).astype(np.float32)[:, None]
            along = (z - fibres.endplate_mm).astype(np.float32)[:, None]
            weight += point_source(across, right - along) + point_source(across, left + along)
        change = np.diff(weight, axis=1) / np.float32(len(points))
        spectrum = scipy.fft.rfft(change, n_fine, axis=1)[:, :n_bins]
        spectra[:, site] = spectrum * kernel_spectrum
    return spectra


def potentials(
    unit: MotorUnit, electrode: Electrode, *, seed: int = 0, variants: int = 16
) -> Potentials:
    """Return a motor unit's potentials at an electrode; computed once, then remembered.

    Parameters
    ----------
    unit : MotorUnit
        Anatomy, place, jitter and blocking.
    electrode : Electrode
        Needle or grid.
    seed : int
        Seed of the fibres drawn and of their jitter.
    variants : int
        How many discharges to draw.

    Returns
    -------
    Potentials
        Physical size, in uV.

    Examples
    --------
    >>> from emgfasc.simulate import NEEDLE, MotorUnit, potentials
    >>> near = potentials(MotorUnit(fibres=20), NEEDLE, variants=1)
    >>> far = potentials(MotorUnit(fibres=20, lateral_mm=8), NEEDLE, variants=1)
    >>> bool(near.amplitude_uv > 3 * far.amplitude_uv)
    True
    """
    positive("variants", variants)
    return _library(unit, electrode, seed, variants)


@lru_cache(maxsize=_LIBRARY)
def _library(unit: MotorUnit, electrode: Electrode, seed: int, variants: int) -> Potentials:
    rng = np.random.default_rng(seed)
    fibres = draw_fibres(rng, unit, depth_mm=unit.depth_mm if electrode.kind != "needle" else 0.0)
    n = scipy.fft.next_fast_len(round(electrode.window_s * electrode.fs_hz), real=True)
    n += n % 2
    frequency = np.asarray(np.fft.rfftfreq(n, 1 / electrode.fs_hz), np.float64)
    spectra = fibre_spectra(fibres, electrode, n_samples=n)
    delay, taking_part = _discharges(rng, unit, fibres, variants)
    delay += _LEAD_S + rng.uniform(-0.5, 0.5, (variants, 1)) / electrode.fs_hz
    total = np.zeros((variants, spectra.shape[1], len(frequency)), np.complex64)
    for index, spectrum in enumerate(spectra):  # a plain sum: the same on any number of threads
        phase = _phases(delay[:, index] / n * electrode.fs_hz, len(frequency))
        phase *= taking_part[:, index, None]
        total += phase[:, None] * spectrum
    total *= amplifier(frequency, electrode.band_hz).astype(np.float32)
    plus, minus = electrode.pairs
    sites = scipy.fft.irfft(total, n, axis=2)
    waveforms = sites[:, plus] if minus is None else sites[:, plus] - sites[:, minus]
    return Potentials.centered(waveforms * _taper(n), electrode.fs_hz)


def _discharges(
    rng: np.random.Generator, unit: MotorUnit, fibres: Fibres, variants: int
) -> tuple[Array, NDArray[np.float32]]:
    """Return delay and presence of every fibre in every variant, shape (variants, n_fibres).

    Half the jitter's variance is the branch's, shared by its fibres; blocking is the branch's.
    """
    shape = (variants, int(fibres.branch.max()) + 1)
    share = unit.jitter_us * 1e-6 / np.sqrt(2)
    of_branch = rng.normal(0, share, shape)
    of_fibre = rng.normal(0, share, (variants, len(fibres)))
    conducts = rng.random(shape) >= unit.blocking
    delay = fibres.delay_s + of_branch[:, fibres.branch] + of_fibre
    return delay, conducts[:, fibres.branch].astype(np.float32)


def _phases(turns: Array, n_bins: int) -> NDArray[np.complex64]:
    """Return ``exp(-2j pi turns k)`` for every bin k, shape (len(turns), n_bins).

    Coarse times fine steps: few exponentials, many products.
    """
    fine = np.exp(-2j * np.pi * turns[:, None] * np.arange(32))
    coarse = np.exp(-2j * np.pi * turns[:, None] * np.arange(0, n_bins, 32))
    phases = coarse.astype(np.complex64)[:, :, None] * fine.astype(np.complex64)[:, None, :]
    return np.asarray(phases.reshape(len(turns), -1)[:, :n_bins])


def _taper(n: int) -> NDArray[np.float32]:
    """Return a window that is 1 but for a raised cosine at either end."""
    ramp = 0.5 - 0.5 * np.cos(np.pi * np.arange(round(_TAPER * n)) / (_TAPER * n))
    window = np.ones(n, np.float32)
    window[: len(ramp)], window[n - len(ramp) :] = ramp, ramp[::-1]
    return window
