"""EMGLAB N2001: raw ``.bin`` with or without its WFDB-style ``.hea``."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Source
from emgfasc.errors import RecordingError
from emgfasc.io.comments import comment_facts, comment_filters
from emgfasc.io.contents import BlockSource, Channel, Contents, Facts
from emgfasc.io.quiet_wfdb import wfdb
from emgfasc.io.refusal import refusing

__all__ = ["is_n2001_header", "open_n2001"]

_WHOLE = 524_288  # bytes of every record of the set that we have seen
_MUSCLES = {"BB": "Biceps brachii", "VM": "Vastus medialis"}  # in N2001A01BB02 and the like


@dataclass(frozen=True)
class _Layout:
    """How a record is stored; the defaults are what the set's own headers state.

    Source: M. Nikolic, data set N2001 of EMGLAB (Rigshospitalet, Copenhagen, 2001).
    """

    fs_hz: float = 23437.5
    per_uv: float = 13.107
    offset: int = 20
    stated: int = 0
    comments: tuple[str, ...] = ()


def is_n2001_header(header: Any) -> bool:
    """Tell whether a WFDB header describes one raw int16 ``.bin`` in uV."""
    names = [name.lower() for name in header.file_name or ()]
    return len(names) == 1 and names[0].endswith(".bin") and header.fmt == ["16"]


def open_n2001(path: Path, label: str) -> Contents:
    """Open an EMGLAB N2001 record: int16, little-endian, behind 20 bytes.

    Every sample of the file is read, with its header or without.

    Parameters
    ----------
    path : Path
        The ``.bin``; a ``.hea`` beside it is used when there is one.
    label : str
        How messages name it.

    Raises
    ------
    RecordingError
        When the file is missing or holds fewer samples than its header states.
    """
    if not path.is_file():
        raise RecordingError(f"{label}: its signal file {path.name} is not beside it.")
    size = path.stat().st_size
    hea = path.with_suffix(".hea")
    notes = []
    if hea.is_file():
        layout = _stated(hea, label)
    else:
        layout = _Layout()
        notes.append(
            f"No {hea.name} beside it: read as EMGLAB N2001 "
            f"({layout.fs_hz:g} Hz, {layout.per_uv:g} counts/uV)."
        )
        if size != _WHOLE:
            notes.append(f"Has {size} bytes where N2001 records have {_WHOLE}.")
    held, rest = divmod(size - layout.offset, 2)
    if held < max(layout.stated, 1) or rest:
        stated = f" where its header states {layout.stated}" if layout.stated else ""
        raise RecordingError(
            f"{label}: {path.name} is truncated: it holds {max(held, 0)} whole samples{stated}; "
            "copy it again from where it came from."
        )
    if layout.stated and held > layout.stated:
        notes.append(f"The header states {layout.stated} samples; all {held} stored were read.")
    edges = comment_filters(layout.comments)
    return Contents(
        label=label,
        channels=(Channel("EMG", layout.fs_hz, "uV", "emg", *edges),),
        open=partial(_source, path, label, layout, held),
        files=(path,),
        facts=_facts(path, layout),
        notes=tuple(notes),
    )


def _stated(hea: Path, label: str) -> _Layout:
    """Read the layout out of the header."""
    with refusing(label, "WFDB"):
        header = wfdb.rdheader(str(hea.with_suffix("")))
        ours = is_n2001_header(header) and str(header.units[0]).lower() == "uv"
    if not ours:
        raise RecordingError(
            f"{label}: {hea.name} beside it does not describe an EMGLAB N2001 record "
            "(one int16 .bin in uV); take the header away to read the .bin as N2001."
        )
    return _Layout(
        fs_hz=float(header.fs),
        per_uv=float(header.adc_gain[0]),
        offset=int(header.byte_offset[0] or 0),
        stated=int(header.sig_len or 0),
        comments=tuple(header.comments),
    )


def _facts(path: Path, layout: _Layout) -> Facts:
    """Take muscle and side from the comments, or the muscle from the record's name."""
    facts = comment_facts(layout.comments)
    code = re.fullmatch(r"N2001[A-Z]\d\d([A-Z]{2})\d\d", path.stem, re.IGNORECASE)
    named = _MUSCLES.get(code[1].upper()) if code else None
    return replace(facts, kind="needle", muscle=facts.muscle or named)


def _source(
    path: Path,
    label: str,
    layout: _Layout,
    n_samples: int,
    picks: list[int],  # noqa: ARG001 - there is only one channel
    factors: NDArray[np.float64],
) -> Source:
    return BlockSource(partial(_fetch, path, layout), n_samples, factors, label)


def _fetch(path: Path, layout: _Layout, start: int, stop: int) -> NDArray[np.float64]:
    """Map the stretch for as long as it takes to read it: no file stays open."""
    counts = np.memmap(path, "<i2", "r", offset=layout.offset + 2 * start, shape=(1, stop - start))
    return counts / layout.per_uv
