"""How far a person's corrections and the automatic result agree."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from emgfasc import evaluate
from emgfasc.containers import Events

__all__ = ["LOOKED_AT", "TOLERANCE_S", "Review", "compare"]

LOOKED_AT = "review:"  # begins what the review page adds to the `reason` of a potential
TOLERANCE_S = 0.005  # the automatic peaks are the table's own; typed ones are this near


@dataclass(frozen=True, kw_only=True)
class Review:
    """Automatic against corrected: counts and agreement, for the summary and the report.

    Attributes
    ----------
    n_events_auto, n_events_corrected : int
        Potentials of every category.
    n_fp_auto, n_fp_corrected : int
        Potentials called fasciculation, before and after.
    n_units_auto, n_units_corrected : int
        Units that hold a potential called fasciculation.
    n_looked_at : int
        Potentials that carry a mark of the review page; 0 for a table edited by other means.
    n_recategorised, n_moved : int
        Potentials in both whose category, or whose unit, differs.
    n_added, n_removed : int
        Potentials in the corrected table alone, and in the automatic one alone.
    n_outside_rest : int
        Potentials whose corrected category is defined at rest, but that lie outside it and are
        not counted.
    category_agreement_pct : float
        Share of the potentials in either table that are in both under the same category.
    fp_precision, fp_recall, fp_f1 : float
        Automatic fasciculations scored against the corrected ones; ``nan`` without any.
    unit_ari : float
        Adjusted Rand index of the units over the fasciculations in both; ``nan`` without any.
    fp_per_min_auto : float or None
        The automatic rate.
    """

    n_events_auto: int
    n_events_corrected: int
    n_fp_auto: int
    n_fp_corrected: int
    n_units_auto: int
    n_units_corrected: int
    n_looked_at: int
    n_recategorised: int
    n_moved: int
    n_added: int
    n_removed: int
    n_outside_rest: int
    category_agreement_pct: float
    fp_precision: float
    fp_recall: float
    fp_f1: float
    unit_ari: float
    fp_per_min_auto: float | None

    def to_dict(self) -> dict[str, object]:
        """Return the figures by name."""
        return asdict(self)


def compare(
    automatic: Events,
    corrected: Events,
    *,
    n_outside_rest: int = 0,
    fp_per_min_auto: float | None = None,
) -> Review:
    """Compare two tables of the same recording, paired one to one within 5 ms.

    Parameters
    ----------
    automatic, corrected : Events
        Before and after a person corrected them.
    n_outside_rest, fp_per_min_auto
        Carried into the result.

    Examples
    --------
    >>> from emgfasc.containers import Events
    >>> from emgfasc.pipeline.agreement import compare
    >>> compare(Events.empty(), Events.empty()).n_added
    0
    """
    new, old = evaluate.match(corrected.peak_s, automatic.peak_s, tolerance_s=TOLERANCE_S)
    was, now = automatic.frame.iloc[old], corrected.frame.iloc[new]
    same = was["category"].to_numpy() == now["category"].to_numpy()
    n_either = len(automatic) + len(corrected) - len(new)
    scores = evaluate.events(corrected, automatic, tolerance_s=TOLERANCE_S)
    units = evaluate.units(corrected, automatic, tolerance_s=TOLERANCE_S)
    marks = corrected.frame.get("reason", [])
    return Review(
        n_events_auto=len(automatic),
        n_events_corrected=len(corrected),
        n_fp_auto=len(automatic.fasciculations),
        n_fp_corrected=len(corrected.fasciculations),
        n_units_auto=_n_units(automatic),
        n_units_corrected=_n_units(corrected),
        n_looked_at=sum(LOOKED_AT in str(mark) for mark in marks),
        n_recategorised=int((~same).sum()),
        n_moved=int((was["unit"].to_numpy() != now["unit"].to_numpy()).sum()),
        n_added=len(corrected) - len(new),
        n_removed=len(automatic) - len(old),
        n_outside_rest=n_outside_rest,
        category_agreement_pct=100 * int(same.sum()) / n_either if n_either else float("nan"),
        fp_precision=scores.precision,
        fp_recall=scores.recall,
        fp_f1=scores.f1,
        unit_ari=units.ari,
        fp_per_min_auto=fp_per_min_auto,
    )


def _n_units(events: Events) -> int:
    """Count the units of the fasciculations."""
    unit = events.fasciculations.frame["unit"].to_numpy()
    return int(np.unique(unit[unit > 0]).size)
