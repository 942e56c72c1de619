"""Options that several commands share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from emgfasc.containers import KINDS, Kind

__all__ = [
    "ChannelsOption",
    "FilesArgument",
    "FsOption",
    "KindOption",
    "OutOption",
    "PositiveOption",
    "ScaleOption",
    "chosen",
    "names",
    "spoken",
]


_PARAMETER = re.compile(r"\b(channels|fs|kind|scale)=(?![\w'\"])")


def _kind(value: str | None) -> str | None:
    """Refuse a kind that does not exist, as wrong usage."""
    if value is not None and value not in KINDS:
        raise typer.BadParameter(f"{value!r} is not one of {', '.join(map(repr, KINDS))}.")
    return value


def _positive(value: float | None) -> float | None:
    """Refuse what is not above zero, as wrong usage."""
    if value is not None and not value > 0:
        raise typer.BadParameter(f"a number above 0 is needed, but got {value:g} instead.")
    return value


def PositiveOption(name: str, text: str) -> Any:  # noqa: N802 - stands where types stand
    """Return an option that takes a number above zero."""
    return typer.Option(name, callback=_positive, help=text)


FilesArgument = Annotated[
    list[Path], typer.Argument(help="Recordings: EDF, BDF, BrainVision, FIF, WFDB, NPZ, CSV, ...")
]
OutOption = Annotated[Path, typer.Option("--out", help="Folder for the results; made if missing.")]
KindOption = Annotated[
    str | None,
    typer.Option("--kind", callback=_kind, help="needle, surface or hdsemg; guessed if not given."),
]
FsOption = Annotated[
    float | None,
    typer.Option("--fs", callback=_positive, help="Sampling rate in Hz, for CSV and the like."),
]
ScaleOption = Annotated[
    float | None,
    typer.Option("--scale", callback=_positive, help="uV per stored unit, where the file is mute."),
]
ChannelsOption = Annotated[
    str | None,
    typer.Option("--channels", help="Channels to use: names or places from 0, between commas."),
]


def chosen(kind: str | None) -> Kind | None:
    """Return the kind under its type; the option has been checked already."""
    return next((known for known in KINDS if known == kind), None)


def names(channels: str | None) -> list[str] | None:
    """Split a comma-separated list of names."""
    if channels is None:
        return None
    return [name.strip() for name in channels.split(",") if name.strip()]


def spoken(text: str) -> str:
    """Name options as they are typed here, where the library's sentences name parameters.

    Examples
    --------
    >>> spoken("the unit of EMG [none] is not known; give scale= (uV per stored unit).")
    'the unit of EMG [none] is not known; give --scale (uV per stored unit).'
    """
    return _PARAMETER.sub(r"--\1", text)
