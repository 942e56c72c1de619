"""Score found events, units and rest against a truth: one event found thrice is no success.

Undefined ratios (nothing to divide by) are ``nan`` everywhere, never 0 or 1.
"""

from emgfasc.evaluate.matching import match
from emgfasc.evaluate.resampling import Interval, bootstrap
from emgfasc.evaluate.rest_agreement import RestAgreement, rest
from emgfasc.evaluate.scores import Scores, pool
from emgfasc.evaluate.scoring import events
from emgfasc.evaluate.unit_agreement import UnitAgreement, units

__all__ = [
    "Interval",
    "RestAgreement",
    "Scores",
    "UnitAgreement",
    "bootstrap",
    "events",
    "match",
    "pool",
    "rest",
    "units",
]
