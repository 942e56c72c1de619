"""The noise every recording has: coloured, drifting, partly shared by neighbouring channels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from emgfasc._validate import non_negative, positive
from emgfasc.errors import ParameterError
from emgfasc.simulate.electrodes import Electrode
from emgfasc.simulate.potentials import amplifier
from emgfasc.simulate.seeds import streams_of

__all__ = ["Noise", "channel_noise_uv", "coloured", "drift"]

_SOURCES = 4  # far activity that several electrodes of a grid share
_REACH = 0.4  # of the grid's extent over which a shared source fades (SD)


@dataclass(frozen=True, kw_only=True)
class Noise:
    """Noise at rest; typically 3-10 uV RMS with a needle, 3-15 uV on the skin (unverified).

    Attributes
    ----------
    rms_uv : float or None
        RMS over the recording, in the amplifier's band; ``None`` takes the electrode's usual value.
    drift : float
        Largest over smallest local SD, from 1 (steady) to 5.
    knee_hz : float
        Below this frequency the power rises towards low frequencies as 1/f.
    shared : float
        Share of the variance that comes from sources common to neighbouring channels, 0 to 1.
    channel_spread : float
        Log-SD by which the RMS of channels differs (quality of contact).

    Examples
    --------
    >>> from emgfasc.simulate import Noise
    >>> Noise(rms_uv=8, drift=3).rms_uv
    8
    """

    rms_uv: float | None = None
    drift: float = 1.5
    knee_hz: float = 80.0
    shared: float = 0.3
    channel_spread: float = 0.1

    def __post_init__(self) -> None:
        """Hold the limits."""
        if self.rms_uv is not None:
            positive("rms_uv", self.rms_uv)
        positive("knee_hz", self.knee_hz)
        non_negative("channel_spread", self.channel_spread)
        if not 1 <= self.drift <= 10:
            raise ParameterError(
                "Invalid value for the 'drift' parameter: a factor from 1 to 10 is needed, "
                f"but got {self.drift!r} instead."
            )
        if not 0 <= self.shared <= 1:
            raise ParameterError(
                "Invalid value for the 'shared' parameter: a share from 0 to 1 is needed, "
                f"but got {self.shared!r} instead."
            )


def coloured(
    rng: np.random.Generator,
    *,
    n_samples: int,
    fs_hz: float,
    band_hz: tuple[float, float],
    knee_hz: float = 80.0,
) -> NDArray[np.float32]:
    """Return Gaussian noise of unit expected RMS with power ``1 + knee/f`` inside a band.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    n_samples : int
        Length.
    fs_hz : float
        Sampling rate.
    band_hz : tuple of float
        Corners of the amplifier.
    knee_hz : float
        Where the rise towards low frequencies sets in.

    Returns
    -------
    array of float32, shape (n_samples,)

    Examples
    --------
    >>> import numpy as np
    >>> from emgfasc.simulate import coloured
    >>> noise = coloured(np.random.default_rng(0), n_samples=50_000, fs_hz=2048, band_hz=(10, 500))
    >>> bool(abs(noise.std() - 1) < 0.02)
    True
    """
    n = scipy.fft.next_fast_len(max(n_samples, 16), real=True)
    frequency = np.asarray(np.fft.rfftfreq(n, 1 / fs_hz), np.float64)
    power = amplifier(frequency, band_hz) ** 2 * (1 + knee_hz / np.maximum(frequency, frequency[1]))
    scale = 0.5 * n * np.sqrt(power / power.sum())
    parts = rng.standard_normal((2, len(frequency)), dtype=np.float32)
    spectrum = np.empty(len(frequency), np.complex64)
    spectrum.real, spectrum.imag = parts[0] * scale, parts[1] * scale
    return np.asarray(scipy.fft.irfft(spectrum, n)[:n_samples], np.float32)


def drift(
    rng: np.random.Generator, *, seconds: float, factor: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return knots in time and the factor on the noise there: smooth, RMS 1, given extent.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    seconds : float
        Length of the recording.
    factor : float
        Largest over smallest.

    Examples
    --------
    >>> import numpy as np
    >>> from emgfasc.simulate import drift
    >>> knots, gain = drift(np.random.default_rng(0), seconds=60, factor=3)
    >>> round(gain.max() / gain.min(), 6)
    np.float64(3.0)
    """
    knots = np.linspace(0, seconds, max(33, round(seconds) + 1))
    path = np.zeros_like(knots)
    for cycles in (0.5, 1, 2, 3):
        path += rng.normal() * np.cos(2 * np.pi * (cycles * knots / seconds + rng.random()))
    path = (path - path.min()) / np.ptp(path)
    gain = factor**path
    return knots, gain / np.sqrt(np.mean(gain**2))


def channel_noise_uv(
    rng: np.random.Generator, *, electrode: Electrode, noise: Noise
) -> NDArray[np.float64]:
    """Return the RMS of every channel: the nominal value times a lognormal spread on grids."""
    nominal = electrode.noise_uv if noise.rms_uv is None else noise.rms_uv
    n = len(electrode.channels)
    spread = noise.channel_spread if n > 1 else 0.0
    return np.asarray(nominal * np.exp(spread * rng.standard_normal(n)))


def mixing(rng: np.random.Generator, *, electrode: Electrode, shared: float) -> NDArray[np.float32]:
    """Return how much of each shared source every channel carries, (n_channels, n_sources)."""
    places = electrode.positions_mm
    if places is None or shared == 0:
        return np.zeros((len(electrode.channels), 0), np.float32)
    extent = max(float(np.ptp(places, axis=0).max()), 1e-9)
    middle = places.min(axis=0) + rng.random((_SOURCES, 2)) * np.ptp(places, axis=0)
    distance = np.linalg.norm(places[:, None] - middle, axis=2) / (_REACH * extent)
    weight = np.exp(-0.5 * distance**2)
    weight *= np.sqrt(shared) / np.linalg.norm(weight, axis=1, keepdims=True)
    return np.asarray(weight, np.float32)


def background(
    seed: int,
    *,
    electrode: Electrode,
    noise: Noise,
    noise_uv: NDArray[np.float64],
    n_samples: int,
) -> NDArray[np.float32]:
    """Return the noise without its drift, shape (n_channels, n_samples), in uV.

    Each channel and each shared source has a random stream of its own.
    """
    mixer, *streams = streams_of(seed, "background", 1 + _SOURCES + len(noise_uv))
    weight = mixing(mixer, electrode=electrode, shared=noise.shared)

    def draw(rng: np.random.Generator) -> NDArray[np.float32]:
        return coloured(
            rng,
            n_samples=n_samples,
            fs_hz=electrode.fs_hz,
            band_hz=electrode.band_hz,
            knee_hz=noise.knee_hz,
        )

    sources = [draw(rng) for rng in streams[: weight.shape[1]]]
    own = np.float32(np.sqrt(1 - noise.shared) if sources else 1.0)
    out = np.empty((len(noise_uv), n_samples), np.float32)
    for channel, rng in enumerate(streams[_SOURCES:]):
        total = own * draw(rng)
        for source, share in zip(sources, weight[channel], strict=True):
            total += share * source
        np.multiply(total, np.float32(noise_uv[channel]), out=out[channel])
    return out
