"""From a file, an MNE Raw or an array to a :class:`~emgfasc.containers.Recording`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emgfasc._validate import one_of, positive
from emgfasc.containers import KINDS, Kind, Recording, Source
from emgfasc.errors import ParameterError, RecordingError
from emgfasc.io.channels import listed, pick
from emgfasc.io.contents import Channel, Contents
from emgfasc.io.kinds import guess_kind
from emgfasc.io.opening import open_source
from emgfasc.io.voltage import uv_per

__all__ = ["read"]

_BLOCK = 1 << 18  # samples per block where a whole recording is walked through
_FEW = 1 << 10  # of most recordings, so many hold a value


def read(
    source: str | Path | ArrayLike | Any,
    *,
    fs: float | None = None,
    kind: Kind | None = None,
    channels: Sequence[str | int] | str | int | None = None,
    scale: float | None = None,
    muscle: str | None = None,
    side: str | None = None,
) -> Recording:
    """Read a recording; its samples stay in the file until they are looked at.

    Whatever is left out, assumed or guessed is a sentence in ``notes``. Nothing is resampled.

    Parameters
    ----------
    source : str, Path, object of another library or array
        A file: EDF, EDF+, BDF (``.edf``, ``.bdf``), BrainVision (``.vhdr``), FIF (``.fif``),
        WFDB (``.hea`` or its ``.dat``), EMGLAB N2001 (``.bin``, its ``.hea`` beside it or
        not), NPZ (``data``: channels x samples in uV, ``fs``), MATLAB (``.mat``: OTBioLab exports
        or named fields), OT Bioelettronica (``.otb+``, ``.otb4``), TMSi Poly5, a Delsys Trigno
        export or another table of numbers (``.csv``, ``.tsv``, ``.txt``); with the extra
        ``formats`` also Spike2, Intan, Blackrock, Axon, Micromed, Plexon, C3D, NWB and HDF5. In an
        EMG-BIDS dataset what its tables and sidecars say is added.
        Or an MNE Raw (volts), a SpikeInterface recording, a neo AnalogSignal, an xarray DataArray
        or a pandas frame (a column per channel), none of which is copied: do not change them
        afterwards. Their rate is theirs, or that of their time axis. Or an array, channels x
        samples or one channel, in uV (copied).
    fs : float, optional
        Sampling rate in Hz, needed for arrays and for tables and NPZ files that do not state it.
    kind : {'needle', 'surface', 'hdsemg'}, optional
        What recorded it; guessed when not given.
    channels : sequence of str or int, optional
        Channels to read, by name or by place from 0 (``2``, or ``"2"`` where no channel is called
        so), in that order; others are left out, and none for not being EMG. For an array, as
        many names as rows name the rows.
    scale : float, optional
        Microvolts per stored unit; needed where the unit is unknown, overrides it elsewhere.
    muscle, side : str, optional
        Override what the file says.

    Returns
    -------
    Recording
        With float32 microvolts on demand; ``NaN`` where the file has gaps.

    Raises
    ------
    RecordingError
        When the file is missing, damaged, truncated, has no EMG, no known unit or no value.
    ParameterError
        When a parameter has a value that is not allowed, or contradicts the file.

    Examples
    --------
    >>> import numpy as np, emgfasc as ef
    >>> rec = ef.read(np.ones((3, 4096)), fs=2048, kind="surface", channels=["a", "b", "c"])
    >>> rec
    <Recording 'array': surface, 3 channel(s), 2.0 s at 2048 Hz>
    >>> rec.read(0, 2)[0]
    array([1., 1.], dtype=float32)
    """
    if kind is not None:
        one_of("kind", kind, KINDS)
    fs = None if fs is None else positive("fs", fs)
    scale = None if scale is None else positive("scale", scale)
    contents, channels = open_source(source, fs, channels)
    picks, left_out = pick(contents.label, contents.channels, channels, scaled=scale is not None)
    chosen = [contents.channels[place] for place in picks]
    fs_hz = _rate(contents.label, chosen, fs)
    factors = _factors(contents.label, chosen, scale)
    stream = contents.open(picks, factors)
    if stream.n_samples < 2:
        raise RecordingError(
            f"{contents.label}: holds {stream.n_samples} sample(s) per channel; "
            "at least 2 are needed."
        )
    notes = [*contents.notes, *left_out]
    if scale is not None and contents.files and any(uv_per(channel.unit) for channel in chosen):
        notes.append(f"scale={scale:g} uV was applied in place of the file's unit.")
    kind = kind or contents.facts.kind or _guessed(contents, chosen, fs_hz, notes)
    path = Path(source).expanduser() if isinstance(source, str | Path) else None
    recording = _recording(contents, stream, picks, kind, notes).replace(
        name=path.stem if path else contents.label, path=str(path) if path else None
    )
    _hold_values(recording, contents.label)
    return recording.replace(
        sha256=_sha256(contents, recording),
        muscle=muscle or recording.muscle,
        side=side or recording.side,
    )


def _rate(label: str, chosen: Sequence[Channel], fs: float | None) -> float:
    """Return the file's rate; raise where the caller's contradicts it."""
    stated = chosen[0].fs_hz
    if not (np.isfinite(stated) and stated > 0):
        raise RecordingError(
            f"{label}: its sampling rate is {stated:g} Hz; a rate above 0 is needed."
        )
    if fs is not None and not np.isclose(fs, stated, rtol=1e-6):
        raise ParameterError(
            f"Invalid value for the 'fs' parameter: {label} states {stated:g} Hz, but got "
            f"{fs:g} instead; leave fs out."
        )
    return stated


def _factors(label: str, chosen: Sequence[Channel], scale: float | None) -> NDArray[np.float64]:
    """Return uV per stored unit of each channel."""
    if scale is not None:
        return np.full(len(chosen), scale)
    factors = [uv_per(channel.unit) for channel in chosen]
    unknown = [
        f"{channel.name} [{channel.unit or 'none'}]"
        for channel, factor in zip(chosen, factors, strict=True)
        if factor is None
    ]
    if unknown:
        raise RecordingError(
            f"{label}: the unit of {listed(unknown)} is not known as a voltage; "
            "give scale= (uV per stored unit)."
        )
    return np.array(factors, np.float64)


def _guessed(contents: Contents, chosen: Sequence[Channel], fs_hz: float, notes: list[str]) -> Kind:
    """Guess the kind and note it."""
    kind, why = guess_kind(contents.facts.text, len(chosen), fs_hz)
    notes.append(f"Kind guessed as '{kind}' ({why}); override with kind=.")
    return kind


def _recording(
    contents: Contents, stream: Source, picks: list[int], kind: Kind, notes: list[str]
) -> Recording:
    """Put the parts together."""
    facts = contents.facts
    chosen = [contents.channels[place] for place in picks]
    names = tuple(channel.name for channel in chosen)
    highpass = {channel.highpass_hz for channel in chosen}
    lowpass = {channel.lowpass_hz for channel in chosen}
    return Recording(
        source=stream,
        fs_hz=chosen[0].fs_hz,
        channels=names,
        kind=kind,
        files=tuple(map(str, contents.files)),
        muscle=facts.muscle,
        side=facts.side,
        positions_mm=None if facts.positions_mm is None else facts.positions_mm[picks],
        start=facts.start,
        highpass_hz=highpass.pop() if len(highpass) == 1 else None,
        lowpass_hz=lowpass.pop() if len(lowpass) == 1 else None,
        bad_channels=tuple(name for name in names if name in facts.bad_channels),
        notes=tuple(dict.fromkeys(notes)),
    )


def _hold_values(recording: Recording, label: str) -> None:
    """Raise when there is not one number in the whole recording."""
    if not np.isnan(recording.read(0, _FEW)).all():
        return
    for _, block in recording.blocks(_BLOCK):
        if not np.isnan(block).all():
            return
    raise RecordingError(f"{label}: every sample is NaN; there is nothing to analyse.")


def _sha256(contents: Contents, recording: Recording) -> str:
    """Hash the files' bytes; for data in memory the rate and the samples, in uV."""
    if not contents.files:
        digest = hashlib.sha256(repr(recording.fs_hz).encode())
        for _, block in recording.blocks(_BLOCK):
            digest.update(np.ascontiguousarray(block, "<f4").data)
        return digest.hexdigest()
    digest = hashlib.sha256()
    for file in contents.files:
        with file.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()
