"""Few numbers that tell potentials apart, in units of the noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from emgfasc.sort.noise import Whitening

__all__ = ["Embedding", "embed"]

_N_LEARN = 1000
_MOST_ROWS = 12  # mixtures of channels
_BEYOND = 7.0  # median deviations from the median: about five SD of noise

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Embedding:
    """Potentials as points; noise has SD 1 in every direction.

    Attributes
    ----------
    points : array of float64, shape (n, n_dimensions)
        Scores on the leading components, through the origin (no mean is taken away); with
        `folds`, on components learned without the potential itself.
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
    folds: int = 1,
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
    folds : int
        Into so many parts potentials are divided; each part is described by components that were
        learned from the others. 1: all by those of all.

    Returns
    -------
    Embedding
    """
    step = max(1, len(waveforms) // _N_LEARN)
    chosen = white.apply(waveforms[::step])
    rows = _mixtures(chosen)
    few = white.onto(rows)
    quiet = few.apply(noise)
    size = len(rows) * quiet.shape[2]
    # More than noise alone holds in so few potentials (Marchenko and Pastur 1967,
    # doi:10.1070/SM1967v001n04ABEH001994).
    by_chance = float((quiet**2).mean()) * (1 + np.sqrt(size / len(chosen))) ** 2
    flat = np.asarray(rows @ chosen, np.float32).reshape(len(chosen), -1)
    strength, axes = _principal(flat, dimensions)
    axes = axes[:, : max(1, int((strength > by_chance).sum()))]
    shaped = axes.reshape(len(rows), -1, axes.shape[1]).astype(np.float32)
    # What the filter leaves undone is the same for all: in the band of potentials, SD is 1.
    scores = Embedding(np.zeros((0, 0)), shaped, few).project(quiet)
    sd = float(np.sqrt((scores**2).mean())) or 1.0
    few = few.onto(np.eye(len(rows)) / sd)
    empty = Embedding(np.zeros((0, axes.shape[1])), shaped, few)
    points = empty.project(empty.white(waveforms))
    if 1 < folds <= len(flat):
        unseen = _unseen(flat, axes, folds)
        points[::step] = np.where(_strange(flat, unseen)[:, None], points[::step], unseen / sd)
    return Embedding(points, shaped, few)


def _mixtures(white: NDArray[np.float32]) -> Floats:
    """Return the mixtures of channels that hold most of the potentials, orthonormal rows.

    Each channel that holds nothing adds noise, to which the components would be fitted.
    """
    covariance = np.einsum("ncs,nds->cd", white, white, optimize=True).astype(np.float64)
    return np.asarray(np.linalg.eigh(covariance)[1][:, ::-1][:, :_MOST_ROWS].T)


def _unseen(flat: NDArray[np.float32], axes: Floats, folds: int) -> Floats:
    """Return scores of waves on axes learned without them, turned to lie over the axes of all.

    Axes learned from few potentials follow their noise: on them, noise of SD 1 has a variance of
    2 to 3 in potentials that they were learned from, and 1 in all others.
    """
    scores = np.zeros((len(flat), axes.shape[1]))
    part = np.arange(len(flat)) % folds
    for k in range(folds):
        others = flat[part != k]
        own = _principal(others, axes.shape[1])[1]
        # The rotation that brings scores on one set of axes nearest to those on the other
        # (Schoenemann 1966, doi:10.1007/BF02289451).
        left, _, right = np.linalg.svd((others @ own).T @ (others @ axes), full_matrices=False)
        scores[part == k] = flat[part == k] @ (own @ (left @ right))
    return scores


def _strange(flat: NDArray[np.float32], scores: Floats) -> NDArray[np.bool_]:
    """Tell which waves hold more than axes learned from the others show.

    What happens once must keep its own axes, or it would look like that part of it which others
    have in common.
    """
    left = np.square(flat, dtype=np.float64).sum(axis=1) - np.square(scores).sum(axis=1)
    usual = np.median(left)
    return np.asarray(left > usual + _BEYOND * np.median(np.abs(left - usual)))


def _principal(flat: NDArray[np.float32], n_axes: int) -> tuple[Floats, Floats]:
    """Return the mean power along the leading axes through the origin, and these axes.

    They come from the smaller of the two Gram matrices, exact and the same on every run.
    """
    tall = flat.shape[0] > flat.shape[1]
    gram = (flat.T @ flat if tall else flat @ flat.T).astype(np.float64)
    n = len(gram)
    strength, vectors = eigh(gram, subset_by_index=[max(0, n - n_axes), n - 1])
    lead, power = vectors[:, ::-1], np.maximum(strength[::-1], 1e-30)
    return power / len(flat), np.asarray(lead if tall else flat.T @ (lead / np.sqrt(power)))
