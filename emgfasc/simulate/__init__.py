"""Recordings made from physics, with the truth about what is in them.

>>> import emgfasc as ef
>>> rec, truth = ef.simulate.recording(kind="needle", seed=7, seconds=5)
>>> rec
<Recording 'sim-needle-7': needle, 1 channel(s), 5.0 s at 20000 Hz>

Nothing here knows how fasciculations are detected.
"""

from emgfasc.simulate.anatomy import (
    NORMAL,
    REINNERVATED,
    UNSTABLE,
    Fibres,
    MotorUnit,
    draw_fibres,
)
from emgfasc.simulate.background import Noise, coloured, drift
from emgfasc.simulate.discharges import (
    complex_repetitive,
    cramp,
    fibrillations,
    myokymia,
    neuromyotonia,
)
from emgfasc.simulate.electrodes import (
    GRID_8X8,
    GRID_13X5,
    NEEDLE,
    PAIR,
    Electrode,
    Grid,
    Needle,
)
from emgfasc.simulate.hybrids import hybrid
from emgfasc.simulate.membrane import membrane_potential, point_source
from emgfasc.simulate.potentials import Potentials, potentials
from emgfasc.simulate.recordings import recording
from emgfasc.simulate.scenario import NUISANCES, Nuisance, Pattern, Scenario
from emgfasc.simulate.trains import Firing, fasciculations, voluntary_pool

__all__ = [
    "GRID_8X8",
    "GRID_13X5",
    "NEEDLE",
    "NORMAL",
    "NUISANCES",
    "PAIR",
    "REINNERVATED",
    "UNSTABLE",
    "Electrode",
    "Fibres",
    "Firing",
    "Grid",
    "MotorUnit",
    "Needle",
    "Noise",
    "Nuisance",
    "Pattern",
    "Potentials",
    "Scenario",
    "coloured",
    "complex_repetitive",
    "cramp",
    "draw_fibres",
    "drift",
    "fasciculations",
    "fibrillations",
    "hybrid",
    "membrane_potential",
    "myokymia",
    "neuromyotonia",
    "point_source",
    "potentials",
    "recording",
    "voluntary_pool",
]
