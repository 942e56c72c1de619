"""The tables of a report: text in cells, units in headers, nothing measured anew."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from emgfasc.containers import CATEGORIES, UNITS
from emgfasc.firing import rules
from emgfasc.report.protocol import Analysed
from emgfasc.report.words import NOTHING, feature_words, number, seconds, shown

__all__ = [
    "Table",
    "categories_table",
    "evidence_table",
    "firing_table",
    "identity_table",
    "quality_table",
    "rest_table",
    "rules_table",
    "side_by_side",
    "units_table",
]

_MAX_STRETCHES = 200  # rows of excluded stretches on the page


@dataclass(frozen=True)
class Table:
    """One table.

    Attributes
    ----------
    caption : str
        What it shows, and what is left out of it.
    header : tuple of str
        Column names with their units.
    rows : tuple of tuple of str
        Text by row; the first cell names the row.
    numeric : tuple of bool
        Columns that hold numbers, set flush right.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]


# Columns of the firing table: words, unit and rule. Names not listed here are shown as they are.
FIRING: dict[str, tuple[str, str, str]] = {
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
    "fano": ("Fano factor", "", "variance over mean of the counts in blocks; 1 if random"),
    "block_s": ("Length of a block", "s", ""),
    "poisson_p": ("Intervals: p of a random process", "", "KS test with a refractory time"),
    "overdispersed": ("More uneven than random", "", ""),
    "limits": ("Kind of limits", "", "poisson: exact (Garwood 1936); bootstrap: over blocks"),
}

_PER_UNIT = ("interval_median_s", "interval_cov", "doublet_early_n", "doublet_late_n")

CATEGORY_WORDS: dict[str, str] = {
    "fasciculation": "counted, where it lies in rest",
    "voluntary": "fires regularly or lies in a contraction",
    "artifact": "not from muscle",
    "ecg": "heart beat",
    "fibrillation": "small, short and regular; needle only",
    "positive_sharp_wave": "sharp positive wave, then slow negative; needle only",
    "complex_repetitive": "machine-like repetition",
    "myokymia": "recurring bursts of one unit",
    "neuromyotonia": "very fast, fading run",
    "cramp": "many units, building up",
    "unclassified": "fits no rule",
}


def identity_table(analysed: Analysed) -> Table:
    """Say which recording this is."""
    raw = analysed.raw
    filters = [
        f"high-pass {number(raw.highpass_hz)} Hz" if raw.highpass_hz else "",
        f"low-pass {number(raw.lowpass_hz)} Hz" if raw.lowpass_hz else "",
    ]
    channels = ", ".join(raw.channels[:12]) + (", …" if raw.n_channels > 12 else "")
    return _facts(
        "The recording",
        [
            ("Name", raw.name),
            ("Electrode", raw.kind),
            ("Muscle, side", shown([part for part in (raw.muscle, raw.side) if part])),
            ("Start", raw.start.isoformat(sep=" ") if raw.start else NOTHING),
            ("Duration", seconds(raw.duration_s)),
            ("Sampling rate", f"{number(raw.fs_hz, 8)} Hz"),
            ("Channels", f"{raw.n_channels}: {channels}"),
            ("Filters as recorded", shown([text for text in filters if text])),
            ("File, SHA-256", shown(raw.sha256)),
        ],
    )


def quality_table(analysed: Analysed) -> Table:
    """Say how good it is and what was done to it."""
    recording, sensitivity = analysed.recording, analysed.events.sensitivity
    facts = [
        ("Processing, in order", shown(recording.steps)),
        ("Bad channels, left out", shown(recording.bad_channels)),
    ]
    if sensitivity is not None:
        noise = pd.Series(sensitivity.noise_uv, dtype=float).dropna()
        if len(noise):
            spread = f"{number(noise.min())} to {number(noise.max())} µV, median "
            facts.append(("Noise SD by channel", f"{spread}{number(noise.median())} µV"))
        facts.append(("Detection threshold", f"{number(sensitivity.threshold)} noise SDs"))
    notes = dict.fromkeys([*analysed.raw.notes, *recording.notes])
    facts += [(f"Note {place}", note) for place, note in enumerate(notes, start=1)]
    return _facts("Quality", facts)


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
        and not _is_limit(str(name))
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
                header.append(_with_unit(FIRING[name][0], FIRING[name][1]))
                for row, unit in zip(cells, frame["unit"], strict=True):
                    known = str(unit) in by_unit.index
                    row.append(_cell(by_unit[name][str(unit)]) if known else NOTHING)
    numeric = [name not in _WORDS for name in names]
    numeric += [True] * (len(header) - len(names))
    return Table(
        "Every unit: shapes are of single potentials (medians), amplitude is of the average",
        tuple(header),
        tuple(tuple(row) for row in cells),
        tuple(numeric),
    )


def side_by_side(table: Table, *, width: int = 12) -> tuple[Table, ...]:
    """Cut a wide table into several that fit a printed page, each with the first column.

    Examples
    --------
    >>> from emgfasc.report.sheets import Table, side_by_side
    >>> wide = Table("Many", ("unit", "a", "b", "c"), (("1", "x", "y", "z"),), (True,) * 4)
    >>> [(part.caption, part.header) for part in side_by_side(wide, width=3)]
    [('Many (1 of 2)', ('unit', 'a', 'b')), ('Many (2 of 2)', ('unit', 'c'))]
    """
    places = list(range(1, len(table.header)))
    parts = [places[k : k + width - 1] for k in range(0, len(places), width - 1)]
    if len(parts) < 2:
        return (table,)
    return tuple(
        Table(
            f"{table.caption} ({number + 1} of {len(parts)})",
            tuple(table.header[k] for k in (0, *part)),
            tuple(tuple(row[k] for k in (0, *part)) for row in table.rows),
            tuple(table.numeric[k] for k in (0, *part)),
        )
        for number, part in enumerate(parts)
    )


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
        words, unit, rule = FIRING.get(str(name), (str(name), "", ""))
        rows.append((words, _cell(overall[name]), unit, rule))
    return Table(
        "Firing of all fasciculation potentials at rest",
        ("Measure", "Value", "Unit", "Rule"),
        tuple(rows),
        (False, True, False, False),
    )


