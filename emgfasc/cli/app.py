"""The application, and the one place where errors become exit statuses."""

from __future__ import annotations

import sys

import click
import typer

from emgfasc.cli import analyze, demo, info
from emgfasc.errors import EmgfascError, ParameterError

__all__ = ["app", "main"]

FAILED, WRONG_USAGE, INTERRUPTED = 1, 2, 130

app = typer.Typer(
    name="emgfasc",
    help="Find fasciculation potentials in EMG recordings, measure them and show the reasons.",
    epilog="emgfasc measures and compares; it never diagnoses.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command()(demo.demo)
app.command()(info.info)
app.command()(analyze.analyze)


def main() -> None:
    """Run a command; no traceback reaches a user."""
    try:
        status = app(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        print("interrupted", file=sys.stderr)  # noqa: T201
        sys.exit(INTERRUPTED)
    except EmgfascError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(WRONG_USAGE if isinstance(error, ParameterError) else FAILED)
    sys.exit(status if isinstance(status, int) else 0)
