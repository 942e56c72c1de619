"""The threshold that noise alone crosses as often as the user allows."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from emgfasc._validate import positive

__all__ = ["certain_amplitude_uv", "noise_threshold"]

_ONE_SIDED_95 = 1.645
_LOWEST, _HIGHEST = 3.0, 12.0  # noise SDs; whatever is asked for, the threshold stays within


def noise_threshold(crossings_hz: NDArray[np.float64], max_false_per_min: float) -> float:
    """Return the threshold in noise SDs.

    Gaussian noise that crosses zero upwards f times a second leaves the band of z SDs
    2 f exp(-z^2 / 2) times a second (Rice 1945, Bell Syst Tech J 24:46-156). Summed over lanes and
    wavelets this is an upper bound, since their crossings coincide. The result is kept between 3
    and 12 SDs: below, a recording would be all events.

    Parameters
    ----------
    crossings_hz : array of float
        Upward zero crossings per second of everything that is searched.
    max_false_per_min : float
        False detections that are allowed per minute.

    Examples
    --------
    >>> round(noise_threshold(np.array([250.0]), 0.5), 2)
    4.69
    """
    allowed_hz = positive("max_false_per_min", max_false_per_min) / 60
    total = 2 * float(np.sum(crossings_hz))
    z = math.sqrt(2 * math.log(total / allowed_hz)) if total > allowed_hz else 0.0
    return min(max(z, _LOWEST), _HIGHEST)


def certain_amplitude_uv(
    noise_sd: NDArray[np.float64],
    widths: tuple[int, ...],
    threshold: float,
    *,
    spike_samples: float,
) -> float:
    """Return the peak-to-peak amplitude that is found with 95 % certainty on a typical lane.

    Parameters
    ----------
    noise_sd : array of float, shape (n_lanes, n_scales)
        Noise SD of each response, uV.
    widths : tuple of int
        Widths of the wavelets in samples; 0 is the signal itself.
    threshold : float
        In noise SDs.
    spike_samples : float
        Samples between the zero crossings of the main spike of the potential in which the limit
        is stated, a Mexican hat.
    """
    half = max(3 * max(widths), math.ceil(3 * spike_samples))
    t = np.arange(-half, half + 1) / (spike_samples / 2)
    shape = (1 - t**2) * np.exp(-(t**2) / 2)
    shape /= shape.max() - shape.min()
    sums = np.concatenate([[0.0], np.cumsum(shape)])
    limits = []
    for k, width in enumerate(widths):
        if not width:
            limits.append((threshold + _ONE_SIDED_95) * np.median(noise_sd[:, k]) / shape.max())
            continue
        left = np.arange(width, len(shape) - 2 * width)
        inner = sums[left + width] - sums[left]
        outer = sums[left + 2 * width] - sums[left - width]
        gain = float(np.abs(3 * inner - outer).max()) / width
        limits.append((threshold + _ONE_SIDED_95) * np.median(noise_sd[:, k]) / gain)
    return float(min(limits))
