"""``emgfasc evaluate``: found events against true ones."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Annotated

import typer

import emgfasc as ef

__all__ = ["evaluate"]


def evaluate(
    truth: Annotated[Path, typer.Argument(help="Events table with the truth.")],
    found: Annotated[Path, typer.Argument(help="Events table to score.")],
    tolerance_ms: Annotated[float, typer.Option(help="Largest distance of two peaks.")] = 5.0,
    rest_s: Annotated[
        float | None, typer.Option(help="Seconds of rest, for false detections per minute.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Score found fasciculations against the truth, matched one to one.

    Example: emgfasc evaluate sim_truth.tsv results/sim_events.tsv --tolerance-ms 5
    """
    scores = ef.evaluate.events(
        ef.io.read_events(truth),
        ef.io.read_events(found),
        tolerance_s=tolerance_ms / 1e3,
        rest_s=rest_s,
    )
    row = {str(name): value for name, value in scores.to_frame().iloc[0].items()}
    if as_json:
        plain = {name: _plain(value) for name, value in row.items()}
        typer.echo(json.dumps(plain, indent=2))
        return
    width = max(map(len, row))
    for name, value in row.items():
        typer.echo(
            f"{name:<{width}}  {value:.4g}"
            if isinstance(value, float)
            else f"{name:<{width}}  {value}"
        )


def _plain(value: object) -> object:
    """Return a plain value; ``None`` where a ratio is not defined."""
    item = value.item() if hasattr(value, "item") else value
    return None if isinstance(item, float) and not math.isfinite(item) else item
