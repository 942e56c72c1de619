"""Progress of a batch: a bar on a terminal, a line per recording elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import typer

from emgfasc.cli.options import spoken

if TYPE_CHECKING:
    from emgfasc.batch import Outcome  # brings every room along

__all__ = ["Tally", "telling"]

Tell = Callable[["Outcome", int], None]


@dataclass
class Tally:
    """What is done so far, and how fast.

    Attributes
    ----------
    done, failed, reused : int
        Recordings; `done` are those finished now or before.
    emg_s : float
        Seconds of EMG analysed now.
    """

    done: int = 0
    failed: int = 0
    reused: int = 0
    emg_s: float = 0.0
    _since: float = field(default_factory=time.perf_counter)

    def count(self, outcome: Outcome) -> None:
        """Count one recording."""
        self.done += outcome.status == "done"
        self.failed += outcome.status != "done"
        self.reused += outcome.reused
        if not outcome.reused:
            self.emg_s += outcome.emg_s

    @property
    def emg_s_per_s(self) -> float:
        """Seconds of EMG analysed per second."""
        return self.emg_s / max(time.perf_counter() - self._since, 1e-9)

    def __str__(self) -> str:
        """Say it in a few words."""
        return f"{self.done} done, {self.failed} failed, {self.emg_s_per_s:.3g} s EMG/s"


@contextmanager
def telling(*, quiet: bool) -> Iterator[Tell]:
    """Give what a batch calls with each outcome; failures are told on standard error always."""
    if quiet:
        yield lambda outcome, _n: _complain(outcome)
    elif sys.stderr.isatty():
        with _bar() as tell:
            yield tell
    else:
        tally = Tally()

        def line(outcome: Outcome, n_all: int) -> None:
            tally.count(outcome)
            _complain(outcome)
            how = "finished before" if outcome.reused else outcome.status
            typer.echo(f"[{tally.done + tally.failed}/{n_all}] {outcome.name}: {how}")

        yield line


@contextmanager
def _bar() -> Iterator[Tell]:
    """Show a bar with what is left."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as EtaColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), EtaColumn())
    tally = Tally()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("starting", total=None)

        def advance(outcome: Outcome, n_all: int) -> None:
            tally.count(outcome)
            if outcome.status != "done":
                progress.console.print(outcome.reason, markup=False, highlight=False)
            # What was finished before says nothing of how long the rest takes.
            progress.update(
                bar,
                total=n_all - tally.reused,
                completed=tally.done + tally.failed - tally.reused,
                description=str(tally),
            )

        yield advance


def _complain(outcome: Outcome) -> None:
    """Tell why a recording failed."""
    if outcome.status != "done":
        typer.echo(spoken(outcome.reason), err=True)
