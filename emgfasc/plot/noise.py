"""How loud the recording was, and how small a potential could be seen, as time went on."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter

from emgfasc.containers import Rest, Sensitivity
from emgfasc.plot.style import INK, MUTED, UNIT_COLORS, axes_or_new
from emgfasc.plot.timeline import shade_rest

__all__ = ["noise"]


def noise(sensitivity: Sensitivity, rest: Rest | None = None, *, ax: Axes | None = None) -> Axes:
    """Draw the noise the detector worked in over time, and the detection limit that follows it.

    The threshold is in noise SDs, so the detection limit rises and falls with the noise: it is
    drawn as the limit of the whole recording times the noise there over the median noise.

    Parameters
    ----------
    sensitivity : Sensitivity
        As detection gives it: ``events.sensitivity``.
    rest : Rest, optional
        Stretches that are not rest are shaded and hatched.
    ax : Axes, optional
        Where to draw; a new figure without it.

    Returns
    -------
    Axes
        Seconds to the right, uV upwards on a logarithmic axis: median over channels, with the
        span from the quietest to the loudest channel where there are several. Where the course
        is not known it says so.

    Examples
    --------
    >>> import numpy as np
    >>> from emgfasc import plot
    >>> from emgfasc.containers import Sensitivity
    >>> seen = Sensitivity(np.array([3.0]), 24.0, 5.0, 0.5, np.array([[3.0, 4.0, 3.0]]), 1.0)
    >>> ax = plot.noise(seen)
    >>> ax.get_ylabel(), [line.get_label() for line in ax.lines]
    ('µV', ['noise SD', 'detection limit, peak to peak'])
    """
    ax = axes_or_new(ax, (9.0, 2.2))
    ax.set_xlabel("Time (s)")
    ax.set_ylabel("µV")
    course = sensitivity.over_time_uv
    known = None if course is None else course[np.isfinite(course).all(axis=1)]
    if known is None or not known.size or not (known > 0).any():
        ax.text(0.5, 0.5, "noise is not known", ha="center", va="center", transform=ax.transAxes)
        ax.set_yticks([])
        return ax
    shown = np.where(known > 0, known, np.nan)
    edges = np.arange(shown.shape[1] + 1) * sensitivity.step_s
    middle = np.nanmedian(shown, axis=0)
    if len(shown) > 1:
        low, high = np.nanmin(shown, axis=0), np.nanmax(shown, axis=0)
        label = "quietest to loudest channel"
        ax.fill_between(
            edges, np.append(low, low[-1]), np.append(high, high[-1]),
            step="post", color=MUTED, alpha=0.25, lw=0, label=label,
        )  # fmt: skip
    limit = sensitivity.detection_limit_uv * middle / np.nanmedian(middle)
    for values, color, style, label in (
        (middle, INK, "-", "noise SD"),
        (limit, UNIT_COLORS[1], "--", "detection limit, peak to peak"),
    ):
        ax.step(edges, np.append(values, values[-1]), where="post", color=color, ls=style, lw=1.3,
                label=label)  # fmt: skip
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.set_xlim(0, edges[-1])
    patches = shade_rest(ax, rest)
    handles, _ = ax.get_legend_handles_labels()
    ax.legend(handles=[*handles, *patches], loc="lower right", bbox_to_anchor=(1, 1.0), ncols=3)
    return ax
