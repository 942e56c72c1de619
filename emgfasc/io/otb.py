"""OT Bioelettronica ``.otb+`` and ``.otb4``: an archive of samples and their XML abstract.

Layout and scaling follow the maker's MATLAB scripts (OpenOTBplus, OpenOTB4); no sample file of
either kind was available, so the tests build both from that layout.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Source
from emgfasc.io.channels import named_once
from emgfasc.io.contents import BlockSource, Channel, Contents, Facts
from emgfasc.io.grids import grid_code, placed
from emgfasc.io.otb_archive import Archive, open_archive, parsed
from emgfasc.io.refusal import refusing
from emgfasc.io.voltage import uv_per

__all__ = ["open_otb"]

_TRACKS = "Tracks_000.xml"
# Volts over the converter's range, which .otb+ does not state (OpenOTBplus; 5 V on the
# Quattrocento is unverified).
_RANGE_V = 3.3
_RANGE_QUATTRO_V = 5.0
_NO_EMG = ("control", "acc", "gyro", "quaternion", "aux", "load", "imu", "ramp", "buffer")


@dataclass(frozen=True)
class _Wire:
    """One channel: its samples' file and column, volts per count, and what is said of it."""

    stream: str
    dtype: str
    width: int
    column: int
    per_count: float
    fs_hz: float
    name: str
    emg: bool
    unit: str = "V"
    code: str | None = None
    electrode: int = 0
    muscle: str = ""
    side: str = ""
    highpass_hz: float | None = None
    lowpass_hz: float | None = None


def open_otb(path: Path, label: str) -> Contents:
    """Open an ``.otb+`` or ``.otb4`` archive; nothing is unpacked to disk.

    Parameters
    ----------
    path : Path
        The archive, tar or zip.
    label : str
        How messages name it.

    Raises
    ------
    RecordingError
        When it is no such archive, is cut short, or stores samples in a way not published.
    """
    with refusing(label, "an OT Bioelettronica archive"):
        archive = open_archive(path)
        notes: list[str] = []
        wires = (
            _otb4(parsed(archive, _TRACKS))
            if _TRACKS in archive.sizes
            else _otb_plus(archive, notes)
        )
        streams = _streams(archive, wires)
    names, renamed = named_once([wire.name for wire in wires])
    facts, unplaced = _facts(wires)
    return Contents(
        label=label,
        channels=tuple(
            Channel(
                name,
                wire.fs_hz,
                wire.unit,
                "emg" if wire.emg else "other",
                wire.highpass_hz,
                wire.lowpass_hz,
            )
            for name, wire in zip(names, wires, strict=True)
        ),
        open=partial(_source, label, streams, wires),
        files=(path,),
        facts=facts,
        notes=(*notes, *renamed, *unplaced),
    )


def _otb_plus(archive: Archive, notes: list[str]) -> list[_Wire]:
    """Read the abstract of the first ``.sig`` that has one."""
    stems = sorted(name[:-4] for name in archive.sizes if name.endswith(".sig"))
    stem = next((stem for stem in stems if f"{stem}.xml" in archive.sizes), None)
    if stem is None:
        raise ValueError("no .sig in it has an .xml abstract")
    if others := [other for other in stems if other != stem]:
        notes.append(f"Left out the archive's other {len(others)} .sig file(s).")
    root = parsed(archive, f"{stem}.xml")
    device = root if root.tag == "Device" else root.find(".//Device")
    if device is None:
        raise ValueError(f"{stem}.xml describes no Device")
    bits = int(device.attrib["ad_bits"])
    if bits != 16:
        raise ValueError(f"its {bits}-bit samples are stored in a way not published; export .mat")
    quattro = device.attrib.get("Name", "").upper().startswith("QUATTRO")
    range_v = _RANGE_QUATTRO_V if quattro else _RANGE_V
    notes.append(
        f"The archive does not state the converter's range; {range_v:g} V was taken for this "
        "device, as in the maker's script."
    )
    width = int(device.attrib["DeviceTotalChannels"])
    fs_hz = float(device.attrib["SampleFrequency"])
    wires = []
    for adapter in device.iter("Adapter"):
        for channel in adapter.iter("Channel"):
            place = int(channel.get("Index", 0))
            what = channel.get("ID", "")
            told = f"{adapter.get('ID', '')} {what} {channel.get('Description', '')}".lower()
            wires.append(
                _Wire(
                    stream=f"{stem}.sig",
                    dtype="<i2",
                    width=width,
                    column=int(adapter.attrib["ChannelStartIndex"]) + place,
                    per_count=range_v / 2**bits / float(adapter.attrib["Gain"]),
                    fs_hz=fs_hz,
                    name=f"{what or adapter.get('ID', 'ch')} ({place + 1})",
                    emg=grid_code(what) is not None or not any(word in told for word in _NO_EMG),
                    code=grid_code(what),
                    electrode=place,
                    muscle=channel.get("Muscle", ""),
                    side=channel.get("Side", ""),
                    highpass_hz=_hertz(adapter.get("HighPassFilter")),
                    lowpass_hz=_hertz(adapter.get("LowPassFilter")),
                )
            )
    return wires


