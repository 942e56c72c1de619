"""``emgfasc info``: what a recording is, without analysing it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import emgfasc as ef
from emgfasc.cli.options import (
    ChannelsOption,
    FsOption,
    KindOption,
    ScaleOption,
    chosen,
    names,
    spoken,
)
from emgfasc.io.channels import listed

if TYPE_CHECKING:
    from emgfasc.integrity import Finding  # brings numba along

__all__ = ["info"]


def info(
    file: Annotated[Path, typer.Argument(help="A recording.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    kind: KindOption = None,
    fs: FsOption = None,
    scale: ScaleOption = None,
    channels: ChannelsOption = None,
) -> None:
    """Print what a recording is, and whether it can be trusted: rate, channels, flags, findings.

    Example: emgfasc info biceps.edf --json
    """
    rec = ef.read(file, fs=fs, kind=chosen(kind), scale=scale, channels=names(channels))
    report = ef.integrity.check(rec)
    facts = ef.io.describe(rec)
    facts["flags"] = list(dict.fromkeys((*rec.flags, *report.flags)))
    facts["trust"] = report.trust
    if as_json:
        facts["findings"] = [asdict(found) for found in report.findings]
        typer.echo(ef.io.json_text(facts))
        return
    width = max(map(len, facts))
    for name, value in facts.items():
        typer.echo(spoken(f"{name:<{width}}  {_shown(value)}"))
    for found in report.findings:
        typer.echo(spoken(f"- {found.name}: {found.sentence}{_where(found, rec.n_channels)}"))


def _where(found: Finding, n_channels: int) -> str:
    """Return when a finding begins and on which channels, as far as it says."""
    when = f" (first at {found.spans[0][0]:.3f} s)" if found.spans else ""
    if not found.channels or n_channels == 1:
        return when
    every = len(found.channels) == n_channels
    return f"{when} [{'every channel' if every else listed(found.channels)}]"


def _shown(value: object) -> str:
    """Return a value as a reader would write it."""
    if value is None:
        return "-"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "-"
    return f"{value:g}" if isinstance(value, float) else str(value)
