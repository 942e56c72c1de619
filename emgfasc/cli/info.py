"""``emgfasc info``: what a recording is, without analysing it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

import emgfasc as ef
from emgfasc.cli.options import ChannelsOption, FsOption, KindOption, ScaleOption, chosen, names

__all__ = ["info"]


def info(
    file: Annotated[Path, typer.Argument(help="A recording.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    kind: KindOption = None,
    fs: FsOption = None,
    scale: ScaleOption = None,
    channels: ChannelsOption = None,
) -> None:
    """Print what a recording is: rate, channels, kind, length, notes.

    Example: emgfasc info biceps.edf --json
    """
    rec = ef.read(file, fs=fs, kind=chosen(kind), scale=scale, channels=names(channels))
    facts = ef.io.describe(rec)
    if as_json:
        typer.echo(json.dumps(facts, indent=2, ensure_ascii=False))
        return
    width = max(map(len, facts))
    for name, value in facts.items():
        typer.echo(f"{name:<{width}}  {_shown(value)}")


def _shown(value: object) -> str:
    """Return a value as a reader would write it."""
    if value is None:
        return "-"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "-"
    return f"{value:g}" if isinstance(value, float) else str(value)
