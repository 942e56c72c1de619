"""Pictures of a recording and of what was found in it: containers in, Axes out.

Nothing is measured here. A potential is drawn negative up, axes carry their units, and every kind
of colour vision tells the colours apart, on paper too.

>>> from emgfasc import plot
>>> print(*sorted(plot.__all__))
evidence_strip grid_map intervals lag_map noise overview raster rate
rate_trend rest_timeline templates trace unit_overlay
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
