"""Few numbers that tell potentials apart, with what noise contributes to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Recording
from emgfasc.sort.waveforms import cut_out

__all__ = ["Embedding", "embed"]

_N_NOISE = 400
_N_LEARN = 1000


@dataclass(frozen=True, eq=False)
class Embedding:
    """Potentials as points.

    Attributes
    ----------
    points : array of float64, shape (n, n_dimensions)
        Scores on the leading components, through the origin (no mean is taken away).
    noise_energy : float
        Mean squared length that noise alone has.
    axes : array of float32, shape (n_channels * n_samples, n_dimensions)
        The components: ``points @ axes.T`` are the potentials with little of their noise.
    """

    points: NDArray[np.float64]
    noise_energy: float
    axes: NDArray[np.float32]


def embed(
    rec: Recording,
    waveforms: NDArray[np.float32],
    peaks: NDArray[np.int64],
    *,
    dimensions: int,
    before: int,
) -> Embedding:
    """Project potentials on their principal components.

    Parameters
    ----------
    rec : Recording
        Cleaned; noise is looked up between the potentials.
    waveforms : array of float32, shape (n, n_good_channels, n_samples)
        Cut out around `peaks`.
    peaks : array of int64, shape (n,)
        Sample numbers, in order.
    dimensions : int
        Components kept at most.
    before : int
        Samples of a waveform before its peak.

    Returns
    -------
    Embedding
    """
    flat = waveforms.reshape(len(waveforms), -1)
    axes = _principal(flat[:: max(1, len(flat) // _N_LEARN)], dimensions)
    points = np.asarray(flat @ axes, dtype=np.float64)
    quiet = _quiet_samples(rec, peaks, waveforms.shape[2])
    if not len(quiet):
        return Embedding(points, 0.0, axes)
    noise = cut_out(rec, quiet, before=before, after=waveforms.shape[2] - before)
    scores = noise.reshape(len(noise), -1) @ axes
    # The median is what noise has even where a weak potential was missed.
    energy = float(np.median((scores.astype(np.float64) ** 2).sum(axis=1)))
    return Embedding(points, energy, axes)


def _principal(flat: NDArray[np.float32], dimensions: int) -> NDArray[np.float32]:
    """Return the leading axes through the origin, shape (n_values, n_axes).

    They come from the smaller of the two Gram matrices, exact and the same on every run.
    """
    tall = flat.shape[0] > flat.shape[1]
    gram = (flat.T @ flat if tall else flat @ flat.T).astype(np.float64)
    strength, vectors = np.linalg.eigh(gram)
    kept = slice(None, -min(dimensions, len(strength)) - 1, -1)
    lead, power = vectors[:, kept], np.maximum(strength[kept], 1e-30)
    axes = lead if tall else flat.T @ (lead / np.sqrt(power))
    return np.asarray(axes, dtype=np.float32)


def _quiet_samples(rec: Recording, peaks: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Return evenly spread samples that lie more than a window away from every potential."""
    spread = np.linspace(size, max(size, rec.n_samples - size), 4 * _N_NOISE).astype(np.int64)
    near = np.searchsorted(peaks, spread)
    left = np.abs(spread - peaks[np.clip(near - 1, 0, len(peaks) - 1)])
    right = np.abs(peaks[np.clip(near, 0, len(peaks) - 1)] - spread)
    quiet = np.unique(spread[np.minimum(left, right) > size])
    return quiet[:: max(1, len(quiet) // _N_NOISE)]
