"""One figure of the study."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.accuracy.calibration import summed
from benchmarks.accuracy.design import NUISANCES, RATES_PER_MIN, USUAL_RATE, USUAL_UNITS
from benchmarks.accuracy.study import pooled
from emgfasc.containers import KINDS

__all__ = ["draw"]

# Okabe & Ito's colours, told apart with any colour vision.
_STYLE = {
    "emgfasc": ("#0072B2", "o", "emgfasc"),
    "emgfasc_engine": ("#56B4E9", "s", "emgfasc, engine alone"),
    "mad_5": ("#D55E00", "^", "5 x MAD"),
    "fixed_50uv": ("#009E73", "v", "50 uV"),
    "teager_kaiser": ("#CC79A7", "D", "Teager-Kaiser"),
}
_SHOWN_SNR = 12.0


def draw(results: pd.DataFrame, calibration: pd.DataFrame, path: Path) -> None:
    """Draw F1 by SNR, by nuisance and by rate, and the calibration; write a PNG."""
    with mpl.rc_context({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}):
        figure = Figure(figsize=(11, 12), layout="constrained")
        axes = figure.subplots(4, len(KINDS))
        usual = (results["rate_per_min"] == USUAL_RATE) & (results["n_units"] == USUAL_UNITS)
        plain = results["nuisance"] == "none"
        shown = results["snr"] == _SHOWN_SNR
        for column, kind in enumerate(KINDS):
            mine = results["kind"] == kind
            axes[0, column].set_title(kind)
            _lines(axes[0, column], results[mine & usual & plain], "snr")
            axes[0, column].set(xlabel="SNR (peak to peak / noise RMS)", ylim=(-0.03, 1.03))
            _by_nuisance(axes[1, column], results[mine & usual & shown])
            _lines(axes[2, column], results[mine & plain & shown], "rate_per_min")
            axes[2, column].set(
                xlabel=f"fasciculations per minute (SNR {_SHOWN_SNR:g})",
                xscale="log",
                xticks=RATES_PER_MIN,
                xticklabels=[f"{rate:g}" for rate in RATES_PER_MIN],
                ylim=(-0.03, 1.03),
            )
            _calibration(axes[3, column], calibration[calibration["kind"] == kind])
        for row in axes[:3]:
            row[0].set_ylabel("F1 (dotted: without twins)")
        axes[3, 0].set_ylabel("false per minute, noise alone")
        handles, labels = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=5, frameon=False)
        figure.savefig(path, dpi=110, metadata={"Software": None})


def _lines(ax: Axes, rows: pd.DataFrame, by: str) -> None:
    sums = pooled(rows, ["detector", by])
    for name, (colour, marker, label) in _STYLE.items():
        mine = sums[sums["detector"] == name]
        ax.plot(mine[by], mine["f1"], color=colour, marker=marker, ms=5, label=label)
        ax.plot(mine[by], mine["f1_strict"], color=colour, lw=0.8, ls=":")


def _by_nuisance(ax: Axes, rows: pd.DataFrame) -> None:
    sums = pooled(rows, ["detector", "nuisance"])
    names = [name for name in NUISANCES if name in set(sums["nuisance"])]
    for offset, (name, (colour, marker, label)) in enumerate(_STYLE.items()):
        f1 = sums[sums["detector"] == name].set_index("nuisance")["f1"].reindex(names)
        x = np.arange(len(names)) + 0.14 * (offset - 2)
        ax.plot(x, f1, color=colour, marker=marker, ms=5, ls="none", label=label)
    labels = [name.replace("_", " ") for name in names]
    ax.set_xticks(range(len(names)), labels, rotation=40, ha="right", rotation_mode="anchor")
    ax.set(xlabel=f"nuisance (SNR {_SHOWN_SNR:g})", ylim=(-0.03, 1.03))


def _calibration(ax: Axes, rows: pd.DataFrame) -> None:
    sums = summed(rows)
    asked = sorted(sums["asked_per_min"].unique())
    for offset, (noise, mine) in enumerate(sums.groupby("noise")):
        x = mine["asked_per_min"] * 1.08 ** (offset - 1)
        bars = np.array(
            [mine["false_per_min"] - mine["lo95"], mine["hi95"] - mine["false_per_min"]]
        )
        ax.errorbar(x, mine["false_per_min"], yerr=bars, fmt="o", ms=4, label=str(noise))
    ax.plot(asked, asked, color="0.6", lw=1, zorder=0)
    ax.set(xlabel="false per minute asked for", xscale="log")
    ax.set_yscale("symlog", linthresh=0.05)
    ax.set_ylim(bottom=0)
    ax.set_xticks(asked, [f"{value:g}" for value in asked])
    ax.legend(frameon=False, fontsize=8)
