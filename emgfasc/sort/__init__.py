"""Potentials into units."""

from emgfasc.sort.bound import AtLeast, at_least
from emgfasc.sort.parts import whole
from emgfasc.sort.rediscover import rediscover
from emgfasc.sort.relabel import relabelled
from emgfasc.sort.retime import retime
from emgfasc.sort.rules import SortRules
from emgfasc.sort.sorting import units

__all__ = [
    "AtLeast",
    "SortRules",
    "at_least",
    "rediscover",
    "relabelled",
    "retime",
    "units",
    "whole",
]
