"""Plain detectors as one would write them in an afternoon, for comparison on the same files.

All share an ordinary zero-phase Butterworth band-pass (20-450 Hz; needle 20-10000 Hz, at most
0.45 of the sampling rate) and one rule that joins hits across channels: hits that follow each
other within `JOIN_MS` are one event, at the time of the largest deflection. None knows categories;
whatever they find they call a fasciculation.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, minimum_filter1d, uniform_filter1d
from scipy.signal import butter, find_peaks, sosfiltfilt

from emgfasc.containers import EVENTS, Kind, Recording

__all__ = ["BASELINES", "fixed_50uv", "joined", "mad_5", "teager_kaiser"]

Samples = NDArray[np.float64]
Hits = NDArray[np.intp]

_BAND_HZ: dict[Kind, tuple[float, float]] = {
    "needle": (20.0, 10_000.0),
    "surface": (20.0, 450.0),
    "hdsemg": (20.0, 450.0),
}
JOIN_MS: dict[Kind, float] = {"needle": 10.0, "surface": 15.0, "hdsemg": 20.0}

_MAD_OF_NORMAL = 0.6745  # median absolute deviation of a standard normal
_MULTIPLE = 5.0
_FIXED_UV = 50.0  # peak to peak, as in van der Heijden 1994
_FIXED_WINDOW_MS = 10.0
# The energy is averaged over this and must stand so many robust SDs above its median. Both are the
# best (mean F1 at SNR 8, 12 and 20) of 1, 2, 5 ms and 6 to 40 SDs over two development seeds, each
# kind for itself, so that a badly set threshold is not what this baseline is beaten by.
_ENERGY_SMOOTH_MS = 1.0
_ENERGY_MULTIPLE: dict[Kind, float] = {"needle": 8.0, "surface": 15.0, "hdsemg": 25.0}


def band_passed(rec: Recording) -> Samples:
    """Return all channels through the ordinary filter, shape (n_channels, n_samples)."""
    low, high = _BAND_HZ[rec.kind]
    corners = [low, min(high, 0.45 * rec.fs_hz)]
    sos = butter(2, corners, btype="bandpass", fs=rec.fs_hz, output="sos")
    return np.asarray(sosfiltfilt(sos, rec.read().astype(np.float64), axis=1))


def mad_5(rec: Recording) -> pd.DataFrame:
    """Find peaks above five robust SDs of their channel."""

    def hits(x: Samples) -> Hits:
        noise = np.median(np.abs(x)) / _MAD_OF_NORMAL
        return np.asarray(find_peaks(np.abs(x), height=_MULTIPLE * noise)[0]) if noise else _NONE

    return _found(rec, hits)


def fixed_50uv(rec: Recording) -> pd.DataFrame:
    """Find peaks around which the signal spans 50 uV within 10 ms."""
    window = round(_FIXED_WINDOW_MS * rec.fs_hz / 1e3)

    def hits(x: Samples) -> Hits:
        span = maximum_filter1d(x, window) - minimum_filter1d(x, window)
        peaks = find_peaks(np.abs(x), height=_FIXED_UV / 4)[0]
        return np.asarray(peaks[span[peaks] >= _FIXED_UV])

    return _found(rec, hits)


def teager_kaiser(rec: Recording) -> pd.DataFrame:
    """Find peaks where the Teager-Kaiser energy stands out of its channel's median."""
    window = max(1, round(_ENERGY_SMOOTH_MS * rec.fs_hz / 1e3))
    multiple = _ENERGY_MULTIPLE[rec.kind]

    def hits(x: Samples) -> Hits:
        energy = np.zeros_like(x)
        energy[1:-1] = x[1:-1] ** 2 - x[:-2] * x[2:]
        energy = uniform_filter1d(energy, window)
        middle = np.median(energy)
        spread = np.median(np.abs(energy - middle)) / _MAD_OF_NORMAL
        peaks = find_peaks(np.abs(x))[0]
        return np.asarray(peaks[energy[peaks] > middle + multiple * spread]) if spread else _NONE

    return _found(rec, hits)


_NONE = np.zeros(0, np.intp)


def _found(rec: Recording, hits: Callable[[Samples], Hits]) -> pd.DataFrame:
    """Collect the hits of all channels and join them into events."""
    samples, sizes, channels = [_NONE], [np.zeros(0)], [_NONE]
    for number, x in enumerate(band_passed(rec)):
        found = hits(x)
        samples.append(found)
        sizes.append(np.abs(x[found]))
        channels.append(np.full(len(found), number, np.intp))
    peaks, channel, n_channels = joined(
        np.concatenate(samples),
        np.concatenate(sizes),
        np.concatenate(channels),
        gap=round(JOIN_MS[rec.kind] * rec.fs_hz / 1e3),
    )
    if not len(peaks):
        return EVENTS.empty()
    peak_s = peaks / rec.fs_hz
    return pd.DataFrame(
        {
            "onset": peak_s,
            "duration": 0.0,
            "peak_s": peak_s,
            "channel": pd.Series([rec.channels[c] for c in channel], dtype=object),
            "n_channels": n_channels,
            "amplitude_uv": np.nan,
            "snr": np.nan,
            "unit": np.zeros(len(peaks), np.int64),
            "category": pd.Series(["fasciculation"] * len(peaks), dtype=object),
        }
    )


def joined(
    samples: Hits, sizes: Samples, channels: Hits, *, gap: int
) -> tuple[Hits, Hits, NDArray[np.int64]]:
    """Join hits that follow each other within `gap` samples.

    Returns
    -------
    peaks, channels : array of int
        Sample and channel of each event's largest hit.
    n_channels : array of int
        Number of channels with a hit in it.
    """
    if not len(samples):
        return _NONE, _NONE, np.zeros(0, np.int64)
    order = np.argsort(samples, kind="stable")
    samples, sizes, channels = samples[order], sizes[order], channels[order]
    group = np.concatenate([[0], np.cumsum(np.diff(samples) > gap)])
    by_size = np.lexsort((-sizes, group))
    first = by_size[np.unique(group[by_size], return_index=True)[1]]
    pairs = np.unique(np.column_stack([group, channels]), axis=0)
    return samples[first], channels[first], np.bincount(pairs[:, 0]).astype(np.int64)


BASELINES: dict[str, Callable[[Recording], pd.DataFrame]] = {
    "mad_5": mad_5,
    "fixed_50uv": fixed_50uv,
    "teager_kaiser": teager_kaiser,
}
