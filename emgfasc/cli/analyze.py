"""``emgfasc analyze``: recordings in, tables and reports out."""

from __future__ import annotations

from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import emgfasc as ef
from emgfasc._log import logger
from emgfasc.cli.options import (
    ChannelsOption,
    FilesArgument,
    FsOption,
    KindOption,
    OutOption,
    ScaleOption,
    chosen,
    names,
    spoken,
)
from emgfasc.cli.progress import stages
from emgfasc.errors import EmgfascError

if TYPE_CHECKING:
    from emgfasc.report.painter import Painter

__all__ = ["analyze"]


def analyze(
    files: FilesArgument,
    out: OutOption,
    kind: KindOption = None,
    max_false_per_min: Annotated[
        float, typer.Option(help="False detections allowed per minute of noise.")
    ] = 0.5,
    fs: FsOption = None,
    scale: ScaleOption = None,
    channels: ChannelsOption = None,
    muscle: Annotated[str | None, typer.Option(help="Muscle, if the file does not say.")] = None,
    context: Annotated[
        Path | None, typer.Option(help="TOML file with what was asked beside the recording.")
    ] = None,
    review: Annotated[
        bool, typer.Option("--review", help="Write S_review.html as well, to correct the events.")
    ] = False,
) -> None:
    """Find fasciculation potentials and write events, units, summary and report of each file.

    Example: emgfasc analyze biceps.edf --out results
    """
    settings = ef.Settings(max_false_per_min=max_false_per_min)
    asked = ef.evidence.Context.from_toml(context) if context else None
    _refuse_same_stems(files)
    reading: dict[str, Any] = {"fs": fs, "kind": chosen(kind), "scale": scale}
    reading |= {"channels": names(channels), "muscle": muscle}
    failed = 0
    with painter() as draw:
        for file in files:
            try:
                _one(file, out, reading, settings, asked, review=review, draw=draw)
            except EmgfascError as error:
                failed += 1
                text = spoken(str(error))
                typer.echo(text if str(file) in text else f"{file}: {text}", err=True)
            except Exception as error:  # one bad file must not cost the others
                failed += 1
                logger.debug("unexpected error", exc_info=True)
                reason = " ".join(f"{type(error).__name__}: {error}".split())
                typer.echo(f"{file}: unexpected error ({reason}); please report it.", err=True)
    if failed:
        raise typer.Exit(1)


def _one(
    file: Path,
    out: Path,
    reading: dict[str, Any],
    settings: ef.Settings,
    context: ef.evidence.Context | None,
    *,
    review: bool,
    draw: Painter | None,
) -> None:
    """Analyse one file and say what came of it."""
    with stages(file.name) as tell:
        rec = ef.read(file, **reading)
        result = ef.analyze(rec, settings=settings, context=context, progress=tell)
        written = result.save(out, draw=draw)
        if review:
            result.to_review_html(out / f"{rec.name}_review.html")
    typer.echo(f"{told(result.summary_row())} -> {written[-1]}")


def painter() -> AbstractContextManager[Painter | None]:
    """Return what draws the reports beside the analysis, where there is a second core."""
    from emgfasc._kernels.jit import n_threads
    from emgfasc.report.painter import Painter

    return Painter() if n_threads() > 1 else nullcontext()


def told(row: dict[str, object]) -> str:
    """Return the answer in one line."""
    name, status = row["recording"], row["rest_status"]
    if row["fp_per_min"] is None:
        return f"{name}: {status}, no rate; pattern {row['pattern']}"
    return (
        f"{name}: {row['n_fp']} FP in {row['rest_s']:.1f} s of rest ({status}), "
        f"{row['fp_per_min']:.3g}/min "
        f"({row['fp_per_min_lo95']:.3g}-{row['fp_per_min_hi95']:.3g}), "
        f"{row['n_units']} unit(s); pattern {row['pattern']}"
    )


def _refuse_same_stems(files: list[Path]) -> None:
    """Refuse files whose results would overwrite one another."""
    doubles = [stem for stem, n in Counter(file.stem for file in files).items() if n > 1]
    if doubles:
        raise typer.BadParameter(
            f"several files are called {', '.join(sorted(doubles))}, so their results would "
            "overwrite one another; give them in separate calls with different --out."
        )
