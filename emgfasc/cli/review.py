"""``emgfasc review``: a corrected events table in, everything that follows from it out."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import typer

import emgfasc as ef
from emgfasc.cli.analyze import told
from emgfasc.cli.options import (
    ChannelsOption,
    FsOption,
    KindOption,
    OutOption,
    ScaleOption,
    chosen,
    names,
)
from emgfasc.cli.progress import stages

__all__ = ["review"]


def review(
    events: Annotated[Path, typer.Argument(help="S_events.reviewed.tsv, from the review page.")],
    recording: Annotated[Path, typer.Option(help="The recording the events were found in.")],
    out: OutOption,
    kind: KindOption = None,
    max_false_per_min: Annotated[
        float, typer.Option(help="As given to analyze: the automatic result is made again.")
    ] = 0.5,
    fs: FsOption = None,
    scale: ScaleOption = None,
    channels: ChannelsOption = None,
    muscle: Annotated[str | None, typer.Option(help="Muscle, if the file does not say.")] = None,
    context: Annotated[
        Path | None, typer.Option(help="TOML file with what was asked beside the recording.")
    ] = None,
) -> None:
    """Recompute tables, summary and report from corrected events, beside the automatic counts.

    The results are called S.reviewed_..., so that the automatic ones stay.

    Example: emgfasc review S_events.reviewed.tsv --recording S.edf --out results
    """
    corrected = ef.io.read_events(events)
    settings = ef.Settings(max_false_per_min=max_false_per_min)
    asked = ef.evidence.Context.from_toml(context) if context else None
    with stages(recording.name) as tell:
        rec = ef.read(
            recording,
            fs=fs,
            kind=chosen(kind),
            scale=scale,
            channels=names(channels),
            muscle=muscle,
        )
        automatic = ef.analyze(rec, settings=settings, context=asked, progress=tell)
        result = ef.review(automatic, corrected, context=asked)
        written = result.save(out, stem=f"{rec.name}.reviewed")
    typer.echo(f"{told(result.summary_row())} -> {written[-1]}")
    typer.echo(_agreement(result))


def _agreement(result: ef.Analysis) -> str:
    """Say in one line what the review changed."""
    review = result.review
    if review is None:
        return ""
    same = review.category_agreement_pct
    share = "" if math.isnan(same) else f"; {same:.1f} % of potentials under the same category"
    return (
        f"automatic {review.n_fp_auto} FP in {review.n_units_auto} unit(s), corrected "
        f"{review.n_fp_corrected} FP in {review.n_units_corrected} unit(s){share}"
    )