def _otb4(root: ET.Element) -> list[_Wire]:
    """Read the tracks, each of which is one or more columns of a stream."""
    tracks = list(root.iter("TrackInfo"))
    widths: Counter[str] = Counter()
    for track in tracks:
        widths[_text(track, "SignalStreamPath")] += int(_text(track, "NumberOfChannels"))
    filled: Counter[str] = Counter()
    wires = []
    for track in tracks:
        stream = _text(track, "SignalStreamPath")
        n_channels = int(_text(track, "NumberOfChannels"))
        first = int(_text(track, "ChannelOffsetInSubPacket") or filled[stream])
        filled[stream] += n_channels
        size = int(_text(track, "SampleSize") or (4 if "Novecento+" in _device(track) else 2))
        if size not in (2, 4):
            continue  # computed tracks, such as the target force, are doubles
        title = f"{_text(track, 'Title')} {_text(track, 'SubTitle')}".strip()
        code = grid_code(_text(track, "OriginalSensor")) or grid_code(title)
        unit = _text(track, "UnitOfMeasurement")
        volts = not unit or uv_per(unit) is not None
        control = _text(track, "IsControl").lower() == "true"
        no_emg = control or (code is None and any(word in title.lower() for word in _NO_EMG))
        wires += [
            _Wire(
                stream=stream,
                dtype=f"<i{size}",
                width=int(_text(track, "TotalChannelsInFile") or widths[stream]),
                column=first + place,
                per_count=float(_text(track, "ADC_Range"))
                / 2 ** int(_text(track, "ADC_Nbits"))
                / float(_text(track, "Gain")),
                fs_hz=float(_text(track, "SamplingFrequency")),
                name=f"{title or code or 'ch'} ({place + 1})",
                emg=volts and not no_emg,
                unit="V" if volts else unit,
                code=code,
                electrode=place,
                highpass_hz=_hertz(_text(track, "HighPassFilter")),
                lowpass_hz=_hertz(_text(track, "LowPassFilter")),
            )
            for place in range(n_channels)
        ]
    if not wires:
        raise ValueError(f"{_TRACKS} lists no track of samples")
    return wires


def _text(element: ET.Element, name: str) -> str:
    """Return the text of a descendant; empty when there is none."""
    return (element.findtext(f".//{name}") or "").strip()


def _device(track: ET.Element) -> str:
    """Return the device's name."""
    return _text(track, "Device").partition(";")[0]


def _hertz(text: str | None) -> float | None:
    """Read ``10``, ``10 Hz``; words and zero give ``None``."""
    try:
        value = float((text or "").lower().removesuffix("hz").strip())
    except ValueError:
        return None
    return value if value > 0 else None


def _streams(archive: Archive, wires: Sequence[_Wire]) -> dict[str, NDArray[np.int32]]:
    """Map every stream as samples x columns; raise when one is cut short."""
    streams = {}
    for wire in wires:
        if wire.stream in streams:
            continue
        if wire.stream not in archive.sizes:
            raise ValueError(f"its samples {wire.stream} are missing")
        row = wire.width * int(wire.dtype[-1])
        if archive.sizes[wire.stream] % row:
            raise ValueError(f"{wire.stream} does not hold whole samples of {wire.width} channels")
        streams[wire.stream] = archive.load(wire.stream).view(wire.dtype).reshape(-1, wire.width)
    outside = [wire.name for wire in wires if wire.column >= wire.width]
    if outside:
        raise ValueError(f"{outside[0]} lies outside its stream's columns")
    return streams


def _facts(wires: Sequence[_Wire]) -> tuple[Facts, list[str]]:
    """Collect muscle, side and electrode positions, and what to note of them."""
    muscles = {wire.muscle for wire in wires if wire.emg and wire.muscle}
    sides = {wire.side for wire in wires if wire.emg and wire.side}
    codes = [wire.code if wire.emg else None for wire in wires]
    where, notes = placed(codes, [wire.electrode for wire in wires])
    facts = Facts(
        kind="hdsemg" if any(codes) else None,
        muscle=muscles.pop() if len(muscles) == 1 else None,
        side=sides.pop() if len(sides) == 1 else None,
        positions_mm=where,
    )
    return facts, notes


def _source(
    label: str,
    streams: dict[str, NDArray[np.int32]],
    wires: list[_Wire],
    picks: list[int],
    factors: NDArray[np.float64],
) -> Source:
    chosen = [wires[place] for place in picks]
    n_samples = min(len(streams[wire.stream]) for wire in chosen)
    return BlockSource(partial(_fetch, streams, chosen), n_samples, factors, label)


def _fetch(
    streams: dict[str, NDArray[np.int32]], chosen: list[_Wire], start: int, stop: int
) -> NDArray[np.float64]:
    """Cut the columns out of each stream, in volts."""
    return np.stack(
        [streams[wire.stream][start:stop, wire.column] * wire.per_count for wire in chosen]
    )
