"""Counts over time: a log-linear Poisson regression that allows for over-dispersion."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

__all__ = ["Line", "fit_line"]

Floats = NDArray[np.float64]

_STEPS = 200
_CLOSE = 1e-10


@dataclass(frozen=True)
class Line:
    """Log rate as a straight line in time.

    Attributes
    ----------
    intercept : float
        Log of the rate at time 0.
    slope, lo95, hi95 : float
        Change of the log rate per unit of time, with its 95 % interval; the ends are ``nan`` when
        nothing is left over to estimate the scatter from (fewer than three counts).
    dispersion : float
        Pearson chi-square over its degrees of freedom; above 1 the counts scatter more than a
        Poisson process does. ``nan`` with fewer than three counts.
    """

    intercept: float
    slope: float
    lo95: float
    hi95: float
    dispersion: float


def fit_line(count: Floats, exposure: Floats, time: Floats) -> Line:
    """Fit ``count ~ Poisson(exposure * exp(intercept + slope * time))``.

    The estimate is bias-reduced, so that it is finite also where some or all counts are 0. Its
    standard error is widened by the square root of the dispersion, taken as at least 1, and the
    interval uses Student's t with n - 2 degrees of freedom.

    Parameters
    ----------
    count, exposure, time : array of float, shape (n,)
        At least two different times; every exposure above 0.

    References
    ----------
    Bias reduction: Firth 1993, doi:10.1093/biomet/80.1.27 (for this model it adds half the
    leverage to each count). Over-dispersion: Wedderburn 1974, doi:10.1093/biomet/61.3.439. Both
    from memory, `unverified`.

    Examples
    --------
    >>> line = fit_line(np.array([40.0, 20.0, 10.0]), np.full(3, 2.0), np.array([0.0, 1.0, 2.0]))
    >>> round(float(np.exp(line.slope)), 2)
    0.5
    """
    centre = float(np.average(time, weights=exposure))
    design = np.column_stack([np.ones_like(time), time - centre])
    beta = np.array([math.log((count.sum() + 0.5) / exposure.sum()), 0.0])
    penalised = _penalised(beta, count, exposure, design)
    for _ in range(_STEPS):
        expected, covariance, leverage = _state(beta, exposure, design)
        step = covariance @ (design.T @ (count + leverage / 2 - expected))
        # Halving keeps a step from leaping over the top.
        while (trial := _penalised(beta + step, count, exposure, design)) < penalised - 1e-12:
            step = step / 2
        beta, penalised = beta + step, trial
        if np.abs(step).max() < _CLOSE:
            break
    expected, covariance, _ = _state(beta, exposure, design)
    free = len(count) - 2
    if free < 1:
        dispersion = half = math.nan
    else:
        dispersion = float(((count - expected) ** 2 / expected).sum() / free)
        half = float(stdtrit(free, 0.975)) * math.sqrt(covariance[1, 1] * max(dispersion, 1.0))
    slope = float(beta[1])
    return Line(float(beta[0]) - slope * centre, slope, slope - half, slope + half, dispersion)


def _state(beta: Floats, exposure: Floats, design: Floats) -> tuple[Floats, Floats, Floats]:
    """Return expected counts, covariance of the estimate, and leverages."""
    expected = exposure * np.exp(design @ beta)
    covariance: Floats = np.asarray(np.linalg.inv(design.T @ (expected[:, None] * design)), float)
    leverage = expected * np.einsum("ij,jk,ik->i", design, covariance, design)
    return expected, covariance, leverage


def _penalised(beta: Floats, count: Floats, exposure: Floats, design: Floats) -> float:
    """Return the log likelihood plus half the log determinant of the information."""
    with np.errstate(over="ignore", invalid="ignore"):
        log_rate = design @ beta
        expected = exposure * np.exp(log_rate)
        information = design.T @ (expected[:, None] * design)
        value = count @ log_rate - expected.sum()
        determinant = np.linalg.det(information)
    if not np.isfinite(value) or not np.isfinite(determinant) or determinant <= 0:
        return -math.inf
    return float(value + 0.5 * math.log(determinant))
