"""What an EMG-BIDS dataset says beside a recording: channels, electrodes, sidecar."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emgfasc.errors import RecordingError
from emgfasc.io.contents import Channel, Contents
from emgfasc.io.refusal import reason
from emgfasc.io.voltage import uv_per

__all__ = ["with_sidecars"]

_MM = {"mm": 1.0, "cm": 10.0, "m": 1000.0, "um": 1e-3}
_ASIDE_MM = 1000.0  # between grids that have a coordinate system each: never neighbours


def with_sidecars(contents: Contents, path: Path) -> Contents:
    """Add what ``*_channels.tsv``, ``*_electrodes.tsv`` and ``*_emg.json`` say.

    They are looked for beside the recording and in the folders above it up to the one that holds
    ``dataset_description.json`` (BIDS' inheritance: the nearest, most specific file wins; JSON
    files add up). Channel type, status (``bad``), filters, muscle and, by signal electrode, the
    positions are taken. The file's own unit stays; where it has none, the table's is taken. What
    was read becomes part of the recording's identity: its bytes are in the hash.

    Parameters
    ----------
    contents : Contents
        As the file's own reader opened it.
    path : Path
        The recording; a name that does not end in ``_emg`` is no EMG-BIDS, and nothing is done.

    Raises
    ------
    RecordingError
        When a sidecar is no such file, or contradicts the recording's rate.

    Notes
    -----
    BIDS specification, "Electromyography" (BEP042), read as in the ``emg_*`` examples of
    bids-examples.
    """
    if not path.stem.endswith("_emg"):
        return contents
    channels = _nearest(path, "channels.tsv")
    about, used = _sidecar(path, contents)
    if channels is None:
        facts = replace(contents.facts, text=_text(contents, about))
        return replace(contents, facts=facts, files=(*contents.files, *used))
    used.append(channels)
    rows = {row.get("name", ""): row for row in _table(channels)}
    missing = [channel.name for channel in contents.channels if channel.name not in rows]
    electrodes = _nearest(path, "electrodes.tsv")
    where, notes = None, list(contents.notes)
    if electrodes is not None:
        used.append(electrodes)
        where, placed = _positions(path, contents.channels, rows, _table(electrodes), used)
        notes += placed
    if missing:
        notes.append(f"{channels.name} does not list {', '.join(missing[:8])}.")
    muscles = {_told(row, "target_muscle") for row in rows.values() if _is_emg(row)} - {None}
    facts = replace(
        contents.facts,
        text=_text(contents, about),
        muscle=muscles.pop() if len(muscles) == 1 else contents.facts.muscle,
        positions_mm=contents.facts.positions_mm if where is None else where,
        bad_channels=tuple(
            channel.name
            for channel in contents.channels
            if _told(rows.get(channel.name, {}), "status") == "bad"
        ),
    )
    if muscles:
        notes.append(f"Muscles: {', '.join(sorted(str(muscle) for muscle in muscles))}.")
    tables = [file.name for file in (channels, electrodes) if file]
    notes.append(f"Channel facts were taken from {' and '.join(tables)}.")
    described = tuple(_described(channel, rows.get(channel.name)) for channel in contents.channels)
    files = (*contents.files, *dict.fromkeys(used))
    return replace(contents, channels=described, facts=facts, notes=tuple(notes), files=files)


def _described(channel: Channel, row: Mapping[str, str] | None) -> Channel:
    """Overlay a channel with its row."""
    if row is None:
        return channel
    unit = _told(row, "units") or ""
    return replace(
        channel,
        type=channel.type if _told(row, "type") is None else "emg" if _is_emg(row) else "other",
        unit=channel.unit if uv_per(channel.unit) is not None else unit or channel.unit,
        highpass_hz=_number(row, "low_cutoff", channel.highpass_hz),
        lowpass_hz=_number(row, "high_cutoff", channel.lowpass_hz),
    )


def _is_emg(row: Mapping[str, str]) -> bool:
    return row.get("type", "").upper() == "EMG"


def _told(row: Mapping[str, str], name: str) -> str | None:
    """Return a cell, ``None`` where the table has nothing."""
    cell = row.get(name, "").strip()
    return None if cell in ("", "n/a") else cell


def _number(row: Mapping[str, str], name: str, otherwise: float | None) -> float | None:
    """Return a cell as a number above zero."""
    try:
        value = float(row.get(name, ""))
    except ValueError:
        return otherwise
    return value if np.isfinite(value) and value > 0 else otherwise


def _positions(
    path: Path,
    channels: Sequence[Channel],
    rows: Mapping[str, Mapping[str, str]],
    electrodes: Sequence[Mapping[str, str]],
    used: list[Path],
) -> tuple[NDArray[np.float64] | None, list[str]]:
    """Return each channel's position by its signal electrode, in mm; add files to `used`."""
    known = {(row.get("group", ""), row.get("name", "")): row for row in electrodes}
    where = np.full((len(channels), 2), np.nan)
    systems: list[str] = []
    unknown = set()
    for place, channel in enumerate(channels):
        row = rows.get(channel.name, {})
        name = _told(row, "signal_electrode") or channel.name
        electrode = known.get((row.get("group", ""), name)) or known.get(("", name))
        if electrode is None or not _is_emg(row):
            continue
        system = _told(electrode, "coordinate_system") or ""
        scale = _scale(path, system, used)
        if scale is None:
            unknown.add(system or "unnamed")
            continue
        if system not in systems:
            systems.append(system)
        try:
            at = np.array([float(electrode["x"]), float(electrode["y"])])
        except (KeyError, ValueError):
            continue
        where[place] = at * scale + [_ASIDE_MM * systems.index(system), 0.0]
    notes = []
    if unknown:
        notes.append(
            f"The unit of coordinate system(s) {', '.join(sorted(unknown))} is not stated as a "
            "length; positions left out."
        )
    if len(systems) > 1:
        notes.append(
            f"Grids lie in {len(systems)} coordinate systems ({', '.join(systems)}); each was "
            "placed 1 m beside the one before it."
        )
    return (None if np.isnan(where).all() else where), notes


