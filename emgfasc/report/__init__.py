"""An analysis on paper: one HTML page to read, four files to keep.

>>> from emgfasc import report
>>> print(*sorted(report.__all__))
Analysed html render render_index render_review tables write
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
