"""Recordings for other libraries: MNE, SpikeInterface, neo, xarray and pandas.

What is in memory as float32 is handed on without a copy where the library takes it so: it is then
read-only. MNE alone needs a copy, float64 in volts. ``emgfasc.read`` takes all of them back.
"""

from __future__ import annotations

from datetime import UTC
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

from emgfasc.containers import Recording
from emgfasc.io.extras import interchange

__all__ = ["to_mne", "to_neo", "to_pandas", "to_spikeinterface", "to_xarray"]


def to_mne(rec: Recording) -> Any:
    """Return the recording as an MNE Raw: volts, channel type ``emg``, a copy.

    Parameters
    ----------
    rec : Recording
        Read whole. Gaps stay NaN and are annotated ``BAD_gap``; a start without a time zone is
        taken as UTC, which is all MNE knows.

    Returns
    -------
    mne.io.RawArray
        With rate, names, bad channels, filters and start; the kind is its description.

    Examples
    --------
    >>> import numpy as np, emgfasc as ef
    >>> raw = to_mne(ef.read(np.full(4096, 5.0), fs=2048, kind="needle"))
    >>> float(raw.get_data()[0, 0]), raw.get_channel_types()
    (5e-06, ['emg'])
    """
    mne = import_module("mne")
    values = rec.read()
    info = mne.create_info(list(rec.channels), rec.fs_hz, "emg")
    with info._unlock():  # noqa: SLF001 - MNE's own way to state filters that a recorder applied
        info["highpass"] = rec.highpass_hz or 0.0
        info["lowpass"] = min(rec.lowpass_hz or np.inf, rec.fs_hz / 2)
    info["bads"] = list(rec.bad_channels)
    info["description"] = rec.kind
    if rec.start is not None:
        start = rec.start if rec.start.tzinfo else rec.start.replace(tzinfo=UTC)
        info.set_meas_date(start.astimezone(UTC))
    raw = mne.io.RawArray(values.astype(np.float64) / 1e6, info, copy=None, verbose="ERROR")
    edges = np.flatnonzero(np.diff(np.isnan(values).any(0).astype(np.int8), prepend=0, append=0))
    for first, last in edges.reshape(-1, 2):
        raw.annotations.append(first / rec.fs_hz, (last - first) / rec.fs_hz, "BAD_gap")
    return raw


def to_spikeinterface(rec: Recording) -> Any:
    """Return the recording as a SpikeInterface recording in uV (gain 1, offset 0).

    Parameters
    ----------
    rec : Recording
        Read whole; not copied when it is in memory.

    Returns
    -------
    spikeinterface.core.NumpyRecording
        One segment, channel ids by name, locations in um where positions are known, `kind`,
        `muscle` and `side` as annotations.

    Raises
    ------
    MissingExtraError
        When SpikeInterface is not installed.
    """
    core = interchange("spikeinterface.core")
    made = core.NumpyRecording([rec.read().T], rec.fs_hz, channel_ids=list(rec.channels))
    made.set_channel_gains(1.0)
    made.set_channel_offsets(0.0)
    if rec.positions_mm is not None:
        made.set_dummy_probe_from_locations(rec.positions_mm * 1000.0)
    made.annotate(**_facts(rec))
    return made


def to_neo(rec: Recording) -> Any:
    """Return the recording as a neo AnalogSignal in uV, samples x channels.

    Parameters
    ----------
    rec : Recording
        Read whole; not copied when it is in memory.

    Returns
    -------
    neo.AnalogSignal
        Names as the array annotation ``channel_names``; kind, muscle and side as annotations.

    Raises
    ------
    MissingExtraError
        When neo is not installed.
    """
    neo = interchange("neo")
    return neo.AnalogSignal(
        rec.read().T,
        units="uV",
        sampling_rate=rec.fs_hz * import_module("quantities").Hz,
        name=rec.name,
        copy=None,
        array_annotations={"channel_names": np.array(rec.channels)},
        **_facts(rec),
    )


def to_xarray(rec: Recording) -> Any:
    """Return the recording as an xarray DataArray, ``channel`` x ``time`` (s), in uV.

    Parameters
    ----------
    rec : Recording
        Read whole; not copied when it is in memory.

    Returns
    -------
    xarray.DataArray
        With rate, unit, kind, muscle, side and start as attributes.

    Raises
    ------
    MissingExtraError
        When xarray is not installed.
    """
    xarray = interchange("xarray")
    return xarray.DataArray(
        rec.read(),
        dims=("channel", "time"),
        coords={"channel": list(rec.channels), "time": np.arange(rec.n_samples) / rec.fs_hz},
        name=rec.name,
        attrs={"fs_hz": rec.fs_hz, "unit": "uV", **_facts(rec)},
    )


def to_pandas(rec: Recording) -> pd.DataFrame:
    """Return the recording as a frame in uV: a row per sample, by its time in seconds.

    Parameters
    ----------
    rec : Recording
        Read whole; not copied when it is in memory.

    Returns
    -------
    DataFrame
        Columns named as the channels; rate, unit, kind, muscle, side, start in ``attrs``.

    Examples
    --------
    >>> import numpy as np, emgfasc as ef
    >>> frame = to_pandas(ef.read(np.ones((2, 4)), fs=2, kind="surface"))
    >>> frame.index.tolist(), frame.columns.tolist()
    ([0.0, 0.5, 1.0, 1.5], ['EMG1', 'EMG2'])
    """
    index = pd.Index(np.arange(rec.n_samples) / rec.fs_hz, name="time_s")
    frame = pd.DataFrame(rec.read().T, index=index, columns=list(rec.channels), copy=False)
    frame.attrs = {"fs_hz": rec.fs_hz, "unit": "uV", **_facts(rec)}
    return frame


def _facts(rec: Recording) -> dict[str, str]:
    """Return what describes the recording and is known, as text."""
    facts = {
        "kind": rec.kind,
        "muscle": rec.muscle,
        "side": rec.side,
        "start": rec.start.isoformat() if rec.start else None,
    }
    return {name: value for name, value in facts.items() if value is not None}
