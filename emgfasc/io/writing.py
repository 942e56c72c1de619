"""Recordings as EDF, BDF or NPZ, written whole or not at all."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from emgfasc._validate import one_of
from emgfasc.containers import Recording
from emgfasc.errors import ParameterError, RecordingError
from emgfasc.io.atomic import whole
from emgfasc.io.refusal import reason

__all__ = ["write"]

_SUFFIXES = (".edf", ".bdf", ".npz")


def write(rec: Recording, path: str | Path) -> None:
    """Write a recording; the same recording always gives the same bytes.

    NPZ keeps everything exactly: samples (float32 uV), rate, names, kind, muscle, side,
    positions, start and filters. EDF and BDF keep uV over each channel's own range in 65535 or
    16777215 steps; kind, side, position and muscle go into the transducer field as far as its
    80 characters reach. Without a start date EDF gets its "unknown" date.

    Parameters
    ----------
    rec : Recording
        What to write; read whole into memory.
    path : str or Path
        Ending in ``.edf``, ``.bdf`` or ``.npz``.

    Raises
    ------
    ParameterError
        When the suffix is not one of these, the file cannot be written, or EDF cannot hold the
        sampling rate or a channel name.
    RecordingError
        When there are gaps (NaN) and the format is EDF or BDF.

    Examples
    --------
    >>> import numpy as np, emgfasc as ef, tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "biceps.edf"
    >>> ef.io.write(ef.read(np.arange(4096.0), fs=2048, kind="needle", muscle="Biceps"), path)
    >>> again = ef.read(path)
    >>> again.kind, again.muscle, again.n_samples
    ('needle', 'Biceps', 4096)
    """
    suffix = Path(path).suffix.lower()
    one_of("path suffix", suffix, _SUFFIXES)
    with whole(path) as part:
        if suffix == ".npz":
            _write_npz(rec, part)
        else:
            write_edf = import_module("emgfasc.io.edf_writing").write_edf
            try:
                write_edf(rec, part, suffix)
            except ParameterError:
                raise
            except ValueError as error:
                raise RecordingError(
                    f"{rec.name}: does not fit into {suffix} ({reason(error)}); write .npz."
                ) from error


def _write_npz(rec: Recording, part: Path) -> None:
    """Store what is known; what is not known has no entry."""
    facts: dict[str, Any] = {
        "muscle": rec.muscle,
        "side": rec.side,
        "positions_mm": rec.positions_mm,
        "start": rec.start.isoformat() if rec.start else None,
        "highpass_hz": rec.highpass_hz,
        "lowpass_hz": rec.lowpass_hz,
    }
    with part.open("wb") as file:
        np.savez(
            file,
            data=rec.read(),
            fs=rec.fs_hz,
            channels=np.array(rec.channels),
            kind=rec.kind,
            **{name: value for name, value in facts.items() if value is not None},
        )