def categories_table(analysed: Analysed) -> Table:
    """Count the potentials of every category, at rest and outside: nothing is dropped."""
    frame = analysed.events.frame
    at_rest = analysed.rest.state_at(analysed.events.peak_s) == "rest"
    if not analysed.rest.verifiable:
        at_rest = at_rest & False
    rows = []
    for category in CATEGORIES:
        mine = (frame["category"] == category).to_numpy()
        if mine.any() or category == "fasciculation":
            rows.append(
                (
                    category.replace("_", " "),
                    str(int(mine.sum())),
                    str(int((mine & at_rest).sum())),
                    CATEGORY_WORDS[category],
                )
            )
    return Table(
        "All detected potentials by category",
        ("Category", "Potentials", "of them at rest", "Meaning"),
        tuple(rows),
        (False, True, True, False),
    )


def rest_table(analysed: Analysed) -> Table | None:
    """List every stretch that is not rest, with its reason; None when all is rest."""
    frame = analysed.rest.segments
    excluded = frame[frame["state"] != "rest"] if analysed.rest.verifiable else frame
    if not len(excluded):
        return None
    rows = tuple(
        (
            f"{row.start_s:.2f}",
            f"{row.stop_s:.2f}",
            f"{row.stop_s - row.start_s:.2f}",
            str(row.state) if analysed.rest.verifiable else f"{row.state} (not verified)",
            str(row.reason),
        )
        for row in excluded.iloc[:_MAX_STRETCHES].itertuples()
    )
    cut = len(excluded) - len(rows)
    more = f"; {cut} later ones are not listed here" if cut else ""
    return Table(
        f"{len(excluded)} stretch(es) not counted as rest{more}",
        ("From (s)", "To (s)", "Length (s)", "State", "Reason"),
        rows,
        (True, True, True, False, False),
    )


def evidence_table(analysed: Analysed, *, has_rest: bool) -> Table | None:
    """List every comparison with what was published; None when there is none."""
    frame = analysed.evidence.to_frame()
    if not len(frame):
        return None
    rows = []
    for place in range(len(frame)):
        row = frame.iloc[place]
        # Without rest a rate is no measurement, whatever the frame holds.
        hidden = not has_rest and str(row.get("unit")) == "/min"
        value = NOTHING if hidden else _interval(row)
        rows.append(
            (
                feature_words(row["feature"]),
                value,
                str(row["direction"]).replace("_", " "),
                _cell(row["weight"]),
                shown(row.get("reason")),
                shown(row.get("study")),
                "yes" if row.get("verified") else "not verified",
            )
        )
    return Table(
        "Every comparison with published findings",
        ("Feature", "Measured (95 % limits)", "Direction", "Weight", "Reason", "Study", "Verified"),
        tuple(rows),
        (False, True, False, True, False, False, False),
    )


def rules_table() -> Table:
    """List the rules that give a potential another category, in the order they are tried."""
    rows = tuple(
        (
            str(row.rule),
            str(row.category).replace("_", " "),
            str(row.sentence),
            str(row.source),
        )
        for row in rules().itertuples()
    )
    return Table(
        "Rules that tell fasciculations from other discharges, first match first",
        ("Rule", "Category", "In words", "Source"),
        rows,
        (False, False, False, False),
    )


def _interval(row: pd.Series) -> str:
    """Write a value with its limits and unit."""
    value = number(row.get("value"))
    if value == NOTHING:
        return NOTHING
    unit = str(row.get("unit") or "")
    low, high = number(row.get("lo95")), number(row.get("hi95"))
    if row.get("hi95") == math.inf:
        high = "any higher"
    limits = "" if NOTHING in (low, high) else f" ({low} to {high})"
    return f"{value}{limits} {unit}".strip()


def _facts(caption: str, facts: Sequence[tuple[str, str]]) -> Table:
    return Table(caption, ("Fact", "Value"), tuple(facts), (False, False))


_WORDS = ("category", "channel", "reason", "not_measured")  # columns of the units that hold text


def _is_limit(name: str) -> bool:
    """Tell whether a column is a limit that stands beside its value; a rate's has its own."""
    return name.endswith(("_lo95", "_hi95")) and not name.startswith("rate_")


def _with_limits(row: pd.Series, name: str) -> str:
    """Write a unit's figure with its 95 % limits, where it has some."""
    value = _cell(row[name])
    if name.startswith("rate_") or f"{name}_lo95" not in row:
        return value
    low, high = (number(row[f"{name}{end}"]) for end in ("_lo95", "_hi95"))
    return value if NOTHING in (value, low, high) else f"{value} ({low} to {high})"


# Headers that a column's name does not give by itself.
_UNIT_WORDS = {
    "n": "n",
    "snr": "SNR",
    "n_rest": "n at rest",
    "rate_per_min": "Rate",
    "rate_per_min_lo95": "Rate, lower 95 % limit",
    "rate_per_min_hi95": "Rate, upper 95 % limit",
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
    unit = unit.replace("uV", "µV").replace("*", "·")
    return f"{words} ({unit})" if unit else words


def _cell(value: object) -> str:
    """Write one cell: numbers short, text as it is."""
    if isinstance(value, str):
        return value or NOTHING
    return shown(value) if not isinstance(value, float) else number(value)
