"""A bounded look at a recording: evenly spread excerpts, their spectra and how channels relate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Recording
from emgfasc.integrity.loops import median_steps

__all__ = ["Look", "look_at"]

_EXCERPTS = 24
_SD_PER_MEDIAN = 0.6745  # median of |x| of a normal of SD 1
_SECONDS = 1.0  # mains lines of 50 and 60 Hz fall on whole bins


@dataclass(frozen=True, eq=False)
class Look:
    """What the excerpts show.

    Attributes
    ----------
    excerpts : tuple of array, each (n_channels, n)
        Evenly spread over the recording, without NaN; none when every one has a gap.
    freqs_hz : array, shape (n_freqs,)
        Frequencies of the spectra.
    power : array, shape (n_channels, n_freqs)
        Median over the excerpts of the power density, uV^2/Hz.
    step_sd_uv : array, shape (n_channels,)
        Robust SD of the differences from sample to sample.
    """

    excerpts: tuple[NDArray[np.float64], ...]
    freqs_hz: NDArray[np.float64]
    power: NDArray[np.float64]
    step_sd_uv: NDArray[np.float64]


def look_at(rec: Recording) -> Look:
    """Read the excerpts of a recording.

    Parameters
    ----------
    rec : Recording
        Any recording.

    Returns
    -------
    Look
        With empty spectra when no excerpt is long enough.
    """
    width = min(round(_SECONDS * rec.fs_hz), rec.n_samples)
    last = rec.n_samples - width
    starts = np.unique(np.linspace(0, last, min(_EXCERPTS, last // width + 1)).astype(int))
    blocks = [np.asarray(rec.read(int(s), int(s) + width), np.float64) for s in starts]
    whole = tuple(block for block in blocks if np.isfinite(block).all())
    freqs = np.asarray(np.fft.rfftfreq(width, 1 / rec.fs_hz), np.float64)
    steps: NDArray[np.float64] = np.zeros(rec.n_channels)
    power: NDArray[np.float64] = np.zeros((rec.n_channels, len(freqs)))
    if whole:
        # Medians: neither potentials nor artefacts set the spectrum or the step.
        window = np.hanning(width)
        scale = 2 / (rec.fs_hz * max(float((window**2).sum()), 1e-12))
        spectra = [
            np.abs(np.fft.rfft((block - block.mean(1, keepdims=True)) * window)) ** 2
            for block in whole
        ]
        power = np.asarray(_medians(spectra) * scale, np.float64)
        changes = [median_steps(whole[0], steps)]
        changes += [median_steps(block, changes[0]) for block in whole[1:]]
        steps = np.asarray(np.median(changes, axis=0) / _SD_PER_MEDIAN, np.float64)
    return Look(whole, freqs, power, steps)


def _medians(tables: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the median of tables of numbers, place by place: one sort, as there are few."""
    ordered, n = np.stack(tables), len(tables)
    ordered.sort(axis=0)
    return np.asarray((ordered[(n - 1) // 2] + ordered[n // 2]) / 2, np.float64)
