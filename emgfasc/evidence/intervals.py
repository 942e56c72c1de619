"""Intervals of means and shares."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["mean_interval", "wilson_pct"]

_Z95 = 1.959963984540054
_RESAMPLES = 1000
_AT_ONCE = 1_000_000  # drawn values held in memory
_SEED = 20_240_601  # any fixed number: the same data must give the same interval


def wilson_pct(share: float, n: int) -> tuple[float, float]:
    """95 % Wilson score interval of a share, in per cent.

    Parameters
    ----------
    share : float
        Observed share, 0 to 1; need not be a multiple of 1/n.
    n : int
        Independent observations, at least 1.

    Returns
    -------
    low, high : float
        In per cent. Both rise with `share` at the same `n`.

    References
    ----------
    Wilson 1927, doi:10.1080/01621459.1927.10502953.

    Examples
    --------
    >>> [round(end, 1) for end in wilson_pct(0.5, 10)]
    [23.7, 76.3]
    >>> [round(end, 1) for end in wilson_pct(0.0, 60)]
    [0.0, 6.0]
    """
    z2 = _Z95**2
    centre = share + z2 / (2 * n)
    half = _Z95 * math.sqrt(max(share * (1 - share), 0.0) / n + z2 / (4 * n * n))
    scale = 100 / (1 + z2 / n)
    # The two ends below are exact; rounding would leave 1e-15 there.
    low = 0.0 if share == 0 else max(0.0, scale * (centre - half))
    high = 100.0 if share == 1 else min(100.0, scale * (centre + half))
    return low, high


def mean_interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """95 % percentile bootstrap interval of a mean, seeded.

    The resamples depend only on how many values there are, so raising any value never lowers
    either end.

    Parameters
    ----------
    values : array of float, shape (n,)
        Independent values, at least one.

    Examples
    --------
    >>> mean_interval(np.array([3.0, 3.0, 3.0]))
    (3.0, 3.0)
    """
    rng = np.random.default_rng(_SEED)
    n = len(values)
    rows = max(1, min(_RESAMPLES, _AT_ONCE // n))
    means = np.concatenate(
        [
            values[rng.integers(n, size=(min(rows, _RESAMPLES - done), n))].mean(axis=1)
            for done in range(0, _RESAMPLES, rows)
        ]
    )
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)
