"""NPZ: ``data`` (channels x samples, uV), ``fs``, and what else :func:`write` puts there."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from emgfasc.containers import KINDS
from emgfasc.errors import RecordingError
from emgfasc.io.arrays import array_names, as_rows, held
from emgfasc.io.channels import named_once
from emgfasc.io.contents import Channel, Contents, Facts
from emgfasc.io.packed_limits import hold_growth
from emgfasc.io.refusal import refusing

__all__ = ["open_npz"]


def open_npz(path: Path, label: str, fs_hz: float | None) -> Contents:
    """Open an NPZ file; it is read whole.

    Parameters
    ----------
    path : Path
        The file. ``data`` is needed; ``fs``, ``channels``, ``kind``, ``positions_mm``,
        ``muscle``, ``side``, ``start``, ``highpass_hz``, ``lowpass_hz`` are understood.
    label : str
        How messages name it.
    fs_hz : float or None
        Sampling rate given by the caller, used when the file has none.

    Raises
    ------
    RecordingError
        When it is no NPZ, holds Python objects, or lacks `data` or the rate.
    """
    with refusing(label, "NPZ"):
        _hold_sizes(path)
        with np.load(path, allow_pickle=False) as file:
            stored = {name: file[name] for name in file.files}
    if "data" not in stored:
        raise RecordingError(
            f"{label}: has no array 'data' (channels x samples, uV); "
            f"it has {', '.join(sorted(stored)) or 'none'}."
        )
    rows = as_rows(stored["data"], label)
    with refusing(label, "NPZ"):
        rate = _number(stored, "fs")
        names = _names(stored, len(rows))
        facts = _facts(stored, len(rows))
        edges = _number(stored, "highpass_hz"), _number(stored, "lowpass_hz")
    rate = fs_hz if rate is None else rate
    if rate is None:
        raise RecordingError(f"{label}: has no sampling rate 'fs'; give it with fs=.")
    unique, notes = named_once(names)
    return Contents(
        label=label,
        channels=tuple(Channel(name, rate, "uV", "unknown", *edges) for name in unique),
        open=partial(held, rows, label),
        files=(path,),
        facts=facts,
        notes=tuple(notes),
    )


def _hold_sizes(path: Path) -> None:
    """Raise when an array claims more values than its member holds, or more than can be packed."""
    with zipfile.ZipFile(path) as packed:
        for member in packed.infolist():
            hold_growth(member.filename, member.file_size, path.stat().st_size)
            with packed.open(member) as stream:
                version = np.lib.format.read_magic(stream)
                read = np.lib.format.read_array_header_1_0
                if version != (1, 0):
                    read = np.lib.format.read_array_header_2_0
                shape, _, dtype = read(stream)
            if math.prod(shape) * dtype.itemsize > member.file_size:
                raise ValueError(f"{member.filename} claims shape {shape} and does not hold it")


def _number(stored: Mapping[str, Any], name: str) -> float | None:
    """Return a stored number, ``None`` when it is not there."""
    return float(stored[name].item()) if name in stored else None


def _names(stored: Mapping[str, Any], n_channels: int) -> list[str]:
    """Return the stored channel names, or numbered ones."""
    if "channels" not in stored:
        return array_names(n_channels)
    names = [str(name) for name in np.atleast_1d(stored["channels"])]
    if len(names) != n_channels:
        raise ValueError(f"{len(names)} names in 'channels' for {n_channels} rows in 'data'")
    return names


def _facts(stored: Mapping[str, Any], n_channels: int) -> Facts:
    """Collect what describes the recording."""
    text = {
        name: str(stored[name].item())
        for name in ("kind", "muscle", "side", "start")
        if name in stored
    }
    if text.get("kind", "surface") not in KINDS:
        raise ValueError(f"its kind is {text['kind']!r}, allowed are {', '.join(KINDS)}")
    positions = stored.get("positions_mm")
    if positions is not None and positions.shape != (n_channels, 2):
        raise ValueError(f"'positions_mm' has shape {positions.shape}, not ({n_channels}, 2)")
    return Facts(
        kind=next((kind for kind in KINDS if kind == text.get("kind")), None),
        muscle=text.get("muscle"),
        side=text.get("side"),
        start=datetime.fromisoformat(text["start"]) if "start" in text else None,
        positions_mm=None if positions is None else positions.astype(np.float64),
    )
