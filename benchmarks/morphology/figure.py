"""The error of each feature against SNR, as a picture."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

__all__ = ["draw"]

_PANELS = (
    ("amplitude_uv", "error", "Amplitude: median error (%)", 5.0),
    ("area_uvms", "error", "Area: median error (%)", 5.0),
    ("duration_ms", "error", "Duration: median error (ms)", 1.0),
    ("phases", "exact_pct", "Phases: exact (%)", 90.0),
)
_COLOURS = {"needle": "#0072B2", "surface": "#D55E00", "hdsemg": "#009E73"}
# What was measured: its line, and how the legend calls it.
_MEASURED = {
    "potential": ("-", "unit known"),
    "single": ("-.", "no unit known"),
    "average": ("--", "unit average"),
}


def draw(results: pd.DataFrame, path: Path) -> None:
    """Draw the errors of given potentials and of their units' averages; dotted: the target."""
    with mpl.rc_context({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}):
        figure = Figure(figsize=(9, 6), layout="constrained")
        axes = figure.subplots(2, 2, sharex=True).ravel()
        given = results[results["source"] == "given"]
        for ax, (feature, column, title, target) in zip(axes, _PANELS, strict=True):
            for (kind, of), part in given[given["feature"] == feature].groupby(["kind", "of"]):
                style, words = _MEASURED[str(of)]
                ax.plot(
                    part["snr"],
                    part[column],
                    style,
                    color=_COLOURS[str(kind)],
                    marker="o",
                    markersize=3,
                    label=f"{kind}, {words}",
                )
            ax.axhline(target, color="0.5", linestyle=":")
            ax.set_title(title, loc="left")
            ax.set_xscale("log")
            ax.set_xticks([6, 8, 10, 15, 20, 40, 80], ["6", "8", "10", "15", "20", "40", "80"])
            ax.minorticks_off()
            top = {"amplitude_uv": 20.0, "area_uvms": 40.0, "duration_ms": 4.0}
            ax.set_ylim(0, top.get(feature, 102.0))
        for ax in axes[2:]:
            ax.set_xlabel("Peak-to-peak amplitude over noise SD")
        axes[0].legend(frameon=False, fontsize=7, ncols=2)
        figure.savefig(path, dpi=120, metadata={"Software": None})
