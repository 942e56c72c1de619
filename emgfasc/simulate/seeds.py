"""Random streams by name: what one part draws never shifts what another part draws."""

from __future__ import annotations

import zlib

import numpy as np

__all__ = ["stream", "streams_of"]


def _sequence(seed: int, name: str) -> np.random.SeedSequence:
    return np.random.SeedSequence([seed, zlib.crc32(name.encode())])


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the generator of the part called `name`."""
    return np.random.default_rng(_sequence(seed, name))


def streams_of(seed: int, name: str, n: int) -> list[np.random.Generator]:
    """Return `n` independent generators of the part called `name`."""
    return [np.random.default_rng(child) for child in _sequence(seed, name).spawn(n)]
