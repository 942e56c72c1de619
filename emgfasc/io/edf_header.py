"""The header of an EDF or BDF file, as stored.

All that must be judged before reading is here: the unit as spelled, a channel's own rate, the
number of records promised. Layout: Kemp et al. 1992,
doi:10.1016/0013-4694(92)90009-7; Kemp & Olivan 2003 (EDF+), doi:10.1016/S1388-2457(03)00123-8.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np

from emgfasc.errors import RecordingError
from emgfasc.io.refusal import reason

__all__ = ["EdfHeader", "EdfSignal", "read_header"]

_FIXED = 256  # bytes of the part that is the same in every file, and again per signal
# Where each per-signal field starts (in bytes per signal) and how long it is.
_FIELDS = {
    "label": (0, 16),
    "transducer": (16, 80),
    "unit": (96, 8),
    "physical_min": (104, 8),
    "physical_max": (112, 8),
    "digital_min": (120, 8),
    "digital_max": (128, 8),
    "prefilter": (136, 80),
    "samples": (216, 8),
}
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_STARTDATE = re.compile(r"Startdate (\d{1,2})-([A-Za-z]{3})-(\d{4})\b")
_TRIPLE = re.compile(r"\s*(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{1,2})\s*")
_ONSET = re.compile(rb"\+?(-?\d+(?:\.\d+)?)[\x14\x15]")


@dataclass(frozen=True)
class EdfSignal:
    """One signal, as stored.

    Attributes
    ----------
    label, transducer, unit, prefilter : str
        As spelled.
    samples : int
        Samples per record.
    place : int
        Samples of other signals before it in a record.
    gain, offset : float
        A stored number times `gain` plus `offset` is a value in `unit`; ``nan`` when the ranges do
        not relate numbers to units.
    """

    label: str
    transducer: str
    unit: str
    prefilter: str
    samples: int
    place: int
    gain: float
    offset: float

    @property
    def calibrated(self) -> bool:
        """Whether its numbers have a unit."""
        return math.isfinite(self.gain)

    @property
    def is_annotation(self) -> bool:
        """Whether it holds EDF+ annotations instead of samples."""
        return self.label in ("EDF Annotations", "BDF Annotations")


@dataclass(frozen=True)
class EdfHeader:
    """What the header promises.

    Attributes
    ----------
    path : Path
        The file.
    sample_bytes : int
        2 in EDF, 3 in BDF.
    patient, recording : str
        Identification fields.
    start : datetime or None
        By the recorder's clock, in whole seconds; ``None`` when the fields hold no date.
    reserved : str
        ``EDF+C``, ``EDF+D``, ``24BIT`` or empty.
    size : int
        Bytes of the header.
    n_records : int
        Data records stated; -1 when the recorder was not stopped properly.
    record_s : Fraction
        Exact length of a record.
    signals : tuple of EdfSignal
        All signals, annotations included.
    """

    path: Path
    sample_bytes: int
    patient: str
    recording: str
    start: datetime | None
    reserved: str
    size: int
    n_records: int
    record_s: Fraction
    signals: tuple[EdfSignal, ...]

    @property
    def record_bytes(self) -> int:
        """Bytes of one data record."""
        return self.sample_bytes * sum(signal.samples for signal in self.signals)

    @property
    def n_held(self) -> int:
        """Whole data records in the file, whatever the header states."""
        return (self.path.stat().st_size - self.size) // max(self.record_bytes, 1)

    def rate(self, signal: EdfSignal) -> float:
        """Return a signal's own sampling rate in Hz."""
        return float(signal.samples / self.record_s)

    def checked(self, label: str) -> list[str]:
        """Hold the file's size and continuity against the header; return notes.

        Raises
        ------
        RecordingError
            When data are missing, or gaps between records cannot be placed.
        """
        held, rest = divmod(self.path.stat().st_size - self.size, max(self.record_bytes, 1))
        if held < self.n_records or (self.n_records < 0 and rest):
            stated = self.n_records if self.n_records >= 0 else "an unknown number of"
            raise RecordingError(
                f"{label}: is truncated: its header states {stated} data records, but it holds "
                f"{max(held, 0)} whole ones; copy it again from where it was recorded."
            )
        if held < 1:
            raise RecordingError(f"{label}: holds no data record; record or export it again.")
        if self.reserved[3:5] == "+D" and len(self.onsets(held)) < held:
            raise RecordingError(
                f"{label}: is discontinuous (EDF+D), but not all of its records say when they "
                "start; export each continuous stretch to a file of its own."
            )
        if self.n_records < 0:
            return [f"The header does not state how many records it has; all {held} were read."]
        if held > self.n_records:
            stated = f"The header states {self.n_records} data records, but the file holds {held}"
            return [f"{stated}; all whole ones were read."]
        return [f"Left out {rest} bytes behind the last whole record."] if rest else []

    def onsets(self, n_records: int) -> list[Fraction]:
        """Return when the first records start, in seconds; empty when EDF+ does not say."""
        keepers = [place for place, signal in enumerate(self.signals) if signal.is_annotation]
        if not keepers:
            return []
        before = sum(signal.samples for signal in self.signals[: keepers[0]]) * self.sample_bytes
        shape = (n_records, self.record_bytes)
        data = np.memmap(self.path, np.uint8, "r", offset=self.size, shape=shape)
        matches = [_ONSET.match(row.tobytes()) for row in data[:, before : before + 32]]
        return [Fraction(match[1].decode()) for match in matches if match]

    def gapped(self) -> list[Fraction]:
        """Return when every record starts if there are gaps between them, else nothing."""
        if self.reserved[3:5] != "+D":
            return []
        onsets = self.onsets(self.n_held)
        together = all(after - onset == self.record_s for onset, after in pairwise(onsets))
        return [] if together else onsets


