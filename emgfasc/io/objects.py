"""Objects of other libraries as recordings: looked at block by block, not copied."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgfasc.containers import KINDS, Source
from emgfasc.errors import ParameterError, RecordingError
from emgfasc.io.channels import name_and_unit, named_once
from emgfasc.io.contents import BlockSource, Channel, ChannelType, Contents, Facts

__all__ = ["object_opener", "rate_of"]

_TIME_DIMS = ("time", "times", "sample", "samples", "t")
_UNEVEN = 0.01  # of a sampling interval: what a step may differ before it is a gap


def object_opener(source: Any) -> Callable[[Any, float | None], Contents] | None:
    """Return what opens an object of another library, ``None`` when it is none.

    An object can only come from a program that has imported its library, so nothing is imported.
    """
    if isinstance(source, pd.DataFrame):
        return _open_frame
    for module, name, opener in (
        ("xarray", "DataArray", _open_dataarray),
        ("neo", "AnalogSignal", _open_analogsignal),
        ("spikeinterface.core", "BaseRecording", _open_spikeinterface),
    ):
        kind = getattr(sys.modules.get(module), name, None)
        if kind is not None and isinstance(source, kind):
            return opener
    return None


def _open_frame(frame: pd.DataFrame, fs_hz: float | None) -> Contents:
    """Open a pandas frame: one column per channel, the index in seconds or times."""
    attrs = dict(frame.attrs)
    bad = [str(name) for name, dtype in frame.dtypes.items() if dtype.kind not in "iuf"]
    if bad:
        raise RecordingError(
            f"frame: column(s) {', '.join(bad)} hold no numbers; leave them out of the frame."
        )
    start = None
    if isinstance(frame.index, pd.DatetimeIndex) and len(frame):
        start = frame.index[0].to_pydatetime()
    rate = rate_of("frame", attrs, _seconds(frame.index), fs_hz)
    split = [name_and_unit(str(name)) for name in frame.columns]
    units = [unit or str(attrs.get("unit", "")) for _, unit in split]
    return _contents(
        "frame",
        [name for name, _ in split],
        units,
        rate,
        attrs,
        len(frame),
        # column by column: a frame of mixed types would be copied whole
        lambda picks, a, b: np.array([frame.iloc[a:b, place].to_numpy() for place in picks]),
        start=start,
    )


def _open_dataarray(array: Any, fs_hz: float | None) -> Contents:
    """Open an xarray DataArray with a dimension ``time`` and, if need be, one of channels."""
    dims = [str(dim) for dim in array.dims]
    time = next((dim for dim in _TIME_DIMS if dim in dims), None)
    if time is None or array.ndim > 2:
        raise RecordingError(
            f"DataArray: dimensions {', '.join(dims) or 'none'}; 'time' and at most one of "
            "channels are needed."
        )
    if array.dtype.kind not in "iuf":
        raise RecordingError(f"DataArray: holds {array.dtype} where real numbers are needed.")
    other = next((dim for dim in dims if dim != time), None)
    table = array.transpose(other, time) if other else array.expand_dims("channel")
    names = (
        [str(name) for name in array.coords[other].to_numpy()]
        if other and other in array.coords
        else [f"EMG{place + 1}" for place in range(table.shape[0])]
    )
    attrs = dict(array.attrs)
    index = pd.Index(array.coords[time].to_numpy()) if time in array.coords else None
    rate = rate_of("DataArray", attrs, None if index is None else _seconds(index), fs_hz)
    unit = str(attrs.get("unit", attrs.get("units", "")))
    return _contents(
        "DataArray",
        names,
        [unit] * len(names),
        rate,
        attrs,
        int(table.shape[1]),
        lambda picks, a, b: np.asarray(table[picks, a:b].to_numpy()),
    )


def _open_analogsignal(signal: Any, fs_hz: float | None) -> Contents:
    """Open a neo AnalogSignal (samples x channels, with its own unit and rate)."""
    rate = rate_of(
        "AnalogSignal", {"fs_hz": float(signal.sampling_rate.rescale("Hz"))}, None, fs_hz
    )
    names = signal.array_annotations.get("channel_names")
    n_channels = int(signal.shape[1])
    values = signal.magnitude
    return _contents(
        "AnalogSignal",
        [f"EMG{place + 1}" for place in range(n_channels)] if names is None else list(names),
        [str(signal.dimensionality.string)] * n_channels,
        rate,
        dict(signal.annotations),
        int(signal.shape[0]),
        lambda picks, a, b: values[a:b, picks].T,
    )


def _open_spikeinterface(recording: Any, fs_hz: float | None) -> Contents:
    """Open a SpikeInterface recording of one segment; its traces are read when needed."""
    label = "SpikeInterface recording"
    if recording.get_num_segments() != 1:
        raise RecordingError(
            f"{label}: has {recording.get_num_segments()} segments with gaps of unknown length "
            "between them; select one with select_segments()."
        )
    rate = rate_of(label, {"fs_hz": float(recording.get_sampling_frequency())}, None, fs_hz)
    ids = list(recording.channel_ids)
    scaled = bool(recording.has_scaleable_traces())
    where = recording.get_channel_locations() if recording.has_channel_location() else None
    attrs = {key: recording.get_annotation(key) for key in recording.get_annotation_keys()}
    named = recording.get_property("channel_name")

    def fetch(picks: Sequence[int], start: int, stop: int) -> NDArray[Any]:
        traces = recording.get_traces(
            start_frame=start,
            end_frame=stop,
            channel_ids=[ids[place] for place in picks],
            return_in_uV=scaled,
        )
        return np.asarray(traces).T

    return _contents(
        label,
        [str(name) for name in (ids if named is None else named)],
        ["uV" if scaled else ""] * len(ids),
        rate,
        attrs,
        int(recording.get_num_samples()),
        fetch,
        positions_mm=None if where is None else np.asarray(where, float)[:, :2] / 1000.0,
    )


def _contents(
    label: str,
    names: Sequence[str],
    units: Sequence[str],
    fs_hz: float,
    attrs: Mapping[Any, Any],
    n_samples: int,
    fetch: Callable[[Sequence[int], int, int], NDArray[Any]],
    **facts: Any,
) -> Contents:
    """Put together what an object says; one that states a kind holds nothing but EMG."""
    kind = next((kind for kind in KINDS if kind == attrs.get("kind")), None)
    unique, notes = named_once([str(name) for name in names])
    kept: ChannelType = "emg" if kind else "unknown"
    started = facts.pop("start", None) or attrs.get("start")

    def opened(picks: list[int], factors: NDArray[np.float64]) -> Source:
        return BlockSource(partial(fetch, picks), n_samples, factors, label)

    return Contents(
        label=label,
        channels=tuple(
            Channel(name, fs_hz, unit, kept) for name, unit in zip(unique, units, strict=True)
        ),
        open=opened,
        facts=Facts(
            kind=kind,
            muscle=attrs.get("muscle"),
            side=attrs.get("side"),
            start=datetime.fromisoformat(started) if isinstance(started, str) else started,
            text=str(attrs.get("description", "")),
            **facts,
        ),
        notes=tuple(notes),
    )


def _seconds(index: pd.Index) -> NDArray[np.float64] | None:
    """Return an index as seconds, ``None`` when it is no time (a running number)."""
    if isinstance(index, pd.DatetimeIndex):
        index = index - index[0]
    if isinstance(index, pd.TimedeltaIndex):
        return np.asarray(index.total_seconds(), np.float64)
    return np.asarray(index, np.float64) if index.dtype.kind == "f" else None


def rate_of(
    label: str,
    attrs: Mapping[Any, Any],
    seconds: NDArray[np.float64] | None,
    fs_hz: float | None,
) -> float:
    """Return the stated rate, or that of the time axis; a time axis with gaps is refused.

    Parameters
    ----------
    label : str
        How messages name what states it.
    attrs : mapping
        May state a rate as ``fs_hz``, ``sampling_rate`` or ``fs``.
    seconds : array of float or None
        Times of the samples.
    fs_hz : float or None
        The caller's rate.

    Raises
    ------
    RecordingError
        When the times do not rise evenly.
    ParameterError
        When there is no rate, or two contradict each other.
    """
    stated = attrs.get("fs_hz", attrs.get("sampling_rate", attrs.get("fs")))
    rate = float(stated) if stated is not None else fs_hz
    if stated is not None and fs_hz is not None and not np.isclose(fs_hz, rate or 0, rtol=1e-6):
        raise ParameterError(
            f"Invalid value for the 'fs' parameter: the {label} states {stated:g} Hz, but got "
            f"{fs_hz:g} instead; leave fs out."
        )
    if seconds is not None and len(seconds) > 1:
        steps = np.diff(seconds)
        usual = float(np.median(steps))
        if not usual > 0:
            raise RecordingError(f"{label}: its time does not rise; sort it by time.")
        # printed times are rounded: the mean over all is the better figure
        mean = float((seconds[-1] - seconds[0]) / (len(seconds) - 1))
        if not np.all(np.abs(steps - usual) <= _UNEVEN * usual):
            place = int(np.argmax(np.abs(steps - usual)))
            raise RecordingError(
                f"{label}: its time is uneven (a step of {steps[place]:g} s at "
                f"{seconds[place]:g} s, usually {usual:g} s); put NaN where there was a gap."
            )
        if rate is None:
            rate = float(f"{1 / mean:.9g}")
        elif not np.isclose(rate * mean, 1, rtol=1e-3):
            raise ParameterError(
                f"Invalid value for the 'fs' parameter: the time of the {label} has steps of "
                f"{mean:g} s, but {rate:g} Hz is stated; correct one of them."
            )
    if rate is None:
        raise ParameterError(
            f"Invalid value for the 'fs' parameter: the {label} states no sampling rate in Hz, "
            "but got None instead; give fs=, or a time axis (index) in seconds."
        )
    return rate
