"""Which channels of a file are EMG: by the file's typing, by name, by unit, by rate."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from emgfasc.errors import ParameterError, RecordingError
from emgfasc.io.contents import Channel
from emgfasc.io.voltage import uv_per

__all__ = ["listed", "name_and_unit", "named_once", "pick"]


def _words(text: str) -> frozenset[str]:
    """Cut a list of words."""
    return frozenset(text.split())


# Words in channel names for what is not EMG; the first kind also beside the word EMG, because
# EMG sensors have channels such as "EMG 3 ACC.X".
_SENSOR_WORDS = _words(
    """acc accx accy accz accel accelerometer gyro gyrox gyroy gyroz gyroscope imu magnetometer
    trig trigger trg ttl status sync marker markers annotation annotations"""
)
_OTHER_WORDS = _SENSOR_WORDS | _words(
    """ecg ekg eeg eog meg ecog seeg erg gsr eda ppg nirs hr spo resp respiration flow angle
    goniometer position velocity force torque load pressure temp temperature stim stimulus event
    events digital audio sound mic counter time timestamp timestamps battery light"""
)
_OTHER_ENDS = ("ecg", "ekg", "eeg", "eog")  # VEOG, LEOG, ...
# The 10-10 system: names that can be nothing else, and names that a grid may use as well.
_SCALP = re.compile(
    r"(fp|af|fc|ft|cp|tp|po)([0-9]{1,2}|z)|[fcpoti]z|(ref|re-?ref|gnd)", re.IGNORECASE
)
_SCALP_OR_GRID = re.compile(r"[fctpoamni][0-9]{1,2}", re.IGNORECASE)
_UNIT = re.compile(r"(.*?)\s*[(\[]\s*([^()\[\]]+?)\s*[)\]]\s*")
_SHOWN = 8
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def listed(names: Sequence[str]) -> str:
    """Return names for a message, the first few of many."""
    shown = ", ".join(names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"


def name_and_unit(name: str) -> tuple[str, str]:
    """Split ``biceps (mV)`` into name and unit; the unit is empty when there is none.

    Examples
    --------
    >>> name_and_unit("biceps (mV)"), name_and_unit("biceps")
    (('biceps', 'mV'), ('biceps', ''))
    """
    match = _UNIT.fullmatch(name)
    return (match[1], match[2]) if match else (name, "")


def named_once(stored: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return names with running numbers on those met more than once (as MNE numbers them).

    Parameters
    ----------
    stored : sequence of str
        Names as stored; empty ones become ``ch1``, ``ch2`` by place, control characters and line
        breaks become blanks, and blanks around a name go.

    Returns
    -------
    names : list of str
        Each once.
    notes : list of str
        A sentence on each kind of change.

    Examples
    --------
    >>> named_once(["EMG", "EMG", "", "b"])[0]
    ['EMG-0', 'EMG-1', 'ch3', 'b']
    >>> named_once(["EMG", ""])[1]
    ['Channels without a name are called by their place: ch2.']
    """
    plain = [_CONTROL.sub(" ", name).strip() for name in stored]
    filled = [name or f"ch{place}" for place, name in enumerate(plain, 1)]
    notes = []
    if len(set(filled)) < len(filled):
        notes.append("Channel names are not unique; running numbers were added to the doubles.")
    if not all(plain):
        given = [new for name, new in zip(plain, filled, strict=True) if not name]
        notes.append(f"Channels without a name are called by their place: {listed(given)}.")
    if any(name and name != old for name, old in zip(plain, stored, strict=True)):
        notes.append("Blanks and control characters were taken out of channel names.")
    counts = Counter(filled)
    taken = set(filled)
    running: Counter[str] = Counter()
    result = []
    for name in filled:
        new = name
        while counts[name] > 1 and new in taken:
            new = f"{name}-{running[name]}"
            running[name] += 1
        taken.add(new)
        result.append(new)
    return result, notes


def pick(
    label: str,
    channels: Sequence[Channel],
    wanted: Sequence[str | int] | str | int | None,
    *,
    scaled: bool,
) -> tuple[list[int], list[str]]:
    """Return the places of the channels to keep, and a sentence on each leaving-out.

    Parameters
    ----------
    label : str
        How messages name the file.
    channels : sequence of Channel
        All channels of the file.
    wanted : sequence of str or int, or None
        The caller's choice, by name or place; overrides every guess.
    scaled : bool
        Whether the caller gave the scale, so that units do not matter.

    Raises
    ------
    ParameterError
        When `wanted` names a channel that is not there, or channels of different rates.
    RecordingError
        When no channel is EMG.
    """
    if wanted is not None:
        return _wanted(label, channels, wanted), []
    notes: list[str] = []
    places, hinted = _emg(label, channels, notes)
    if not scaled and not hinted:
        places = _with_voltage(channels, places, notes)
    places = _one_rate(channels, places, notes)
    if not hinted:
        kept = listed([channels[place].name for place in places])
        notes.append(f"No channel says that it is EMG; taken as EMG: {kept}.")
    return places, notes


