"""The pictures of a report, each with a title, a caption and a text for those who cannot see it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import STATES
from emgfasc.plot import (
    evidence_strip,
    grid_map,
    intervals,
    lag_map,
    noise,
    raster,
    rate,
    rest_timeline,
    trace,
    unit_overlay,
)
from emgfasc.plot.grids import channel_lags_ms
from emgfasc.plot.sheet import busiest_window_s, intervals_within_units, minute_by_minute
from emgfasc.plot.style import house
from emgfasc.report.beside import beside
from emgfasc.report.drawing import Drawn, Picture
from emgfasc.report.encode import png_uri, svg_uri
from emgfasc.report.protocol import Analysed
from emgfasc.report.words import feature_words, number, seconds

__all__ = [
    "drawn",
    "firing_pictures",
    "leaning",
    "trace_pictures",
    "unit_pictures",
]

_MAX_UNITS = 12  # pictures of single units; all units are in the table
_MAX_LAGS = 3  # time-lag maps, of the largest units
_FEWEST_ON_A_MAP = 4  # electrodes; fewer are said in words
_WINDOW_S = 10.0


def drawn(analysed: Analysed, *, n_processes: int = 1) -> Drawn:
    """Draw all pictures, about half of them in a second process when two are allowed."""
    # The two traces take as long as two to three units, all of firing as long as four to five.
    half = len(_shown(analysed)) // 2 + 1
    waited = beside(
        lambda: (trace_pictures(analysed), unit_pictures(analysed, slice(half))),
        n_processes=n_processes,
    )
    firing, leans = firing_pictures(analysed), leaning(analysed)
    late = unit_pictures(analysed, slice(half, None))
    traces, units = waited()
    return Drawn(traces, firing, (*units, *late), leans)


def trace_pictures(analysed: Analysed) -> tuple[Picture, ...]:
    """Draw the ten seconds with most fasciculations, cleaned and as recorded."""
    start = busiest_window_s(analysed.events, analysed.rest, length_s=_WINDOW_S)
    stop = min(start + _WINDOW_S, analysed.recording.duration_s)
    peaks = analysed.events.peak_s
    inside = (peaks >= start) & (peaks < start + _WINDOW_S)
    n = int(inside.sum())
    ours = int((inside & (analysed.events.frame["category"] == "fasciculation")).sum())
    where = f"{number(start)} to {number(stop, 6)} s"
    marked = (
        "Nothing was detected in it."
        if not n
        else (f"{ours} fasciculation potential(s) and {n - ours} other potential(s) are marked.")
    )
    if ours:
        chosen = "the stretch with most fasciculation potentials: not typical, but what is to check"
    else:
        which = "with most rest" if analysed.rest.rest_s > 0 else "at the start"
        chosen = f"the stretch {which}, as no fasciculation potential was found"
    with house():
        clean = trace(analysed.recording, analysed.events, rest=analysed.rest, start_s=start)
        raw = trace(analysed.raw, analysed.events, rest=analysed.rest, start_s=start)
        sources = [png_uri(axes) for axes in (clean, raw)]
    return (
        Picture(
            "Trace, cleaned",
            f"{where}, {chosen}. {marked} Hatched: not rest. Negative up.",
            f"Ten lines of one second of the cleaned signal from {where}. {marked}",
            sources[0],
        ),
        Picture(
            "Trace, as recorded",
            f"The same {where} before filtering, with the same marks. Negative up.",
            f"The same ten lines before filtering, from {where}. {marked}",
            sources[1],
        ),
    )


def firing_pictures(analysed: Analysed) -> tuple[Picture, ...]:
    """Draw rest, raster, rate (only where there is rest) and intervals."""
    rest, events = analysed.rest, analysed.events
    n = len(events.fasciculations)
    others = len(events) - n
    length = seconds(rest.duration_s)
    states = ", ".join(f"{seconds(rest.seconds(state))} {state}" for state in STATES)
    gaps = intervals_within_units(events, rest)
    n_short = int((gaps < 0.1).sum())
    pictures = []
    with house():
        pictures += [
            Picture(
                "Rest",
                "Only rest is counted; the table of excluded stretches gives the reasons.",
                f"The {length} of the recording by state: {states}.",
                svg_uri(rest_timeline(rest)),
            ),
            Picture(
                "Raster",
                "One row per unit, one line per potential; other categories in grey below.",
                f"Times of {n} fasciculation potential(s) by unit and of {others} other "
                f"potential(s) over {length}.",
                svg_uri(raster(events, rest)),
            ),
        ]
        if rest.rest_s > 0:
            row = analysed.summary_row()
            pictures.append(
                Picture(
                    "Rate over time",
                    "Bars are exact Poisson 95 % limits; stretches that are not rest are "
                    "hatched and their potentials not counted.",
                    f"Fasciculation potentials per minute of rest over time; overall "
                    f"{number(row.get('fp_per_min'))}/min, 95 % limits "
                    f"{number(row.get('fp_per_min_lo95'))} to "
                    f"{number(row.get('fp_per_min_hi95'))}/min.",
                    svg_uri(rate(minute_by_minute(events, rest), rest)),
                )
            )
        if events.sensitivity is not None and events.sensitivity.over_time_uv is not None:
            seen = events.sensitivity
            pictures.append(
                Picture(
                    "Noise and detection limit",
                    "Noise SD as it drifts, and the smallest potential found for certain: the "
                    "threshold follows the noise.",
                    f"Noise over time, median {number(float(np.nanmedian(seen.noise_uv)))} µV; "
                    f"detection limit {number(seen.detection_limit_uv)} µV peak to peak.",
                    svg_uri(noise(seen, rest)),
                )
            )
        if gaps.size:
            pictures.append(
                Picture(
                    "Intervals",
                    "Intervals between neighbouring discharges of the same unit within one "
                    "stretch of rest, on a logarithmic axis; the bands of early and late doublets "
                    "are shaded. Doublets occur in benign and other fasciculations alike.",
                    f"Histogram of {gaps.size} interval(s): median "
                    f"{number(float(np.median(gaps)))} s, {n_short} below 100 ms.",
                    svg_uri(intervals(gaps)),
                )
            )
    return tuple(pictures)


def _shown(analysed: Analysed) -> list[int]:
    """Return the rows of the units that are drawn, the one with most potentials first."""
    units = analysed.units
    if units.templates_uv.shape[2] == 0:
        return []
    return list(units.frame.sort_values("n", ascending=False, kind="stable").index[:_MAX_UNITS])


def unit_pictures(analysed: Analysed, which: slice = slice(None)) -> tuple[Picture, ...]:
    """Draw the units with most potentials: superimposed, and on a grid their maps.

    `which` of them, in order of their numbers, is for those who draw some elsewhere.
    """
    units, recording, ranked = analysed.units, analysed.recording, _shown(analysed)
    pictures = []
    with house():
        for row in sorted(ranked)[which]:
            unit = int(units.frame.at[row, "unit"])
            facts = (
                f"{str(units.frame.at[row, 'category']).replace('_', ' ')}, "
                f"{units.frame.at[row, 'n']} potential(s), average "
                f"{number(units.frame.at[row, 'amplitude_uv'])} µV peak to peak"
            )
            places = recording.positions_mm
            few = places is not None and np.isfinite(places).all(axis=1).sum() < _FEWEST_ON_A_MAP
            if few:
                facts += f"; {_by_channel(analysed, row)}"
            axes = unit_overlay(recording, analysed.events, units, unit)
            pictures.append(
                Picture(
                    f"Unit {unit}",
                    f"{facts}.",
                    f"Potentials of unit {unit} superimposed, with their average: {facts}.",
                    png_uri(axes),
                )
            )
            if places is not None and not few:
                pictures.append(_map(analysed, row, unit, places))
                if row in ranked[:_MAX_LAGS]:
                    pictures.append(_lags(analysed, unit, places))
    return tuple(pictures)


def leaning(analysed: Analysed) -> Picture | None:
    """Draw which way the comparable features lean; None when none is comparable."""
    frame = analysed.evidence.to_frame()
    if not len(frame):
        return None
    frame = frame[frame["direction"] != "not_comparable"]
    frame = frame.assign(feature=[feature_words(name) for name in frame["feature"]])
    if not len(frame):
        return None
    counts = frame["direction"].value_counts()
    words = ", ".join(f"{n} {str(name).replace('_', ' ')}" for name, n in counts.items())
    with house():
        src = svg_uri(evidence_strip(frame))
    return Picture(
        "Which way the features lean",
        "Length is the weight of a comparison; an open mark has none. Comparisons that do not "
        "fit this recording are in the table only.",
        f"Comparisons with published findings: {words}.",
        src,
    )


def _by_channel(analysed: Analysed, row: int) -> str:
    """Say in words what the maps would show: the average's amplitude and lag on each channel."""
    average = analysed.units.templates_uv[row].astype(np.float64)
    lags_ms = channel_lags_ms(average, analysed.units.fs_hz)
    said = []
    for name, own, lag in zip(
        analysed.recording.channels, np.ptp(average, axis=1), lags_ms, strict=True
    ):
        if name in analysed.recording.bad_channels:
            continue
        told = np.isfinite(lag) and lag != 0
        when = f", {abs(lag):.1f} ms {'later' if lag > 0 else 'earlier'}" if told else ""
        said.append(f"{number(float(own))} µV on {name}{when}")
    return "; ".join(said)


