"""Can a recording be trusted: what is wrong with it, where, how much.

>>> import numpy as np, emgfasc as ef
>>> x = np.random.default_rng(0).normal(0, 5, 20000)
>>> x[8000:8400] = 0
>>> ef.integrity.check(ef.read(x, fs=2000, kind="surface")).flags
('flat',)
"""

from emgfasc.integrity.checking import check
from emgfasc.integrity.finding import Finding, Report
from emgfasc.integrity.wrapping import unwrap

__all__ = ["Finding", "Report", "check", "unwrap"]
