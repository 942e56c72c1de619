"""The four files of one recording: written all together, or none of them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from emgfasc.errors import ParameterError, RecordingError
from emgfasc.io import write_events, write_json, write_table
from emgfasc.report.drawing import Draw
from emgfasc.report.html import render
from emgfasc.report.protocol import Analysed

__all__ = ["write"]


def write(
    analysed: Analysed, out_dir: str | os.PathLike[str], stem: str, *, draw: Draw | None = None
) -> tuple[Path, ...]:
    """Write events, units, summary and report of one recording.

    All four are made in a hidden folder beside their place and moved there at the end, so that a
    failure on the way leaves nothing new and nothing half written.

    Parameters
    ----------
    analysed : Analysed
        The analysis, as returned by :func:`emgfasc.analyze`.
    out_dir : path
        Folder to write to; made where it does not exist.
    stem : str
        First part of the file names.
    draw : callable, optional
        As for :func:`emgfasc.report.render`.

    Returns
    -------
    tuple of Path
        ``S_events.tsv``, ``S_units.tsv``, ``S_summary.json``, ``S_report.html``.

    Raises
    ------
    ParameterError
        When `stem` is no plain name or `out_dir` is no folder.
    RecordingError
        When a file cannot be written.

    Examples
    --------
    >>> from emgfasc.report import write
    >>> write(None, "out", "a/b")
    Traceback (most recent call last):
    ...
    emgfasc.errors.ParameterError: Invalid value for the 'stem' parameter: a plain file name ...
    """
    if not stem or stem in (".", "..") or any(mark in stem for mark in "/\\\0"):
        raise ParameterError(
            "Invalid value for the 'stem' parameter: a plain file name without folder is needed, "
            f"but got {stem!r} instead."
        )
    folder = Path(out_dir).expanduser()
    names = ("events.tsv", "units.tsv", "summary.json", "report.html")
    final = tuple(folder / f"{stem}_{name}" for name in names)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        blocked = [path for path in final if path.is_dir()]
        if blocked:
            raise IsADirectoryError(None, "a folder stands in its place", str(blocked[0]))
        page = render(analysed, draw=draw)
        with tempfile.TemporaryDirectory(prefix=".emgfasc-", dir=folder) as scratch:
            made = [Path(scratch, path.name) for path in final]
            write_events(analysed.events, made[0])
            write_table(analysed.units.to_frame(), made[1])
            write_json(analysed.summary_row(), made[2])
            # Names from odd file systems hold characters UTF-8 has no bytes for.
            made[3].write_text(page, encoding="utf-8", errors="xmlcharrefreplace", newline="\n")
            for source, target in zip(made, final, strict=True):
                source.replace(target)
    except (FileExistsError, NotADirectoryError) as error:
        raise ParameterError(
            f"Invalid value for the 'out_dir' parameter: {folder} is not a folder; "
            "name a folder, or a place where one can be made."
        ) from error
    except OSError as error:
        raise RecordingError(
            f"{error.filename or folder}: cannot be written ({error.strerror or error}); "
            "check that the folder may be written to and that the disk has room."
        ) from error
    return final
