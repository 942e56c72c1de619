"""Which channels of a recording belong to which muscle."""

from __future__ import annotations

import csv
import json
import re
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from emgfasc.errors import ParameterError, RecordingError
from emgfasc.evidence.anatomy import find_muscle
from emgfasc.io.refusal import reason

__all__ = ["Group", "channels_table", "muscle_groups", "read_groups", "unmet"]

_SIDES = {"left": "left", "l": "left", "lt": "left", "right": "right", "r": "right", "rt": "right"}
_ABSENT = {"", "n/a"}


@dataclass(frozen=True)
class Group:
    """The channels of one muscle.

    Attributes
    ----------
    muscle, side : str or None
        What they are over; ``None`` where nothing says so.
    channels : tuple of str, or None
        Which ones; ``None``: whatever reading takes as EMG.
    """

    muscle: str | None = None
    side: str | None = None
    channels: tuple[str, ...] | None = None


def muscle_groups(
    channels: Sequence[str],
    *,
    asked: Sequence[tuple[str, Sequence[str | int]]] | None = None,
    table: Path | None = None,
    label: str = "",
) -> list[Group]:
    """Return one group for each muscle of a recording, in order of the channels.

    The first of these that says anything decides: `asked`; the column ``target_muscle`` of the
    BIDS channels table; the channels' own names, as far as they are muscles of the muscle table
    with or without a side and running numbers. Channels that belong to no muscle make one group
    of their own, except beside `asked`, which is a choice. One muscle alone is no division.

    Parameters
    ----------
    channels : sequence of str
        Names, as read.
    asked : sequence of (muscle, patterns), optional
        The caller's grouping; a number means a place from 0.
    table : Path, optional
        The BIDS channels table.
    label : str
        How messages name the recording.

    Raises
    ------
    RecordingError
        When `asked` fits no channel, or the table cannot be read.

    Examples
    --------
    >>> for group in muscle_groups(["L TA 1", "L TA 2", "Biceps R"]):
    ...     print(group.muscle, group.side, group.channels)
    tibialis anterior left ('L TA 1', 'L TA 2')
    biceps brachii right ('Biceps R',)
    >>> muscle_groups(["EMG1", "EMG2"])
    [Group(muscle=None, side=None, channels=None)]
    """
    if asked is not None:
        return _asked(channels, asked, label)
    stated = {} if table is None else _target_muscles(table)
    names = {name: stated.get(name) or name for name in channels}
    groups: dict[tuple[str | None, str | None], list[str]] = {}
    for channel in channels:
        groups.setdefault(_muscle(names[channel], free=channel in stated), []).append(channel)
    if len(groups) == 1:
        (muscle, side), _ = groups.popitem()
        return [Group(muscle, side)]
    return [Group(muscle, side, tuple(own)) for (muscle, side), own in groups.items()]


def read_groups(path: Path) -> dict[str, Any]:
    """Read ``muscle = ["channel", ...]`` from a TOML file, or the same from JSON.

    Raises
    ------
    ParameterError
        When the file is missing or does not hold that.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        found = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise ParameterError(
            f"Invalid value for the 'groups' parameter: {path} cannot be read ({reason(error)})."
        ) from error
    if not isinstance(found, dict) or not all(isinstance(own, list) for own in found.values()):
        raise ParameterError(
            f"Invalid value for the 'groups' parameter: {path} must hold a list of channels for "
            'each muscle, as in "biceps left" = ["A1", "A2"].'
        )
    return found


def channels_table(path: Path) -> Path | None:
    """Return where the BIDS channels table of a recording would be; ``None`` when it is not BIDS.

    Examples
    --------
    >>> channels_table(Path("sub-01_task-rest_emg.edf")).name
    'sub-01_task-rest_channels.tsv'
    """
    stem = path.stem
    return path.with_name(f"{stem[:-4]}_channels.tsv") if stem.endswith("_emg") else None


def _asked(
    channels: Sequence[str], asked: Sequence[tuple[str, Sequence[str | int]]], label: str
) -> list[Group]:
    """Look the caller's groups up."""
    groups = []
    for name, patterns in asked:
        own = tuple(
            channel
            for place, channel in enumerate(channels)
            if any(_fits(channel, place, pattern) for pattern in patterns)
        )
        if own:
            muscle, side = _muscle(name, free=True)
            groups.append(Group(muscle, side, own))
    if not groups:
        raise RecordingError(
            f"{label}: none of its channels ({', '.join(channels[:8])}) is in a group; "
            "check the names in the groups."
        )
    return groups


def unmet(
    asked: Sequence[tuple[str, Sequence[str | int]]],
    met: Collection[tuple[str | None, str | None]],
) -> list[str]:
    """Return the caller's groups that no recording had a channel of.

    Parameters
    ----------
    asked : sequence of (muscle, patterns)
        The caller's grouping.
    met : collection of (muscle, side)
        Those of all rows. A group that names no side is met on either.

    Examples
    --------
    >>> unmet([("biceps left", ["A*"]), ("triceps", ["B*"])], [("triceps brachii", "left")])
    ['biceps left']
    """
    missing = []
    for name, _ in asked:
        muscle, side = _muscle(name, free=True)
        if not any(muscle == own and side in (None, where) for own, where in met):
            missing.append(name)
    return missing


def _fits(channel: str, place: int, pattern: str | int) -> bool:
    """Tell whether a channel is meant by a name, a pattern or a place."""
    if isinstance(pattern, int):
        return place == pattern
    return channel == pattern or fnmatchcase(channel, pattern)


def _muscle(text: str, *, free: bool) -> tuple[str | None, str | None]:
    """Return muscle and side that a name means; with `free` it is a muscle, known or not."""
    words = re.findall(r"[^\W\d_]+", text)
    sides = [_SIDES[word.lower()] for word in words if word.lower() in _SIDES]
    side = sides[0] if len(set(sides)) == 1 else None
    own = [word for word in words if word.lower() != "emg"]
    known = find_muscle(" ".join(own)) if own else None
    if known is not None:
        return known.name, side
    if not free:
        return None, None
    rest = [word for word in text.split() if word.lower() not in _SIDES]
    return " ".join(rest) or text, side


def _target_muscles(path: Path) -> dict[str, str]:
    """Read name and target muscle of each channel from a BIDS channels table."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RecordingError(
            f"{path}: cannot be read as a channels table ({reason(error)})."
        ) from error
    named = ((row.get("name"), (row.get("target_muscle") or "").strip()) for row in rows)
    return {name: muscle for name, muscle in named if name and muscle not in _ABSENT}
