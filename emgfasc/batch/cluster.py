"""Recordings analysed by a Dask cluster that is already there."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any

from emgfasc._kernels.jit import n_threads
from emgfasc.batch.outcome import Outcome, Task, failure
from emgfasc.batch.slot import Slot
from emgfasc.errors import MissingExtraError, ParameterError, RecordingError
from emgfasc.io.refusal import reason

__all__ = ["analyse_on_worker", "run_on_cluster"]

_PATIENCE_S = 10  # for a scheduler to answer
_own = threading.local()


def analyse_on_worker(task: Mapping[str, Any]) -> dict[str, Any]:
    """Analyse one recording; what a Dask worker runs.

    The recording gets a process of its own here too, so that a crash or a timeout costs it and
    not the worker. The process is kept for the next recording of the same thread.
    """
    if not hasattr(_own, "slot"):
        beside = import_module("distributed").get_worker().state.nthreads
        _own.slot = Slot(max(1, n_threads() // beside))
    slot: Slot = _own.slot
    return slot.run(Task.from_dict(task)).to_dict()


def run_on_cluster(tasks: Sequence[Task], *, scheduler: str) -> Iterator[Outcome]:
    """Analyse on a Dask cluster; yield outcomes as they come.

    One recording is one task. Its result goes to the folder of the batch, which the workers must
    see under the same path; what travels is a few hundred bytes. A task whose worker is lost is
    given to another one.

    Raises
    ------
    MissingExtraError
        When `distributed` is not installed.
    ParameterError
        When nothing answers at `scheduler`.
    """
    distributed = _distributed()
    client = _client(distributed, scheduler)
    with client:
        by_key = {f"emgfasc-{task.name}-{task.plan.digest[:12]}": task for task in tasks}
        futures = [
            client.submit(analyse_on_worker, task.to_dict(), key=key, pure=False)
            for key, task in by_key.items()
        ]
        try:
            for future in distributed.as_completed(futures, loop=client.loop):
                task = by_key[future.key]
                if future.status == "finished":
                    yield Outcome(**future.result())
                else:
                    yield failure(task, _told(future.exception()))
                future.release()
        finally:
            client.cancel([future for future in futures if not future.done()])


def _distributed() -> Any:
    try:
        return import_module("distributed")
    except ImportError as error:
        raise MissingExtraError(
            "A cluster needs Dask; install it with: pip install 'emgfasc[cluster]'."
        ) from error


def _client(distributed: Any, scheduler: str) -> Any:
    try:
        return distributed.Client(scheduler, timeout=_PATIENCE_S, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise ParameterError(
            f"Invalid value for the 'scheduler' parameter: nothing answers at {scheduler} "
            f"({reason(error)}); start one with: dask scheduler."
        ) from error


def _told(error: BaseException) -> RecordingError:
    """Say what Dask says, in one line."""
    return RecordingError(f"the cluster gave it up ({type(error).__name__}: {reason(error)}).")
