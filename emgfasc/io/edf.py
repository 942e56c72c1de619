"""EDF, EDF+ and BDF, read by MNE channel by channel at each channel's own rate."""

from __future__ import annotations

import re
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import mne
import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import KINDS, Source
from emgfasc.errors import RecordingError
from emgfasc.io.channels import listed
from emgfasc.io.contents import BlockSource, Channel, Contents, Facts
from emgfasc.io.edf_gaps import GappedSource, gap_note, place_records
from emgfasc.io.edf_header import EdfHeader, EdfSignal, read_header
from emgfasc.io.mne_raw import fetch
from emgfasc.io.refusal import refusing

__all__ = ["open_edf"]

# MNE turns these spellings into volts and takes every other unit as it stands.
_MNE_VOLTS = {"uV": 1e-6, "\u00b5V": 1e-6, "\u03bcV": 1e-6, "\x83\xcaV": 1e-6, "mV": 1e-3}
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
    with refusing(label, "EDF") as warned:
        raw = _raw(path)
    names = list(raw.ch_names)
    if len(names) != len(signals):  # a label MNE takes for annotations and we do not
        signals = [signal for signal in signals if signal.label in names]
    if names != [signal.label for signal in signals]:
        notes.append("Channel labels are not unique; running numbers were added to the doubles.")
    return Contents(
        label=label,
        channels=tuple(
            Channel(name, header.rate(signal), signal.unit, kind, *_filters(signal.prefilter))
            for name, signal, kind in zip(names, signals, _types(raw), strict=True)
        ),
        open=partial(_source, path, label, header, signals),
        files=(path,),
        facts=_facts(header, signals, _start(raw, header)),
        notes=(*notes, *warned),
    )


def _raw(path: Path, **options: Any) -> Any:
    """Let MNE open the file by its suffix, silently and unread."""
    reader = mne.io.read_raw_bdf if path.suffix.lower() == ".bdf" else mne.io.read_raw_edf
    return reader(path, preload=False, exclude_after_unique=True, verbose="ERROR", **options)


def _types(raw: Any) -> list[Any]:
    """Return 'other' for MNE's stimulus channels; its 'eeg' only means that it does not know."""
    return ["other" if kind == "stim" else "unknown" for kind in raw.get_channel_types()]


def _source(
    path: Path,
    label: str,
    header: EdfHeader,
    signals: list[EdfSignal],
    picks: list[int],
    factors: NDArray[np.float64],
) -> Source:
    """Open the picked channels alone, so that MNE has nothing to resample."""
    flat = [signals[place].label for place in picks if not signals[place].calibrated]
    if flat:
        raise RecordingError(
            f"{label}: the header gives {listed(flat)} no range, so its numbers have no unit; "
            "export it again, or leave it out with channels=."
        )
    with refusing(label, "EDF"):
        names = _raw(path).ch_names
        others = [name for place, name in enumerate(names) if place not in set(picks)]
        raw = _raw(path, exclude=others)
        order = [raw.ch_names.index(names[place]) for place in picks]
    volts = np.array([_MNE_VOLTS.get(signals[place].unit, 1.0) for place in picks])
    n_samples = int(raw.n_times)
    if onsets := header.gapped():
        joined = BlockSource(partial(fetch, raw, order), n_samples, factors / volts, label)
        width = signals[picks[0]].samples
        with refusing(label, "discontinuous EDF+"):
            return GappedSource(joined, place_records(onsets, header.record_s, width), width)
    if stated := re.search(r"\bemgfasc\b.*\bsamples=(\d+)", header.recording):
        filling = n_samples - int(stated[1])
        n_samples -= filling if 0 <= filling < signals[picks[0]].samples else 0
    return BlockSource(partial(fetch, raw, order), n_samples, factors / volts, label)


def _facts(header: EdfHeader, signals: list[EdfSignal], start: datetime | None) -> Facts:
    """Collect what the transducer fields and identification fields say."""
    told = [signal.transducer for signal in signals]
    first = next((text for text in told if text.startswith("emgfasc ")), "")
    stated = dict(re.findall(r"(kind|side|at|muscle)=([^;]*)", first))
    return Facts(
        kind=next((kind for kind in KINDS if kind == stated.get("kind")), None),
        muscle=stated.get("muscle"),
        side=stated.get("side"),
        start=start,
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


def _start(raw: Any, header: EdfHeader) -> datetime | None:
    """Return the start in the recorder's own time; EDF knows no time zone."""
    date = raw.info["meas_date"]
    if date is None or header.recording.startswith(_ANONYMOUS):
        return None
    # EDF+ keeps the fraction of the second as the onset of the first record.
    fraction = next((float(onset) for onset in header.onsets(1) if 0 <= onset < 1), 0.0)
    start: datetime = date.replace(tzinfo=None, microsecond=round(fraction * 1e6))
    return start


def _filters(prefilter: str) -> tuple[float | None, float | None]:
    """Read ``HP:20Hz LP:0.5kHz``; DC, NaN and nothing stated give ``None``."""
    edges: list[float | None] = []
    for name in ("HP", "LP"):
        hit = re.search(rf"\b{name}:?\s*(\d+(?:\.\d+)?)\s*(k?)Hz", prefilter, re.IGNORECASE)
        value = float(hit[1]) * (1000.0 if hit[2] else 1.0) if hit else 0.0
        edges.append(value or None)
    return edges[0], edges[1]
