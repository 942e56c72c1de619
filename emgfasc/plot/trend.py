"""How the rate changes from recording to recording."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

from emgfasc._validate import has_columns
from emgfasc.plot.style import INK, UNIT_COLORS, axes_or_new, plain

__all__ = ["rate_trend"]

_SERIES = ["subject", "muscle", "side", "kind"]
_NEEDED = (*_SERIES, "date", "months", "rate_per_min", "rate_per_min_lo95", "rate_per_min_hi95")
_MARKS = "osD^vP"  # the mark tells series apart in a black and white print


def rate_trend(points: pd.DataFrame, series: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw fasciculations per minute of rest over time, one colour and mark for each series.

    Parameters
    ----------
    points, series : DataFrame
        ``Trend.points`` and ``Trend.series``, as given by ``evidence.trend``. A recording without
        rest has no rate and is not drawn. The fitted course is dashed; a series that is
        ``insufficient`` has none.
    ax : Axes, optional
        Where to draw; a new figure without it.

    Returns
    -------
    Axes
        Dates to the right, potentials per minute of rest upwards, exact Poisson 95 % limits. They
        are often narrower than the scatter from day to day, which the direction allows for.

    Raises
    ------
    ParameterError
        When a column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> from emgfasc import evidence
    >>> from emgfasc.plot.trend import rate_trend
    >>> visits = pd.DataFrame({
    ...     "subject": "S1", "muscle": "biceps", "date": ["2024-01-01", "2024-02-01"],
    ...     "n_fp": [90, 60], "rest_s": 600.0,
    ... })
    >>> found = evidence.trend(visits)
    >>> rate_trend(found.points, found.series).get_ylabel()
    'FP per minute of rest'
    """
    has_columns("rate_trend", points, _NEEDED)
    ax = axes_or_new(ax, (9.0, 3.6))
    ax.set_ylabel("FP per minute of rest")
    drawn = points[np.isfinite(points["rate_per_min"])]
    if not len(drawn):
        ax.text(0.5, 0.5, "no rest: no rate", ha="center", va="center", transform=ax.transAxes)
        ax.set_xticks([])
        ax.set_yticks([])
        return ax
    fits = series.set_index(_SERIES)
    for place, (key, own) in enumerate(drawn.groupby(_SERIES, sort=False)):
        color, mark = UNIT_COLORS[place % len(UNIT_COLORS)], _MARKS[place % len(_MARKS)]
        fit = fits.loc[key]
        name = plain(", ".join(str(part) for part in key if part))
        told = str(fit["direction"]).replace("_", " ")
        rate = own["rate_per_min"].to_numpy(float)
        ends = own[["rate_per_min_lo95", "rate_per_min_hi95"]].to_numpy(float).T
        ax.errorbar(
            own["date"].to_numpy("datetime64[ns]"),
            rate,
            yerr=np.abs(ends - rate),
            fmt=mark,
            ms=5,
            color=color,
            elinewidth=1.0,
            capsize=2,
            label=f"{name}: {told}",
        )
        _course(ax, own, fit, color)
    ax.set_ylim(bottom=0)
    locator = AutoDateLocator()
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, labelcolor=INK)
    return ax


def _course(ax: Axes, own: pd.DataFrame, fit: pd.Series, color: str) -> None:
    """Draw the fitted course between the first and the last recording."""
    if not np.isfinite(float(fit["ratio_per_month"])):
        return
    months = np.linspace(own["months"].min(), own["months"].max(), 50)
    known = own.sort_values("months")
    dates = known["date"].to_numpy("datetime64[ns]").astype("int64")
    at = np.interp(months, known["months"], dates).astype("int64").astype("datetime64[ns]")
    rate = float(fit["rate_at_start_per_min"]) * float(fit["ratio_per_month"]) ** (
        months - months[0]
    )
    ax.plot(at, rate, "--", color=color, lw=1.0)
