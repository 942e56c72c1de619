"""Potentials for other programs: MNE, EDF+, BIDS, EMGLAB, SpikeInterface, pynapple and neo.

>>> import emgfasc as ef
>>> rec, truth = ef.simulate.recording(kind="needle", seed=7, seconds=10)
>>> annotations = ef.export.to_annotations(truth)
>>> len(annotations) == len(truth)
True
"""

from emgfasc.export.annotations import from_annotations, to_annotations
from emgfasc.export.bids import to_bids
from emgfasc.export.derivatives import to_derivatives
from emgfasc.export.edf import from_edf, to_edf
from emgfasc.export.emglab import from_eaf, to_eaf
from emgfasc.export.spike_trains import to_neo, to_pynapple, to_spikeinterface

__all__ = [
    "from_annotations",
    "from_eaf",
    "from_edf",
    "to_annotations",
    "to_bids",
    "to_derivatives",
    "to_eaf",
    "to_edf",
    "to_neo",
    "to_pynapple",
    "to_spikeinterface",
]
