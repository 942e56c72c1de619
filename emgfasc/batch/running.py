"""One call from many files to one table."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from emgfasc._kernels.jit import n_threads
from emgfasc.batch.cluster import run_on_cluster
from emgfasc.batch.inputs import find_inputs
from emgfasc.batch.local import run_here, run_locally
from emgfasc.batch.lock import only_one
from emgfasc.batch.outcome import Outcome, Task
from emgfasc.batch.plan import Limits, Plan
from emgfasc.batch.result import Batch, assembled
from emgfasc.batch.store import Store, done, folder_made
from emgfasc.errors import ParameterError, RecordingError

__all__ = ["run"]

Inputs = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]


def run(
    inputs: Inputs,
    *,
    out: str | os.PathLike[str],
    plan: Plan | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    limits: Limits | None = None,
    progress: Callable[[Outcome, int], None] | None = None,
) -> Batch:
    """Analyse many recordings into one table; go on where an earlier, stopped call ended.

    Each recording's result is one folder that is there whole or not at all. A recording is not
    done again while its files, the plan and the version of emgfasc are what they were. Failed
    ones are tried again, and are rows with their reason.

    Parameters
    ----------
    inputs : path, str, or sequence of them
        Files, globs, folders, BIDS roots, URLs; see :func:`emgfasc.batch.find_inputs`.
    out : path
        Folder of the results; made when missing. The table holds the recordings of this call;
        results of others that are in the folder stay there for a later call.
    plan : Plan, optional
        What is done with every recording; default the usual settings, kind guessed, reports.
    workers : int, optional
        Processes; default one per core. 0: none, everything in this process, where a crash is
        not survived and `limits` are not kept.
    scheduler : str, optional
        Address of a Dask scheduler, e.g. ``tcp://10.0.0.1:8786``, used in place of processes of
        this machine.
    limits : Limits, optional
        What one recording may cost.
    progress : callable, optional
        Called with each outcome and the number of recordings, as it comes; first come those that
        were finished already.

    Returns
    -------
    Batch
        The table and what was written.

    Raises
    ------
    ParameterError
        When there is no recording, a parameter is not allowed, another batch is writing to
        `out`, or no scheduler answers.
    RecordingError
        When there is no room for results; what is finished is kept.
    MissingExtraError
        When `scheduler` is given and Dask is not installed.

    Examples
    --------
    >>> import tempfile, numpy as np, emgfasc as ef
    >>> folder = tempfile.mkdtemp()
    >>> noise = np.random.default_rng(0).normal(0, 5, (1, 8192))
    >>> ef.io.write(ef.read(noise, fs=2048, kind="needle"), f"{folder}/biceps.npz")
    >>> done = ef.batch.run(folder, out=f"{folder}/out", plan=ef.batch.Plan(reports=False),
    ...                     workers=0)
    >>> done.recordings[["recording", "status", "rest_status"]].values.tolist()
    [['biceps', 'done', 'rest']]
    """
    plan, limits = plan or Plan(), limits or Limits()
    n_workers = _n_workers(workers, scheduler)
    found = find_inputs(inputs, leave_out=Path(out).expanduser())
    folder = folder_made(out).absolute()
    with only_one(folder):
        store, started = Store(folder), datetime.now(UTC)
        store.sweep()
        tasks = [
            Task(name=item.name, source=item.source, out=str(folder), plan=plan, limits=limits)
            for item in found
        ]
        outcomes: dict[str, Outcome] = {}
        with closing(_outcomes(tasks, store, n_workers, scheduler)) as coming:
            for outcome in coming:
                if outcome.status == "no_room":
                    raise _no_room(outcome.reason, len(outcomes), len(tasks))
                outcomes[outcome.name] = outcome
                if progress is not None:
                    progress(outcome, len(tasks))
        store.sweep()  # of workers that died
        try:
            return assembled(store, [outcomes[task.name] for task in tasks], plan, started)
        except (OSError, ParameterError) as error:
            raise _no_room(str(error), len(outcomes), len(tasks)) from error


def _outcomes(
    tasks: Sequence[Task], store: Store, workers: int, scheduler: str | None
) -> Generator[Outcome, None, None]:
    """Yield what is finished already, then the rest as it comes."""
    waiting = []
    for task in tasks:
        if store.is_current(task.name, task.plan.digest):
            yield done(task, store, reused=True)
        else:
            waiting.append(task)
    if not waiting:
        return
    if scheduler is not None:
        yield from run_on_cluster(waiting, scheduler=scheduler)
    elif workers == 0:
        yield from run_here(waiting)
    else:
        yield from run_locally(waiting, workers=workers)


def _n_workers(workers: int | None, scheduler: str | None) -> int:
    """Return how many processes to use."""
    if workers is not None and scheduler is not None:
        raise ParameterError(
            "Invalid value for the 'workers' parameter: a scheduler has workers of its own; "
            "give one of the two."
        )
    if workers is None:
        return n_threads()
    if isinstance(workers, bool) or not isinstance(workers, int) or workers < 0:
        raise ParameterError(
            "Invalid value for the 'workers' parameter: a whole number of 0 or more is needed, "
            f"but got {workers!r} instead."
        )
    return workers


def _no_room(reason: str, n_done: int, n_all: int) -> RecordingError:
    """Return the error that stops a batch whose results cannot be written."""
    return RecordingError(
        f"{reason.rstrip('.')}: the batch was stopped with {n_done} of {n_all} recordings done; "
        "make room and give the same command again."
    )