def _map(analysed: Analysed, row: int, unit: int, places: NDArray[np.float64]) -> Picture:
    """Draw a unit's amplitude over the grid."""
    recording = analysed.recording
    size = np.ptp(analysed.units.templates_uv[row].astype(np.float64), axis=1)
    bad = [name in recording.bad_channels for name in recording.channels]
    size[bad] = np.nan
    largest = recording.channels[int(np.nanargmax(size))] if np.isfinite(size).any() else "none"
    axes = grid_map(size, places)
    return Picture(
        f"Unit {unit} over the grid",
        f"Peak-to-peak amplitude of the average potential; ring: largest, on {largest}.",
        f"Amplitude of unit {unit} at each electrode, largest "
        f"{number(float(np.nanmax(size))) if np.isfinite(size).any() else 'none'} µV "
        f"on {largest}.",
        svg_uri(axes),
    )


def _lags(analysed: Analysed, unit: int, places: NDArray[np.float64]) -> Picture:
    """Draw how a unit's potential travels over the grid."""
    return Picture(
        f"Unit {unit}, time lags",
        "When the average peaks under each electrode, to the same side as on its largest channel "
        "and against the time there; a cross: too small to tell.",
        f"Map of when the average potential of unit {unit} peaks on the grid.",
        svg_uri(lag_map(analysed.units, unit, places)),
    )
