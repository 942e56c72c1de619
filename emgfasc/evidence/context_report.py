"""The context in plain sentences, to stand beside the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from emgfasc.evidence.context_keys import CAUSES, CONTRIBUTORS, ELECTROLYTES, FLAGS

__all__ = ["Answer", "ContextReport", "Electrolyte", "written_report"]

Answer = bool | str


@dataclass(frozen=True)
class Electrolyte:
    """A laboratory value with the laboratory's own reference limits.

    Attributes
    ----------
    value, low, high : float
        Value and limits, in `unit`.
    unit : str
        For instance ``mmol/L``.
    """

    value: float
    low: float
    high: float
    unit: str

    @property
    def outside(self) -> str:
        """``below``, ``above``, or empty when within the limits (which count as within)."""
        if self.value < self.low:
            return "below"
        return "above" if self.value > self.high else ""


@dataclass(frozen=True)
class ContextReport:
    """What was asked beside the recording.

    Attributes
    ----------
    contributors : tuple of str
        Contributors to twitching that are present.
    causes_present : tuple of str
        Medical causes known to be present.
    causes_open : tuple of str
        Medical causes not yet excluded, each with its usual investigation.
    red_flags : tuple of str
        Red flags that are present.
    notice : str
        One sentence on red flags: which were reported, which were not asked, and that they call
        for prompt medical assessment.
    statements : tuple of str
        Plain sentences, for a report; general information, not advice.
    """

    contributors: tuple[str, ...]
    causes_present: tuple[str, ...]
    causes_open: tuple[str, ...]
    red_flags: tuple[str, ...]
    notice: str
    statements: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per item: ``group, item``."""
        groups = ("contributors", "causes_present", "causes_open", "red_flags", "statements")
        rows = [(group, item) for group in groups for item in getattr(self, group)]
        return pd.DataFrame(rows, columns=["group", "item"])


def written_report(
    contributors: Mapping[str, Answer | Electrolyte],
    causes: Mapping[str, Answer],
    flags: Mapping[str, Answer],
) -> ContextReport:
    """Put the answers into words."""
    present = [
        _noted(words, contributors[key])
        for key, words in CONTRIBUTORS.items()
        if contributors.get(key)
    ]
    present += [
        f"{name} {item.value:g} {item.unit}, {item.outside} the limits "
        f"{item.low:g} to {item.high:g}"
        for key, name in ELECTROLYTES.items()
        if isinstance(item := contributors.get(key), Electrolyte) and item.outside
    ]
    known = [_noted(words, causes[key]) for key, (words, _) in CAUSES.items() if causes.get(key)]
    still_open = [
        f"{words}: {test}" for key, (words, test) in CAUSES.items() if causes.get(key) is None
    ]
    still_open += [
        f"{name} out of its limits: blood test"
        for key, name in ELECTROLYTES.items()
        if key not in contributors
    ]
    raised = [_noted(words, flags[key]) for key, words in FLAGS.items() if flags.get(key)]
    notice = _notice(raised, [words for key, words in FLAGS.items() if key not in flags])
    return ContextReport(
        contributors=tuple(present),
        causes_present=tuple(known),
        causes_open=tuple(still_open),
        red_flags=tuple(raised),
        notice=notice,
        statements=(*_statements(present, known, still_open), notice, _NO_ADVICE),
    )


_NO_ADVICE = "This is general information, not advice."


def _noted(words: str, answer: Answer | Electrolyte) -> str:
    return f"{words} ({answer})" if isinstance(answer, str) else words


def _notice(raised: list[str], unasked: list[str]) -> str:
    # What was not asked may be there: only an answer of false says that it is not.
    rest = f" Not asked: {'; '.join(unasked)}." if unasked else ""
    if raised:
        return (
            f"Reported: {'; '.join(raised)}. Such signs call for prompt medical assessment.{rest}"
        )
    return (
        f"No red flag was reported.{rest} Weakness, wasting, difficulty swallowing or breathing, "
        "loss of sensation or a worsening course would call for prompt medical assessment."
    )


def _statements(present: list[str], known: list[str], still_open: list[str]) -> tuple[str, ...]:
    said = ["This was asked beside the recording and changes nothing in the evidence."]
    if present:
        said.append(
            f"Present and known to bring on twitching: {'; '.join(present)}. "
            "Their presence does not rule out another cause."
        )
    if known:
        said.append(f"Known conditions that can cause fasciculations: {'; '.join(known)}.")
    if still_open:
        said.append(f"Not yet excluded, with the usual investigation: {'; '.join(still_open)}.")
    return tuple(said)
