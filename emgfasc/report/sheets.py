"""The tables of a report: text in cells, units in headers, nothing measured anew."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from emgfasc.containers import CATEGORIES, UNSORTED
from emgfasc.firing import rules
from emgfasc.report.page_table import Table, cell
from emgfasc.report.protocol import Analysed
from emgfasc.report.words import NOTHING, feature_words, number, seconds, shown, unit_words

__all__ = [
    "categories_table",
    "evidence_table",
    "identity_table",
    "quality_table",
    "rest_table",
    "rules_table",
    "unsorted_table",
]

_MAX_STRETCHES = 200  # rows of excluded stretches on the page


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
    "cramp": "many units, faster than by will",
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


def unsorted_table(analysed: Analysed) -> Table | None:
    """Count the potentials without a unit by the reason; None when all have one."""
    frame = analysed.events.frame
    if "unsorted" not in frame:
        return None
    fasciculation = frame["category"] == "fasciculation"
    rows = []
    for why, meaning in UNSORTED.items():
        mine = frame["unsorted"] == why
        if mine.any():
            ours = int((mine & fasciculation).sum())
            rows.append((why.replace("_", " "), str(int(mine.sum())), str(ours), meaning))
    header = ("Reason", "Potentials", "of them fasciculations", "Meaning")
    aligned = (False, True, True, False)
    return Table("Potentials without a unit", header, tuple(rows), aligned) if rows else None


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
                cell(row["weight"]),
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
    unit = unit_words(row.get("unit") or "")
    low, high = number(row.get("lo95")), number(row.get("hi95"))
    if row.get("hi95") == math.inf:
        high = "any higher"
    limits = "" if NOTHING in (low, high) else f" ({low} to {high})"
    return f"{value}{limits} {unit}".strip()


def _facts(caption: str, facts: Sequence[tuple[str, str]]) -> Table:
    return Table(caption, ("Fact", "Value"), tuple(facts), (False, False))
