"""What the potentials of a unit look like: superimposed, and all averages side by side."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from numpy.typing import NDArray

from emgfasc._validate import one_of, positive
from emgfasc.containers import Events, Recording, Units
from emgfasc.errors import ParameterError
from emgfasc.plot.style import INK, axes_or_new, nice, plain, scale_bar, unit_color

__all__ = ["templates", "unit_overlay"]

_SLACK_MS = 1.5  # peaks on another channel lie at most about this far off
_MIN_SPREAD = 5  # potentials, for a spread to mean anything


def unit_overlay(
    recording: Recording,
    events: Events,
    units: Units,
    unit: int,
    *,
    max_drawn: int = 60,
    ax: Axes | None = None,
) -> Axes:
    """Superimpose the potentials of one unit on its channel, with their average and spread.

    Each potential is slid to where it fits the average best, by at most 1.5 ms, and by as much more
    as the average's own peak lies off its middle: the spread seen is that of the shape. From five
    potentials on, the band holds the middle 80 % of them at each moment. Where a unit has more
    than `max_drawn` potentials, so many are taken at even steps through the recording; the title
    says how many of how many are drawn. Curves that reach beyond twice the average's height are
    cut off.

    Parameters
    ----------
    recording : Recording
        The recording the units were made from, as a rule the cleaned one.
    events : Events
        Potentials with their unit.
    units : Units
        The units with their average potentials (`templates_uv`).
    unit : int
        Number of the unit to draw.
    max_drawn : int
        Most potentials drawn.
    ax : Axes, optional
        Where to draw; a new figure without it.

    Returns
    -------
    Axes
        Milliseconds from the peak to the right, uV with negative up.

    Raises
    ------
    ParameterError
        When there is no such unit, or the units hold no average potentials.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from emgfasc import plot
    >>> from emgfasc.containers import UNITS, ArraySource, Events, Recording, Units
    >>> rec = Recording(source=ArraySource(np.zeros((1, 99), np.float32)), fs_hz=1000,
    ...                 channels=("EMG",), kind="needle")
    >>> row = pd.DataFrame([[1, "fasciculation", 0, "EMG", 0.0, 0.0, 0.0]], columns=UNITS.names)
    >>> units = Units(row, np.zeros((1, 1, 20), np.float32), 1000.0, 10)
    >>> plot.unit_overlay(rec, Events.empty(), units, 1).get_ylabel()
    'µV, negative up'
    """
    positive("max_drawn", max_drawn)
    if unit not in set(units.frame["unit"]):
        raise ParameterError(
            f"Invalid value for the 'unit' parameter: there is no unit {unit}; "
            f"allowed are {', '.join(str(number) for number in units.frame['unit']) or 'none'}."
        )
    if units.templates_uv.shape[2] == 0:
        raise ParameterError("units: no average potential is held (templates without samples).")
    row = units.frame.index[units.frame["unit"] == unit][0]
    channel = str(units.frame.at[row, "channel"])
    one_of("channel", channel, recording.channels)
    index = recording.channels.index(channel)
    average = units.templates_uv[row, index].astype(np.float64)
    peaks = events.peak_s[events.frame["unit"].to_numpy() == unit]
    taken = peaks
    if len(peaks) > max_drawn:
        taken = peaks[np.linspace(0, len(peaks) - 1, int(max_drawn)).round().astype(int)]
    curves = _superimposed(recording, index, taken, average, center=units.center)

    ax = axes_or_new(ax, (3.4, 2.6))
    color, time_ms = unit_color(unit), units.time_ms
    lines = [np.column_stack([time_ms, curve]) for curve in curves]
    ax.add_collection(LineCollection(lines, colors=color, lw=0.6, alpha=0.4, rasterized=True))
    if len(curves) >= _MIN_SPREAD:
        low, high = np.nanquantile(curves, (0.1, 0.9), axis=0)
        ax.fill_between(time_ms, low, high, color=color, alpha=0.3, lw=0, gid="spread")
    ax.plot(time_ms, average, color="white", lw=2.2)
    ax.plot(time_ms, average, color=INK, lw=1.2)
    top = _room(np.vstack([*curves, average[None]]), average)
    ax.set_ylim(top, -top)
    ax.set_xlim(time_ms[0], time_ms[-1])
    ax.set_xlabel("Time from the peak (ms)")
    ax.set_ylabel("µV, negative up")
    ax.set_title(f"Unit {unit}, {plain(channel)}: {len(curves)} of {len(peaks)} drawn", loc="left")
    return ax


def templates(units: Units, *, max_units: int = 24, ax: Axes | None = None) -> Axes:
    """Draw the average potentials of the units side by side, all at the same gain.

    Parameters
    ----------
    units : Units
        Units with their templates; each is drawn on its own channel.
    max_units : int
        Most units drawn, those with most potentials; the title says when some are left out.
    ax : Axes, optional
        Where to draw; a new figure without it.

    Returns
    -------
    Axes
        Without axis lines; a scale bar gives ms and uV, negative is up.

    Examples
    --------
    >>> from emgfasc import plot
    >>> from emgfasc.containers import Units
    >>> plot.templates(Units.empty(n_channels=1, fs_hz=2048.0)).get_title(loc="left")
    'no unit'
    """
    positive("max_units", max_units)
    ranked = units.frame.sort_values("n", ascending=False, kind="stable").index[:max_units]
    chosen = sorted(ranked)
    n_columns = min(max(len(chosen), 1), 6)
    n_rows = math.ceil(len(chosen) / n_columns)
    ax = axes_or_new(ax, (9.0, 0.7 + 1.1 * max(n_rows, 1)))
    ax.set_axis_off()
    if not chosen:
        ax.set_title("no unit", loc="left")
        return ax
    curves = [_own_channel(units, row) for row in chosen]
    time_ms = units.time_ms
    wide = 1.15 * float(time_ms[-1] - time_ms[0])
    tall = 1.25 * max(float(np.ptp(curve)) for curve in curves) or 1.0
    for place, (row, curve) in enumerate(zip(chosen, curves, strict=True)):
        line, column = divmod(place, n_columns)
        unit = int(units.frame.at[row, "unit"])
        x, y = column * wide, line * tall
        middle = (float(curve.max()) + float(curve.min())) / 2
        ax.plot(time_ms - time_ms[0] + x, curve - middle + y, color=unit_color(unit), lw=1.3)
        name = f"unit {unit} (n = {units.frame.at[row, 'n']})"
        ax.text(x, y - 0.45 * tall, name, fontsize=8, va="top")
    ax.set_xlim(-0.02 * wide, n_columns * wide)
    ax.set_ylim((n_rows - 0.3) * tall, -0.55 * tall)
    bar_ms, bar_uv = nice(wide / 8), nice(tall / 5)
    corner = ((n_columns - 0.9) * wide, (n_rows - 0.32) * tall)
    scale_bar(ax, corner, width=(bar_ms, f"{bar_ms:g} ms"), height_uv=bar_uv)
    left_out = len(units) - len(chosen)
    more = f"; {left_out} smaller ones not drawn" if left_out else ""
    ax.set_title(f"Average potentials, same gain, negative up{more}", loc="left")
    return ax


def _own_channel(units: Units, row: int) -> NDArray[np.float64]:
    """Return a unit's template on its largest channel (its own, whatever the names)."""
    template = units.templates_uv[row]
    return np.asarray(template[int(np.argmax(np.ptp(template, axis=1)))], np.float64)


