"""MNE Raw objects, and the files MNE alone reads: BrainVision and FIF."""

from __future__ import annotations

import re
import struct
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import mne
import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Source
from emgfasc.errors import RecordingError
from emgfasc.io.contents import BlockSource, Channel, Contents, Facts
from emgfasc.io.refusal import refusing

_FIF_START = (100).to_bytes(4, "big")  # the kind of the first tag, a file's id

__all__ = ["fetch", "open_brainvision", "open_fif", "open_raw"]

_VOLT = 107  # FIFF_UNIT_V
_UNTYPED = ("eeg", "misc", "bio")  # what MNE and its users call channels of no known type
_SHORTEST = "Ch1="  # by which a BrainVision header describes a channel
_BYTES = {"INT_16": 2, "INT_32": 4, "IEEE_FLOAT_32": 4}


def fetch(raw: Any, picks: list[int], start: int, stop: int) -> NDArray[np.float64]:
    """Return samples `start` to `stop` of some channels of a Raw, in its own unit."""
    values: NDArray[np.float64] = raw[picks, start:stop][0]
    return values


def open_raw(raw: Any, label: str, *, files: tuple[Path, ...] = ()) -> Contents:
    """Open an MNE Raw, whose voltages are in volts.

    Parameters
    ----------
    raw : mne.io.BaseRaw
        Left as it is, and not copied: do not change it afterwards.
    label : str
        How messages name it.
    files : tuple of Path
        The files to hash; empty to hash the samples.
    """
    info = raw.info
    fs_hz = float(info["sfreq"])
    highpass = float(info["highpass"]) or None
    lowpass = float(info["lowpass"]) if info["lowpass"] < fs_hz / 2 else None
    start = info["meas_date"]
    if start is not None:
        start += timedelta(seconds=float(raw.first_time))
    notes = []
    if info["bads"]:
        notes.append(f"Channels marked bad in the file: {', '.join(info['bads'])}.")
    marked = sum(text.lower().startswith("bad") for text in raw.annotations.description)
    if marked:
        notes.append(f"{marked} stretch(es) annotated as bad were kept as they are.")
    return Contents(
        label=label,
        channels=tuple(
            Channel(name, fs_hz, "V" if chan["unit"] == _VOLT else "", _type(kind), *edges)
            for name, chan, kind, edges in zip(
                raw.ch_names,
                info["chs"],
                raw.get_channel_types(),
                [(highpass, lowpass)] * len(raw.ch_names),
                strict=True,
            )
        ),
        open=partial(_source, raw, label),
        files=files,
        facts=Facts(
            start=start,
            text=str(info.get("description") or ""),
            bad_channels=tuple(info["bads"]),
        ),
        notes=tuple(notes),
    )


def _type(kind: str) -> Any:
    """Translate MNE's channel type."""
    if kind == "emg":
        return "emg"
    return "unknown" if kind in _UNTYPED else "other"


def _source(raw: Any, label: str, picks: list[int], factors: NDArray[np.float64]) -> Source:
    return BlockSource(partial(fetch, raw, picks), int(raw.n_times), factors, label)


def open_brainvision(path: Path, label: str) -> Contents:
    """Open a BrainVision recording by its ``.vhdr``.

    Raises
    ------
    RecordingError
        When its files are missing, no BrainVision, or cut short.
    """
    with refusing(label, "BrainVision") as warned:
        text = path.read_bytes().decode("latin-1")
        stated = re.findall(r"(?i)NumberOfChannels\s*[=:]\s*(\d+)", text)
        if any(len(_SHORTEST) * int(number) > len(text) for number in stated):
            # MNE makes room for all of them, and then ends for want of memory, or hardly ever.
            raise ValueError(f"it states {max(map(int, stated))} channels, but describes fewer")
        raw = mne.io.read_raw_brainvision(path, preload=False, verbose="ERROR")
        data = Path(raw.filenames[0])
        n_channels = int(re.findall(r"NumberOfChannels\s*=\s*(\d+)", text)[0])
        binary = re.search(r"BinaryFormat\s*=\s*(\w+)", text)
    if binary is not None and binary[1].upper() in _BYTES:
        samples, rest = divmod(data.stat().st_size, n_channels * _BYTES[binary[1].upper()])
        points = re.search(r"DataPoints\s*=\s*(\d+)", text)
        if rest or (points is not None and samples < int(points[1])):
            raise RecordingError(
                f"{label}: its data file {data.name} is truncated: it holds {samples} whole "
                "samples per channel and a rest; copy it again from where it was recorded."
            )
    contents = open_raw(raw, label, files=(data,))
    # MNE types a channel 'misc', without unit, when the file states a unit that is no voltage.
    channels = tuple(
        replace(channel, type="other")
        if not channel.unit and "emg" not in channel.name.lower()
        else channel
        for channel in contents.channels
    )
    return _noting(replace(contents, channels=channels), warned)


def open_fif(path: Path, label: str) -> Contents:
    """Open a FIF recording.

    Raises
    ------
    RecordingError
        When it is no FIF of raw data, or is cut short.
    """
    with refusing(label, "FIF") as warned:
        with path.open("rb") as file:
            if file.read(4) != _FIF_START:
                raise ValueError("it does not begin with a file id")
        if not _whole(path):  # MNE follows pointers in a circle
            raise RecordingError(_truncated(label))
        raw = mne.io.read_raw_fif(path, preload=False, allow_maxshield="yes", verbose="ERROR")
    files = tuple(Path(name) for name in raw.filenames)
    if not all(_whole(file) for file in files):
        raise RecordingError(_truncated(label))
    return _noting(open_raw(raw, label, files=files), warned)


def _truncated(label: str) -> str:
    return (
        f"{label}: is truncated: its last block is cut short; "
        "copy it again from where it was recorded."
    )


def _noting(contents: Contents, warned: list[str]) -> Contents:
    """Add MNE's own words to the notes."""
    return replace(contents, notes=(*contents.notes, *warned))


def _whole(path: Path) -> bool:
    """Follow the tags of a FIF file to its end: MNE reads a file cut short without a word.

    A tag is four big-endian int32: kind, type, size of its data, and where the next one is
    (0: right behind the data, -1: this was the last).
    """
    size = path.stat().st_size
    at = 0
    with path.open("rb") as file:
        while at + 16 <= size:
            file.seek(at)
            _, _, length, following = struct.unpack(">4i", file.read(16))
            end = at + 16 + length
            if following < 0:
                return bool(end <= size)
            if length < 0 or 0 < following <= at:
                return False
            at = following or end
    return False
