"""Versions of everything a result depends on."""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import version

__all__ = ["versions"]

_LIBRARIES = ("numpy", "scipy", "pandas", "mne", "numba", "wfdb")


@cache
def _library_versions() -> tuple[tuple[str, str], ...]:
    """Look the versions up once."""
    return tuple((name, version(name)) for name in _LIBRARIES)


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries the figures come from.

    Examples
    --------
    >>> sorted(versions())[:3]
    ['mne', 'numba', 'numpy']
    """
    return {"python": platform.python_version(), **dict(_library_versions())}
