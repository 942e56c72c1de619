"""WFDB records (PhysioNet), read by wfdb block by block."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Source
from emgfasc.errors import RecordingError
from emgfasc.io.channels import named_once
from emgfasc.io.comments import comment_facts
from emgfasc.io.contents import BlockSource, Channel, Contents
from emgfasc.io.n2001 import is_n2001_header, open_n2001
from emgfasc.io.quiet_wfdb import wfdb
from emgfasc.io.refusal import refusing

__all__ = ["open_wfdb"]

# Bytes per sample of the formats of fixed width (PhysioNet, signal(5)); FLAC has none.
_WIDTHS = {
    "8": 1.0, "80": 1.0, "16": 2.0, "61": 2.0, "160": 2.0, "24": 3.0, "32": 4.0,
    "212": 1.5, "310": 4 / 3, "311": 4 / 3,
}  # fmt: skip


def open_wfdb(path: Path, label: str) -> Contents:
    """Open a WFDB record by its ``.hea`` or its ``.dat``.

    Raises
    ------
    RecordingError
        When the header is missing or damaged, or a signal file is missing or cut short.
    """
    hea = path.with_suffix(".hea")
    if not hea.is_file():
        raise RecordingError(f"{label}: needs its header {hea.name} beside it.")
    with refusing(label, "WFDB"):
        header = wfdb.rdheader(str(hea.with_suffix("")))
    if not isinstance(header, wfdb.Record):
        raise RecordingError(
            f"{label}: is a WFDB record of several segments; read its segments one by one."
        )
    if not header.n_sig:
        raise RecordingError(f"{label}: its header lists no signal.")
    if is_n2001_header(header):
        return open_n2001(hea.with_name(header.file_name[0]), label)
    with refusing(label, "WFDB"):
        frames = _frames(header, hea.parent, label)
        names, notes = named_once([name or "" for name in header.sig_name])
        channels = _channels(header, names, hea)
    return Contents(
        label=label,
        channels=channels,
        open=partial(_source, hea, label, header.samps_per_frame, frames),
        files=tuple(hea.with_name(name) for name in dict.fromkeys(header.file_name)),
        facts=comment_facts(header.comments, header.base_datetime),
        notes=tuple(notes),
    )


def _channels(header: Any, names: list[str], hea: Path) -> tuple[Channel, ...]:
    """Describe the signals; one without a stated gain is uncalibrated and has no unit."""
    lines = [
        line
        for line in hea.read_text(encoding="utf-8", errors="replace").splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ][1:]
    channels = []
    for place, name in enumerate(names):
        fields = lines[place].split()
        # wfdb fills in 200 per mV where the gain is missing or 0 (header(5): "uncalibrated").
        gain = re.match(r"[-+]?[\d.]+(?:[eE][-+]?\d+)?", fields[2]) if len(fields) > 2 else None
        calibrated = gain is not None and float(gain[0]) != 0
        rate = float(header.fs) * header.samps_per_frame[place]
        channels.append(Channel(name, rate, header.units[place] if calibrated else ""))
    return tuple(channels)


def _frames(header: Any, folder: Path, label: str) -> int:
    """Return the frames of the record; raise when a signal file holds fewer than stated."""
    frames = int(header.sig_len or 0)
    for name in dict.fromkeys(header.file_name):
        places = [place for place, file in enumerate(header.file_name) if file == name]
        file = folder / name
        if not file.is_file():
            raise RecordingError(f"{label}: its signal file {name} is not beside it.")
        if any(header.fmt[place] not in _WIDTHS for place in places):
            continue
        wide = sum(_WIDTHS[header.fmt[p]] * header.samps_per_frame[p] for p in places)
        held = int((file.stat().st_size - (header.byte_offset[places[0]] or 0)) / wide)
        if held < frames:
            raise RecordingError(
                f"{label}: its signal file {name} is truncated: the header states {frames} "
                f"samples per channel, but it holds {max(held, 0)}; copy it again."
            )
        frames = frames or held
    return frames


def _source(
    hea: Path,
    label: str,
    per_frame: list[int],
    frames: int,
    picks: list[int],
    factors: NDArray[np.float64],
) -> Source:
    width = int(per_frame[picks[0]])
    return BlockSource(partial(_fetch, hea, picks, width), frames * width, factors, label)


def _fetch(hea: Path, picks: list[int], width: int, start: int, stop: int) -> NDArray[np.float64]:
    """Read whole frames, at each signal's own rate, and cut out what was asked for."""
    first, last = start // width, -(-stop // width)
    record = wfdb.rdrecord(
        str(hea.with_suffix("")), sampfrom=first, sampto=last, channels=picks, smooth_frames=False
    )
    skipped = start - first * width
    return np.stack([values[skipped : skipped + stop - start] for values in record.e_p_signal])
