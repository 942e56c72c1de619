"""``emgfasc fetch``: public recordings, checked by their hashes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

import emgfasc as ef

__all__ = ["fetch"]

_SHOWN = ("title", "licence", "size_mb", "good_for", "open_with", "url", "verified")


def fetch(
    name: Annotated[str | None, typer.Argument(help="A set of --list.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the set; the cache if not given.")
    ] = None,
    as_list: Annotated[
        bool, typer.Option("--list", help="Show licence, size and use of every set.")
    ] = False,
) -> None:
    """Download a public set of recordings once, check it, and print where its files are.

    EMGFASC_MIRROR names another server (files at <mirror>/<set>/<file>); EMGFASC_CACHE another
    folder for what was downloaded. What is there already needs no network.

    Example: emgfasc fetch emgdb
    """
    if as_list:
        _list()
        return
    if name is None:
        raise typer.BadParameter("name a set, or give --list.", param_hint="NAME")
    with _bar() as tell:
        paths = ef.datasets.fetch(name, folder=out, tell=tell)
    for path in paths:
        typer.echo(path)


def _list() -> None:
    """Print every set as a small block."""
    for row in ef.datasets.registry().to_dict("records"):
        typer.echo(row["name"])
        for key in _SHOWN:
            typer.echo(f"  {key:<10} {row[key]}")


@contextmanager
def _bar() -> Iterator[Callable[[str, int, int], None] | None]:
    """Show progress on a terminal; stay silent elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        tasks = {}

        def tell(file: str, done: int, size: int) -> None:
            if file not in tasks:
                tasks[file] = progress.add_task(file, total=size)
            progress.update(tasks[file], completed=done)

        yield tell
