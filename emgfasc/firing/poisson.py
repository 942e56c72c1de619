"""Counts under a Poisson process: exact limits, over-dispersion, and a test of the intervals."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincinv

__all__ = ["block_limits", "blocks", "dispersion_p", "limits", "refractory_p"]

MINUTE_S, SHORT_BLOCK_S = 60.0, 10.0
MIN_BLOCKS = 5
MIN_INTERVALS = 5
_DRAWS = 999
_LARGEST = 500  # intervals from which the scaled KS distance no longer depends on their number
_SEED = 20_100_101

Floats = NDArray[np.float64]


def limits(n: ArrayLike) -> tuple[Floats, Floats]:
    """Return the exact 95 % limits of a Poisson count.

    ``chi2(0.025, 2n)/2`` and ``chi2(0.975, 2n+2)/2`` (Garwood 1936), written as gamma quantiles.

    Examples
    --------
    >>> from emgfasc.firing.poisson import limits
    >>> [round(float(x), 2) for x in limits(0)], [round(float(x), 2) for x in limits(3)]
    ([0.0, 3.69], [0.62, 8.77])
    """
    count = np.asarray(n, float)
    low = np.where(count > 0, gammaincinv(np.maximum(count, 1), 0.025), 0.0)
    return low, np.asarray(gammaincinv(count + 1, 0.975))


def blocks(clock_s: Floats, rest_s: float) -> tuple[NDArray[np.int64], float]:
    """Count discharges in equal blocks of rest: about a minute, or 10 s when rest is short.

    Returns
    -------
    counts : array of int
        Empty when rest is too short for five blocks.
    block_s : float
        Length of a block; ``nan`` when there is none.
    """
    for length in (MINUTE_S, SHORT_BLOCK_S):
        n = round(rest_s / length)
        if n >= MIN_BLOCKS:
            index = np.minimum((clock_s / (rest_s / n)).astype(np.int64), n - 1)
            return np.bincount(index, minlength=n).astype(np.int64), rest_s / n
    return np.zeros(0, np.int64), float("nan")


def dispersion_p(counts: NDArray[np.int64]) -> float:
    """Return how often a Poisson process spreads its counts over the blocks at least so unevenly.

    A seeded Monte Carlo test given the total, so that it holds for small counts too.
    """
    total = int(counts.sum())
    if len(counts) < MIN_BLOCKS or total < 2:
        return float("nan")
    rng = np.random.default_rng(_SEED)
    draws = rng.multinomial(total, np.full(len(counts), 1 / len(counts)), size=_DRAWS)
    # given the total, the sum of squares orders the samples as the Fano factor does
    as_uneven = (draws**2).sum(axis=1) >= (counts**2).sum()
    return float((1 + as_uneven.sum()) / (1 + _DRAWS))


def block_limits(counts: NDArray[np.int64]) -> tuple[float, float]:
    """Return seeded bootstrap 95 % limits of the total count, by resampling blocks."""
    rng = np.random.default_rng(_SEED)
    picks = rng.integers(0, len(counts), (_DRAWS, len(counts)))
    low, high = np.percentile(counts[picks].sum(axis=1), [2.5, 97.5])
    return float(low), float(high)


def refractory_p(interval: Floats) -> float:
    """Test intervals against an exponential that starts at a refractory time.

    The refractory time and the rate are fitted to the intervals, so the Kolmogorov-Smirnov
    distance is compared with its own distribution under such a fit (Lilliefors 1969), from a
    seeded simulation. A small value means: not a Poisson process with a dead time.

    Returns
    -------
    float
        ``nan`` with fewer than 5 intervals or when all are equal.
    """
    n = len(interval)
    if n < MIN_INTERVALS or np.ptp(interval) <= 0:
        return float("nan")
    distance = _distances(np.sort(interval)[None, :])[0]
    null = _null_distances(min(n, _LARGEST))
    return float((1 + (null >= distance - 1e-12).sum()) / (1 + len(null)))


def _distances(ordered: Floats) -> Floats:
    """Return sqrt(n) times the KS distance of each sorted row from its fitted exponential."""
    n = ordered.shape[1]
    excess = ordered - ordered[:, :1]
    fitted = -np.expm1(-excess / excess.mean(axis=1, keepdims=True))
    above = np.arange(1, n + 1) / n - fitted
    below = fitted - np.arange(n) / n
    return np.asarray(np.sqrt(n) * np.maximum(above, below).max(axis=1))


@lru_cache(maxsize=64)
def _null_distances(n: int) -> Floats:
    rng = np.random.default_rng([_SEED, n])
    found = _distances(np.sort(rng.exponential(size=(_DRAWS, n)), axis=1))
    found.flags.writeable = False
    return found
