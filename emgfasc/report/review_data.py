"""What the review page holds of a recording: each potential, and half a second on each side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Events, Kind, Recording, Units
from emgfasc.sort.waveforms import cut_out

__all__ = ["Snippets", "likeness", "snippets"]

_WINDOW_MS: Final[dict[Kind, tuple[float, float]]] = {
    "needle": (10.0, 15.0),
    "surface": (20.0, 30.0),
    "hdsemg": (20.0, 30.0),
}
_MAX_POINTS = 160  # of one potential: as many as its picture has pixels
_AROUND_S = 0.5
_BINS = 250  # of the trace around a potential, each drawn from its lowest to its highest value
_AT_ONCE = 64
_LIKE_LAG_MS = 2.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Snippets:
    """Waveforms as small integers, one row per potential, on the potential's own channel.

    Attributes
    ----------
    wave : array of int16, shape (n, n_points)
        The potential; times `wave_uv` it is microvolts.
    wave_uv : array of float32, shape (n,)
        Microvolts per step.
    wave_ms : array of float32, shape (n_points,)
        Time from the peak.
    near : array of int8, shape (n, 2 * n_bins)
        The trace around: lowest and highest value of each bin in turn.
    near_uv : array of float32, shape (n,)
        Microvolts per step.
    near_ms : array of float32, shape (2 * n_bins,)
        Time from the peak.
    """

    wave: NDArray[np.int16]
    wave_uv: NDArray[np.float32]
    wave_ms: NDArray[np.float32]
    near: NDArray[np.int8]
    near_uv: NDArray[np.float32]
    near_ms: NDArray[np.float32]


def snippets(rec: Recording, events: Events) -> Snippets:
    """Cut out every potential and what surrounds it.

    Parameters
    ----------
    rec : Recording
        Cleaned.
    events : Events
        Their channels are channels of `rec`.

    Examples
    --------
    >>> import numpy as np, emgfasc as ef
    >>> from emgfasc.report.review_data import snippets
    >>> rec = ef.read(np.zeros((1, 4096), np.float32), fs=2048, kind="surface")
    >>> snippets(rec, ef.Events.empty()).wave.shape
    (0, 102)
    """
    number = {name: place for place, name in enumerate(rec.channels)}
    channel = np.array([number[name] for name in events.frame["channel"]], np.intp)
    peaks = np.rint(events.peak_s * rec.fs_hz).astype(np.int64)
    low_ms, high_ms = _WINDOW_MS[rec.kind]
    before, after = round(low_ms * rec.fs_hz / 1e3), round(high_ms * rec.fs_hz / 1e3)
    step = max(1, -(-(before + after) // _MAX_POINTS))
    reach = round(_AROUND_S * rec.fs_hz)
    per_bin = max(1, 2 * reach // _BINS)
    n_bins = 2 * reach // per_bin
    waves, around = [], []
    for start in range(0, len(peaks), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        wide = cut_out(rec, peaks[part], before=reach, after=reach, channel=channel[part])[:, 0]
        waves.append(wide[:, max(reach - before, 0) : reach + after : step])
        bins = wide[:, : n_bins * per_bin].reshape(len(wide), n_bins, per_bin)
        around.append(np.stack([bins.min(axis=2), bins.max(axis=2)], axis=2).reshape(len(wide), -1))
    n_points = len(range(max(reach - before, 0), reach + after, step))
    wave, wave_uv = _quantised(_joined(waves, n_points), np.int16)
    near, near_uv = _quantised(_joined(around, 2 * n_bins), np.int8)
    wave_ms = (np.arange(n_points) * step - before) * 1e3 / rec.fs_hz
    near_ms = (np.repeat(np.arange(n_bins) + 0.5, 2) * per_bin - reach) * 1e3 / rec.fs_hz
    return Snippets(
        wave.astype(np.int16),
        wave_uv,
        wave_ms.astype(np.float32),
        near.astype(np.int8),
        near_uv,
        near_ms.astype(np.float32),
    )


def likeness(units: Units) -> Floats:
    """Return how alike the average potentials of each two units are.

    One less the energy of their difference over their summed energies, as in sorting, at the best
    shift of up to 2 ms and over all channels: size counts as well as shape.

    Returns
    -------
    array of float, shape (n_units, n_units)
        1 for the same potential, 0 for potentials that have nothing in common.

    Examples
    --------
    >>> from emgfasc.containers import Units
    >>> from emgfasc.report.review_data import likeness
    >>> likeness(Units.empty(n_channels=1, fs_hz=2048.0)).shape
    (0, 0)
    """
    shapes = units.templates_uv.astype(np.float64)
    energy = (shapes**2).sum(axis=(1, 2))
    both = energy[:, None] + energy[None, :]
    both[both == 0] = 1.0
    best = np.zeros((len(units), len(units)))
    reach = min(round(_LIKE_LAG_MS * units.fs_hz / 1e3), shapes.shape[2] - 1)
    for lag in range(-reach, reach + 1):
        left, right = max(0, lag), min(shapes.shape[2], shapes.shape[2] + lag)
        one = shapes[:, :, left:right].reshape(len(units), -1)
        two = shapes[:, :, left - lag : right - lag].reshape(len(units), -1)
        best = np.maximum(best, 2 * one @ two.T / both)
    return best


def _joined(parts: list[NDArray[np.float32]], width: int) -> NDArray[np.float32]:
    return np.concatenate([np.zeros((0, width), np.float32), *parts])


def _quantised(
    values: NDArray[np.float32], dtype: type[np.int16] | type[np.int8]
) -> tuple[NDArray[np.signedinteger], NDArray[np.float32]]:
    """Return whole steps of each row's own size, and that size in uV."""
    largest = np.abs(values).max(axis=1, initial=0.0)
    step = np.where(largest > 0, largest, 1.0) / np.iinfo(dtype).max
    return np.rint(values / step[:, None]).astype(dtype), step.astype(np.float32)
