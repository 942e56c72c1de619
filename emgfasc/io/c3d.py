"""C3D of motion laboratories: its analogue channels, read by ezc3d."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from emgfasc.errors import RecordingError
from emgfasc.io.arrays import held
from emgfasc.io.c3d_limits import hold_c3d_sizes
from emgfasc.io.channels import named_once
from emgfasc.io.contents import Channel, Contents, Facts
from emgfasc.io.extras import extra
from emgfasc.io.refusal import refusing

__all__ = ["open_c3d"]

_KEY = 0x50  # second byte of every C3D file


def open_c3d(path: Path, label: str) -> Contents:
    """Open the analogue channels of a C3D file; it is read whole. Markers are left out.

    Parameters
    ----------
    path : Path
        The file.
    label : str
        How messages name it.

    Raises
    ------
    MissingExtraError
        When ezc3d is not installed.
    RecordingError
        When it is no C3D file, is cut short, or has no analogue channel.
    """
    ezc3d = extra("ezc3d", label)
    with path.open("rb") as file:
        head = file.read(2)
    if len(head) < 2 or head[1] != _KEY:
        raise RecordingError(f"{label}: is no C3D file: its second byte is not 0x50.")
    with refusing(label, "C3D") as warned:
        hold_c3d_sizes(path)
        stored = ezc3d.c3d(str(path))
        analog = stored["parameters"]["ANALOG"]
        values = np.asarray(stored["data"]["analogs"])[0]
        labels = _texts(analog, "LABELS", len(values))
        names, notes = named_once(labels)
        units = _texts(analog, "UNITS", len(values))
        told = " ".join(dict.fromkeys(_texts(analog, "DESCRIPTIONS", len(values))))
        fs_hz = float(analog["RATE"]["value"][0])
    if not len(values):
        raise RecordingError(f"{label}: holds no analogue channel, only markers.")
    return Contents(
        label=label,
        channels=tuple(Channel(name, fs_hz, unit) for name, unit in zip(names, units, strict=True)),
        open=partial(held, values, label),
        files=(path,),
        facts=Facts(text=told),
        notes=(*warned, *notes),
    )


def _texts(group: Any, name: str, n_channels: int) -> list[str]:
    """Return one text per channel; empty where the file has none."""
    values = [str(text).strip() for text in group[name]["value"]] if name in group else []
    return [*values, *[""] * n_channels][:n_channels]
