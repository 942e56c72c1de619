"""One hostile file, opened as a user would: what comes of it is an error of ours or a recording."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np

import emgfasc as ef
from benchmarks.fuzz.seeds import Seed

__all__ = ["LARGEST_BYTES", "BrokenError", "attempt"]

# Seeds have some kB. Importing a library on the way costs more than reading does.
LARGEST_BYTES = 2**27
_STRETCH = 1 << 14
_LOOKED_AT = 4


class BrokenError(AssertionError):
    """A hostile file did what no file may."""


def attempt(seed: Seed, folder: Path) -> str:
    """Write a recording into an empty folder and read it.

    Returns
    -------
    str
        ``'refused'`` or ``'read'``.

    Raises
    ------
    BrokenError
        When reading raises another error, takes much memory, or leaves a file behind.
    """
    for name, content in seed.files.items():
        (folder / name).write_bytes(content)
    before = sorted(path.name for path in folder.parent.rglob("*"))
    tracemalloc.start()
    try:
        what = _read(folder / seed.main)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    if peak > LARGEST_BYTES + 8 * sum(map(len, seed.files.values())):
        raise BrokenError(f"{what} with {peak / 2**20:.0f} MiB")
    if sorted(path.name for path in folder.parent.rglob("*")) != before:
        raise BrokenError("a file was left behind")
    return what


def _read(path: Path) -> str:
    """Read it with the scale given, so that damaged units do not end it too early."""
    try:
        rec = ef.read(path, scale=1.0)
        for start in range(0, min(rec.n_samples, _LOOKED_AT * _STRETCH), _STRETCH):
            block = rec.read(start, start + _STRETCH)
            _hold(block.shape == (rec.n_channels, min(_STRETCH, rec.n_samples - start)), "shape")
            _hold(block.dtype == np.float32, "type")
        _hold(np.isfinite(rec.fs_hz) and rec.fs_hz > 0, "rate")
        _hold(all("\n" not in name for name in rec.channels), "channel names")
    except ef.EmgfascError as error:
        _hold("\n" not in str(error), f"message of several lines: {error}")
        return "refused"
    return "read"


def _hold(fine: bool, what: str) -> None:
    if not fine:
        raise BrokenError(what)
