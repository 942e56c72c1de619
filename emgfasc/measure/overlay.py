"""A unit's discharges from onset to offset, laid over each other, with baseline of equal length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emgfasc.measure.align import Discharges, aligned, clear, cut, lag_margin
from emgfasc.measure.given import peak_samples

if TYPE_CHECKING:
    from emgfasc.containers import Events, Recording

__all__ = ["MIN_DISCHARGES", "Overlay", "blank_row", "overlaid"]

MIN_DISCHARGES = 5  # fewer cannot tell change from chance
_GAP_MS = 2.0  # between the baseline window and the onset

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Overlay:
    """Discharges without another potential in their window, in order of time.

    Attributes
    ----------
    potentials : array of float, shape (n, width)
        From the unit's median onset to its median offset, less the baseline, in uV.
    noise : array of float, shape (n, width)
        As much baseline before each of them.
    """

    potentials: Floats
    noise: Floats


def blank_row(
    rec: Recording, unit: Discharges, counts: tuple[str, ...], numbers: tuple[str, ...]
) -> dict[str, object]:
    """Return the row of a unit of which nothing is measured yet."""
    return {
        "unit": unit.unit,
        "channel": rec.channels[unit.channel],
        "n": len(unit.rows),
        **dict.fromkeys(counts, 0),
        **dict.fromkeys(numbers, np.nan),
    }


def overlaid(rec: Recording, events: Events, unit: Discharges) -> Overlay | str:
    """Return a unit's discharges on its main channel, or why there are none to compare.

    Fewer than :data:`MIN_DISCHARGES` without overlap are returned unaligned.
    """
    few = f"fewer than {MIN_DISCHARGES} discharges without overlap"
    if len(unit.rows) < MIN_DISCHARGES:
        return few
    frame = events.frame.iloc[unit.rows]
    lead_s = float(np.median(frame["peak_s"] - frame["onset"]))
    tail_s = float(np.median(frame["onset"] + frame["duration"] - frame["peak_s"]))
    if not np.isfinite([lead_s, tail_s]).all():
        return "onset or duration unknown"
    ms = rec.fs_hz / 1e3
    before, after = round(max(lead_s, 0) * rec.fs_hz) + 1, round(max(tail_s, 0) * rec.fs_hz) + 1
    width = before + after + 1
    margin = lag_margin(rec.fs_hz)
    reach = before + round(_GAP_MS * ms) + width
    peaks = peak_samples(rec, events)
    rows = clear(peaks, unit.rows, max(reach, before + margin), after + margin, rec.n_samples)
    noise = cut(rec, unit.channel, peaks[rows], reach, width - 1 - reach)
    level = np.median(noise, axis=1, keepdims=True)
    windows = cut(rec, unit.channel, peaks[rows], before + margin, after + margin) - level
    if not (np.isfinite(windows).all() and np.isfinite(noise).all()):
        return "the signal has gaps"
    if len(rows) < MIN_DISCHARGES:
        return Overlay(windows[:, margin:-margin], noise - level)
    return Overlay(aligned(windows, margin), noise - level)
