"""The rows of the truth, from the noise-free waveforms themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgfasc.containers import Events
from emgfasc.simulate.activity import Train
from emgfasc.simulate.nuisances import Patch

__all__ = ["Shape", "events", "lies_inside", "patch_row", "shapes", "train_rows"]

EDGE = 0.05  # of the largest deflection: where a potential begins and ends
TWIN = 0.9  # of the largest deflection: from here on the opposite one may as well be the peak
STANDS_OUT = 6.0  # peak to peak over noise SD at which a channel shows a potential


@dataclass(frozen=True, eq=False)
class Shape:
    """What the truth says of each variant of a waveform; samples count from its start.

    Attributes
    ----------
    channel, peak, first, last : array of int, shape (n_variants,)
        Channel of the largest peak-to-peak amplitude; there, the sample of the largest absolute
        deflection and the first and last one above 5 % of it.
    twin : array of int, shape (n_variants,)
        There, the sample of the largest deflection of the opposite direction, or -1 when it is
        more than 10 % smaller. Bipolar electrodes see a potential come and go with about equal
        size, so which deflection is the peak is up to the noise.
    amplitude : array of float, shape (n_variants, n_channels)
        Peak to peak.
    """

    channel: NDArray[np.intp]
    peak: NDArray[np.intp]
    first: NDArray[np.intp]
    last: NDArray[np.intp]
    twin: NDArray[np.intp]
    amplitude: NDArray[np.float64]


def shapes(waveforms: NDArray[np.float32]) -> Shape:
    """Measure waveforms, shape (n_variants, n_channels, n_samples)."""
    amplitude = np.asarray(np.ptp(waveforms, axis=2), np.float64)
    channel = amplitude.argmax(axis=1)
    main = waveforms[np.arange(len(waveforms)), channel]
    size = np.abs(main)
    sign = np.sign(np.take_along_axis(main, size.argmax(axis=1)[:, None], axis=1))
    opposite = -sign * main
    equal = opposite.max(axis=1) >= TWIN * size.max(axis=1)
    twin = np.where(equal, opposite.argmax(axis=1), -1)
    above = size >= EDGE * size.max(axis=1, keepdims=True)
    last = above.shape[1] - 1 - above[:, ::-1].argmax(axis=1)
    return Shape(channel, size.argmax(axis=1), above.argmax(axis=1), last, twin, amplitude)


def lies_inside(train: Train, n_samples: int) -> NDArray[np.bool_]:
    """Tell which potentials lie wholly inside a recording."""
    shape, start = shapes(train.potentials.waveforms), train.samples - train.potentials.center
    first, last = (start + edge[train.variants] for edge in (shape.first, shape.last))
    return np.asarray((first >= 0) & (last < n_samples))


def train_rows(
    train: Train,
    *,
    unit: int,
    channels: tuple[str, ...],
    noise_uv: NDArray[np.float64],
) -> pd.DataFrame:
    """Return one row per discharge.

    Parameters
    ----------
    train : Train
        The discharges, already limited to those inside the recording.
    unit : int
        Number of the unit.
    channels : tuple of str
        Names of the channels.
    noise_uv : array of float, shape (n_discharges, n_channels)
        Local noise SD.
    """
    shape, variant, fs_hz = (
        shapes(train.potentials.waveforms),
        train.variants,
        train.potentials.fs_hz,
    )
    start = train.samples - train.potentials.center
    channel = shape.channel[variant]
    of_each = np.arange(len(variant))
    amplitude = shape.amplitude[variant] * train.gains[:, None]
    seen = (amplitude >= STANDS_OUT * noise_uv).sum(axis=1)
    return pd.DataFrame(
        {
            "onset": (start + shape.first[variant]) / fs_hz,
            "duration": (shape.last - shape.first)[variant] / fs_hz,
            "peak_s": (start + shape.peak[variant]) / fs_hz,
            "channel": np.array(channels, object)[channel],
            "n_channels": np.maximum(seen, 1),
            "amplitude_uv": amplitude[of_each, channel],
            "snr": amplitude[of_each, channel] / noise_uv[of_each, channel],
            "unit": unit,
            "category": train.category,
            "reason": train.reason,
            "twin_peak_s": np.where(
                shape.twin[variant] >= 0, (start + shape.twin[variant]) / fs_hz, np.nan
            ),
        }
    )


def patch_row(
    patch: Patch, *, fs_hz: float, channels: tuple[str, ...], noise_uv: NDArray[np.float64]
) -> dict[str, object]:
    """Return the row of a disturbance; `noise_uv` is the local noise SD per channel."""
    shape = shapes(patch.wave[None, None])
    amplitude = np.abs(patch.gains.astype(np.float64)) * shape.amplitude[0, 0]
    channel = int(amplitude.argmax())
    first, last, peak = (int(edge[0]) for edge in (shape.first, shape.last, shape.peak))
    return {
        "onset": (patch.start + first) / fs_hz,
        "duration": (last - first) / fs_hz,
        "peak_s": (patch.start + peak) / fs_hz,
        "channel": channels[channel],
        "n_channels": max(1, int((amplitude >= STANDS_OUT * noise_uv).sum())),
        "amplitude_uv": amplitude[channel],
        "snr": amplitude[channel] / noise_uv[channel],
        "unit": 0,
        "category": patch.category,
        "reason": patch.reason,
        "twin_peak_s": np.nan,
    }


def span_rows(
    span: tuple[float, float], tables: list[pd.DataFrame], *, label: tuple[str, str]
) -> list[dict[str, object]]:
    """Return a row for a whole stretch, described by its largest discharge of that category."""
    start, stop = span
    category, reason = label
    rows = pd.concat(tables, ignore_index=True)
    inside = rows["peak_s"].between(start, stop) & (rows["category"] == category)
    if not inside.any():
        return []
    largest = rows.loc[rows["amplitude_uv"].where(inside).idxmax()].to_dict()
    stretch = {
        "onset": start,
        "duration": stop - start,
        "unit": 0,
        "reason": reason,
        "twin_peak_s": np.nan,
    }
    return [{**largest, **stretch}]


def events(tables: list[pd.DataFrame], rows: list[dict[str, object]]) -> Events:
    """Put all rows into one table in order of time."""
    parts = [table for table in [*tables, pd.DataFrame(rows)] if len(table)]
    return Events(pd.concat(parts, ignore_index=True)) if parts else Events.empty()
