"""Recordings to try things on: samples that come along, and public sets to fetch.

>>> from emgfasc import datasets
>>> all(datasets.sample_path(name).is_file() for name in datasets.samples())
True
>>> "emgdb" in set(datasets.registry()["name"])
True
"""

from emgfasc.datasets.fetching import cache_folder, fetch
from emgfasc.datasets.packaged import sample_path, samples
from emgfasc.datasets.registry import registry

__all__ = ["cache_folder", "fetch", "registry", "sample_path", "samples"]
