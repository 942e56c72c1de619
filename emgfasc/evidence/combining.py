"""Several muscles of one person, by muscle and body region, beside the criteria."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from emgfasc.containers import Findings
from emgfasc.errors import ParameterError
from emgfasc.evidence.anatomy import REGIONS
from emgfasc.evidence.criteria import checklist, region_status
from emgfasc.evidence.examined import Examined, ManualFinding, examined

__all__ = ["Combined", "ManualFinding", "combine"]

_MUSCLE_COLUMNS = [
    "muscle",
    "side",
    "region",
    "roots",
    "nerve",
    "kind",
    "source",
    "counts",
    "reason",
    "rest_s",
    "n_fp",
    "fasciculations",
    "fibrillations",
    "chronic_change",
]
_REGION_COLUMNS = [
    "region",
    "n_muscles",
    "n_with_fasciculations",
    "n_with_fibrillations",
    "n_with_chronic_change",
    "status",
    "reason",
]


@dataclass(frozen=True, kw_only=True, eq=False)
class Combined:
    """What several muscles of one person show together.

    Attributes
    ----------
    muscles : DataFrame
        One row per recording or manual entry: muscle, side, region, whether it counts and why
        not, verified rest (s), potentials, and what was found (true, false, or ``None`` when not
        assessable).
    regions : DataFrame
        One row per body region, over the muscles that count (a muscle and side once).
    checklist : DataFrame
        One row per item of the electrodiagnostic part of the Awaji and Gold Coast criteria:
        ``criteria, item, status, reason, source, source_tag, verified``; status is ``met``,
        ``not met`` (in the muscles examined) or ``not assessable``.
    first, last : Timestamp or None
        Earliest and latest start among the recordings that say when they were made.
    rest_s : float
        Verified rest over the recordings that count.
    limits : str
        What this cannot say.
    """

    muscles: pd.DataFrame
    regions: pd.DataFrame
    checklist: pd.DataFrame
    first: pd.Timestamp | None
    last: pd.Timestamp | None
    rest_s: float
    limits: str = (
        "The criteria rest on history and examination, which a recording does not hold; this "
        "lists their electrodiagnostic part only and does not diagnose."
    )

    @property
    def span_days(self) -> float | None:
        """Days from the first to the last recording; ``None`` when no start is known."""
        if self.first is None or self.last is None:
            return None
        return float((self.last - self.first).total_seconds() / 86_400)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per muscle, as a copy."""
        return self.muscles.copy()

    def __repr__(self) -> str:
        """Show how many muscles and regions show fasciculations."""
        n = int((self.regions["n_with_fasciculations"] > 0).sum())
        return f"<Combined: {len(self.muscles)} muscle(s), fasciculations in {n} region(s)>"


def combine(
    analyses: Sequence[Findings], *, manual: Sequence[ManualFinding] | None = None
) -> Combined:
    """Lay several recordings of one person beside the electrodiagnostic criteria.

    Foot muscles, muscles the table does not know, recordings not at rest and recordings too short
    to show that potentials are absent change nothing; they are listed with the reason. Only
    needle recordings and manual entries enter the criteria, which speak of needle EMG.

    Parameters
    ----------
    analyses : sequence of Findings
        Recordings of one person (Analysis objects too); the muscle and side come from each
        recording.
    manual : sequence of ManualFinding, optional
        What was seen elsewhere: fibrillations or positive sharp waves, chronic motor unit
        change, fasciculations. A manual answer adds to what the recording shows.

    Returns
    -------
    Combined

    Raises
    ------
    ParameterError
        When `analyses` or `manual` is not a sequence of the right things.

    Notes
    -----
    Roots, nerves and regions are textbook anatomy, and the number of muscles per region is
    recalled, not verified ([K]); see the column ``verified``.

    Examples
    --------
    >>> seen = [ManualFinding("tibialis anterior", side="left", fasciculations=True,
    ...                       chronic_change=True)]
    >>> combined = combine([], manual=seen)
    >>> combined.regions.set_index("region").loc["lumbosacral", "n_with_fasciculations"].item()
    1
    >>> combined.checklist["status"].unique().tolist()
    ['met', 'not assessable']
    """
    if isinstance(analyses, Findings) or not isinstance(analyses, Sequence):
        raise ParameterError("combine: a list of analyses is needed, one per recording.")
    entries = list(manual or ())
    wrong = [entry for entry in entries if not isinstance(entry, ManualFinding)]
    if wrong:
        raise ParameterError(f"combine: 'manual' must hold ManualFinding only, not {wrong[0]!r}.")
    rows = [examined(item) for item in analyses] + [entry.examined() for entry in entries]
    merged = _merged(rows)
    starts = [pd.Timestamp(item.recording.start) for item in analyses if item.recording.start]
    if len({start.tzinfo is None for start in starts}) > 1:
        raise ParameterError("combine: some recordings state a time zone and some do not.")
    return Combined(
        muscles=_muscle_frame(rows),
        regions=_region_frame(merged),
        checklist=checklist(merged),
        first=min(starts, default=None),
        last=max(starts, default=None),
        rest_s=float(sum(row.rest_s for row in rows if row.counts)),
    )


def _merged(rows: list[Examined]) -> list[Examined]:
    """One entry per muscle and side among those that count; a finding anywhere is a finding."""
    merged: dict[tuple[str, str], Examined] = {}
    for row in rows:
        if row.counts and row.muscle is not None:
            key = (row.muscle.name, row.side)
            merged[key] = row.joined(merged[key]) if key in merged else row
    return list(merged.values())


def _muscle_frame(rows: list[Examined]) -> pd.DataFrame:
    table = []
    for row in rows:
        muscle = row.muscle
        table.append(
            (
                muscle.name if muscle else row.given,
                row.side,
                muscle.region if muscle else "",
                "; ".join(muscle.roots) if muscle else "",
                muscle.nerve if muscle else "",
                row.kind,
                row.source,
                row.counts,
                row.reason,
                row.rest_s,
                row.n_fp,
                row.fasciculations,
                row.fibrillations,
                row.chronic_change,
            )
        )
    return pd.DataFrame(table, columns=_MUSCLE_COLUMNS).astype(
        dict.fromkeys(("fasciculations", "fibrillations", "chronic_change"), object)
    )


def _region_frame(rows: list[Examined]) -> pd.DataFrame:
    table = []
    for region in REGIONS:
        inside = [row for row in rows if row.muscle and row.muscle.region == region]
        status, reason = region_status(region, inside)
        table.append(
            (
                region,
                len(inside),
                sum(row.fasciculations is True for row in inside),
                sum(row.fibrillations is True for row in inside),
                sum(row.chronic_change is True for row in inside),
                status,
                reason,
            )
        )
    return pd.DataFrame(table, columns=_REGION_COLUMNS)
