"""The features that can be compared, measured from one recording with an interval each."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgfasc.containers import Findings, Rest
from emgfasc.evidence.intervals import mean_interval, wilson_pct

__all__ = ["DESCRIPTORS", "FEATURES", "Measured", "measure"]

# Name -> (words, unit). The order is the order of every table.
FEATURES = MappingProxyType(
    {
        "phases": ("mean number of phases", ""),
        "turns": ("mean number of turns", ""),
        "pct_polyphasic": ("share of potentials with more than 4 phases", "%"),
        "cad_pct": ("consecutive amplitude difference", "%"),
        "ccc": ("consecutive correlation", ""),
        "pct_windows_ge2_units": ("10-s windows with two or more units", "%"),
        "n_units": ("number of units found", ""),
        "isolated_pct": ("share of isolated discharges", "%"),
        "rate_per_min": ("rate at rest", "/min"),
        "amplitude_uv": ("mean amplitude", "uV"),
        "duration_ms": ("mean duration", "ms"),
        "area_uvms": ("mean area", "uV*ms"),
        "doublet_early_pct": ("doublets at 4-10 ms", "%"),
        "doublet_late_pct": ("doublets at 30-50 ms", "%"),
        "pct_interval_lt100ms": ("intervals below 100 ms", "%"),
    }
)

# Never carry weight. Published findings conflict on rate and duration (Mills 2010; de Carvalho &
# Swash 2016; BMRI 2021); doublets occur in benign and other fasciculations alike (Kleine 2012);
# size depends on the distance to the electrode; counts grow with time.
DESCRIPTORS = frozenset(
    {
        "rate_per_min",
        "duration_ms",
        "amplitude_uv",
        "area_uvms",
        "doublet_early_pct",
        "doublet_late_pct",
        "pct_interval_lt100ms",
        "n_units",
        "isolated_pct",
    }
)

MORPHOLOGY = ("phases", "turns", "pct_polyphasic", "amplitude_uv", "duration_ms", "area_uvms")

# Fewer independent waveforms give a bootstrap interval narrower than their own range.
_MIN_WAVEFORMS = 3
_MIN_DISCHARGES = 5  # for instability (Stålberg & Sonoo 1994 need consecutive discharges; [K])
_SORTED_SHARE = 0.8  # below it too many potentials lack a unit to count units side by side
_WINDOW_S = 10.0  # Sleutjes 2016
_POLYPHASIC_ABOVE = 4  # phases; Shimizu 2014


@dataclass(frozen=True)
class Measured:
    """A feature's value with its 95 % interval and how that was found."""

    value: float
    lo95: float
    hi95: float
    n: int
    interval: str

    @property
    def known(self) -> bool:
        """Whether there is a value at all."""
        return math.isfinite(self.value)


def measure(findings: Findings, *, everywhere: bool = False) -> dict[str, Measured]:
    """Measure every feature of `FEATURES`.

    Shape is averaged over *distinct waveforms*: each unit counts once with the mean of its
    potentials, because potentials of one unit are not independent. Unsorted potentials are left
    out, being mostly superpositions, which look complex, and noise, which looks simple; only when
    nothing was sorted does each potential count once by itself.

    Parameters
    ----------
    findings : Findings
        What was found in one recording.
    everywhere : bool
        Take the shape of all fasciculation potentials, also of those outside rest.

    Returns
    -------
    dict of str to Measured
        In the order of `FEATURES`; ``nan`` where a feature was not or cannot be measured.
    """
    potentials = _potentials(findings, everywhere=everywhere)
    found = (
        _shape(_voting(findings, potentials))
        | _instability(findings)
        | _timing(findings, potentials)
    )
    return {name: found[name] for name in FEATURES}


def all_row(firing: pd.DataFrame) -> dict[str, float]:
    """Return the numbers of the firing table's row ``all``; empty when there is none."""
    if firing.empty or "unit" not in firing.columns:
        return {}
    rows = firing[firing["unit"].astype(str) == "all"]
    if rows.empty:
        return {}
    row = rows.iloc[0].drop("unit")
    return {
        str(name): float(value)
        for name, value in row.items()
        if isinstance(value, Real) and not pd.isna(value)
    }


def _potentials(findings: Findings, *, everywhere: bool) -> pd.DataFrame:
    frame = findings.events.to_frame()
    frame = frame[frame["category"] == "fasciculation"]
    if everywhere or frame.empty:
        return frame
    return frame[findings.rest.state_at(frame["peak_s"].to_numpy(float)) == "rest"]


def _voting(findings: Findings, potentials: pd.DataFrame) -> pd.DataFrame:
    everything = _potentials(findings, everywhere=True)
    if not (everything["unit"] > 0).any():
        return potentials
    return potentials[potentials["unit"] > 0]


