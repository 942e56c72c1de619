"""What a person changed: the automatic figures beside the corrected ones."""

from __future__ import annotations

from collections.abc import Mapping

from emgfasc.report.page_table import Table
from emgfasc.report.protocol import Analysed
from emgfasc.report.words import NOTHING, number

__all__ = ["review_table"]

# Figures of a review, in pairs of automatic and corrected, then those of their agreement.
_BEFORE_AFTER = (
    ("Fasciculation potentials", "n_fp_auto", "n_fp_corrected"),
    ("Units with fasciculation potentials", "n_units_auto", "n_units_corrected"),
    ("Potentials of every category", "n_events_auto", "n_events_corrected"),
)
_CHANGES = (
    ("Potentials looked at on the review page", "n_looked_at"),
    ("Category changed", "n_recategorised"),
    ("Unit changed", "n_moved"),
    ("Added", "n_added"),
    ("Taken away", "n_removed"),
    ("Outside rest, not counted", "n_outside_rest"),
    ("Under the same category in both (%)", "category_agreement_pct"),
    ("Automatic fasciculations that were kept (precision)", "fp_precision"),
    ("Corrected fasciculations that were found (recall)", "fp_recall"),
    ("Agreement of the units (adjusted Rand index)", "unit_ari"),
)


def review_table(analysed: Analysed) -> Table | None:
    """Set automatic against corrected; None when nobody corrected the events."""
    row = analysed.summary_row()
    review = row.get("review")
    if not isinstance(review, Mapping):
        return None
    rate = ("Per minute of rest", number(review["fp_per_min_auto"]), number(row["fp_per_min"]))
    pairs = [(words, number(review[a]), number(review[b])) for words, a, b in _BEFORE_AFTER]
    changes = [(words, NOTHING, number(review[name])) for words, name in _CHANGES]
    return Table(
        "Automatic and corrected",
        ("Figure", "Automatic", "Corrected"),
        (pairs[0], rate, *pairs[1:], *changes),
        (False, True, True),
    )
