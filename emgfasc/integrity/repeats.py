"""Stretches that come again sample for sample: a recording made longer by repeating it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Recording
from emgfasc.integrity.finding import Finding
from emgfasc.integrity.scanning import Scan

__all__ = ["find_repeats"]

_MOST = 1 << 20  # samples searched: bounded memory; 8 minutes at 2048 Hz
_SHORTEST_S = 0.05  # lag below which potentials and mains look alike
_WINDOW_S = 0.05
_ALIKE = 0.95
_FEWEST = 4
_SHARE = 0.05
_CANDIDATES = 6
_SMOOTH = 501  # bins over which the spectrum is levelled
_CLIP = 4.0


def find_repeats(rec: Recording, scan: Scan) -> Finding | None:
    """Find repeated stretches on the first channel that moves.

    The autocorrelation of the whitened channel names lags; a lag counts when at least 4 windows of
    50 ms, and 5 % of all, correlate by more than 0.95 with the windows one lag later. On emgdb the
    myopathy record repeats at 16.647 s, the neuropathy record at 18.417 s, and its first 0.25 s
    come again at its end; regular discharges do not hold one lag to the sample.

    Parameters
    ----------
    rec : Recording
        The recording; its first 2**20 samples are searched.
    scan : Scan
        Its extremes.
    """
    moving = np.flatnonzero(scan.high_uv > scan.low_uv)
    window = max(round(_WINDOW_S * rec.fs_hz), 16)
    n = min(rec.n_samples, _MOST)
    shortest = max(round(_SHORTEST_S * rec.fs_hz), window)
    if not len(moving) or n < 4 * shortest:
        return None
    channel = int(moving[0])
    x = np.nan_to_num(rec.read(0, n)[channel].astype(np.float64))
    white = _whitened(x)
    found = [
        (lag, places)
        for lag in _lags(white, shortest)
        if len(places := _matches(white, lag, window))
        >= max(_FEWEST, _SHARE * ((n - lag) // window))
    ]
    if not found:
        return None
    merged = _merged(found, round(0.002 * rec.fs_hz))
    seconds = len(np.unique(np.concatenate([p for _, p in merged]))) * window / rec.fs_hz
    lags = ", ".join(f"{lag / rec.fs_hz:.3f} s" for lag, _ in merged)
    spans = tuple(
        (float(place * window / rec.fs_hz), float((place + 1) * window / rec.fs_hz))
        for _, places in merged
        for place in places
    )
    return Finding(
        "repeated",
        "no",
        seconds,
        "s",
        f"At least {seconds:.2g} s come again, at a lag of {lags}: events there are counted twice, "
        "and halves of the recording are not independent.",
        spans[:20],
        (rec.channels[channel],),
    )


def _whitened(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Level the spectrum and hold spikes down, so that neither mains nor potentials lead."""
    size = _padded(len(x))
    spectrum = np.fft.rfft(x - x.mean(), size)
    power = np.abs(spectrum) ** 2
    kernel = min(_SMOOTH, len(power))
    sums = np.concatenate([[0.0], np.cumsum(power)])
    half = kernel // 2
    low = np.maximum(np.arange(len(power)) - half, 0)
    high = np.minimum(np.arange(len(power)) + half + 1, len(power))
    level = (sums[high] - sums[low]) / (high - low)
    gain = 1 / np.sqrt(np.maximum(level, power / _CLIP) + 1e-12 * power.max() + 1e-300)
    white = np.fft.irfft(spectrum * gain, size)[: len(x)]
    spread = np.median(np.abs(white)) / 0.6745
    limit = 8 * spread if spread > 0 else np.inf
    return np.asarray(np.clip(white, -limit, limit), np.float64)


def _padded(n: int) -> int:
    """Return a length from twice `n` on that a Fourier transform takes well: m times a power of 2.

    The next power of two alone may be twice as long, and takes twice the time.
    """
    return min(m << max((2 * n - 1) // m, 1).bit_length() for m in (1, 3, 5, 9, 15))


def _lags(white: NDArray[np.float64], shortest: int) -> list[int]:
    """Return the lags at which the autocorrelation stands out of itself."""
    size = _padded(len(white))
    auto = np.fft.irfft(np.abs(np.fft.rfft(white, size)) ** 2, size)[: len(white)]
    # Fewer products at long lags: level their spread.
    scaled = auto / np.sqrt(np.maximum(len(white) - np.arange(len(white)), shortest))
    scaled[:shortest] = 0
    lags: list[int] = []
    most = min(50 * _CANDIDATES, len(scaled))
    top = np.argpartition(-scaled, most - 1)[:most]
    for lag in top[np.argsort(-scaled[top])]:
        if scaled[lag] <= 0 or len(lags) == _CANDIDATES:
            break
        if all(abs(int(lag) - other) > 2 for other in lags):
            lags.append(int(lag))
    return lags


def _matches(white: NDArray[np.float64], lag: int, window: int) -> NDArray[np.intp]:
    """Return the windows that correlate with those one lag later."""
    n = (len(white) - lag) // window
    if n < 1:
        return np.empty(0, np.intp)
    first = white[: n * window].reshape(n, window)
    later = white[lag : lag + n * window].reshape(n, window)
    product = (first * later).sum(1)
    size = np.sqrt((first**2).sum(1) * (later**2).sum(1))
    return np.flatnonzero(product > _ALIKE * np.maximum(size, 1e-30))


def _merged(
    found: list[tuple[int, NDArray[np.intp]]], near: int
) -> list[tuple[int, NDArray[np.intp]]]:
    """Keep the fullest of lags that are next to each other."""
    kept: list[tuple[int, NDArray[np.intp]]] = []
    for lag, places in sorted(found, key=lambda item: -len(item[1])):
        if all(abs(lag - other) > near for other, _ in kept):
            kept.append((lag, places))
    return kept
