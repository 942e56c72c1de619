"""Find fasciculation potentials in EMG recordings; measure them and show the reasons.

>>> import emgfasc as ef
>>> rec, truth = ef.simulate.recording(kind="needle", seed=7)
>>> res = ef.analyze(rec)
>>> res.rest.status
'rest'

emgfasc measures; it never diagnoses.
"""

import lazy_loader as _lazy

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
