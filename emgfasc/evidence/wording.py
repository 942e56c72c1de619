"""Sentences for and against a pattern, and what would change it."""

from __future__ import annotations

import pandas as pd

from emgfasc.evidence.comparing import Comparison, Site
from emgfasc.evidence.gates import Gate
from emgfasc.evidence.literature import load_references

__all__ = ["reasons", "wishes"]

_COMPANY = (
    "Findings in other muscles and body regions, fibrillations, positive sharp waves or chronic "
    "motor unit change count for more than the shape of these potentials (Awaji and Gold Coast "
    "criteria)."
)


def reasons(
    rows: list[Comparison], pattern: str, index: float, *, closed: list[Gate], doubt: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the sentences for and against `pattern`."""
    if closed:
        return tuple(gate.reason for gate in closed), ()
    neurogenic = [row.reason for row in rows if row.vote > 0]
    benign = [row.reason for row in rows if row.vote < 0]
    neither = [row.reason for row in rows if row.weight > 0 and row.vote == 0]
    if pattern == "neurogenic-leaning":
        return tuple(neurogenic), (*benign, *neither, *_cautions(rows))
    if pattern == "benign-leaning":
        return tuple(benign), (*neurogenic, *neither, *_cautions(rows))
    first = f"The index is {index:+.2f}, between -1 and +1."
    if doubt:
        first = (
            "Potentials outside verified rest, taken in, would give another pattern, so those at "
            "rest do not decide."
        )
    return (first, *neither), (*neurogenic, *benign)


def wishes(
    site: Site, pattern: str, *, closed: list[Gate], sensitivity: pd.DataFrame
) -> tuple[str, ...]:
    """Return what would change `pattern`."""
    said = [gate.mend for gate in closed]
    changed = sensitivity[sensitivity["changes_pattern"].astype(bool)]
    for row in changed.itertuples():
        if row.change.startswith("without"):
            said.append(f"Leaving out {row.change[8:]} would make it {row.pattern}.")
        elif row.change.endswith("ends"):
            end = row.change.split()[0]
            said.append(f"Values at the {end} ends of their intervals would make it {row.pattern}.")
    if site.kind == "needle" and site.highpass_hz is None and not closed:
        said.append("The high-pass filter is not stated; above 20 Hz the shape is not comparable.")
    if pattern == "indeterminate":
        said.append(
            "More distinct potentials, from a longer recording, would narrow the intervals."
        )
    return (*said, _COMPANY)


def _cautions(rows: list[Comparison]) -> tuple[str, ...]:
    weighed = {row.reference for row in rows if row.weight > 0}
    table = (item for item in load_references() if item.id in weighed and item.caution)
    return tuple(dict.fromkeys(item.caution for item in table))
