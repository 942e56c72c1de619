"""One page with everything: the picture behind ``res.plot_overview()``."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from emgfasc.containers import Events, Findings, Rest
from emgfasc.firing import intervals as between
from emgfasc.firing import rate_over_time
from emgfasc.firing.stretches import Stretches
from emgfasc.plot.rates import intervals, rate
from emgfasc.plot.shapes import templates, unit_overlay
from emgfasc.plot.strip import evidence_strip
from emgfasc.plot.style import house, plain
from emgfasc.plot.sweep import trace
from emgfasc.plot.timeline import raster, rest_timeline

__all__ = ["busiest_window_s", "intervals_within_units", "minute_by_minute", "overview"]

_OVERLAYS = 4


def overview(findings: Findings, *, evidence: pd.DataFrame | None = None) -> Figure:
    """Draw trace, rest, raster, rate, the largest units and the intervals on one page.

    Parameters
    ----------
    findings : Findings
        What was measured; anything with the same attributes will do.
    evidence : DataFrame, optional
        The table of ``evidence.weigh``; adds the strip of the features that carry weight.

    Returns
    -------
    Figure
        Of its own, unknown to pyplot; save it with ``figure.savefig(path)``.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from emgfasc import plot
    >>> from emgfasc.containers import ArraySource, Events, Findings, Recording, Rest, Units
    >>> rec = Recording(source=ArraySource(np.zeros((1, 4000), np.float32)), fs_hz=2000,
    ...                 channels=("EMG",), kind="needle")
    >>> figure = plot.overview(Findings(
    ...     recording=rec, rest=Rest.all_rest(2.0), events=Events.empty(),
    ...     units=Units.empty(n_channels=1, fs_hz=2000.0), firing=pd.DataFrame()))
    >>> len(figure.axes)
    6
    """
    recording, rest, events, units = (
        findings.recording,
        findings.rest,
        findings.events,
        findings.units,
    )
    ranked = units.frame.sort_values("n", ascending=False, kind="stable")["unit"]
    shown = sorted(int(unit) for unit in ranked[:_OVERLAYS])
    heights = [5.2, 0.6, 2.2, 1.6, 1.9, 2.2]
    with house():
        figure = Figure(figsize=(11.0, 16.0), layout="constrained")
        figure.suptitle(
            plain(f"{recording.name}: {recording.kind}, {recording.duration_s:.4g} s"),
            x=0.01,
            ha="left",
            fontsize=12,
        )
        rows = figure.add_gridspec(len(heights), 1, height_ratios=heights)
        start_s = busiest_window_s(events, rest)
        trace(recording, events, rest=rest, start_s=start_s, ax=figure.add_subplot(rows[0]))
        rest_timeline(rest, ax=figure.add_subplot(rows[1]))
        raster(events, rest, max_rows=16, ax=figure.add_subplot(rows[2]))
        rate(minute_by_minute(events, rest), rest, ax=figure.add_subplot(rows[3]))
        if shown:
            columns = rows[4].subgridspec(1, _OVERLAYS)
            for place, unit in enumerate(shown):
                axes = figure.add_subplot(columns[place])
                unit_overlay(recording, events, units, unit, max_drawn=40, ax=axes)
                axes.set_ylabel("" if place else axes.get_ylabel())
        else:
            templates(units, ax=figure.add_subplot(rows[4]))
        weighed = None if evidence is None else evidence[evidence["weight"] > 0]
        drawn = weighed is not None and len(weighed) > 0
        last = rows[5].subgridspec(1, 2 if drawn else 1)
        intervals(intervals_within_units(events, rest), ax=figure.add_subplot(last[0]))
        if weighed is not None and drawn:
            evidence_strip(weighed, ax=figure.add_subplot(last[1]))
    return figure


def busiest_window_s(events: Events, rest: Rest, *, length_s: float = 10.0) -> float:
    """Return where the stretch of `length_s` with most fasciculations starts.

    Stretches start at whole multiples of `length_s`; among equals the one with most rest, then the
    first, is taken.

    Examples
    --------
    >>> from emgfasc.containers import Events, Rest
    >>> from emgfasc.plot.sheet import busiest_window_s
    >>> busiest_window_s(Events.empty(), Rest.all_rest(60.0))
    0.0
    """
    starts = np.arange(0.0, max(rest.duration_s, length_s), length_s)
    edges = np.append(starts, starts[-1] + length_s)
    counts = np.histogram(events.fasciculations.peak_s, bins=edges)[0]
    quiet = rest.segments[rest.segments["state"] == "rest"]
    overlap = np.minimum(quiet["stop_s"].to_numpy(float), edges[1:, None]) - np.maximum(
        quiet["start_s"].to_numpy(float), edges[:-1, None]
    )
    rest_s = np.clip(overlap, 0, None).sum(axis=1)
    best = max(range(starts.size), key=lambda k: (int(counts[k]), round(float(rest_s[k]), 6), -k))
    return float(starts[best])


def intervals_within_units(events: Events, rest: Rest) -> NDArray[np.float64]:
    """Return the intervals between neighbouring discharges of each unit, within one rest stretch.

    Examples
    --------
    >>> from emgfasc.containers import Events, Rest
    >>> from emgfasc.plot.sheet import intervals_within_units
    >>> intervals_within_units(Events.empty(), Rest.all_rest(60.0)).size
    0
    """
    frame, stretches = events.fasciculations.frame, Stretches.of(rest)
    found = [
        between.intervals(rows["peak_s"].to_numpy(float), stretches)[0]
        for _, rows in frame[frame["unit"] > 0].groupby("unit")
    ]
    return np.concatenate([np.zeros(0), *found])


def minute_by_minute(events: Events, rest: Rest) -> pd.DataFrame:
    """Return counts and rates in bins of 60 s, or 10 s where the recording is below 3 min.

    Examples
    --------
    >>> from emgfasc.containers import Events, Rest
    >>> from emgfasc.plot.sheet import minute_by_minute
    >>> len(minute_by_minute(Events.empty(), Rest.all_rest(60.0)))
    6
    """
    return rate_over_time(events, rest, bin_s=60.0 if rest.duration_s >= 180 else 10.0)
