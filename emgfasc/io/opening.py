"""From a path, an MNE Raw or an array to its contents: the right reader by suffix and type."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from numbers import Number
from pathlib import Path
from typing import Any, cast

from emgfasc.errors import ParameterError, RecordingError
from emgfasc.io.arrays import open_array
from emgfasc.io.bids import with_sidecars
from emgfasc.io.contents import Contents
from emgfasc.io.hdf5 import open_hdf5
from emgfasc.io.matlab import open_matlab
from emgfasc.io.neo_raw import NEO_SUFFIXES
from emgfasc.io.npz import open_npz
from emgfasc.io.objects import object_opener
from emgfasc.io.refusal import reason
from emgfasc.io.text import open_text

__all__ = ["PARTS", "SUFFIXES", "open_source"]

# Suffix -> (module, function). Their libraries are imported only when a file needs them.
_LIBRARY_READERS = {
    ".edf": ("edf", "open_edf"),
    ".bdf": ("edf", "open_edf"),
    ".vhdr": ("mne_raw", "open_brainvision"),
    ".fif": ("mne_raw", "open_fif"),
    ".hea": ("wfdb_record", "open_wfdb"),
    ".dat": ("wfdb_record", "open_wfdb"),
    ".bin": ("n2001", "open_n2001"),
    ".c3d": ("c3d", "open_c3d"),
    ".otb+": ("otb", "open_otb"),
    ".otb4": ("otb", "open_otb"),
    ".poly5": ("poly5", "open_poly5"),
    ".nwb": ("nwb", "open_nwb"),
    **dict.fromkeys(NEO_SUFFIXES, ("neo_raw", "open_neo")),
}
# Readers of formats that may leave the sampling rate to the caller.
_OWN_READERS: dict[str, Callable[[Path, str, float | None], Contents]] = {
    ".npz": open_npz,
    ".mat": open_matlab,
    ".h5": open_hdf5,
    ".hdf5": open_hdf5,
    ".csv": open_text,
    ".tsv": open_text,
    ".txt": open_text,
}
_HEADERS = {".eeg": ".vhdr", ".vmrk": ".vhdr"}

SUFFIXES = (*_LIBRARY_READERS, *_OWN_READERS)  # what a recording's name may end in
PARTS = {**_HEADERS, ".dat": ".hea", ".bin": ".hea"}  # a part, and the header that stands for it


def open_source(source: Any, fs: float | None, channels: Any) -> tuple[Contents, Any]:
    """Find the reader; return what the source holds and which channels are still to be picked."""
    if isinstance(source, str | Path):
        return _open_file(Path(source).expanduser(), fs), channels
    # An MNE Raw can only come from a program that has imported MNE.
    mne = sys.modules.get("mne")
    if mne is not None and isinstance(source, mne.io.BaseRaw):
        open_raw = import_module("emgfasc.io.mne_raw").open_raw
        names = [Path(name).stem for name in source.filenames if name]
        return cast("Contents", open_raw(source, names[0] if names else "raw")), channels
    opener = object_opener(source)
    if opener is not None:
        return opener(source, fs), channels
    if not _is_array(source):
        raise ParameterError(
            "Invalid value for the 'source' parameter: a path, an array, an MNE Raw, a "
            "SpikeInterface recording, a neo AnalogSignal, an xarray DataArray or a pandas frame "
            f"is needed, but got {type(source).__name__} instead."
        )
    if fs is None:
        raise ParameterError(
            "Invalid value for the 'fs' parameter: an array needs its sampling rate in Hz, "
            "but got None instead."
        )
    return open_array(source, fs, channels)


def _is_array(source: Any) -> bool:
    """Tell whether NumPy makes an array of it; a table of several arrays is none."""
    if isinstance(source, bytes | Mapping):
        return False
    return isinstance(source, Sequence | memoryview | Number) or hasattr(source, "__array__")


def _open_file(path: Path, fs: float | None) -> Contents:
    """Check the path and dispatch on its suffix."""
    label = " ".join(str(path).splitlines())
    suffix = path.suffix.lower()
    if suffix in _HEADERS:
        header = path.with_suffix(_HEADERS[suffix]).name
        raise RecordingError(f"{label}: is one part of a recording; give its header {header}.")
    try:
        if path.is_dir():
            raise RecordingError(f"{label}: is a folder; give a recording in it.")
        if not path.exists():
            raise RecordingError(f"{label}: does not exist; check its name and folder.")
        if suffix not in SUFFIXES:
            raise RecordingError(
                f"{label}: suffix {suffix or 'missing'} is not known; "
                f"known are {', '.join(SUFFIXES)}."
            )
        if path.stat().st_size == 0:
            raise RecordingError(f"{label}: is empty (0 bytes); copy or export it again.")
        if suffix in _OWN_READERS:
            return with_sidecars(_OWN_READERS[suffix](path, label, fs), path)
        module, function = _LIBRARY_READERS[suffix]
        opener = getattr(import_module(f"emgfasc.io.{module}"), function)
        return with_sidecars(cast("Contents", opener(path, label)), path)
    except (OSError, ValueError) as error:
        if isinstance(error, ParameterError):
            raise
        raise RecordingError(f"{label}: cannot be opened ({reason(error)}).") from error
