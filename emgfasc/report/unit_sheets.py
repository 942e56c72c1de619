"""The tables of units and of their firing, each figure with its limits."""

from __future__ import annotations

import pandas as pd

from emgfasc.containers import UNITS
from emgfasc.report.page_table import Table, cell
from emgfasc.report.protocol import Analysed
from emgfasc.report.words import NOTHING, number, unit_words

__all__ = ["firing_table", "units_table", "unmeasured_table"]

# Columns of the firing table: words, unit and rule. Names not listed here are shown as they are.
_FIRING: dict[str, tuple[str, str, str]] = {
    "n": ("Potentials at rest", "", ""),
    "rest_s": ("Rest", "s", ""),
    "rate_per_min": ("Rate", "/min", "potentials per minute of rest"),
    "rate_per_min_lo95": ("Rate, lower 95 % limit", "/min", ""),
    "rate_per_min_hi95": ("Rate, upper 95 % limit", "/min", ""),
    "rate_hz": ("Rate", "Hz", "the same per second"),
    "interval_median_s": ("Interval, median", "s", "between discharges, within rest"),
    "interval_iqr_s": ("Interval, interquartile range", "s", ""),
    "interval_cov": ("Interval, coefficient of variation", "", "SD over mean; 1 if random"),
    "interval_cv2": ("Interval, local variation CV2", "", "neighbouring intervals compared"),
    "interval_lv": ("Interval, local variation LV", "", "neighbouring intervals compared"),
    "pct_interval_lt100ms": ("Intervals below 100 ms", "%", ""),
    "doublet_early_n": ("Early doublets", "", "same unit, 4 to 10 ms (Mills 2010; unverified)"),
    "doublet_early_pct": ("Early doublets, share", "%", "of the discharges"),
    "doublet_late_n": ("Late doublets", "", "same unit, 30 to 50 ms (Mills 2010; unverified)"),
    "doublet_late_pct": ("Late doublets, share", "%", "of the discharges"),
    "isolated_pct": ("Isolated", "%", "interval before and after above 250 ms (Sleutjes 2016)"),
    "continual_pct": ("Continual", "%", "both intervals at most 250 ms (Sleutjes 2016)"),
    "pct_windows_ge2_units": ("10-s windows with two or more units", "%", "Sleutjes 2016"),
    "burst_n": ("Bursts", "", "three discharges or more, at most 200 ms apart"),
    "burst_per_min": ("Bursts, rate", "/min", ""),
    "burst_discharges": ("Discharges in a burst, median", "", ""),
    "burst_rate_hz": ("Rate within a burst, median", "Hz", ""),
    "burst_interval_s": ("From a burst to the next, median", "s", "end to start, within rest"),
    "burst_pct": ("Discharges in bursts", "%", ""),
    "burst_by_chance_n": ("Bursts by chance", "", "what a random process would show"),
    "fano": ("Fano factor", "", "variance over mean of the counts in blocks; 1 if random"),
    "block_s": ("Length of a block", "s", ""),
    "poisson_p": ("Intervals: p of a random process", "", "KS test with a refractory time"),
    "overdispersed": ("More uneven than random", "", ""),
    "limits": ("Kind of limits", "", "poisson: exact (Garwood 1936); bootstrap: over blocks"),
}

_PER_UNIT = ("interval_median_s", "interval_cov", "doublet_early_n", "doublet_late_n")


