"""The design of the band-pass filter, in closed form.

``scipy.signal.butter`` gives the same numbers, but importing it costs more time
than analysing a short recording; tests/preprocess compares the two.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["band_pass"]


def band_pass(low_hz: float, high_hz: float, fs_hz: float) -> NDArray[np.float64]:
    """Return a Butterworth band-pass of order 2 as second-order sections.

    The analog low-pass prototype is moved to the band and mapped by the bilinear transform, its
    corners warped beforehand (Oppenheim and Schafer, Discrete-Time Signal Processing, chapter 7).
    The section whose poles lie nearest the unit circle comes last, as in SciPy.

    Parameters
    ----------
    low_hz, high_hz : float
        Corners (-3 dB), rising, below half the sampling rate.
    fs_hz : float
        Sampling rate.

    Returns
    -------
    array of float, shape (2, 6)
        ``b0, b1, b2, 1, a1, a2`` of each section.

    Examples
    --------
    >>> band_pass(20.0, 450.0, 2048.0).shape
    (2, 6)
    """
    low, high = np.tan(np.pi * np.array([low_hz, high_hz]) / fs_hz)
    width = high - low
    middle = width / 2 * np.exp(0.75j * np.pi)  # one of two conjugate poles of the prototype
    apart = np.sqrt(middle**2 - low * high)
    analog = np.array([middle + apart, middle - apart])  # each stands for a conjugate pair
    poles = (1 + analog) / (1 - analog)
    gain = width**2 / np.prod(np.abs(1 - analog) ** 2)
    sections = np.ones((2, 6))
    for row, pole in zip(sections, poles[np.argsort(-np.abs(1 - np.abs(poles)))], strict=True):
        row[4:] = -2 * pole.real, np.abs(pole) ** 2
    # Both zeros of a section lie at 0 Hz or both at half the rate: near its own corner.
    sections[np.argmin(sections[:, 4]), 1] = -2.0
    sections[np.argmax(sections[:, 4]), 1] = 2.0
    sections[0, :3] *= gain
    return sections
