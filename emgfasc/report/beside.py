"""Drawing in a copy of this process: matplotlib holds the interpreter, so threads gain nothing."""

from __future__ import annotations

import os
import pickle
import sys
import warnings
from collections.abc import Callable
from typing import TypeVar

__all__ = ["beside"]

T = TypeVar("T")


def beside(task: Callable[[], T], *, n_processes: int) -> Callable[[], T]:
    """Begin `task` in a copy of this process, and return what waits for its result.

    With one process, on systems other than Linux (elsewhere libraries do not outlive a fork), or
    when the copy fails, the task is done in this process, when its result is asked for.

    Parameters
    ----------
    task : callable
        Without arguments; its result can be pickled. It must need no other thread.
    n_processes : int
        At least 2 for a copy to be made.

    Returns
    -------
    callable
        To be called once.

    Examples
    --------
    >>> from emgfasc.report.beside import beside
    >>> waited = beside(lambda: 6 * 7, n_processes=2)
    >>> waited()
    42
    """
    if n_processes < 2 or sys.platform != "linux":
        return task
    source, target = os.pipe()
    with warnings.catch_warnings():
        # Python 3.12 warns of locks that other threads may hold: the kernels' threads are idle
        # then, and the copy draws, writes to its pipe and ends.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        _deliver(task, target)
    os.close(target)
    return lambda: _received(child, source, task)


def _deliver(task: Callable[[], T], target: int) -> None:
    """Write the result and end at once: nothing of the first process is tidied up twice."""
    status = 1
    try:
        with open(target, "wb") as pipe:
            pickle.dump(task(), pipe)
        status = 0
    finally:
        os._exit(status)


def _received(child: int, source: int, task: Callable[[], T]) -> T:
    """Return what the copy made, or make it."""
    with open(source, "rb") as pipe:
        made = pipe.read()
    _, status = os.waitpid(child, 0)
    if status != 0:
        return task()  # the same error, if it is one, comes up where it can be told
    result: T = pickle.loads(made)  # noqa: S301 - our own copy wrote it
    return result
