"""One batch at a time writes to a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from emgfasc.errors import ParameterError

__all__ = ["only_one"]

_NAME = ".batch.lock"


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold a folder's lock, which the system lets go however this process ends.

    Where the system or the file system has no such locks, nothing is held.

    Raises
    ------
    ParameterError
        When another process holds it.
    """
    try:
        fcntl = import_module("fcntl")
        file = os.open(folder / _NAME, os.O_RDWR | os.O_CREAT, 0o644)
    except (ImportError, OSError):
        yield
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(file)
        raise ParameterError(
            f"Invalid value for the 'out' parameter: another batch is writing to {folder}; "
            "wait for it, or name another folder."
        ) from error
    except OSError:  # a file system without locks
        pass
    try:
        yield
    finally:
        os.close(file)
