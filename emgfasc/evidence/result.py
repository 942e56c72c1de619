"""What weighing gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from emgfasc.evidence.context_report import ContextReport

__all__ = ["FORMULA", "LIMITS", "Evidence", "Pattern"]

Pattern = Literal["neurogenic-leaning", "benign-leaning", "indeterminate", "insufficient"]

FORMULA = (
    "Unvalidated research index = sum over comparisons of weight x direction "
    "(+1 leans neurogenic, -1 leans benign, 0 otherwise); "
    "leaning from +1 or -1 on, indeterminate in between."
)
LIMITS = (
    "emgfasc measures and compares with published findings, which conflict; it does not diagnose. "
    "No public recordings of benign fasciculations exist, so how often a pattern is right is "
    "unknown. One muscle alone cannot settle the question."
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Evidence:
    """Which way the measured features lean, and why.

    Attributes
    ----------
    pattern : {'neurogenic-leaning', 'benign-leaning', 'indeterminate', 'insufficient'}
        Neurogenic means of the nerve or motor neuron, whatever the disorder.
    index : float
        The unvalidated research index behind `pattern` (see `formula`); ``nan`` when
        insufficient. Never a probability.
    reasons_for, reasons_against : tuple of str
        Sentences for and against `pattern`.
    would_change : tuple of str
        What would change it.
    sensitivity : DataFrame
        One row per change tried (one feature left out; interval ends): ``change, index, pattern,
        changes_pattern``.
    frame : DataFrame
        One row per feature compared; use :meth:`to_frame`.
    comparisons : DataFrame
        Every feature beside every published comparison of it, same columns.
    context : ContextReport or None
        What was asked beside the recording; never part of the weighing.
    formula, limits : str
        The rule in one line, and what this cannot say.
    """

    pattern: Pattern
    index: float
    reasons_for: tuple[str, ...]
    reasons_against: tuple[str, ...]
    would_change: tuple[str, ...]
    sensitivity: pd.DataFrame
    frame: pd.DataFrame
    comparisons: pd.DataFrame
    context: ContextReport | None = None
    formula: str = FORMULA
    limits: str = LIMITS

    def to_frame(self) -> pd.DataFrame:
        """Return one row per feature compared, as a copy.

        Columns: ``feature, value, lo95, hi95, unit, comparator, direction, weight, reason, study,
        doi, muscle, electrode, verified, source_tag, interval, reference``. Where several studies
        speak of a feature, the row shows the one that leans, or weighs, most; `weight` is the sum
        over those that lean the same way, and `comparisons` holds them all.
        """
        return self.frame.copy()

    def __repr__(self) -> str:
        """Show the pattern and how many features stand behind it."""
        n = int((self.frame["weight"] > 0).sum())
        return f"<Evidence: {self.pattern}, {n} feature(s) weighed>"
