"""Spike2, Intan, Blackrock, Axon, Micromed and Plexon files, read by neo block by block."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Source
from emgfasc.errors import RecordingError
from emgfasc.io.channels import listed, named_once
from emgfasc.io.contents import BlockSource, Channel, Contents
from emgfasc.io.extras import extra
from emgfasc.io.refusal import refusing
from emgfasc.io.timeline import skipped, start_notes

__all__ = ["NEO_SUFFIXES", "open_neo"]

# Suffix -> neo's reader of the headers and samples ("rawio"), and its options.
_READERS: dict[str, tuple[str, dict[str, Any]]] = {
    # Grouping would refuse channels whose starts differ by microseconds.
    ".smr": ("Spike2RawIO", {"try_signal_grouping": False}),
    ".rhd": ("IntanRawIO", {}),
    ".rhs": ("IntanRawIO", {}),
    **{f".ns{number}": ("BlackrockRawIO", {}) for number in range(1, 7)},
    ".abf": ("AxonRawIO", {}),
    ".trc": ("MicromedRawIO", {}),
    ".plx": ("PlexonRawIO", {}),
}
NEO_SUFFIXES = tuple(_READERS)


@dataclass(frozen=True)
class _Signal:
    """One channel: where neo keeps it, how its integers become values, when it starts."""

    stream: int
    place: int
    gain: float
    offset: float
    start_s: float
    n_samples: int
    fs_hz: float


@dataclass(frozen=True, eq=False)
class _Reader:
    """neo's reader; it seeks in one open file, so threads take turns."""

    rawio: Any
    lock: Any = field(default_factory=Lock)


def open_neo(path: Path, label: str) -> Contents:
    """Open a file through neo.

    Parameters
    ----------
    path : Path
        The file.
    label : str
        How messages name it.

    Raises
    ------
    MissingExtraError
        When neo is not installed.
    RecordingError
        When neo cannot read it, or it holds several sweeps.
    """
    rawio = extra("neo.rawio", label)
    name, options = _READERS[path.suffix.lower()]
    with refusing(label, f"{path.suffix[1:]} (neo {name})") as warned:
        reader = getattr(rawio, name)(filename=str(path), **options)
        reader.parse_header()
        segments = [reader.segment_count(block) for block in range(reader.block_count())]
    if segments != [1]:
        raise RecordingError(
            f"{label}: holds {sum(segments)} sweeps with gaps of unknown length between them; "
            "export each to a file of its own."
        )
    with refusing(label, name):
        signals, channels, renamed = _signals(reader)
    starts = start_notes(channels, [signal.start_s for signal in signals])
    notes = [*warned, *starts, *renamed]
    events = [str(event) for event in reader.header["event_channels"]["name"]]
    if events:
        notes.append(f"Left out {len(events)} channel(s) of events: {listed(events)}.")
    return Contents(
        label=label,
        channels=channels,
        open=partial(_source, _Reader(reader), label, signals),
        files=(path,),
        notes=tuple(notes),
    )


def _signals(reader: Any) -> tuple[list[_Signal], tuple[Channel, ...], list[str]]:
    """Describe every analogue channel, stream by stream."""
    header = reader.header["signal_channels"]
    signals, rows = [], []
    for stream, stream_id in enumerate(reader.header["signal_streams"]["id"]):
        own = [row for row in header if row["stream_id"] == stream_id]
        start_s = float(reader.get_signal_t_start(0, 0, stream))
        n_samples = int(reader.get_signal_size(0, 0, stream))
        for place, row in enumerate(own):
            fs_hz = float(row["sampling_rate"])
            gain, offset = float(row["gain"]), float(row["offset"])
            signals.append(_Signal(stream, place, gain, offset, start_s, n_samples, fs_hz))
            rows.append(row)
    names, renamed = named_once([str(row["name"]) for row in rows])
    channels = tuple(
        Channel(name, float(row["sampling_rate"]), str(row["units"]).strip())
        for name, row in zip(names, rows, strict=True)
    )
    return signals, channels, renamed


def _source(
    reader: _Reader,
    label: str,
    signals: list[_Signal],
    picks: list[int],
    factors: NDArray[np.float64],
) -> Source:
    """Align the picked channels by whole samples to the one that starts last."""
    chosen = [signals[place] for place in picks]
    skips = skipped([signal.start_s for signal in chosen], chosen[0].fs_hz)
    n_samples = min(signal.n_samples - skip for signal, skip in zip(chosen, skips, strict=True))
    return BlockSource(partial(_fetch, reader, chosen, skips), n_samples, factors, label)


def _fetch(
    reader: _Reader, chosen: list[_Signal], skips: list[int], start: int, stop: int
) -> NDArray[np.float64]:
    """Read each stream once and scale its integers."""
    values = np.empty((len(chosen), stop - start), np.float64)
    for stream in dict.fromkeys(signal.stream for signal in chosen):
        rows = [row for row, signal in enumerate(chosen) if signal.stream == stream]
        skip = skips[rows[0]]
        with reader.lock:
            raw = reader.rawio.get_analogsignal_chunk(
                i_start=start + skip,
                i_stop=stop + skip,
                stream_index=stream,
                channel_indexes=[chosen[row].place for row in rows],
            )
        for column, row in enumerate(rows):
            values[row] = raw[:, column] * chosen[row].gain + chosen[row].offset
    return values