def _scale(path: Path, system: str, used: list[Path]) -> float | None:
    """Return mm per unit of a coordinate system, ``None`` when it is no known length."""
    suffix = f"space-{system}_coordsystem.json" if system else "coordsystem.json"
    file = _nearest(path, suffix)
    if file is None:
        return None
    used.append(file)
    return _MM.get(str(_json(file).get("EMGCoordinateUnits", "")))


def _folders(path: Path) -> list[Path]:
    """Return the folders that may hold sidecars, the nearest first."""
    above = list(path.resolve().parents)[:4]  # emg, session, subject, dataset
    tops = [place for place, folder in enumerate(above)
            if (folder / "dataset_description.json").is_file()]  # fmt: skip
    return above[: tops[0] + 1] if tops else above[:1]


def _candidates(path: Path, suffix: str) -> list[Path]:
    """Return the files that apply to a recording, the most specific of the nearest first."""
    entities = set(path.stem.split("_")[:-1])
    tail = len(suffix.split("_"))
    found = []
    for folder in _folders(path):
        here = []
        for file in folder.glob(f"*{suffix}"):
            parts = file.name.split("_")
            own = parts[:-tail]
            if "_".join(parts[len(own) :]) == suffix and set(own) <= entities:
                here.append((-len(own), file.name, file))
        found += [file for _, _, file in sorted(here)]
    return found


def _nearest(path: Path, suffix: str) -> Path | None:
    """Return the one file that holds."""
    return next(iter(_candidates(path, suffix)), None)


def _sidecar(path: Path, contents: Contents) -> tuple[dict[str, Any], list[Path]]:
    """Add up the JSON sidecars, the most specific last; hold their rate against the file's."""
    about: dict[str, Any] = {}
    files = list(reversed(_candidates(path, "emg.json")))
    for file in files:
        about |= _json(file)
    rate = about.get("SamplingFrequency")
    rates = {channel.fs_hz for channel in contents.channels}
    if isinstance(rate, int | float) and not any(np.isclose(rate, r, rtol=1e-6) for r in rates):
        raise RecordingError(
            f"{contents.label}: its sidecar states {rate:g} Hz, the file "
            f"{', '.join(f'{r:g}' for r in sorted(rates))} Hz; correct one of them."
        )
    return about, files


def _text(contents: Contents, about: Mapping[str, Any]) -> str:
    """Return the words in which a kind may be hinted at."""
    names = ("TaskDescription", "EMGPlacementSchemeDescription", "ElectrodeType")
    return " ".join([contents.facts.text, *(str(about[name]) for name in names if name in about)])


def _table(path: Path) -> list[dict[str, str]]:
    """Read a BIDS table."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [
                {str(k): v or "" for k, v in row.items() if k is not None}
                for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            ]
    except (OSError, ValueError, csv.Error) as error:
        raise RecordingError(
            f"{path}: cannot be read as a BIDS table ({reason(error)})."
        ) from error


def _json(path: Path) -> dict[str, Any]:
    """Read a BIDS sidecar."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise RecordingError(f"{path}: cannot be read as JSON ({reason(error)}).") from error
    if not isinstance(stored, dict):
        raise RecordingError(f"{path}: holds no JSON object; export it again.")
    return stored
