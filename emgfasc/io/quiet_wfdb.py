"""wfdb without the warnings of its import (wfdb 4.3.1 deprecates itself under pandas 3.1)."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import wfdb

__all__ = ["wfdb"]
