"""``emgfasc simulate``: a recording with known truth."""

from __future__ import annotations

from typing import Annotated, Any, cast, get_args

import typer

import emgfasc as ef
from emgfasc._validate import one_of
from emgfasc.cli.options import KindOption, OutOption, chosen, names
from emgfasc.errors import ParameterError

__all__ = ["simulate"]


def simulate(
    out: OutOption,
    kind: KindOption = "needle",
    seconds: Annotated[float, typer.Option(help="Length of the recording.")] = 60.0,
    units: Annotated[int, typer.Option(help="Fasciculating units.")] = 4,
    snr: Annotated[
        float | None, typer.Option(help="Peak-to-peak over noise RMS of the smallest unit.")
    ] = None,
    rate_per_min: Annotated[
        float | None, typer.Option(help="Fasciculations per minute, all units together.")
    ] = None,
    pattern: Annotated[str, typer.Option(help="benign or neurogenic.")] = "benign",
    nuisances: Annotated[
        str | None, typer.Option(help="What else is in it, separated by commas: mains,ecg,pop,...")
    ] = None,
    seed: Annotated[int, typer.Option(help="Same choices, same seed, same bytes.")] = 0,
) -> None:
    """Simulate a recording; write it as EDF with its truth as an events table.

    Example: emgfasc simulate --kind hdsemg --seconds 60 --units 8 --snr 6 --seed 7 --out simulated
    """
    from emgfasc.simulate.scenario import Pattern

    choices: dict[str, Any] = {"nuisances": names(nuisances), "rate_per_min": rate_per_min}
    one_of("pattern", pattern, get_args(Pattern))
    rec, truth = ef.simulate.recording(
        cast("Pattern", pattern),
        kind=chosen(kind),
        seed=seed,
        seconds=seconds,
        units=units,
        snr=snr,
        **choices,
    )
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ParameterError(
            f"Invalid value for the '--out' option: {out} cannot be made ({error.strerror})."
        ) from error
    recording, table = out / f"{rec.name}.edf", out / f"{rec.name}_truth.tsv"
    ef.io.write(rec, recording)
    ef.io.write_events(truth, table)
    typer.echo(f"{recording}\n{table}")
