"""What was found in a recording, and whether its results can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

__all__ = ["Finding", "Report", "Span", "Trust"]

Trust = Literal["yes", "with_care", "no"]
Span = tuple[float, float]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or missing.

    Attributes
    ----------
    name : str
        Short mark, the same in every recording: ``clipping``, ``mains``, ...
    trust : {'yes', 'with_care', 'no'}
        Whether results can be trusted in spite of it.
    amount : float
        How much of it there is, in `unit`.
    unit : str
        ``samples``, ``s``, ``channels``, ``%``, ``Hz``, ``uV``, ``per_min`` or ``items``.
    sentence : str
        What it is, in one sentence with its figures.
    spans : tuple of (start_s, stop_s)
        Where, at most the first 20; empty when it is everywhere.
    channels : tuple of str
        Which channels.
    recovery_s : float or None
        After saturation, until the signal is back: the longest of the first stretches; ``inf``
        when it is not within 2 s or before the recording ends. ``None`` for every other finding.
    """

    name: str
    trust: Trust
    amount: float
    unit: str
    sentence: str
    spans: tuple[Span, ...] = ()
    channels: tuple[str, ...] = ()
    recovery_s: float | None = None


@dataclass(frozen=True)
class Report:
    """All findings of one recording; none is a good recording.

    Attributes
    ----------
    findings : tuple of Finding
        In a fixed order.

    Examples
    --------
    >>> Report(()).flags, len(Report(()).to_frame())
    ((), 0)
    """

    findings: tuple[Finding, ...]

    @property
    def flags(self) -> tuple[str, ...]:
        """Names of the findings that touch results; what is only missing is no flag."""
        return tuple(found.name for found in self.findings if found.trust != "yes")

    @property
    def trust(self) -> Trust:
        """The worst of all findings."""
        marks = {found.trust for found in self.findings}
        return "no" if "no" in marks else "with_care" if "with_care" in marks else "yes"

    def to_frame(self) -> pd.DataFrame:
        """Return one row per finding: name, trust, amount, unit, spans, channels, sentence."""
        columns = ["name", "trust", "amount", "unit", "n_spans", "first_s", "channels", "sentence"]
        rows = [
            (
                found.name,
                found.trust,
                found.amount,
                found.unit,
                len(found.spans),
                found.spans[0][0] if found.spans else float("nan"),
                ", ".join(found.channels),
                found.sentence,
            )
            for found in self.findings
        ]
        return pd.DataFrame(rows, columns=columns)