def _superimposed(
    recording: Recording,
    index: int,
    peaks_s: NDArray[np.float64],
    average: NDArray[np.float64],
    *,
    center: int,
) -> list[NDArray[np.float64]]:
    """Cut out the potentials that lie whole in the recording, each slid onto the average."""
    slack = round(_SLACK_MS * recording.fs_hz / 1e3)
    # A potential's time is that of its largest deflection; that of the average may lie elsewhere.
    late = int(np.argmax(np.abs(average))) - center
    before, after = slack + max(late, 0), slack + max(-late, 0)
    curves = []
    for peak in np.round(np.asarray(peaks_s) * recording.fs_hz).astype(int):
        start, stop = peak - center - before, peak - center + average.size + after
        if start < 0 or stop > recording.n_samples:
            continue
        wide = recording.read(int(start), int(stop))[index].astype(np.float64)
        shifted = np.lib.stride_tricks.sliding_window_view(wide, average.size)
        misfit = ((shifted - average) ** 2).sum(axis=1)
        curves.append(shifted[int(np.argmin(misfit))])
    return curves


def _room(curves: NDArray[np.float64], average: NDArray[np.float64]) -> float:
    """Return a symmetric limit that shows nearly all curves whole and keeps the average readable.

    A potential that another, larger one runs into would otherwise flatten the picture.
    """
    highest = np.nanmax(np.abs(curves), axis=1, initial=0.0)
    room = min(1.1 * float(np.quantile(highest, 0.95)), 2.0 * float(np.abs(average).max()))
    return room if room > 0 else 1.0
