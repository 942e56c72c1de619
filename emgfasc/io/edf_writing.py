"""EDF and BDF, written by edfio."""

from __future__ import annotations

import math
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import edfio
import numpy as np

from emgfasc.containers import Recording
from emgfasc.errors import ParameterError, RecordingError

__all__ = ["write_edf"]

_LABEL = 16  # characters of a signal label
_TRANSDUCER = 80
_SHORTEST_US, _USUAL_US, _LONGEST_US = 100, 2_000_000, 9_999_999  # of a data record
_EDF_YEARS = range(1985, 2085)
_FORMATS: dict[str, Any] = {
    ".edf": (edfio.EdfSignal, edfio.Edf),
    ".bdf": (edfio.BdfSignal, edfio.Bdf),
}


def write_edf(rec: Recording, part: Path, suffix: str) -> None:
    """Write a recording as EDF (16 bit) or BDF (24 bit); see :func:`emgfasc.io.write`.

    Parameters
    ----------
    rec : Recording
        Without gaps.
    part : Path
        Where to.
    suffix : {'.edf', '.bdf'}
        Which of the two.
    """
    size, seconds = _record(rec.fs_hz, rec.n_samples)
    padding = -rec.n_samples % size
    data = rec.read()
    if not np.isfinite(data).all():
        raise RecordingError(
            f"{rec.name}: has gaps (NaN), which EDF and BDF cannot hold; write .npz."
        )
    signal, file = _FORMATS[suffix]
    # The last record is filled up with the last value; the reader takes the filling off again.
    signals = [
        signal(
            np.pad(row.astype(np.float64), (0, padding), mode="edge"),
            rec.fs_hz,
            label=_label(rec, name),
            transducer_type=_transducer(rec, place),
            physical_dimension="uV",
            prefiltering=_prefiltering(rec),
        )
        for place, (name, row) in enumerate(zip(rec.channels, data, strict=True))
    ]
    started = rec.start if rec.start and rec.start.year in _EDF_YEARS else None
    file(
        signals,
        recording=edfio.Recording(
            startdate=date(started.year, started.month, started.day) if started else None,
            additional=("emgfasc", f"samples={rec.n_samples}"),
        ),
        starttime=started.time() if started else None,
        data_record_duration=seconds,
        annotations=() if started and started.microsecond else None,
    ).write(part)


def _record(fs_hz: float, n_samples: int) -> tuple[int, float]:
    """Return samples and seconds of a data record.

    The header holds the length of a record in 8 characters, so only some lengths give the rate
    back exactly. Of those, one that divides the recording is best; failing that, the shortest,
    to fill up little.
    """
    fs = _fraction(fs_hz)
    # Lengths are whole microseconds: six decimals and one digit before the point.
    least = fs.denominator * 10**6 // math.gcd(fs.numerator, fs.denominator * 10**6)
    least *= -(-_SHORTEST_US // least)  # Python writes shorter ones with an exponent
    if least > _LONGEST_US:
        raise ParameterError(
            f"Invalid value for the 'fs' parameter: EDF cannot hold {fs_hz!r} Hz exactly; "
            "write .npz."
        )
    sizes = {us: int(fs * us / 10**6) for us in range(least, max(_USUAL_US, least) + 1, least)}
    dividing = [us for us, size in sizes.items() if n_samples % size == 0]
    length = dividing[-1] if dividing else least
    return sizes[length], length / 1e6


def _fraction(fs_hz: float) -> Fraction:
    """Return the simplest fraction that is this rate: 34 samples in 27 ms, not 16 decimals."""
    simple = (Fraction(fs_hz).limit_denominator(10**digits) for digits in range(1, 8))
    return next((each for each in simple if float(each) == fs_hz), Fraction(repr(float(fs_hz))))


def _label(rec: Recording, name: str) -> str:
    """Return a channel name that a label can hold; never a changed one."""
    if len(name) > _LABEL or not name.isascii() or not name.isprintable() or name != name.strip():
        raise ParameterError(
            f"Invalid value for the 'path' parameter: {rec.name} has a channel named {name!r}, "
            f"but EDF holds {_LABEL} plain characters; write .npz or rename the channel."
        )
    return name


def _transducer(rec: Recording, place: int) -> str:
    """Return kind, side, position and muscle, as far as they fit."""
    parts = [f"emgfasc kind={rec.kind}"]
    if rec.side:
        parts.append(f"side={rec.side}")
    if rec.positions_mm is not None and np.isfinite(rec.positions_mm[place]).all():
        x, y = rec.positions_mm[place]
        parts.append(f"at={x:.9g},{y:.9g} mm")
    if rec.muscle:
        parts.append(f"muscle={rec.muscle}")
    text = ";".join(parts).encode("ascii", "replace").decode("ascii")
    return "".join(sign if sign.isprintable() else " " for sign in text)[:_TRANSDUCER].rstrip()


def _prefiltering(rec: Recording) -> str:
    """Return the filters as EDF+ spells them."""
    edges = (("HP", rec.highpass_hz), ("LP", rec.lowpass_hz))
    return " ".join(f"{name}:{edge:.10g}Hz" for name, edge in edges if edge)
