"""Potentials as EDF+ annotations, on their own or in a copy of the recording's file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd

from emgfasc.containers import Events, Rest
from emgfasc.errors import ParameterError, RecordingError
from emgfasc.export.labels import excluded, labels, table
from emgfasc.io.atomic import whole

__all__ = ["from_edf", "to_edf"]

_CHANNEL = "@@"  # parts the text from the channel, as MNE writes and reads it
# What EDF+ asks of the two fields of the header in which EDF takes any text, and their length.
_DATE = r"(?:X|\d{2}-[A-Z]{3}-\d{4})"
_PATIENT = re.compile(rf"\S+ [MFX] {_DATE} \S+(?: .*)?")
_RECORDING = re.compile(rf"Startdate {_DATE} \S+ \S+ \S+(?: .*)?")
_FIELD = 80


def to_edf(
    events: Events,
    path: str | Path,
    *,
    source: str | Path | None = None,
    rest: Rest | None = None,
) -> Path:
    """Write potentials as EDF+ annotations.

    Parameters
    ----------
    events : Events
        Potentials of any category.
    path : str or Path
        Where to; replaced when it exists.
    source : str or Path, optional
        An EDF or EDF+C file to copy with the annotations added: its samples, header and other
        annotations stay as they are. A plain EDF becomes EDF+C; where its patient and recording
        are free text, they become the name and the technician's field of EDF+, words joined by
        ``_`` and cut to fit. Without a source the file holds annotations alone, which EDF+ allows.
    rest : Rest, optional
        Stretches that are not rest are annotated as well, as for
        :func:`emgfasc.export.to_annotations`.

    Returns
    -------
    Path
        The file. Onset and duration are exact to 1e-12 s.

    Raises
    ------
    RecordingError
        When `source` cannot be read as EDF, or has gaps (EDF+D).
    ParameterError
        When the file cannot be written, or there is neither a potential nor a `source` to put
        into it.

    Notes
    -----
    EDF+: Kemp and Olivan 2003, https://doi.org/10.1016/S1388-2457(03)00123-8. The text is
    ``category/unit N@@channel``.

    Examples
    --------
    >>> import tempfile, pathlib, emgfasc as ef
    >>> rec, truth = ef.simulate.recording(kind="needle", seed=7, seconds=10)
    >>> path = to_edf(truth, pathlib.Path(tempfile.mkdtemp()) / "marks.edf")
    >>> len(from_edf(path)) == len(truth)
    True
    """
    import edfio  # noqa: PLC0415 - emgfasc imports without it

    frame = events.frame
    marks = [
        edfio.EdfAnnotation(float(onset), float(duration), f"{label}{_CHANNEL}{channel}")
        for onset, duration, label, channel in zip(
            frame["onset"],
            frame["duration"].fillna(0.0),
            labels(events),
            frame["channel"],
            strict=True,
        )
    ]
    marks += [edfio.EdfAnnotation(start, length, text) for start, length, text in excluded(rest)]
    if source is None and not marks:
        raise ParameterError(
            "events: EDF+ holds no file without signals and annotations; there is none to write."
        )
    file = edfio.Edf([], annotations=marks) if source is None else _opened(source)
    if source is not None:
        _make_plus(file, source)
        file.add_annotations(marks)
    with whole(path) as part:
        file.write(part)
    return Path(path)


def from_edf(path: str | Path) -> pd.DataFrame:
    """Return the potentials among the annotations of an EDF+ file.

    Parameters
    ----------
    path : str or Path
        An EDF+ file; annotations that are not emgfasc's are left out.

    Returns
    -------
    DataFrame
        Columns as of :func:`emgfasc.export.from_annotations`.

    Raises
    ------
    RecordingError
        When the file cannot be read.
    """
    rows = []
    for mark in _opened(path).annotations:
        text, _, channel = mark.text.partition(_CHANNEL)
        rows.append((mark.onset, mark.duration or 0.0, text, channel))
    return table(rows)


def _make_plus(file: Any, source: str | Path) -> None:
    """Have an EDF file say that it is EDF+C, or strict readers take annotations for a signal."""
    if file.reserved.startswith("EDF+D"):
        raise RecordingError(
            f"{source}: has gaps (EDF+D), which a copy would close; name an EDF or EDF+C file, or "
            "leave 'source' out."
        )
    if file.reserved.startswith("EDF+C"):
        return
    file._set_reserved("EDF+C")  # noqa: SLF001 - edfio has no public way
    patient = file.local_patient_identification
    if not _PATIENT.fullmatch(patient):
        file.local_patient_identification = f"X X X {_word(patient)}"[:_FIELD]
    text = file.local_recording_identification
    if not _RECORDING.fullmatch(text):
        try:
            date = f"{file.startdate:%d-%b-%Y}".upper()
        except ValueError:  # left out, or no date
            date = "X"
        text = re.sub(r"^Startdate \S+ ?", "", text)
        file.local_recording_identification = f"Startdate {date} X {_word(text)[: _FIELD - 26]} X"


def _word(text: str) -> str:
    """Return free text as one word of plain characters; X, as EDF+ writes it, for none."""
    return re.sub(r"[^!-~]+", "_", text).strip("_") or "X"


def _opened(path: str | Path) -> Any:
    """Read an EDF file with edfio."""
    import edfio  # noqa: PLC0415 - emgfasc imports without it

    try:
        return edfio.read_edf(Path(path).expanduser(), header_encoding="latin-1")
    except (OSError, ValueError, KeyError, IndexError) as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise RecordingError(
            f"{path}: cannot be read as EDF ({' '.join(str(why).split())}); "
            "name an EDF or EDF+C file."
        ) from error
