"""Lay potentials over one another: noise moves their peaks, and of two equal ones picks either."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

__all__ = ["best_lags", "chain_lags", "moved"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_AT_ONCE = 500


def chain_lags(averages: Floats, size: Ints, *, reach: int, alike: float) -> Ints:
    """Return by how many samples each group must move to lie over those that are most like it.

    Every group is laid over its neighbour in the tree of least differences, from the largest
    group on.

    Parameters
    ----------
    averages : array, shape (k, n_channels, n_samples)
    size : array of int64, shape (k,)
    reach : int
        Largest shift, in samples.
    alike : float
        Largest difference of neighbours, as a share of their energies; beyond, nothing is moved.

    Returns
    -------
    array of int64, shape (k,)
        To be added to the peaks of a group.
    """
    n, _, length = averages.shape
    lag = np.zeros((n, n), np.int64)
    unlike = np.ones((n, n))
    padded = length + reach
    spectrum = np.fft.rfft(averages, padded, axis=2)
    energy = (averages**2).sum(axis=(1, 2))
    lags = np.arange(-reach, reach + 1)
    for k in range(n):
        product = np.einsum("cf,kcf->kf", spectrum[k].conj(), spectrum)
        match = np.fft.irfft(product, padded, axis=1)[:, lags % padded]
        best = match.argmax(axis=1)
        peak = match[np.arange(n), best]
        unlike[k] = 1 - 2 * peak / np.maximum(energy[k] + energy, 1e-12)
        lag[k] = lags[best]
    root = int(size.argmax())
    tree = minimum_spanning_tree(np.maximum(unlike, 1e-6))
    order, before = breadth_first_order(tree, root, directed=False)
    shift = np.zeros(n, np.int64)
    for k in order[1:]:
        parent = before[k]
        total = shift[parent] + lag[parent, k]
        near = unlike[parent, k] <= alike and abs(total) <= reach
        shift[k] = total if near else 0
    return shift


def best_lags(waves: NDArray[np.float32], templates: Floats) -> tuple[Ints, Ints, Floats]:
    """Return which template fits each wave best, where, and the energy that it takes away.

    Parameters
    ----------
    waves : array of float32, shape (n, n_channels, n_samples + n_lags - 1)
    templates : array, shape (k, n_channels, n_samples)

    Returns
    -------
    template, lag : array of int64, shape (n,)
        The lag counts from 0.
    gain : array, shape (n,)
    """
    n_lags = waves.shape[2] - templates.shape[2] + 1
    size = waves.shape[2]
    spectrum = np.fft.rfft(templates, size, axis=2).conj().astype(np.complex64)
    energy = (templates**2).sum(axis=(1, 2))
    found = np.zeros((2, len(waves)), np.int64)
    gain = np.zeros(len(waves))
    for start in range(0, len(waves), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        seen = np.fft.rfft(waves[part], size, axis=2).astype(np.complex64)
        product = np.einsum("ncf,kcf->nkf", seen, spectrum, optimize=True)
        match = 2 * np.fft.irfft(product, size, axis=2)[:, :, :n_lags] - energy[:, None]
        flat = match.reshape(len(match), -1)
        best = flat.argmax(axis=1)
        found[:, part] = np.divmod(best, n_lags)
        gain[part] = flat[np.arange(len(flat)), best]
    return found[0], found[1], gain


def moved(wave: Floats, lag: int) -> Floats:
    """Return a wave as a window sees it that starts `lag` samples later; zeros beyond its ends."""
    size = wave.shape[-1]
    out = np.zeros_like(wave)
    if abs(lag) < size:
        seen = wave[..., max(0, lag) : size + min(0, lag)]
        out[..., max(0, -lag) : size - max(0, lag)] = seen
    return out