def units_table(analysed: Analysed, *, has_rest: bool) -> Table | None:
    """List every unit with its shape and firing; without rest no column is a rate."""
    frame, firing = analysed.units.frame, analysed.firing
    if not len(frame):
        return None
    columns = {column.name: _label(column.name, column.unit) for column in UNITS.columns}
    rate = {column.name for column in UNITS.columns if column.unit == "/min"}
    names = [
        str(name)
        for name in frame.columns
        if (has_rest or name not in rate)
        and not str(name).endswith(("_lo95", "_hi95"))  # these stand beside their value
        and name != "not_measured"  # has a table of its own
        and not frame[name].isin([""]).all()
        and not frame[name].isna().all()
    ]
    header = [columns[name] for name in names]
    cells = [[_with_limits(frame.iloc[row], name) for name in names] for row in range(len(frame))]
    if len(firing):
        by_unit = firing.set_index(firing["unit"].astype(str))
        # The units' own interval columns, where they exist, say the same.
        has_own = "idi_median_s" in names
        added = [name for name in _PER_UNIT if not has_own or name.startswith("doublet")]
        for name in added:
            if name in firing.columns:
                header.append(_with_unit(_FIRING[name][0], _FIRING[name][1]))
                for row, unit in zip(cells, frame["unit"], strict=True):
                    known = str(unit) in by_unit.index
                    row.append(cell(by_unit[name][str(unit)]) if known else NOTHING)
    numeric = [name not in _WORDS for name in names]
    numeric += [True] * (len(header) - len(names))
    return Table(
        "Every unit: shapes are of single potentials (medians), amplitude is of the average; "
        "in brackets 95 % limits",
        tuple(header),
        tuple(tuple(row) for row in cells),
        tuple(numeric),
    )


def unmeasured_table(analysed: Analysed) -> Table | None:
    """List what could not be measured, and of which units; None when all was."""
    frame = analysed.units.frame
    if "not_measured" not in frame:
        return None
    units: dict[tuple[str, str], list[str]] = {}
    for unit, text in zip(frame["unit"], frame["not_measured"], strict=True):
        for part in filter(None, str(text).split("; ")):
            what, _, why = part.partition(": ")
            units.setdefault((what, why), []).append(str(unit))
    rows = tuple((what, why, ", ".join(numbers)) for (what, why), numbers in units.items())
    header = ("Not measured", "Why", "Units")
    return Table("What could not be measured", header, rows, (False,) * 3) if rows else None


def firing_table(analysed: Analysed, *, has_rest: bool) -> Table | None:
    """Show the row ``all`` of the firing table; None when there is no rest or no row."""
    firing = analysed.firing
    if not has_rest or not len(firing):
        return None
    overall = firing.iloc[0]
    rows = []
    for name in firing.columns:
        if name == "unit":
            continue
        words, unit, rule = _FIRING.get(str(name), (str(name), "", ""))
        rows.append((words, cell(overall[name]), unit, rule))
    return Table(
        "Firing of all fasciculation potentials at rest",
        ("Measure", "Value", "Unit", "Rule"),
        tuple(rows),
        (False, True, False, False),
    )


_WORDS = ("category", "channel", "reason")  # columns of the units that hold text


def _with_limits(row: pd.Series, name: str) -> str:
    """Write a unit's figure with its 95 % limits, where it has some."""
    value = cell(row[name])
    if f"{name}_lo95" not in row:
        return value
    low, high = (number(row[f"{name}{end}"]) for end in ("_lo95", "_hi95"))
    return value if NOTHING in (value, low, high) else f"{value} ({low} to {high})"


# Headers that a column's name does not give by itself.
_UNIT_WORDS = {
    "n": "n",
    "snr": "SNR",
    "n_rest": "n at rest",
    "rate_per_min": "Rate",
    "amplitude_iqr_uv": "Amplitude, interquartile range",
    "pct_polyphasic": "Polyphasic",
    "idi_median_s": "Interval, median",
    "idi_cov": "Interval, coefficient of variation",
    "cad_pct": "CAD",
    "ccc": "CCC",
    "ccc_if_stable": "CCC if stable",
    "average_amplitude_uv": "Amplitude of the average",
    "average_duration_ms": "Duration of the average",
    "average_area_uvms": "Area of the average",
    "average_phases": "Phases of the average",
    "average_turns": "Turns of the average",
    "n_satellites": "Satellites",
    "jitter_us": "Jitter, MCD",
    "blocking_pct": "Blocking",
    "speed_m_s": "Conduction speed",
    "endplate_mm": "End-plate",
}


def _label(name: str, unit: str) -> str:
    """Write a column's name with its unit behind it instead of within it."""
    suffix = f"_{unit.lower().replace('*', '')}"
    words = name.removesuffix(suffix).replace("_", " ").capitalize()
    return _with_unit(_UNIT_WORDS.get(name, words), unit)


def _with_unit(words: str, unit: str) -> str:
    return f"{words} ({unit_words(unit)})" if unit else words
