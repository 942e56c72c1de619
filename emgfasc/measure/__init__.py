"""The shape of potentials: morphology of each, instability and satellites of each unit."""

from emgfasc.measure.averages import averages
from emgfasc.measure.instability import instability
from emgfasc.measure.jitter import jitter
from emgfasc.measure.propagation import propagation
from emgfasc.measure.rules import Rules
from emgfasc.measure.satellites import satellites
from emgfasc.measure.units import units
from emgfasc.measure.validity import validity
from emgfasc.measure.waveform import morphology

__all__ = [
    "Rules",
    "averages",
    "instability",
    "jitter",
    "morphology",
    "propagation",
    "satellites",
    "units",
    "validity",
]
