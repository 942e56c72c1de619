"""Weigh the findings of one recording against published ones.

The rule, in full
-----------------
1. Gates. A foot muscle, a recording not at rest or not verifiably so, too little rest, fewer than
   5 fasciculation potentials, or no verified comparison for this kind of recording and muscle:
   ``insufficient``.
2. Each comparison leans neurogenic, benign or neither, by the rule of ``comparing.compare``.
3. Index = sum of weight x direction. +1 or more: ``neurogenic-leaning``; -1 or less:
   ``benign-leaning``; otherwise ``indeterminate``. This is an unvalidated research index.
4. When some fasciculation potentials lie outside verified rest, the shape of *all* of them must
   give the same pattern, or it is ``indeterminate``: they can weaken a lean, never make one.

Weights live in ``references.toml``: 1 where one verified study gives figures of a healthy and an
affected group for the same measure; 0.5 for limits of healthy motor unit potentials, and 0.25 for
figures within patients only; 0 for unverified, direction-only or conflicting findings. The weights
are a choice, not fitted to anything.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import cast

import pandas as pd

from emgfasc.containers import Findings
from emgfasc.errors import ParameterError
from emgfasc.evidence.comparing import Comparison, Site, compare, comparison_frame
from emgfasc.evidence.context import Context
from emgfasc.evidence.features import FEATURES, Measured, measure
from emgfasc.evidence.gates import gates
from emgfasc.evidence.literature import load_references
from emgfasc.evidence.result import Evidence, Pattern
from emgfasc.evidence.wording import reasons, wishes

__all__ = ["weigh"]

_LEAN = 1.0


def weigh(
    findings: Findings, *, context: Context | None = None, muscle: str | None = None
) -> Evidence:
    """Compare what was measured with published findings and say which way it leans.

    Parameters
    ----------
    findings : Findings
        Anything with the attributes ``recording, rest, events, units, firing``, so an Analysis
        too. Valid for every kind; verified figures exist for the concentric needle in tibialis
        anterior and for grids over the thenar muscles, all else is ``insufficient``.
    context : Context, optional
        What was asked beside the recording. Reported beside the evidence; changes none of it.
    muscle : str, optional
        The muscle, where the file does not name it (or names it wrongly).

    Returns
    -------
    Evidence
        Pattern, reasons for and against, what would change it, sensitivity, and the comparisons.

    Raises
    ------
    ParameterError
        When `context` is not a `Context` or `muscle` is not text.

    Notes
    -----
    Needle sites are observed for 90 s at least (Mills 2011), surface and grid sites for 120 s
    (Zhou 2012). Firing rate, duration and doublets carry no weight: published findings conflict.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from emgfasc.containers import ArraySource, Events, Findings, Recording, Rest, Units
    >>> rec = Recording(source=ArraySource(np.zeros((1, 100), np.float32)), fs_hz=2048.0,
    ...                 channels=("1",), kind="surface")
    >>> nothing = Findings(recording=rec, rest=Rest.all_rest(30.0), events=Events.empty(),
    ...                    units=Units.empty(n_channels=1, fs_hz=2048.0), firing=pd.DataFrame())
    >>> evidence = weigh(nothing)
    >>> evidence.pattern
    'insufficient'
    >>> evidence.reasons_for[0]
    '30 s of verified rest; at least 120 s are needed for a surface recording.'
    """
    if context is not None and not isinstance(context, Context):
        raise ParameterError(
            f"Invalid value for the 'context' parameter: a Context is needed "
            f"(Context.from_toml reads one from a file), but got {context!r} instead."
        )
    if muscle is not None and not isinstance(muscle, str):
        raise ParameterError(
            f"Invalid value for the 'muscle' parameter: a name is needed, but got {muscle!r}."
        )
    site = Site.of(findings, muscle)
    measured = measure(findings)
    rows = _compared(measured, site)
    closed = gates(findings, site, rows)
    if closed:
        rows = [row.withheld(closed[0].reason) for row in rows]
    index, pattern = _decide(rows)
    doubt = pattern.endswith("leaning") and pattern != _pattern_everywhere(findings, site)
    if doubt:
        pattern = "indeterminate"
    sensitivity = _sensitivity(measured, site, rows, pattern)
    for_it, against = reasons(rows, pattern, index, closed=closed, doubt=doubt)
    return Evidence(
        pattern=pattern,
        index=index,
        reasons_for=for_it,
        reasons_against=against,
        would_change=wishes(site, pattern, closed=closed, sensitivity=sensitivity),
        sensitivity=sensitivity,
        frame=comparison_frame(_per_feature(rows)),
        comparisons=comparison_frame(rows),
        context=None if context is None else context.report(),
    )


def _pattern_everywhere(findings: Findings, site: Site) -> Pattern:
    return _decide(_compared(measure(findings, everywhere=True), site))[1]


def _compared(measured: dict[str, Measured], site: Site) -> list[Comparison]:
    order = list(FEATURES)
    rows = [row for row in load_references() if row.feature in FEATURES]
    rows.sort(key=lambda row: order.index(row.feature))
    return [compare(measured[row.feature], row, site) for row in rows]


def _decide(rows: list[Comparison]) -> tuple[float, Pattern]:
    if not any(row.weight > 0 for row in rows):
        return math.nan, "insufficient"
    index = round(sum(row.vote for row in rows), 9)
    if index >= _LEAN:
        return index, "neurogenic-leaning"
    return index, "benign-leaning" if index <= -_LEAN else "indeterminate"


def _per_feature(rows: list[Comparison]) -> list[Comparison]:
    """One row per feature: the one that leans or weighs most, with its allies' weight added."""
    chosen = []
    for feature in dict.fromkeys(row.feature for row in rows):
        group = [row for row in rows if row.feature == feature]
        best = max(
            group,
            key=lambda row: (abs(row.vote), row.weight, row.direction != "not_comparable"),
        )
        same = sum(row.weight for row in group if row.direction == best.direction)
        chosen.append(replace(best, weight=same))
    return chosen


def _sensitivity(
    measured: dict[str, Measured], site: Site, rows: list[Comparison], pattern: Pattern
) -> pd.DataFrame:
    columns = ["change", "index", "pattern", "changes_pattern"]
    weighed = dict.fromkeys(row.feature for row in rows if row.weight > 0)
    if not weighed:
        return pd.DataFrame(columns=columns)
    trials = {"as measured": rows}
    for feature in weighed:
        trials[f"without {feature}"] = [row for row in rows if row.feature != feature]
    for end, words in (("lo95", "lower"), ("hi95", "upper")):
        moved = {name: _at_end(item, end) for name, item in measured.items()}
        trials[f"{words} interval ends"] = _compared(moved, site)
    table = [(change, *_decide(trial)) for change, trial in trials.items()]
    return pd.DataFrame([(*row, row[2] != pattern) for row in table], columns=columns)


def _at_end(item: Measured, end: str) -> Measured:
    value = cast("float", getattr(item, end))
    return replace(item, value=value, lo95=value, hi95=value) if math.isfinite(value) else item
