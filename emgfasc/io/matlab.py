"""MATLAB ``.mat``: OT Bioelettronica and Noraxon exports, and files with named fields."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emgfasc.errors import RecordingError
from emgfasc.io.arrays import array_names, held, out_of_cells
from emgfasc.io.channels import listed, named_once
from emgfasc.io.contents import Channel, ChannelType, Contents, Facts
from emgfasc.io.extras import extra
from emgfasc.io.grids import grid_code, placed
from emgfasc.io.mat_limits import hold_mat_sizes
from emgfasc.io.noraxon import noraxon_contents, noraxon_signals
from emgfasc.io.packed_limits import hold_growth
from emgfasc.io.refusal import refusing
from emgfasc.io.voltage import uv_per

__all__ = ["of_fields", "open_matlab"]

# Names of fields, in lower case, in the order in which they are looked for.
_DATA = ("data", "emg", "semg", "signal", "signals", "sig", "x", "y")
_RATE = ("samplingfrequency", "fs", "fsamp", "samplingrate", "samplerate", "sampling_rate",
         "sample_rate", "srate", "sf", "freq")  # fmt: skip
_NAMES = ("description", "channels", "channel_names", "labels", "names", "ch_names")
_UNITS = ("unit", "units")
_UNIT = re.compile(r"(.*?)\s*\[([^\[\]]*)\]\s*")
_HDF5 = b"\x89HDF"
_HDF5_AT = 512


def open_matlab(path: Path, label: str, fs_hz: float | None) -> Contents:
    """Open a ``.mat`` file; it is read whole.

    Parameters
    ----------
    path : Path
        An OTBioLab export (``Data``, ``Description``, ``SamplingFrequency``), an export of
        Noraxon's myoRESEARCH, or a file with a
        field such as ``data`` or ``emg``, with ``fs``, and if need be ``channels`` and ``unit``.
        The longer side of the samples is time.
    label : str
        How messages name it.
    fs_hz : float or None
        Sampling rate given by the caller, used when the file has none.

    Raises
    ------
    MissingExtraError
        For version 7.3, when h5py is not installed.
    RecordingError
        When it is no such file.
    """
    with refusing(label, "MATLAB"):
        fields = _fields(path, label)
        signals = noraxon_signals(fields)
    if signals is not None:
        return noraxon_contents(signals, path, label)
    return of_fields(fields, path, label, fs_hz)


def of_fields(fields: Mapping[str, Any], path: Path, label: str, fs_hz: float | None) -> Contents:
    """Find samples, rate, names and unit among named fields.

    Parameters
    ----------
    fields : mapping
        Arrays by name; structs are looked into. Vectors of one length are channels.
    path, label, fs_hz
        As in :func:`open_matlab`.

    Raises
    ------
    RecordingError
        When there are no samples or no rate.
    """
    with refusing(label, "named fields"):
        fields = _one_table(_unwrapped(fields))
        name = next((name for name in _DATA if name in fields), None)
        if name is None:
            raise ValueError(
                f"none of its fields {listed(sorted(fields))} is called {', '.join(_DATA)}"
            )
        values = _rows(fields[name])
        rate = _number(fields, _RATE)
        told = _texts(fields, _NAMES)
        unit = next(iter(_texts(fields, _UNITS)), "")
    rate = fs_hz if rate is None else rate
    if rate is None:
        raise RecordingError(f"{label}: states no sampling rate; give it with fs= (in Hz).")
    notes = [f"Samples were taken from its field '{name}'."]
    if told and len(told) != len(values):
        notes.append(f"Its {len(told)} channel names do not fit {len(values)} channels; left out.")
        told = []
    channels, facts, added = _described(told or array_names(len(values)), rate, unit)
    notes += added
    return Contents(
        label=label,
        channels=channels,
        open=partial(held, values, label),
        files=(path,),
        facts=facts,
        notes=tuple(notes),
    )


def _fields(path: Path, label: str) -> dict[str, Any]:
    """Return the variables by name."""
    with path.open("rb") as file:
        head = file.read(_HDF5_AT + 4)
    if _HDF5 in (head[:4], head[_HDF5_AT : _HDF5_AT + 4]):
        h5py = extra("h5py", label)
        with h5py.File(path, "r") as stored:
            # MATLAB stores arrays column by column and text as 16-bit codes.
            return {
                name: _coded(np.asarray(_believed(item, path)).T)
                for name, item in stored.items()
                if isinstance(item, h5py.Dataset) and item.dtype.kind in "iuf"
            }
    hold_mat_sizes(path)
    loadmat = import_module("scipy.io").loadmat  # costs time that other formats need not pay
    stored = loadmat(path, squeeze_me=False, struct_as_record=True)
    return {name: value for name, value in stored.items() if not name.startswith("__")}


def _believed(item: Any, path: Path) -> Any:
    """Return a dataset; raise when it claims far more values than packing could hide."""
    hold_growth(f"its field {item.name}", item.nbytes, path.stat().st_size)
    return item


def _unwrapped(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Put what stands in structs (of one element) beside what stands outside them."""
    flat: dict[str, Any] = {}
    for name, value in fields.items():
        array = out_of_cells(value)
        if array.dtype.names and array.size == 1:
            flat |= _unwrapped({str(key): array[key].flat[0] for key in array.dtype.names})
        else:
            flat[name] = value
    return flat


