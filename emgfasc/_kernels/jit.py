"""The one place that spells numba's options, and the threads the kernels run on."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba.core import environment
from numba.core.runtime import rtsys

from emgfasc.errors import ParameterError

__all__ = ["kernel", "n_threads", "run"]

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
R = TypeVar("R")


def kernel(function: F) -> F:
    """Compile `function`: cached on disk, without the GIL, sums fused but never reordered."""
    compiled: F = numba.njit(
        cache=True, nogil=True, boundscheck=False, error_model="numpy", fastmath={"contract"}
    )(function)
    _stamp(compiled)
    _hasten(compiled)
    return compiled


def _stamp(compiled: Any) -> None:
    """Have a cached kernel compiled again when any file of this room has changed.

    Numba looks at the kernel's own file only, and would go on with what the kernels that it calls
    were before. The attribute is numba's own affair: without it this is merely not done.
    """
    file: Any = getattr(getattr(compiled, "_cache", None), "_cache_file", None)
    if hasattr(file, "_source_stamp"):
        stamp = file._source_stamp, digest(Path(__file__).parent)  # noqa: SLF001
        file._source_stamp = stamp  # noqa: SLF001


def _hasten(compiled: Any) -> None:
    """Have a cached kernel loaded without making numba's compiler ready, which takes longer.

    Machine code needs no more than numba's runtime; a kernel that has to be compiled makes the
    compiler ready itself. The attributes are numba's own affair: without them this is merely not
    done, nor on Windows, where numba forgives errors of files meanwhile.
    """
    cached: Any = getattr(compiled, "_cache", None)
    load = getattr(cached, "_load_overload", None)
    if load is None or os.name == "nt":
        return

    def loaded(signature: Any, target: Any) -> Any:
        rtsys.initialize(target)
        with _unimported():
            return load(signature, target)

    cached.load_overload = loaded


@contextmanager
def _unimported() -> Iterator[None]:
    """Load what is cached without importing the rooms of numba's compiler that it was made from.

    Beside each function that is part of a kernel lie the names of its module, which only code
    that handles Python's objects asks for, and no kernel is such. Numba holds its lock meanwhile.
    """
    usual: Any = getattr(environment, "_rebuild_env", None)
    memory: Any = getattr(environment.Environment, "_memo", None)
    if usual is None or memory is None:
        yield
        return

    def rebuilt(module: str, constants: list[Any], name: str) -> Any:
        if name in memory or module in sys.modules:
            return usual(module, constants, name)
        made = environment.Environment({"__name__": module})
        made.consts[:] = constants
        made.env_name = name
        memory[name] = made
        return made

    environment._rebuild_env = rebuilt  # noqa: SLF001
    try:
        yield
    finally:
        environment._rebuild_env = usual  # noqa: SLF001


@cache
def digest(folder: Path) -> str:
    """Return a hash of the Python files in a folder; of nothing where there is no folder."""
    digested = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        digested.update(path.name.encode() + b"\0" + path.read_bytes())
    return digested.hexdigest()


def n_threads(n_jobs: int | None = None) -> int:
    """Return how many threads to use: `n_jobs`, else EMGFASC_NUM_THREADS, else every core."""
    if n_jobs is None:
        text = os.environ.get("EMGFASC_NUM_THREADS", "")
        if not text:
            return (
                len(os.sched_getaffinity(0))
                if hasattr(os, "sched_getaffinity")
                else (os.cpu_count() or 1)
            )
        if not text.isdigit() or int(text) < 1:
            raise ParameterError(
                "Invalid value for the EMGFASC_NUM_THREADS environment variable: "
                f"a whole number of 1 or more is needed, but got {text!r} instead."
            )
        return int(text)
    if n_jobs == -1:
        return os.cpu_count() or 1
    if n_jobs < 1:
        raise ParameterError(
            "Invalid value for the 'n_jobs' parameter: "
            f"a whole number of 1 or more, or -1, is needed, but got {n_jobs!r} instead."
        )
    return n_jobs


# Set in the threads of the pools.
_inside: ContextVar[bool] = ContextVar("inside", default=False)


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    """Return the threads that stay: starting some for every call costs more than small tasks."""
    return ThreadPoolExecutor(threads, "emgfasc", _inside.set, (True,))


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)  # a forked process has none of them


def run(task: Callable[[T], R], items: Iterable[T], *, n_jobs: int | None = None) -> list[R]:
    """Return what `task` makes of every item, on several threads; the first error is raised.

    A task that calls this itself does so on its own thread.
    """
    work = list(items)
    threads = min(n_threads(n_jobs), len(work))
    if threads <= 1 or _inside.get():
        return [task(item) for item in work]
    return list(_pool(threads).map(task, work))
