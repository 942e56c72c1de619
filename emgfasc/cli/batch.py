"""``emgfasc batch``: many recordings in, one table out."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer

import emgfasc as ef
from emgfasc.cli.batch_progress import telling
from emgfasc.cli.options import (
    ChannelsOption,
    FsOption,
    KindOption,
    OutOption,
    PositiveOption,
    ScaleOption,
    chosen,
    names,
)

__all__ = ["batch"]


def batch(
    inputs: Annotated[
        list[str], typer.Argument(help="Recordings, folders, globs, BIDS roots or URLs.")
    ],
    out: OutOption,
    kind: KindOption = None,
    max_false_per_min: Annotated[
        float, typer.Option(help="False detections allowed per minute of noise.")
    ] = 0.5,
    fs: FsOption = None,
    scale: ScaleOption = None,
    channels: ChannelsOption = None,
    groups: Annotated[
        Path | None,
        typer.Option(help='TOML or JSON file: muscle = channel names, "biceps left" = ["A*"].'),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=0, help="Processes; default one per core, 0: none.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Dask scheduler to use instead, tcp://HOST:PORT.")
    ] = None,
    timeout: Annotated[
        float | None, PositiveOption("--timeout", "Seconds one recording may take.")
    ] = None,
    memory_gb: Annotated[
        float | None, PositiveOption("--memory-gb", "Memory one process may take (Linux).")
    ] = None,
    reports: Annotated[bool, typer.Option(help="Write an HTML report of each recording.")] = True,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit status 1 when a recording failed.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but errors.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what came of it as JSON.")] = False,
) -> None:
    """Analyse many recordings into one table; run it again to go on after a stop.

    Writes index.html, recordings.csv, recordings.parquet, events/ and run.json, and a folder for
    each recording. A failed recording is a row with its reason.

    Example: emgfasc batch data/ --out results --kind hdsemg
    """
    plan = ef.batch.Plan(
        settings=ef.Settings(max_false_per_min=max_false_per_min),
        kind=chosen(kind),
        fs_hz=fs,
        scale=scale,
        channels=names(channels),
        groups=None if groups is None else ef.batch.read_groups(groups),
        reports=reports,
    )
    limits = ef.batch.Limits(timeout_s=timeout, memory_gb=memory_gb)
    began = time.perf_counter()
    try:
        with _stopped_by_sigterm(), telling(quiet=quiet or as_json) as tell:
            done = ef.batch.run(
                inputs,
                out=out,
                plan=plan,
                workers=workers,
                scheduler=scheduler,
                limits=limits,
                progress=tell,
            )
    except KeyboardInterrupt:
        typer.echo("stopped; give the same command again to go on.", err=True)
        raise typer.Exit(1) from None
    if as_json:
        typer.echo(json.dumps(_facts(done, time.perf_counter() - began), indent=2))
    elif not quiet:
        typer.echo(f"{done} -> {done.out / 'recordings.csv'}")
    for note in done.notes:
        typer.echo(note, err=True)
    if strict and len(done.failed):
        raise typer.Exit(1)


def _facts(done: ef.batch.Batch, seconds: float) -> dict[str, Any]:
    """Return what came of it as plain values."""
    failed = done.failed[["recording", "source", "reason"]]
    n_all = int(done.recordings["recording"].nunique())
    return {
        "out": str(done.out),
        "n_recordings": n_all,
        "n_done": n_all - len(failed),
        "n_failed": len(failed),
        "n_reused": done.n_reused,
        "n_rows": len(done.recordings),
        "seconds": round(seconds, 3),
        "emg_s": float(done.recordings["duration_s"].sum()),
        "failed": failed.to_dict("records"),
        "notes": list(done.notes),
    }


@contextmanager
def _stopped_by_sigterm() -> Iterator[None]:
    """Take SIGTERM for what Ctrl-C is, so that no process is left behind."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
