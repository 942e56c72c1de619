"""Recordings to try things on.

>>> from emgfasc import datasets
>>> all(datasets.sample_path(name).is_file() for name in datasets.samples())
True
"""

from emgfasc.datasets.packaged import sample_path, samples

__all__ = ["sample_path", "samples"]
