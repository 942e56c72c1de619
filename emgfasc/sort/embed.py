"""Few numbers that tell potentials apart, in units of the noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgfasc.sort.noise import Whitening

__all__ = ["Embedding", "embed"]

_N_LEARN = 1000
_MOST_ROWS = 12  # mixtures of channels

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Embedding:
    """Potentials as points; noise has SD 1 in every direction.

    Attributes
    ----------
    points : array of float64, shape (n, n_dimensions)
        Scores on the leading components, through the origin (no mean is taken away).
    axes : array of float32, shape (n_rows, n_samples, n_dimensions)
        The components, orthonormal: ``axes @ point`` is a white potential with little noise.
    whitened : Whitening
        From the good channels to the few white mixtures in which potentials are described.
    """

    points: Floats
    axes: NDArray[np.float32]
    whitened: Whitening

    def white(self, waveforms: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return white mixtures of waveforms; the first ``ORDER`` samples are used up."""
        return self.whitened.apply(waveforms)

    def project(self, white: NDArray[np.float32]) -> Floats:
        """Return white mixtures, shape (n, n_rows, n_samples), as points."""
        flat = self.axes.reshape(-1, self.axes.shape[2])
        return np.asarray(white.reshape(len(white), -1) @ flat, np.float64)

    def waveform(self, point: Floats) -> Floats:
        """Return the white waveform of a point, shape (n_rows, n_samples)."""
        return np.asarray(self.axes @ point, np.float64)

    def derivative(self, point: Floats) -> Floats:
        """Return the direction in which a point moves per sample by which it is shifted."""
        slope = np.gradient(self.waveform(point), axis=1)
        return np.asarray(np.tensordot(slope, self.axes, axes=2))


def embed(
    waveforms: NDArray[np.float32],
    noise: NDArray[np.float32],
    white: Whitening,
    *,
    dimensions: int,
) -> Embedding:
    """Project white potentials on their principal components.

    Parameters
    ----------
    waveforms : array of float32, shape (n, n_good_channels, n_samples)
        Cut out around the potentials, as recorded.
    noise : array of float32, shape (n_stretches, n_good_channels, n_samples)
        Stretches without a potential.
    white : Whitening
        Of the recording.
    dimensions : int
        Components kept at most.

    Returns
    -------
    Embedding
    """
    chosen = white.apply(waveforms[:: max(1, len(waveforms) // _N_LEARN)])
    rows = _mixtures(chosen)
    few = white.onto(rows)
    quiet = few.apply(noise)
    size = len(rows) * quiet.shape[2]
    # More than noise alone holds in so few potentials (Marchenko and Pastur 1967,
    # doi:10.1070/SM1967v001n04ABEH001994).
    by_chance = float((quiet**2).mean()) * (1 + np.sqrt(size / len(chosen))) ** 2
    strength, axes = _principal(np.asarray(rows @ chosen, np.float32), dimensions)
    axes = axes[:, : max(1, int((strength > by_chance).sum()))]
    shaped = axes.reshape(len(rows), -1, axes.shape[1]).astype(np.float32)
    # What the filter leaves undone is the same for all: in the band of potentials, SD is 1.
    scores = Embedding(np.zeros((0, 0)), shaped, few).project(quiet)
    sd = float(np.sqrt((scores**2).mean())) or 1.0
    few = few.onto(np.eye(len(rows)) / sd)
    empty = Embedding(np.zeros((0, axes.shape[1])), shaped, few)
    return Embedding(empty.project(empty.white(waveforms)), shaped, few)


def _mixtures(white: NDArray[np.float32]) -> Floats:
    """Return the mixtures of channels that hold most of the potentials, orthonormal rows.

    Each channel that holds nothing adds noise, to which the components would be fitted.
    """
    covariance = np.einsum("ncs,nds->cd", white, white, optimize=True).astype(np.float64)
    return np.asarray(np.linalg.eigh(covariance)[1][:, ::-1][:, :_MOST_ROWS].T)


def _principal(waves: NDArray[np.float32], n_axes: int) -> tuple[Floats, Floats]:
    """Return the mean power along the leading axes through the origin, and these axes.

    They come from the smaller of the two Gram matrices, exact and the same on every run.
    """
    flat = waves.reshape(len(waves), -1)
    tall = flat.shape[0] > flat.shape[1]
    gram = (flat.T @ flat if tall else flat @ flat.T).astype(np.float64)
    strength, vectors = np.linalg.eigh(gram)
    kept = slice(None, -min(n_axes, len(strength)) - 1, -1)
    lead, power = vectors[:, kept], np.maximum(strength[kept], 1e-30)
    return power / len(flat), np.asarray(lead if tall else flat.T @ (lead / np.sqrt(power)))
