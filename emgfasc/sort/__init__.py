"""Potentials into units."""

from emgfasc.sort.rules import SortRules
from emgfasc.sort.sorting import units

__all__ = ["SortRules", "units"]