def _wanted(
    label: str, channels: Sequence[Channel], wanted: Sequence[str | int] | str | int
) -> list[int]:
    """Look the caller's choice up: a name, or a place, on a command line spelled as text."""
    single = isinstance(wanted, str) or not np.iterable(wanted)
    items: list[Any] = [wanted] if single else list(cast("Sequence[str | int]", wanted))
    names = [channel.name for channel in channels]
    places = []
    for item in items:
        if isinstance(item, str) and item in names:
            places.append(names.index(item))
        elif isinstance(item, str) and item.isdecimal() and int(item) < len(names):
            places.append(int(item))  # no channel is called so
        elif _is_place(item, len(names)):
            places.append(int(item))
        else:
            raise ParameterError(
                f"Invalid value for the 'channels' parameter: {label} has no channel {item!r}; "
                f"it has {listed(names)} (0 to {len(names) - 1})."
            )
    if not places or len(set(places)) < len(places):
        raise ParameterError(
            "Invalid value for the 'channels' parameter: name at least one channel, each once, "
            f"but got {items!r} instead."
        )
    rates = {channels[place].fs_hz for place in places}
    if len(rates) > 1:
        stated = ", ".join(f"{rate:g}" for rate in sorted(rates))
        raise ParameterError(
            f"Invalid value for the 'channels' parameter: {label} holds these channels at "
            f"different rates ({stated} Hz); read each rate by itself."
        )
    return places


def _is_place(item: object, n_channels: int) -> bool:
    """Tell whether an item is the place of a channel."""
    if isinstance(item, bool) or not isinstance(item, int | np.integer):
        return False
    return bool(0 <= item < n_channels)


def _emg(label: str, channels: Sequence[Channel], notes: list[str]) -> tuple[list[int], bool]:
    """Sort by type and name; tell whether any channel says it is EMG."""
    names = [channel.name for channel in channels]
    scalp = any(_SCALP.fullmatch(name.strip()) for name in names)
    roles = [_role(channel, scalp=scalp) for channel in channels]
    hinted = "emg" in roles
    keep = [place for place, role in enumerate(roles) if role == ("emg" if hinted else "unknown")]
    if not keep:
        raise RecordingError(
            f"{label}: holds no EMG channel; name some with channels= (it has {listed(names)})."
        )
    left = [names[place] for place in range(len(names)) if place not in set(keep)]
    if left:
        notes.append(f"Left out {len(left)} channel(s) that are not EMG: {listed(left)}.")
    return keep, hinted


def _role(channel: Channel, *, scalp: bool) -> str:
    """Return 'emg', 'other' or 'unknown' for one channel."""
    if channel.type != "unknown":
        return channel.type
    name = channel.name.strip()
    words = re.findall(r"[a-z]+", name.lower())
    says_emg = "emg" in name.lower()
    others = _SENSOR_WORDS if says_emg else _OTHER_WORDS
    if any(word in others or (not says_emg and word.endswith(_OTHER_ENDS)) for word in words):
        return "other"
    if says_emg:
        return "emg"
    if _SCALP.fullmatch(name) or (scalp and _SCALP_OR_GRID.fullmatch(name)):
        return "other"
    return "unknown"


def _with_voltage(channels: Sequence[Channel], places: list[int], notes: list[str]) -> list[int]:
    """Drop channels whose unit is stated and no voltage, where others are voltages."""
    keep = [place for place in places if uv_per(channels[place].unit) is not None]
    left = [
        f"{channels[place].name} [{channels[place].unit}]"
        for place in places
        if place not in set(keep) and channels[place].unit
    ]
    if not keep or not left:
        return places
    notes.append(f"Left out {len(left)} channel(s) whose unit is no voltage: {listed(left)}.")
    return [place for place in places if place in set(keep) or not channels[place].unit]


def _one_rate(channels: Sequence[Channel], places: list[int], notes: list[str]) -> list[int]:
    """Keep the rate most channels have (the higher of two as common); never resample."""
    counts = Counter(channels[place].fs_hz for place in places)
    rate = max(counts, key=lambda fs_hz: (counts[fs_hz], fs_hz))
    left = [
        f"{channels[place].name} ({channels[place].fs_hz:g} Hz)"
        for place in places
        if channels[place].fs_hz != rate
    ]
    if left:
        notes.append(
            f"Mixed sampling rates: kept the channels at {rate:g} Hz and left out {listed(left)}; "
            "read others with channels=."
        )
    return [place for place in places if channels[place].fs_hz == rate]
