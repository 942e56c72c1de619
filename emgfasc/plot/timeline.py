"""The whole recording on one line: rest, and when each unit fired."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from emgfasc._validate import positive
from emgfasc.containers import Events, Rest
from emgfasc.plot.style import CATEGORY_MARKS, INK, MUTED, STATE_FILLS, axes_or_new, unit_color

__all__ = ["raster", "rest_timeline", "shade_rest"]

_MANY = 1500  # marks beyond which a vector picture is larger than its bitmap


def shade_rest(ax: Axes, rest: Rest | None) -> list[Patch]:
    """Fill what is not rest over the height of `ax`; return the legend's patches."""
    if rest is None:
        return []
    frame, patches = rest.segments, []
    for state in ("voluntary", "spontaneous", "artifact"):
        rows = frame[frame["state"] == state]
        if len(rows):
            fill, hatch = STATE_FILLS[state]
            style: dict[str, Any] = {
                "facecolor": fill,
                "hatch": hatch,
                "edgecolor": "#b5b5b5",
                "linewidth": 0,
            }
            spans = [(row.start_s, row.stop_s - row.start_s) for row in rows.itertuples()]
            ax.broken_barh(
                spans, (0, 1), transform=ax.get_xaxis_transform(), zorder=0, gid=state, **style
            )
            patches.append(Patch(label=f"not rest: {state}", **style))
    return patches


def raster(
    events: Events, rest: Rest | None = None, *, max_rows: int = 40, ax: Axes | None = None
) -> Axes:
    """Draw when each unit fired: one row per unit, then one per other category.

    Parameters
    ----------
    events : Events
        Potentials of every category.
    rest : Rest, optional
        Stretches that are not rest are shaded and hatched; also sets the length of the time axis.
    max_rows : int
        Rows given to units, those with most potentials first chosen; the rest share one row.
    ax : Axes, optional
        Where to draw; a new figure without it.

    Returns
    -------
    Axes
        Seconds from the start of the recording to the right, first unit on top.

    Examples
    --------
    >>> from emgfasc import plot
    >>> from emgfasc.containers import Events, Rest
    >>> ax = plot.raster(Events.empty(), Rest.all_rest(60.0))
    >>> ax.get_xlabel(), ax.get_xlim() == (0, 60)
    ('Time (s)', True)
    """
    positive("max_rows", max_rows)
    frame = events.frame
    ours = frame[frame["category"] == "fasciculation"]
    counts = ours.loc[ours["unit"] > 0, "unit"].value_counts(sort=True)
    own_row = sorted(int(unit) for unit in counts.index[:max_rows])
    rows = [(f"unit {unit}", unit_color(unit), ours["unit"] == unit) for unit in own_row]
    left_over = (ours["unit"] > 0) & ~ours["unit"].isin(own_row)
    if left_over.any():
        rows.append((f"{len(counts) - len(own_row)} more units", INK, left_over))
    if (ours["unit"] == 0).any():
        rows.append(("no unit", unit_color(0), ours["unit"] == 0))
    times = [(name, color, ours.loc[mask, "peak_s"]) for name, color, mask in rows]
    for name in CATEGORY_MARKS:
        others = frame.loc[frame["category"] == name, "peak_s"]
        if name != "fasciculation" and len(others):
            times.append((name.replace("_", " "), MUTED, others))

    ax = axes_or_new(ax, (9.0, 0.9 + 0.24 * max(len(times), 2)))
    patches = shade_rest(ax, rest)
    if times:
        drawn = ax.eventplot(
            [series.to_numpy(float) for _, _, series in times],
            colors=[color for _, color, _ in times],
            lineoffsets=range(len(times)),
            linelengths=0.8,
            linewidths=0.9,
        )
        for row in np.atleast_1d(np.asarray(drawn, object)):
            row.set_rasterized(len(frame) > _MANY)
    else:
        ax.text(0.5, 0.5, "no potential", ha="center", va="center", transform=ax.transAxes)
    ax.set_yticks(range(len(times)), [f"{name} ({len(series)})" for name, _, series in times])
    ax.set_ylim(max(len(times), 1) - 0.4, -0.6)
    _time_axis(ax, events, rest)
    ax.set_ylabel("Unit (n)")
    _legend_above(ax, patches)
    return ax


def rest_timeline(rest: Rest, *, ax: Axes | None = None) -> Axes:
    """Draw the recording as one bar of rest and what is not, by state.

    Parameters
    ----------
    rest : Rest
        The stretches that tile the recording.
    ax : Axes, optional
        Where to draw; a new figure without it.

    Returns
    -------
    Axes
        Seconds to the right; seconds in each state in the legend.

    Examples
    --------
    >>> from emgfasc import plot
    >>> from emgfasc.containers import Rest
    >>> rest = Rest.from_spans([(2.0, 5.0, "voluntary", "contraction")], duration_s=10.0)
    >>> [text.get_text() for text in plot.rest_timeline(rest).get_legend().get_texts()]
    ['rest 7 s', 'voluntary 3 s']
    """
    ax = axes_or_new(ax, (9.0, 1.15))
    patches = []
    for state, (fill, hatch) in STATE_FILLS.items():
        rows = rest.segments[rest.segments["state"] == state]
        if len(rows):
            spans = [(row.start_s, row.stop_s - row.start_s) for row in rows.itertuples()]
            style: dict[str, Any] = {
                "facecolor": fill,
                "hatch": hatch,
                "edgecolor": "#b5b5b5",
                "linewidth": 0,
            }
            ax.broken_barh(spans, (0, 1), gid=state, **style)
            patches.append(Patch(label=f"{state} {rest.seconds(state):.4g} s", **style))
    ax.set_ylim(0, 1)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    _time_axis(ax, None, rest)
    if not rest.verifiable:
        ax.set_title("Rest could not be verified: nothing here is counted as rest", loc="left")
    _legend_above(ax, patches)
    return ax


def _time_axis(ax: Axes, events: Events | None, rest: Rest | None) -> None:
    """Run the time axis from 0 to the end of the recording, or to the last potential."""
    end = rest.duration_s if rest is not None else 0.0
    if end <= 0 and events is not None and len(events):
        end = float(np.max(events.peak_s)) * 1.02
    ax.set_xlim(0, end if end > 0 else 1.0)
    ax.set_xlabel("Time (s)")


def _legend_above(ax: Axes, patches: list[Patch]) -> None:
    """Name the fills above the axes, where they hide nothing."""
    if patches:
        ax.legend(
            handles=patches,
            loc="lower right",
            bbox_to_anchor=(1, 1.0),
            ncols=len(patches),
            borderaxespad=0.2,
        )
