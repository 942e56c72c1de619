"""What an event is without the slow swing it lies upon."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["bare_amplitude", "roughness", "swing_around"]

_HALF_S = 0.014  # a swing bends little within twice this time
_N_KINKS, _LAST_KINK = 35, 0.85  # places of its kink, up to this part of the stretch
_MEAN_S, _OWN_S = 0.02, 0.005  # averaged over the first, farther than the second from the event
_SWINGING = 0.75  # quantile of the channels

Floats = NDArray[np.float64]


def bare_amplitude(waves: NDArray[np.floating], fs_hz: float) -> Floats:
    """Return what is left around the middle, peak to peak, once a swing is taken off.

    A swing is a parabola, or two of them one after the other: where a cable begins to move or
    touches something, the swing has a kink, and the band-pass makes a spike of that.

    Parameters
    ----------
    waves : array of float, shape (n_channels, n)
        With the event in the middle.
    fs_hz : float
        Sampling rate.

    Returns
    -------
    array of float64, shape (n_channels,)
        In the unit of `waves`.
    """
    half, middle = round(_HALF_S * fs_hz), waves.shape[1] // 2
    core = waves[:, middle - half : middle + half + 1].astype(np.float64)
    core -= core.mean(axis=1, keepdims=True)  # or a large offset costs digits
    bases = _bends(core.shape[1])
    swings = np.einsum("cks,ksn->ckn", np.tensordot(core, bases, axes=(1, 2)), bases)
    left = core[:, None] - swings
    # By what is left, not by what is taken: of a large swing a small kink is lost in the rounding.
    best = (left**2).sum(axis=2).argmin(axis=1)
    return np.asarray(np.ptp(left[np.arange(len(left)), best], axis=1), np.float64)


@lru_cache(maxsize=8)
def _bends(size: int) -> Floats:
    """Return orthonormal bases of two parabolas that follow one another, for each place between."""
    time = np.linspace(-1, 1, size)
    plain = [np.ones(size), time, time**2]
    bases = []
    for kink in np.linspace(-_LAST_KINK, _LAST_KINK, _N_KINKS):
        behind = (time > kink).astype(np.float64)
        later = [behind * (time - kink) ** power for power in range(3)]
        bases.append(np.linalg.qr(np.stack([*plain, *later]).T)[0].T)
    return np.stack(bases)


def swing_around(clean: NDArray[np.float32], fs_hz: float) -> float:
    """Return what a quarter of the channels swing by before an event and after it.

    Another potential nearby lies on one side only, or on few channels.

    Parameters
    ----------
    clean : array of float, shape (n_channels, n)
        With the event in the middle.
    fs_hz : float
        Sampling rate.

    Returns
    -------
    float
        Swing of the average over 20 ms, in the unit of `clean`; the side that swings less.
    """
    width, middle, own = round(_MEAN_S * fs_hz), clean.shape[1] // 2, round(_OWN_S * fs_hz)
    sums = np.cumsum(np.pad(clean, ((0, 0), (1, 0))), axis=1, dtype=np.float64)
    means = (sums[:, width:] - sums[:, :-width]) / width
    sides = means[:, : middle - own - width + 1], means[:, middle + own + 1 :]
    return min(float(np.quantile(np.ptp(side, axis=1), _SWINGING)) for side in sides)


def roughness(gains: Floats, near: NDArray[np.bool_] | None) -> float:
    """Tell how much an event differs from one electrode to the next.

    Parameters
    ----------
    gains : array of float, shape (n_channels,)
        Size of the event on each channel.
    near : array of bool, shape (n_channels, n_channels), or None
        Which lie beside which, see :func:`emgfasc.detect.neighbours.beside`.

    Returns
    -------
    float
        0 when all are alike, about 1 when neighbours are no more alike than any two; ``nan``
        where it is not known which are neighbours.
    """
    power = float((gains**2).mean())
    if near is None or not near.any() or not power > 0:
        return float("nan")
    one, other = np.nonzero(near)
    return float(((gains[one] - gains[other]) ** 2).mean() / (2 * power))