def _one_table(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields by lower-case name; vectors, one per channel, become a table with names."""
    lower = {name.lower(): value for name, value in fields.items()}
    if any(name in lower for name in _DATA):
        return lower
    plain = {name: out_of_cells(value) for name, value in fields.items()}
    vectors = {
        name: value.ravel()
        for name, value in plain.items()
        if value.dtype.kind in "iuf" and value.size > 1 == min(value.shape)
        and not name.lower().startswith("time")
    }  # fmt: skip
    if len({len(vector) for vector in vectors.values()}) != 1:
        return lower
    return lower | {"data": np.array(list(vectors.values())), "channels": np.array(list(vectors))}


def _coded(values: NDArray[Any]) -> Any:
    """Turn 16-bit codes into text; MATLAB marks text by nothing else that is simple."""
    if values.dtype == np.uint16 and values.shape[0] == 1 and values.size < 64:
        return np.array(["".join(chr(code) for code in values.ravel())])
    return values


def _rows(value: Any) -> NDArray[Any]:
    """Return channels x samples: time is the longer side."""
    array = out_of_cells(value)
    if array.dtype.kind not in "iuf" or array.ndim != 2:
        raise ValueError(f"its samples are {array.dtype} of shape {array.shape}, no table")
    return array.T if array.shape[0] > array.shape[1] else array


def _number(fields: Mapping[str, Any], names: Sequence[str]) -> float | None:
    """Return the first of some fields that holds one number."""
    for name in names:
        if name in fields:
            array = out_of_cells(fields[name])
            if array.size == 1 and array.dtype.kind in "iuf":
                return float(array.flat[0])
    return None


def _texts(fields: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    """Return the texts of the first of some fields that holds any."""
    for name in names:
        if name in fields:
            cells = [out_of_cells(cell) for cell in np.asarray(fields[name]).ravel()]
            texts = [str(cell.flat[0]).strip() for cell in cells if cell.size]
            if texts and all(cell.dtype.kind == "U" for cell in cells):
                return texts
    return []


def _described(
    told: Sequence[str], fs_hz: float, unit: str
) -> tuple[tuple[Channel, ...], Facts, list[str]]:
    """Read OTBioLab's ``Muscle - Input - GR08MM1305 (7)[uV]``; other names stay as they are."""
    names: list[str] = []
    units: list[str] = []
    codes: list[str | None] = []
    electrodes: list[int] = []
    muscles = set()
    for text in told:
        match = _UNIT.fullmatch(text)
        name, own = (match[1], match[2]) if match else (text, unit)
        code, number = grid_code(name), re.search(r"\((\d+)\)\s*$", name)
        on_grid = code is not None and number is not None and uv_per(own) is not None
        if on_grid:
            muscles.add(name.partition(" - ")[0])
        names.append(name)
        units.append(own)
        codes.append(code if on_grid else None)
        electrodes.append(int(number[1]) - 1 if number else 0)
    where, notes = placed(codes, electrodes)
    unique, renamed = named_once(_shortened(names, codes))
    channels = tuple(
        Channel(name, fs_hz, own, _type(own, code))
        for name, own, code in zip(unique, units, codes, strict=True)
    )
    facts = Facts(
        kind="hdsemg" if any(codes) else None,
        muscle=muscles.pop() if len(muscles) == 1 else None,
        positions_mm=where,
    )
    return channels, facts, [*notes, *renamed]


def _type(unit: str, code: str | None) -> ChannelType:
    """Tell what a channel is by its grid and unit."""
    if code is not None:
        return "emg"
    return "other" if unit and uv_per(unit) is None else "unknown"


def _shortened(names: Sequence[str], codes: Sequence[str | None]) -> list[str]:
    """Leave out what stands before the grid where electrodes' own numbers tell them apart."""
    short = [
        re.sub(r"^.* - (?=(?:GR|HD)\d)", "", name) if code else name
        for name, code in zip(names, codes, strict=True)
    ]
    brief = [name for name, code in zip(short, codes, strict=True) if code]
    return short if len(set(brief)) == len(brief) else list(names)
