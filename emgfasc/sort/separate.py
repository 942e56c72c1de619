"""Are two groups of points two, or one that was cut? A test that knows the noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["separation"]

Floats = NDArray[np.float64]

_ROUNDS = 8
_WIDEST = 4.0  # a single group may have this many times the variance of noise and shape changes


def separation(a: Floats, b: Floats, *, wide: Floats, floor: float = 1.0) -> float:
    """Return by how much two groups explain the points better than one, in nats.

    Every point is projected on the line between the two means, taken without the point itself
    (else points of one cloud, cut in half, would look parted in many dimensions). There, two
    normal distributions of equal SD are compared with a single one. No SD may be less than that
    of noise and of the changes of shape in that direction.

    Parameters
    ----------
    a, b : array, shape (n_a, d), (n_b, d)
        Points in units of the noise.
    wide : array, shape (k, d)
        Directions in which one unit varies more: each adds its square to the variance.
    floor : float
        Variance that one unit has in every direction.

    Returns
    -------
    float
        Log-likelihood ratio; about 0 for one cloud.
    """
    y, more = _projected(a, b, wide)
    floor += more
    first = np.arange(len(y)) < len(a)
    spread = np.clip(y.var(), floor, _WIDEST * floor)
    one = float(-0.5 * (np.log(spread) + (y - y.mean()) ** 2 / spread).sum())
    share = np.where(first, 1.0, 0.0)
    two = -np.inf
    for _ in range(_ROUNDS):
        weight = np.stack([share, 1 - share])
        part = np.clip(weight.sum(axis=1), 1e-6, None)
        centre = (weight @ y) / part
        off = (y[None] - centre[:, None]) ** 2
        variance = np.clip((weight * off).sum() / len(y), floor, _WIDEST * floor)
        log = np.log(part / len(y))[:, None] - 0.5 * (np.log(variance) + off / variance)
        total = np.logaddexp(log[0], log[1])
        two = max(two, float(total.sum()))
        share = np.exp(log[0] - total)
    return two - one


def _projected(a: Floats, b: Floats, wide: Floats) -> tuple[Floats, float]:
    """Return the points' places on the line between the means, and the variance to add there."""
    mean_a, mean_b = a.mean(axis=0), b.mean(axis=0)
    line = mean_b - mean_a
    line /= max(float(np.linalg.norm(line)), 1e-12)
    more = float(((wide @ line) ** 2).sum())
    without_a = (len(a) * mean_a - a) / max(len(a) - 1, 1)
    without_b = (len(b) * mean_b - b) / max(len(b) - 1, 1)
    places = []
    for own, left, other, sign in ((a, without_a, mean_b, 1.0), (b, without_b, mean_a, -1.0)):
        way = sign * (other - left)
        way /= np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-12)
        places.append(((own - 0.5 * (left + other)) * way).sum(axis=1))
    return np.concatenate(places), more
