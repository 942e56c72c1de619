"""Noise between the potentials, and how to make it white: then distances are in its own SD."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Recording
from emgfasc.sort.waveforms import cut_out

__all__ = ["ORDER", "Whitening", "quiet_stretches", "whitening"]

ORDER = 24  # samples of the past that predict the next one
_N_NOISE = 400
_RIDGE = 0.01  # of the variance: keeps what the filters took away from being blown up
_SHRINK = 0.05  # of the covariance between channels, towards none
_LOUD = 4.0  # times the usual power, about twice as wide as drifting noise: no noise any more

_STRETCH = 64  # samples that are filtered at once

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Whitening:
    """A linear map after which noise is white, uncorrelated between channels and of SD 1.

    Attributes
    ----------
    mix : array of float64, shape (n_rows, n_channels)
        From the good channels to uncorrelated mixtures.
    past : array of float64, shape (ORDER + 1,)
        Filter over the present and past samples that leaves what they do not predict.
    """

    mix: Floats
    past: Floats

    def apply(self, waveforms: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return white waveforms; the first ``ORDER`` samples are used up.

        Parameters
        ----------
        waveforms : array of float32, shape (..., n_channels, n_samples)

        Returns
        -------
        array of float32, shape (..., n_rows of mix, n_samples - ORDER)
        """
        return _filtered(self.mix.astype(np.float32) @ waveforms, self._matrix)

    @cached_property
    def _matrix(self) -> NDArray[np.float32]:
        return _matrix_of(self.past)

    def onto(self, rows: Floats) -> Whitening:
        """Return the map followed by another one between channels, shape (n_rows, n_channels)."""
        return Whitening(rows @ self.mix, self.past)


def quiet_stretches(rec: Recording, peaks: NDArray[np.int64], *, size: int) -> NDArray[np.float32]:
    """Return stretches of signal without a potential.

    What is far louder than most stretches is left out, too: a contraction, an artifact. A few
    stimuli of some mV would make the noise seem ten times as strong, and all units alike.

    Parameters
    ----------
    rec : Recording
        Cleaned.
    peaks : array of int64, shape (n,)
        Samples at which potentials lie, in order.
    size : int
        Length of a stretch in samples; each lies farther than this from every potential.

    Returns
    -------
    array of float32, shape (n_stretches, n_good_channels, size)
    """
    quiet = _quiet_samples(rec, peaks, size)
    return _calm(cut_out(rec, quiet, before=size // 2, after=size - size // 2))


def _calm(stretches: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return those of the stretches, at least half, whose power is about the usual one."""
    power = np.square(stretches, dtype=np.float64).mean(axis=2)
    usual = np.median(power, axis=0)
    level = (power[:, usual > 0] / usual[usual > 0]).sum(axis=1)
    return stretches[level <= _LOUD * np.median(level)] if level.any() else stretches


def whitening(noise: NDArray[np.float32]) -> Whitening:
    """Learn the map from stretches of noise, shape (n_stretches, n_channels, n_samples)."""
    sd = np.sqrt(np.square(noise, dtype=np.float64).mean(axis=(0, 2)))
    known = sd > 0
    sd = np.where(known, sd, np.median(sd[known]) if known.any() else 1.0)
    level = noise / sd.astype(np.float32)[:, None]
    past = _predictor(level)
    left = _filtered(level, _matrix_of(past))
    return Whitening(_decorrelation(left) / sd, past)


def _matrix_of(past: Floats) -> NDArray[np.float32]:
    """Return what a stretch is multiplied with to be filtered, its past first."""
    matrix = np.zeros((ORDER + _STRETCH, _STRETCH), np.float32)
    place = np.arange(_STRETCH)
    for lag, weight in enumerate(past):
        matrix[ORDER - lag + place, place] = weight
    return matrix


def _filtered(waves: NDArray[np.float32], matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return waves through the filter, along their last axis; the first ``ORDER`` samples go.

    Stretch by stretch as a product with the filter's matrix: several times faster than lag by lag.
    """
    n = waves.shape[-1] - ORDER
    flat = np.ascontiguousarray(waves).reshape(-1, waves.shape[-1])
    out = np.empty((len(flat), n), np.float32)
    for start in range(0, n, _STRETCH):
        size = min(_STRETCH, n - start)
        part = flat[:, start : start + ORDER + size]
        out[:, start : start + size] = part @ matrix[: ORDER + size, :size]
    return out.reshape(*waves.shape[:-1], n)


def _predictor(noise: NDArray[np.float32]) -> Floats:
    """Return the filter that leaves the unpredictable part, with variance 1 (Yule-Walker)."""
    size = noise.shape[2]
    flat = noise.reshape(-1, size).astype(np.float64)  # what is solved below is not well posed
    products = flat.T @ flat
    correlation = np.array([products.trace(k) / (len(flat) * (size - k)) for k in range(ORDER + 1)])
    if correlation[0] <= 0:
        return np.asarray(np.eye(1, ORDER + 1)[0])
    correlation[0] *= 1 + _RIDGE
    lags = np.abs(np.arange(ORDER)[:, None] - np.arange(ORDER))
    weights = np.linalg.solve(correlation[lags], correlation[1:])
    left = correlation[0] - weights @ correlation[1:]
    return np.asarray(np.concatenate([[1.0], -weights]) / np.sqrt(left))


def _decorrelation(left: NDArray[np.float32]) -> Floats:
    """Return the symmetric matrix that makes channels uncorrelated and of SD 1."""
    n = left.shape[1]
    flat = left.transpose(1, 0, 2).reshape(n, -1)
    covariance = (flat @ flat.T).astype(np.float64) / flat.shape[1]
    spread = np.trace(covariance) / n
    if spread <= 0:
        return np.eye(n)
    covariance = (1 - _SHRINK) * covariance + _SHRINK * spread * np.eye(n)
    strength, vectors = np.linalg.eigh(covariance)
    return np.asarray((vectors / np.sqrt(strength)) @ vectors.T)


def _quiet_samples(rec: Recording, peaks: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Return evenly spread samples that lie more than `size` away from every potential.

    Where there are too few of them, as in a dense train, every spread sample is returned.
    """
    spread = np.linspace(size, max(size, rec.n_samples - size), 4 * _N_NOISE).astype(np.int64)
    spread = np.unique(spread)
    if len(peaks):
        near = np.searchsorted(peaks, spread)
        left = np.abs(spread - peaks[np.clip(near - 1, 0, len(peaks) - 1)])
        right = np.abs(peaks[np.clip(near, 0, len(peaks) - 1)] - spread)
        calm = spread[np.minimum(left, right) > size]
        spread = calm if len(calm) >= _N_NOISE // 10 else spread
    return spread[:: max(1, len(spread) // _N_NOISE)]
