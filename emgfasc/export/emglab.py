"""Potentials as an EMGLAB annotation file (.eaf), and back."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd

from emgfasc.containers import Events, Recording
from emgfasc.errors import ParameterError, RecordingError
from emgfasc.io.atomic import whole

__all__ = ["from_eaf", "to_eaf"]

_NAMESPACE = "http://ece.wpi.edu/~ted"
_HEAD = f"""<?xml version="1.0" encoding="ASCII"?>

<emglab_annotation_file
xmlns="{_NAMESPACE}"
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
xsi:schemaLocation="{_NAMESPACE} {_NAMESPACE}/emglab_annotation_file.xsd">

<emglab_version>0.01</emglab_version>

<emglab_spike_header>
<time></time>
<unit></unit>
<chan></chan>
</emglab_spike_header>

<!--  time  unit  chan  -->
<emglab_spike_events>
"""
_FOOT = "</emglab_spike_events>\n\n</emglab_annotation_file>\n"
_KNOWN = ("time", "unit", "chan")


def to_eaf(events: Events, path: str | Path, *, recording: Recording) -> Path:
    """Write potentials for EMGLAB: the time of each peak, its unit and the number of its channel.

    Parameters
    ----------
    events : Events
        Potentials of any category; the format has no room for it, so select first, for instance
        ``events.fasciculations``. Unsorted potentials are unit 0.
    path : str or Path
        Where to, ending in ``.eaf``.
    recording : Recording
        Where they were found: the number of a channel is its place there, from 1.

    Returns
    -------
    Path
        The file. Times read back exactly.

    Raises
    ------
    ParameterError
        When a channel is not in the recording, there is no potential (EMGLAB reads no empty
        file), the name does not end in ``.eaf``, or the file cannot be written.

    Notes
    -----
    Layout of the files that EMGLAB 1.03 writes (McGill, Lateva and Marateb 2005, J Neurosci
    Methods 149:121-133); that its unit 0 means "unsorted" is unverified.

    Examples
    --------
    >>> import tempfile, pathlib, emgfasc as ef
    >>> rec, truth = ef.simulate.recording(kind="needle", seed=7, seconds=10)
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "biceps.eaf"
    >>> len(from_eaf(to_eaf(truth, path, recording=rec))) == len(truth)
    True
    """
    if Path(path).suffix.lower() != ".eaf":
        raise ParameterError(
            f"Invalid value for the 'path' parameter: a name that ends in '.eaf' is needed, "
            f"but got {Path(path).name!r} instead."
        )
    if not len(events):
        raise ParameterError("events: EMGLAB reads no empty annotation file.")
    place = {name: number for number, name in enumerate(recording.channels, 1)}
    unknown = sorted(set(events.frame["channel"]) - set(place))
    if unknown:
        raise ParameterError(
            f"events: channel(s) {', '.join(unknown)} are not in {recording.name}."
        )
    frame = events.frame
    rows = "".join(
        f"{float(time)!r} {unit} {place[channel]}\n"
        for time, unit, channel in zip(events.peak_s, frame["unit"], frame["channel"], strict=True)
    )
    with whole(path) as part:
        part.write_text(_HEAD + rows + _FOOT, encoding="ascii", newline="\n")
    return Path(path)


def from_eaf(path: str | Path) -> pd.DataFrame:
    """Read the discharges of an EMGLAB annotation file.

    Parameters
    ----------
    path : str or Path
        Written by EMGLAB or :func:`to_eaf`.

    Returns
    -------
    DataFrame
        Columns `time_s`, `unit` and `chan` (from 1; 1 where the file names none). Other columns
        and templates are not read.

    Raises
    ------
    RecordingError
        When the file cannot be read or is no such file.
    """
    try:
        columns = _columns(Path(path).expanduser().read_bytes())
    except (OSError, ET.ParseError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise RecordingError(f"{path}: is no EMGLAB annotation file ({why}).") from error
    frame = pd.DataFrame({name: columns[name] for name in _KNOWN if name in columns})
    if "chan" not in frame:
        frame["chan"] = 1
    frame = frame.rename(columns={"time": "time_s"})
    return frame.astype({"time_s": "float64", "unit": "int64", "chan": "int64"})


def _columns(content: bytes) -> dict[str, list[float]]:
    """Return the columns of the spike events by the names in the spike header."""
    root = ET.fromstring(content)  # noqa: S314 - numbers are taken from it, nothing else
    header = root.find(f"{{{_NAMESPACE}}}emglab_spike_header")
    body = root.find(f"{{{_NAMESPACE}}}emglab_spike_events")
    if header is None or body is None:
        raise ValueError("no spike header or no spike events")
    names = [child.tag.rpartition("}")[2] for child in header]
    values = [float(text) for text in (body.text or "").split()]
    if not {"time", "unit"} <= set(names) or len(values) % len(names):
        raise ValueError(f"its rows do not fit its header '{' '.join(names)}'")
    return {name: values[place :: len(names)] for place, name in enumerate(names)}
