"""Groups of alike potentials into units: a shift, or a unit that changes, parts them no longer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from emgfasc.sort.embed import Embedding
from emgfasc.sort.rules import SortRules

__all__ = ["link"]

_MOST_GROUPS = 400  # the largest ones; beyond, a group is a lone potential among thousands

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def link(
    label: Ints,
    embedding: Embedding,
    *,
    n_channels: int,
    fs_hz: float,
    rules: SortRules,
) -> tuple[Ints, Ints]:
    """Join groups that are one unit.

    Groups of a fixed width part a unit for two reasons. Of two deflections about equally large,
    noise decides which one is taken as the peak: then groups differ by a shift. And an unstable
    unit's potentials differ from one to the next: then its groups are many and small, while a
    stable unit is one large group. So groups are compared at the shift at which they are most
    alike, and may differ more the fewer potentials they hold: by ``rules.stable`` when they are
    large and by ``rules.stable + rules.unstable`` when both are single potentials (with the
    geometric mean of their sizes in between); and by ``rules.chance`` of what noise adds. Average
    linkage joins them.

    Parameters
    ----------
    label : array of int64, shape (n,)
        Groups from 1; 0 belongs to none.
    embedding : Embedding
        The potentials.
    n_channels : int
        Channels of the waveforms that were embedded.
    fs_hz : float
        Sampling rate.
    rules : SortRules
        `stable`, `unstable`, `chance` and `lag_ms`.

    Returns
    -------
    label : array of int64, shape (n,)
        With fewer groups.
    shift : array of int64, shape (n,)
        Samples by which each potential must move to lie over the others of its unit.
    """
    out, shift = np.zeros_like(label), np.zeros_like(label)
    groups, size = np.unique(label[label > 0], return_counts=True)
    largest = np.argsort(-size, kind="stable")[:_MOST_GROUPS]
    groups, size = groups[largest], size[largest]
    if len(groups) < 2:
        out[label > 0] = label[label > 0]
        return out, shift
    centres = np.array([np.median(embedding.points[label == one], axis=0) for one in groups])
    averages = (centres @ embedding.axes.T.astype(np.float64)).reshape(len(groups), n_channels, -1)
    reach = round(rules.lag_ms * fs_hz / 1e3)
    unlike, lag, noisy = _unlike(averages, embedding.noise_energy / size, reach)
    allowed = rules.stable + rules.unstable / np.sqrt(size[:, None] * size[None])
    allowed += rules.chance * noisy
    distance = np.maximum(unlike, 0.0) / allowed
    np.fill_diagonal(distance, 0.0)
    unit = fcluster(linkage(squareform(distance, checks=False), "average"), 1.0, "distance")
    for number in np.unique(unit):
        members = np.flatnonzero(unit == number)
        for member in members:  # the first is the largest
            mine = label == groups[member]
            out[mine], shift[mine] = groups[members[0]], -lag[members[0], member]
    return out, shift


def _unlike(averages: Floats, noise: Floats, reach: int) -> tuple[Floats, Ints, Floats]:
    """Return the smallest unlikeness of every two averages, and the shift of the second for it.

    The energy of their difference over their summed energies, both less what noise adds. Third,
    what noise adds to the difference over the summed energies: chance moves it by a part of that.
    """
    n, _, size = averages.shape
    padded = size + reach
    spectrum = np.fft.rfft(averages, padded, axis=2)
    raw = (averages**2).sum(axis=(1, 2))
    energy = np.maximum(raw - noise, 0.25 * raw)
    lags = np.arange(-reach, reach + 1)
    unlike, lag = np.zeros((n, n)), np.zeros((n, n), np.int64)
    for k in range(n):
        product = (spectrum[k].conj()[None] * spectrum[k:]).sum(axis=1)
        # the product of k with the other moved back by `lag`
        match = np.fft.irfft(product, padded, axis=1)[:, lags % padded]
        best = match.argmax(axis=1)
        peak = np.take_along_axis(match, best[:, None], axis=1)[:, 0]
        unlike[k, k:] = 1 - 2 * peak / np.maximum(energy[k] + energy[k:], 1e-12)
        unlike[k:, k] = unlike[k, k:]
        lag[k, k:], lag[k:, k] = -lags[best], lags[best]
    both = np.maximum(energy[:, None] + energy[None], 1e-12)
    return unlike, lag, (noise[:, None] + noise[None]) / both