def _nothing(why: str) -> Measured:
    return Measured(math.nan, math.nan, math.nan, 0, why)


def _shape(potentials: pd.DataFrame) -> dict[str, Measured]:
    found = {}
    for name in ("phases", "turns", "amplitude_uv", "duration_ms", "area_uvms"):
        found[name] = _mean(_waveforms(potentials, name))
    complex_share = _waveforms(potentials, "phases", above=_POLYPHASIC_ABOVE)
    n = len(complex_share)
    if n < _MIN_WAVEFORMS:
        found["pct_polyphasic"] = _nothing(f"{n} distinct waveform(s), {_MIN_WAVEFORMS} needed")
    else:
        share = float(complex_share.mean())
        low, high = wilson_pct(share, n)
        method = f"Wilson score over {n} distinct waveforms"
        found["pct_polyphasic"] = Measured(100 * share, low, high, n, method)
    return found


def _waveforms(
    potentials: pd.DataFrame, column: str, *, above: float | None = None
) -> NDArray[np.float64]:
    """Average `column` per unit, or take each unsorted potential; `above` counts instead."""
    if column not in potentials.columns:
        return np.empty(0)
    known = potentials[np.isfinite(potentials[column].to_numpy(float))]
    values = known[column].to_numpy(float)
    values = values if above is None else (values > above).astype(float)
    units = known["unit"].to_numpy()
    means = [values[units == unit].mean() for unit in np.unique(units[units > 0])]
    return np.concatenate([np.asarray(means, float), values[units <= 0]])


def _mean(values: NDArray[np.float64]) -> Measured:
    n = len(values)
    if n < _MIN_WAVEFORMS:
        return _nothing(f"{n} distinct waveform(s), {_MIN_WAVEFORMS} needed")
    low, high = mean_interval(values)
    return Measured(float(values.mean()), low, high, n, f"bootstrap over {n} distinct waveforms")


def _fasciculating_units(findings: Findings) -> pd.DataFrame:
    frame = findings.units.to_frame()
    return frame[frame["category"] == "fasciculation"]


def _instability(findings: Findings) -> dict[str, Measured]:
    units = _fasciculating_units(findings)
    units = units[units["n"] >= _MIN_DISCHARGES]
    found = {}
    for name in ("cad_pct", "ccc"):
        values = units[name].to_numpy(float) if name in units.columns else np.empty(0)
        found[name] = _mean(values[np.isfinite(values)])
    return found


def _timing(findings: Findings, potentials: pd.DataFrame) -> dict[str, Measured]:
    row = all_row(findings.firing)
    n = int(row.get("n", 0))
    rate = Measured(
        row.get("rate_per_min", math.nan),
        row.get("rate_per_min_lo95", math.nan),
        row.get("rate_per_min_hi95", math.nan),
        n,
        "Poisson, from the firing table",
    )
    # At rest only. Taken as a lower bound, for only large and frequent units are found; one that
    # changes its shape may count twice, which no interval tells.
    at_rest = _potentials(findings, everywhere=False)
    has_rest = findings.rest.rest_s > 0
    n_units = int(at_rest.loc[at_rest["unit"] > 0, "unit"].nunique()) if has_rest else 0
    found = {
        "rate_per_min": rate,
        "n_units": Measured(n_units, n_units, math.inf, n_units, "lower bound"),
        "pct_windows_ge2_units": _windows(findings, row, potentials),
    }
    for name in ("isolated_pct", "doublet_early_pct", "doublet_late_pct", "pct_interval_lt100ms"):
        found[name] = _share(row.get(name, math.nan), n)
    return found


def _windows(findings: Findings, row: dict[str, float], potentials: pd.DataFrame) -> Measured:
    n = _whole_windows(findings.rest)
    sorted_share = float((potentials["unit"] > 0).mean()) if len(potentials) else 0.0
    if sorted_share < _SORTED_SHARE:
        return _nothing(f"only {100 * sorted_share:.0f} % of the potentials have a unit")
    return _share(row.get("pct_windows_ge2_units", math.nan), n)


def _whole_windows(rest: Rest) -> int:
    """Count the 10-s windows that fit into the stretches of rest, as the firing stage does."""
    if rest.rest_s <= 0:
        return 0
    frame = rest.to_frame()
    lengths = (frame["stop_s"] - frame["start_s"])[frame["state"] == "rest"].to_numpy(float)
    return int(np.floor(lengths / _WINDOW_S + 1e-9).sum())


def _share(percent: float, n: int) -> Measured:
    if n < 1 or not math.isfinite(percent):
        return _nothing("not measured")
    low, high = wilson_pct(percent / 100, n)
    return Measured(percent, low, high, n, f"Wilson score, n = {n}")
