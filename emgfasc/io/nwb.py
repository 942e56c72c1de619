"""NWB files: the ElectricalSeries of their acquisition, read by pynwb block by block."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Source
from emgfasc.errors import RecordingError
from emgfasc.io.channels import listed, named_once
from emgfasc.io.contents import BlockSource, Channel, Contents, Facts
from emgfasc.io.extras import extra
from emgfasc.io.objects import rate_of
from emgfasc.io.refusal import refusing

__all__ = ["open_nwb"]


@dataclass(frozen=True, eq=False)
class _Series:
    """One ElectricalSeries: samples x channels, and volts per stored unit."""

    data: Any
    gain: NDArray[np.float64]
    offset: float
    n_samples: int
    lock: Any


def open_nwb(path: Path, label: str) -> Contents:
    """Open an NWB file through pynwb.

    Parameters
    ----------
    path : Path
        The file. One ElectricalSeries is read: the only one, or the only one with ``emg`` in its
        name. Its conversion, offset, rate, filter text and the electrodes' muscle (`location`) and
        position (`rel_x`, `rel_y`, in um) are kept.
    label : str
        How messages name it.

    Raises
    ------
    MissingExtraError
        When pynwb is not installed.
    RecordingError
        When it is no NWB file, or has no such series.
    """
    pynwb = extra("pynwb", label)
    with refusing(label, "NWB") as warned:
        # Stays open for as long as samples may be asked for: h5py closes it with its last user.
        stored = pynwb.NWBHDF5IO(str(path), mode="r").read()
        series = {
            name: item
            for name, item in stored.acquisition.items()
            if isinstance(item, pynwb.ecephys.ElectricalSeries)
        }
        emg = {name: item for name, item in series.items() if "emg" in name.lower()}
        chosen = series if len(series) == 1 else emg
    if len(chosen) != 1:
        raise RecordingError(
            f"{label}: has {len(series)} ElectricalSeries ({listed(list(series)) or 'none'}); one "
            "alone, or one alone with 'emg' in its name, is needed."
        )
    name, item = next(iter(chosen.items()))
    with refusing(label, "NWB"):
        table = item.electrodes.to_dataframe() if item.electrodes is not None else None
        shape = item.data.shape
        n_channels = 1 if len(shape) == 1 else int(shape[1])
        rate = rate_of(
            label,
            {} if item.rate is None else {"fs_hz": float(item.rate)},
            None if item.timestamps is None else np.asarray(item.timestamps, np.float64),
            None,
        )
        gain = np.full(n_channels, float(item.conversion))
        if item.channel_conversion is not None:
            gain = gain * np.asarray(item.channel_conversion, np.float64)
        held = _Series(item.data, gain, float(item.offset or 0.0), int(shape[0]), Lock())
        names, renamed = named_once(_names(table, n_channels))
        facts = _facts(stored, table, n_channels, f"{name} {item.description}")
    notes = [*warned, *renamed, f"Samples were taken from its ElectricalSeries '{name}'."]
    left = [other for other in series if other != name]
    if left:
        notes.append(f"Left out {len(left)} other series: {listed(left)}.")
    return Contents(
        label=label,
        # ElectricalSeries is in volts by its definition
        channels=tuple(Channel(channel, rate, "V", "emg") for channel in names),
        open=partial(_source, held, label),
        files=(path,),
        facts=facts,
        notes=tuple(notes),
    )


def _names(table: Any, n_channels: int) -> list[str]:
    """Return the electrodes' own names, or numbered ones."""
    for column in ("channel_name", "label", "electrode_name"):
        if table is not None and column in table:
            return [str(value) for value in table[column]]
    return [f"EMG{place + 1}" for place in range(n_channels)]


def _facts(stored: Any, table: Any, n_channels: int, text: str) -> Facts:
    """Collect muscle, start and positions."""
    where = None
    muscles: set[str] = set()
    if table is not None and len(table) == n_channels:
        if {"rel_x", "rel_y"} <= set(table):
            where = table[["rel_x", "rel_y"]].to_numpy(np.float64) / 1000.0
        if "location" in table:
            muscles = {str(value) for value in table["location"]} - {"", "unknown"}
    return Facts(
        muscle=muscles.pop() if len(muscles) == 1 else None,
        start=stored.session_start_time,
        text=f"{stored.session_description} {text}",
        positions_mm=None if where is None or np.isnan(where).all() else where,
    )


def _source(series: _Series, label: str, picks: list[int], factors: NDArray[np.float64]) -> Source:
    return BlockSource(partial(_fetch, series, picks), series.n_samples, factors, label)


def _fetch(series: _Series, picks: list[int], start: int, stop: int) -> NDArray[np.float64]:
    """Return samples in volts."""
    with series.lock:
        stored = np.asarray(series.data[start:stop], np.float64)
    stored = stored[:, None] if stored.ndim == 1 else stored
    volts: NDArray[np.float64] = stored[:, picks].T * series.gain[picks, None] + series.offset
    return volts
