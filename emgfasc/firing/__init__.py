"""When potentials fire: rates, intervals, patterns, and what kind of discharge they are."""

from emgfasc.firing.describe import describe, rate_over_time
from emgfasc.firing.kinds import Kinds, kinds
from emgfasc.firing.observation import NEEDED_S, Observation, observation
from emgfasc.firing.rules import RULES, Pattern, Rule, rules
from emgfasc.firing.trains import Train, trains

__all__ = [
    "NEEDED_S",
    "RULES",
    "Kinds",
    "Observation",
    "Pattern",
    "Rule",
    "Train",
    "describe",
    "kinds",
    "observation",
    "rate_over_time",
    "rules",
    "trains",
]
