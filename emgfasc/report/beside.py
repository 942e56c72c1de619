"""Drawing in a copy of this process: matplotlib holds the interpreter, so threads gain nothing."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from multiprocessing import current_process, get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import TypeVar

__all__ = ["PATIENCE_S", "beside", "can_fork", "start"]

T = TypeVar("T")

PATIENCE_S = 60.0  # ten times what a page of many units takes on a busy machine


def can_fork() -> bool:
    """Tell whether a copy of this process can be made that goes on with what it has loaded."""
    return sys.platform == "linux" and not current_process().daemon


def start(copy: BaseProcess) -> None:
    """Start a copy of this process."""
    with warnings.catch_warnings():
        # Python 3.12 warns of locks that other threads may hold: the kernels' threads are idle
        # then, and the copy only draws, and is not waited for without end.
        warnings.simplefilter("ignore", DeprecationWarning)
        copy.start()


def beside(
    task: Callable[[], T], *, n_processes: int, patience_s: float = PATIENCE_S
) -> Callable[[], T]:
    """Begin `task` in a copy of this process, and return what waits for its result.

    With one process, on systems other than Linux (elsewhere libraries do not outlive a fork), in a
    worker that may have no children, or when the copy fails, the task is done in this process, when
    its result is asked for.

    Parameters
    ----------
    task : callable
        Without arguments; its result can be sent to another process. It must need no other thread.
    n_processes : int
        At least 2 for a copy to be made.
    patience_s : float
        How long to wait for the copy once its result is asked for.

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
    if n_processes < 2 or not can_fork():
        return task
    fork = get_context("fork")
    source, target = fork.Pipe(duplex=False)
    copy = fork.Process(target=_deliver, args=(task, target), daemon=True)
    start(copy)
    target.close()

    def received() -> T:
        try:
            if source.poll(patience_s):
                made: tuple[T] | None = source.recv()
                if made is not None:
                    return made[0]
        except EOFError:  # it was killed
            pass
        finally:
            source.close()
            copy.kill()
            copy.join()
        return task()  # the same error, if it is one, comes up where it can be told

    return received


def _deliver(task: Callable[[], T], target: Connection) -> None:
    """Send the result in a tuple of one; ``None`` when there is none."""
    try:
        made = (task(),)
    except BaseException:  # whatever it is, the first process meets it too
        target.send(None)
    else:
        target.send(made)
