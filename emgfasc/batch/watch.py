"""Killing a process that takes too long or too much memory."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from emgfasc.batch.plan import Limits

__all__ = ["Watch"]

_EVERY_S = 0.05


class _Process(Protocol):
    @property
    def pid(self) -> int: ...

    def kill(self) -> None: ...


class Watch:
    """Keeps the limits of one recording for as long as its block runs, and not a moment longer.

    Looking in from outside, it does not depend on what the process is busy with.

    Attributes
    ----------
    told : str
        Why the process was killed; empty when it was not.
    """

    def __init__(self, limits: Limits, process: _Process) -> None:
        self.told = ""
        self._limits = limits
        self._process = process
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        if self._limits != Limits():
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._over.set()

    def _look(self) -> None:
        """Look in until the recording is done or a limit is passed."""
        began = time.monotonic()
        while not self._over.wait(_EVERY_S):
            told = self._passed(time.monotonic() - began)
            with self._lock:
                if told and not self._over.is_set():
                    self.told = told
                    self._process.kill()
                    return

    def _passed(self, seconds: float) -> str:
        """Say which limit is passed; an empty string when none is."""
        timeout_s, memory_gb = self._limits.timeout_s, self._limits.memory_gb
        if timeout_s is not None and seconds > timeout_s:
            return f"took longer than {timeout_s:g} s; allow more (timeout) or leave it out"
        if memory_gb is not None and _resident_bytes(self._process.pid) > memory_gb * 1e9:
            return (
                f"needs more than {memory_gb:g} GB of memory; allow more (memory) or leave it out"
            )
        return ""


def _resident_bytes(pid: int) -> int:
    """Return the memory a process holds; 0 where the system does not say."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
