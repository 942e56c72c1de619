"""Units as spike trains of SpikeInterface, pynapple and neo, when these are installed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from emgfasc.containers import Events, Recording
from emgfasc.errors import ParameterError
from emgfasc.io.extras import interchange

__all__ = ["to_neo", "to_pynapple", "to_spikeinterface"]


def to_spikeinterface(events: Events, *, recording: Recording) -> Any:
    """Return the units as a SpikeInterface sorting.

    Parameters
    ----------
    events : Events
        Potentials; unsorted ones (unit 0) belong to no unit and are left out.
    recording : Recording
        Where they were found.

    Returns
    -------
    spikeinterface.core.NumpySorting
        One segment; unit ids are emgfasc's numbers; each discharge at the sample of its peak.
        Properties `category` and `channel` hold what most of a unit's potentials have.

    Raises
    ------
    MissingExtraError
        When SpikeInterface is not installed.
    ParameterError
        When a peak lies outside the recording.
    """
    core = interchange("spikeinterface.core")
    frame = _sorted_units(events, recording)
    units = np.unique(frame["unit"].to_numpy(np.int64))
    samples = np.rint(frame["peak_s"].to_numpy(float) * recording.fs_hz).astype(np.int64)
    # a peak between the last sample and the end rounds to behind it
    samples = np.minimum(samples, recording.n_samples - 1)
    sorting = core.NumpySorting.from_samples_and_labels(
        [samples], [frame["unit"].to_numpy(np.int64)], recording.fs_hz, unit_ids=units
    )
    for name in ("category", "channel"):
        usual = _usual(frame, name)
        sorting.set_property(name, np.array([usual[unit] for unit in units], str))
    return sorting


def to_pynapple(events: Events, *, recording: Recording) -> Any:
    """Return the units as a pynapple group of time series.

    Parameters
    ----------
    events : Events
        Potentials; unsorted ones (unit 0) belong to no unit and are left out.
    recording : Recording
        Where they were found; its length is the time support.

    Returns
    -------
    pynapple.TsGroup
        Times of the peaks in seconds (pynapple rounds to 1e-9 s), by unit number, with metadata
        `category` and `channel`.

    Raises
    ------
    MissingExtraError
        When pynapple is not installed.
    ParameterError
        When a peak lies outside the recording.
    """
    nap = interchange("pynapple")
    frame = _sorted_units(events, recording)
    trains = {unit: nap.Ts(t=times) for unit, times in _trains(frame).items()}
    metadata = {
        name: np.array([_usual(frame, name)[unit] for unit in trains], object)
        for name in ("category", "channel")
    }
    support = nap.IntervalSet(start=0.0, end=recording.duration_s)
    return nap.TsGroup(trains, time_support=support, metadata=metadata if trains else None)


def to_neo(events: Events, *, recording: Recording) -> list[Any]:
    """Return one neo spike train per unit.

    Parameters
    ----------
    events : Events
        Potentials; unsorted ones (unit 0) belong to no unit and are left out.
    recording : Recording
        Where they were found; its length is `t_stop`.

    Returns
    -------
    list of neo.SpikeTrain
        Times of the peaks in seconds, exactly; named ``unit N``, with annotations `unit`,
        `category` and `channel`.

    Raises
    ------
    MissingExtraError
        When neo is not installed.
    ParameterError
        When a peak lies outside the recording.
    """
    neo = interchange("neo")
    frame = _sorted_units(events, recording)
    category, channel = _usual(frame, "category"), _usual(frame, "channel")
    return [
        neo.SpikeTrain(
            times,
            t_stop=recording.duration_s,
            units="s",
            name=f"unit {unit}",
            unit=unit,
            category=category[unit],
            channel=channel[unit],
        )
        for unit, times in _trains(frame).items()
    ]


def _sorted_units(events: Events, recording: Recording) -> pd.DataFrame:
    """Return the potentials that belong to a unit, all inside the recording."""
    frame = events.frame[events.frame["unit"] > 0]
    if len(frame) and not frame["peak_s"].between(0, recording.duration_s).all():
        raise ParameterError(
            f"events: some 'peak_s' lie outside {recording.name} ({recording.duration_s:g} s "
            "long); give the recording they were found in."
        )
    return frame


def _trains(frame: pd.DataFrame) -> dict[int, Any]:
    """Return the times of each unit, by number."""
    return {int(unit): part["peak_s"].to_numpy(float) for unit, part in frame.groupby("unit")}


def _usual(frame: pd.DataFrame, column: str) -> dict[int, str]:
    """Return what most potentials of each unit have; of equals the first by name."""
    return {int(unit): str(part[column].mode()[0]) for unit, part in frame.groupby("unit")}
