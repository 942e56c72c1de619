"""What follows once every potential has its unit and category: firing, units, evidence."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from emgfasc import evidence, firing, measure
from emgfasc.containers import Events, Findings, Recording, Rest, Units
from emgfasc.pipeline.unit_table import completed

__all__ = ["Downstream", "downstream"]


class Downstream(NamedTuple):
    """What :func:`downstream` measured and compared."""

    units: Units
    firing: pd.DataFrame
    evidence: evidence.Evidence


def downstream(
    clean: Recording,
    rest: Rest,
    events: Events,
    units: Units,
    *,
    rules: measure.Rules | None,
    context: evidence.Context | None,
    tell: Callable[[str], None],
) -> Downstream:
    """Describe firing, complete the units' table and weigh the findings."""
    table = firing.describe(events, rest)
    shapes = measure.units(clean, events, rules=rules)
    full = completed(units, events, rest, table, shapes)
    tell("evidence")
    found = Findings(recording=clean, rest=rest, events=events, units=full, firing=table)
    return Downstream(full, table, evidence.weigh(found, context=context))
