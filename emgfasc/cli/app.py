"""The application, and the one place where errors become exit statuses."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from emgfasc import __version__
from emgfasc._log import logger
from emgfasc.cli import analyze, batch, demo, evaluate, fetch, info, review, simulate
from emgfasc.cli.options import spoken
from emgfasc.errors import EmgfascError, ParameterError

__all__ = ["app", "main"]

FAILED, WRONG_USAGE = 1, 2

app = typer.Typer(
    name="emgfasc",
    epilog="emgfasc measures and compares; it never diagnoses.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _print_version(asked: bool) -> None:
    """Print the version and stop."""
    if asked:
        typer.echo(f"emgfasc {__version__}")
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Find fasciculation potentials in EMG recordings, measure them and show the reasons."""


app.command()(demo.demo)
app.command()(info.info)
app.command()(analyze.analyze)
app.command()(review.review)
app.command()(batch.batch)
app.command()(simulate.simulate)
app.command()(evaluate.evaluate)
app.command()(fetch.fetch)


def main() -> None:
    """Run a command; no traceback reaches a user."""
    try:
        app()
    except EmgfascError as error:
        typer.echo(spoken(f"error: {error}"), err=True)
        sys.exit(WRONG_USAGE if isinstance(error, ParameterError) else FAILED)
    except Exception as error:
        logger.debug("unexpected error", exc_info=True)
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        typer.echo(f"unexpected error ({reason}); please report it.", err=True)
        sys.exit(FAILED)