def read_header(path: Path, label: str) -> EdfHeader:
    """Read the header of an EDF or BDF file.

    Parameters
    ----------
    path : Path
        The file.
    label : str
        How messages name it.

    Raises
    ------
    RecordingError
        When the header is not one.
    """
    with path.open("rb") as file:
        fixed = file.read(_FIXED)
        if fixed[:8] != b"0       " and fixed[:8] != b"\xffBIOSEMI":
            raise RecordingError(
                f"{label}: is no EDF or BDF file: its first bytes are {fixed[:8]!r}; "
                "check its suffix."
            )
        try:
            size, n_records = int(fixed[184:192]), int(fixed[236:244])
            record_s = Fraction(Decimal(fixed[244:252].decode("ascii").strip()))
            n_signals = int(fixed[252:256])
            signals = _signals(file.read(_FIXED * n_signals), n_signals)
            _hold_sizes(size, record_s, signals)
        except (ValueError, OverflowError, InvalidOperation) as error:
            raise RecordingError(
                f"{label}: its EDF header is damaged or cut short ({reason(error)}); "
                "copy the file again."
            ) from error
    return EdfHeader(
        path=path,
        sample_bytes=3 if fixed[:1] == b"\xff" else 2,
        patient=_text(fixed[8:88]),
        recording=_text(fixed[88:168]),
        start=_start(_text(fixed[88:168]), _text(fixed[168:176]), _text(fixed[176:184])),
        reserved=_text(fixed[192:236]),
        size=size,
        n_records=n_records,
        record_s=record_s,
        signals=signals,
    )


def _text(field: bytes) -> str:
    """Decode one field; recorders put latin-1 where ASCII is prescribed."""
    return field.decode("latin-1").strip("\x00 ")


def _signals(block: bytes, n_signals: int) -> tuple[EdfSignal, ...]:
    """Cut the per-signal part, which is stored field by field."""
    if n_signals < 1 or len(block) < _FIXED * n_signals:
        raise ValueError("the header is shorter than it states")
    cut = {
        name: [
            _text(block[start * n_signals + place * length :][:length])
            for place in range(n_signals)
        ]
        for name, (start, length) in _FIELDS.items()
    }
    rows = [dict(zip(cut, row, strict=True)) for row in zip(*cut.values(), strict=True)]
    signals, place = [], 0
    for row in rows:
        gain, offset = _scale(row)
        signal = EdfSignal(
            label=row["label"],
            transducer=row["transducer"],
            unit=row["unit"],
            prefilter=row["prefilter"],
            samples=int(row["samples"]),
            place=place,
            gain=gain,
            offset=offset,
        )
        signals.append(signal)
        place += signal.samples
    return tuple(signals)


def _scale(row: dict[str, str]) -> tuple[float, float]:
    """Relate stored numbers to the unit: gain and offset; ``nan`` where the ranges do not."""
    low, high = _number(row["physical_min"]), _number(row["physical_max"])
    bottom, top = _number(row["digital_min"]), _number(row["digital_max"])
    if low == high or not bottom < top:
        return math.nan, math.nan
    gain = (high - low) / (top - bottom)
    return gain, low - gain * bottom


def _start(recording: str, date: str, time: str) -> datetime | None:
    """Read the start; EDF+ states all four digits of the year in the recording field."""
    stated = _STARTDATE.match(recording)
    short = _TRIPLE.fullmatch(date)
    try:
        if stated and stated[2].upper() in _MONTHS:
            day = datetime(int(stated[3]), _MONTHS.index(stated[2].upper()) + 1, int(stated[1]))
        elif short:
            year = int(short[3])
            # EDF's clipping date: 85 to 99 mean 1985 to 1999.
            day = datetime(year + (1900 if year >= 85 else 2000), int(short[2]), int(short[1]))
        else:
            return None
        clock = _TRIPLE.fullmatch(time)
        hour, minute, second = map(int, clock.groups()) if clock else (0, 0, 0)
        return day.replace(hour=hour, minute=minute, second=second)
    except ValueError:
        return None


def _number(text: str) -> float:
    """Read a number; some recorders write a decimal comma."""
    return float(text.replace(",", "."))


def _hold_sizes(size: int, record_s: Fraction, signals: tuple[EdfSignal, ...]) -> None:
    """Raise unless the sizes agree with each other."""
    if size != _FIXED * (len(signals) + 1):
        raise ValueError("the header's size is not that of its signals")
    if record_s <= 0 or any(signal.samples < 1 for signal in signals):
        raise ValueError("a record without length or samples")
