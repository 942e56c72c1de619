"""EDF, EDF+ and BDF, each channel at its own rate."""

from __future__ import annotations

import re
from datetime import datetime
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import KINDS, Source
from emgfasc.errors import RecordingError
from emgfasc.io.channels import listed, named_once
from emgfasc.io.contents import Channel, ChannelType, Contents, Facts
from emgfasc.io.edf_gaps import GappedSource, gap_note, place_records
from emgfasc.io.edf_header import EdfHeader, EdfSignal, read_header
from emgfasc.io.edf_samples import EdfSource
from emgfasc.io.refusal import refusing

__all__ = ["open_edf"]

_STIMULI = ("status", "trigger")  # what recorders call the channel of their marks
_ANONYMOUS = "Startdate X"  # EDF+ for "not to be told"; the date field then says 01.01.85


def open_edf(path: Path, label: str) -> Contents:
    """Open an EDF, EDF+ or BDF file.

    Parameters
    ----------
    path : Path
        The file.
    label : str
        How messages name it.

    Raises
    ------
    RecordingError
        When it is no EDF, is truncated, or has gaps that cannot be placed.
    """
    header = read_header(path, label)
    notes = header.checked(label)
    if onsets := header.gapped():
        notes.append(gap_note(onsets, header.record_s))
    signals = [signal for signal in header.signals if not signal.is_annotation]
    names, renamed = named_once([signal.label for signal in signals])
    return Contents(
        label=label,
        channels=tuple(
            Channel(
                name, header.rate(signal), signal.unit, _type(name), *_filters(signal.prefilter)
            )
            for name, signal in zip(names, signals, strict=True)
        ),
        open=partial(_source, label, header, signals),
        files=(path,),
        facts=_facts(header, signals),
        notes=(*notes, *renamed),
    )


def _type(name: str) -> ChannelType:
    """Tell channels of marks by their usual names; EDF does not say what the others are."""
    return "other" if name.lower() in _STIMULI else "unknown"


def _source(
    label: str,
    header: EdfHeader,
    signals: list[EdfSignal],
    picks: list[int],
    factors: NDArray[np.float64],
) -> Source:
    """Open the picked channels, which have one rate."""
    chosen = [signals[place] for place in picks]
    flat = [signal.label for signal in chosen if not signal.calibrated]
    if flat:
        raise RecordingError(
            f"{label}: the header gives {listed(flat)} no range, so its numbers have no unit; "
            "export it again, or leave it out with channels=."
        )
    width = chosen[0].samples
    n_samples = width * header.n_held
    if onsets := header.gapped():
        joined = EdfSource(header, chosen, factors, label, n_samples)
        with refusing(label, "discontinuous EDF+"):
            return GappedSource(joined, place_records(onsets, header.record_s, width), width)
    if stated := re.search(r"\bemgfasc\b.*\bsamples=(\d+)", header.recording):
        filling = n_samples - int(stated[1])
        n_samples -= filling if 0 <= filling < width else 0
    return EdfSource(header, chosen, factors, label, n_samples)


def _facts(header: EdfHeader, signals: list[EdfSignal]) -> Facts:
    """Collect what the transducer fields and identification fields say."""
    told = [signal.transducer for signal in signals]
    first = next((text for text in told if text.startswith("emgfasc ")), "")
    stated = dict(re.findall(r"(kind|side|at|muscle)=([^;]*)", first))
    return Facts(
        kind=next((kind for kind in KINDS if kind == stated.get("kind")), None),
        muscle=stated.get("muscle"),
        side=stated.get("side"),
        start=_start(header),
        text=" ".join(dict.fromkeys([*told, header.recording])),
        positions_mm=_positions(told),
    )


def _positions(told: list[str]) -> NDArray[np.float64] | None:
    """Read the positions that :func:`emgfasc.io.write` puts into the transducer fields."""
    found = [re.search(r"\bat=([-\d.e+]+),([-\d.e+]+) mm", text) for text in told]
    if not any(found):
        return None
    return np.array(
        [(float(hit[1]), float(hit[2])) if hit else (np.nan, np.nan) for hit in found], np.float64
    )


def _start(header: EdfHeader) -> datetime | None:
    """Return the start in the recorder's own time; EDF knows no time zone."""
    if header.start is None or header.recording.startswith(_ANONYMOUS):
        return None
    # EDF+ keeps the fraction of the second as the onset of the first record.
    fraction = next((float(onset) for onset in header.onsets(1) if 0 <= onset < 1), 0.0)
    return header.start.replace(microsecond=round(fraction * 1e6))


def _filters(prefilter: str) -> tuple[float | None, float | None]:
    """Read ``HP:20Hz LP:0.5kHz``; DC, NaN and nothing stated give ``None``."""
    edges: list[float | None] = []
    for name in ("HP", "LP"):
        hit = re.search(rf"\b{name}:?\s*(\d+(?:\.\d+)?)\s*(k?)Hz", prefilter, re.IGNORECASE)
        value = float(hit[1]) * (1000.0 if hit[2] else 1.0) if hit else 0.0
        edges.append(value or None)
    return edges[0], edges[1]
