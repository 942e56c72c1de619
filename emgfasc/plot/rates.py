"""How often: the rate over time with its limits, and the intervals between discharges."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.markers import TICKDOWN
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator
from numpy.typing import ArrayLike, NDArray

from emgfasc._validate import has_columns
from emgfasc.containers import Rest
from emgfasc.firing.intervals import EARLY_S, LATE_S
from emgfasc.plot.style import INK, MUTED, UNIT_COLORS, axes_or_new
from emgfasc.plot.timeline import shade_rest

__all__ = ["intervals", "rate"]

# Where Mills 2010 (Brain 133:3458-69) saw double discharges; limits `unverified`.
_DOUBLETS: Final = {"early doublets": EARLY_S, "late doublets": LATE_S}

_MIN_REST_SHARE = 0.1  # of a bin; with less rest than this its limits would fill the page
_NEEDED = ("start_s", "stop_s", "rest_s", "n", "rate_per_min", "rate_per_min_lo95")


def rate(over_time: pd.DataFrame, rest: Rest | None = None, *, ax: Axes | None = None) -> Axes:
    """Draw fasciculations per minute of rest over time, with exact Poisson 95 % limits.

    Parameters
    ----------
    over_time : DataFrame
        As given by ``firing.rate_over_time``: ``start_s, stop_s, rest_s, n, rate_per_min,
        rate_per_min_lo95, rate_per_min_hi95``. Bins with less than a tenth of rest are not drawn.
    rest : Rest, optional
        Stretches that are not rest are shaded and hatched.
    ax : Axes, optional
        Where to draw; a new figure without it.

    Returns
    -------
    Axes
        Seconds to the right, potentials per minute of rest upwards. Without rest it says so.

    Raises
    ------
    ParameterError
        When a column is missing.

    Examples
    --------
    >>> from emgfasc import firing, plot
    >>> from emgfasc.containers import Events, Rest
    >>> table = firing.rate_over_time(Events.empty(), Rest.all_rest(120.0))
    >>> plot.rate(table).get_ylabel()
    'FP per minute of rest'
    """
    has_columns("rate", over_time, (*_NEEDED, "rate_per_min_hi95"))
    width = over_time["stop_s"] - over_time["start_s"]
    drawn = over_time[(over_time["rest_s"] > 0) & (over_time["rest_s"] >= _MIN_REST_SHARE * width)]
    ax = axes_or_new(ax, (9.0, 2.2))
    patches = shade_rest(ax, rest)
    ax.set_xlim(0, float(over_time["stop_s"].max()) if len(over_time) else 1.0)
    ax.set_xlabel("Time (s)")
    ax.set_ylabel("FP per minute of rest")
    if not len(drawn):
        ax.text(0.5, 0.5, "no rest: no rate", ha="center", va="center", transform=ax.transAxes)
        ax.set_yticks([])
        return ax
    value = drawn["rate_per_min"].to_numpy(float)
    low = drawn["rate_per_min_lo95"].to_numpy(float)
    high = drawn["rate_per_min_hi95"].to_numpy(float)
    middle = (drawn["start_s"] + drawn["stop_s"]).to_numpy(float) / 2
    ax.vlines(middle, low, high, color=MUTED, lw=1.0)
    label = f"{float(width.iloc[0]):g} s each, with 95 % Poisson limits"
    ax.plot(middle, value, "o", ms=4, color=UNIT_COLORS[0], label=label)
    ax.set_ylim(bottom=0)
    handles, _ = ax.get_legend_handles_labels()
    ax.legend(handles=[*handles, *patches], loc="lower right", bbox_to_anchor=(1, 1.0), ncols=3)
    return ax


def intervals(intervals_s: ArrayLike, *, ax: Axes | None = None) -> Axes:
    """Draw how long units stay silent between two discharges, on a logarithmic axis.

    Two bands are shaded: 4 to 10 ms and 30 to 50 ms, where Mills 2010
    (Brain 133:3458-69) saw double discharges (limits `unverified`). Their timing does not
    tell benign from neurogenic (Kleine 2012, Clin Neurophysiol 123:399-405).

    Parameters
    ----------
    intervals_s : array of float
        Intervals between discharges of the same unit, in s; only positive ones can be drawn.
    ax : Axes, optional
        Where to draw; a new figure without it.

    Returns
    -------
    Axes
        Interval to the right, number of intervals upwards.

    Examples
    --------
    >>> from emgfasc import plot
    >>> ax = plot.intervals([0.005, 0.5, 2.0])
    >>> ax.get_xscale(), ax.get_title(loc="left")
    ('log', '3 intervals within units')
    """
    values = np.asarray(intervals_s, float).ravel()
    values = values[np.isfinite(values) & (values > 0)]
    ax = axes_or_new(ax, (9.0, 2.8))
    low = min(-3.0, float(np.floor(np.log10(values.min())))) if values.size else -3.0
    high = max(2.0, float(np.ceil(np.log10(values.max())))) if values.size else 2.0
    edges = 10 ** np.arange(low, high + 0.05, 0.1)
    counts, _ = np.histogram(values, edges)
    full = counts > 0
    ax.bar(
        edges[:-1][full],
        counts[full],
        np.diff(edges)[full],
        align="edge",
        color=UNIT_COLORS[0],
        edgecolor="white",
        linewidth=0.4,
    )
    ax.set_xscale("log")
    ax.set_xlim(edges[0], edges[-1])
    _fine_ticks(ax, np.outer(10.0 ** np.arange(low, high), np.arange(2, 10)).ravel())
    ax.set_ylim(0, 1.35 * max(ax.get_ylim()[1], 3.0))
    # One label grows to the left and the other to the right: the bands lie close together.
    for side, (name, (start, stop)) in zip(("right", "left"), _DOUBLETS.items(), strict=True):
        ax.axvspan(start, stop, color="#fbe3cf", zorder=0, gid="doublets")
        ax.text(
            stop if side == "right" else start,
            0.99,
            f"{name}\n{start * 1e3:g} to {stop * 1e3:g} ms",
            ha=side,
            va="top",
            fontsize=7.5,
            color=INK,
            transform=ax.get_xaxis_transform(),
        )
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _span(float(value))))
    ax.set_xlabel("Interval to the next discharge of the same unit")
    ax.set_ylabel("Intervals")
    plural = "" if values.size == 1 else "s"
    ax.set_title(f"{values.size} interval{plural} within units", loc="left")
    return ax


def _fine_ticks(ax: Axes, places: NDArray[np.float64]) -> None:
    """Draw the small ticks of the horizontal axis as one line: they are slow one by one."""
    ax.xaxis.set_minor_locator(NullLocator())
    ax.plot(
        places,
        np.zeros(places.size),
        marker=TICKDOWN,
        ls="",
        ms=rcParams["xtick.minor.size"],
        mew=rcParams["xtick.minor.width"],
        color=MUTED,
        transform=ax.get_xaxis_transform(),
        clip_on=False,
        gid="fine ticks",
    )


def _span(seconds: float) -> str:
    """Write an interval in ms below one second."""
    return f"{seconds * 1e3:g} ms" if seconds < 1 else f"{seconds:g} s"
