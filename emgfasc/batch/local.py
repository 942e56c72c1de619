"""Recordings analysed by processes of this machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from queue import SimpleQueue

from emgfasc._kernels.jit import n_threads
from emgfasc.batch.one import analysed
from emgfasc.batch.outcome import Outcome, Task
from emgfasc.batch.slot import Slot

__all__ = ["run_here", "run_locally"]


def run_here(tasks: Sequence[Task]) -> Iterator[Outcome]:
    """Analyse in this very process: nothing to start, and no protection from a crash."""
    yield from map(analysed, tasks)


def run_locally(tasks: Sequence[Task], *, workers: int) -> Iterator[Outcome]:
    """Analyse on `workers` processes; yield outcomes as they come.

    The cores are shared out among the processes. Leaving the loop, by whatever way, ends them.
    """
    workers = max(1, min(workers, len(tasks)))
    all_slots = [Slot(max(1, n_threads() // workers)) for _ in range(workers)]
    free: SimpleQueue[Slot] = SimpleQueue()
    for slot in all_slots:
        free.put(slot)

    def run(task: Task) -> Outcome:
        slot = free.get()
        try:
            return slot.run(task)
        finally:
            free.put(slot)

    pool = ThreadPoolExecutor(workers)
    try:
        for future in as_completed([pool.submit(run, task) for task in tasks]):
            yield future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for slot in all_slots:
            slot.close()
        pool.shutdown()
