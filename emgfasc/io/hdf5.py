"""Plain HDF5: a dataset of samples, its rate, names and unit as datasets or attributes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from emgfasc.io.contents import Contents
from emgfasc.io.extras import extra
from emgfasc.io.matlab import of_fields
from emgfasc.io.refusal import refusing

__all__ = ["open_hdf5"]


def open_hdf5(path: Path, label: str, fs_hz: float | None) -> Contents:
    """Open an HDF5 file; its samples are read whole.

    Parameters
    ----------
    path : Path
        Holds a dataset such as ``data`` or ``emg``, at the top or in one group; ``fs``,
        ``channels`` and ``unit`` are datasets beside it, or attributes of it, its group or the
        file. The longer side of the samples is time.
    label : str
        How messages name it.
    fs_hz : float or None
        Sampling rate given by the caller, used when the file has none.

    Raises
    ------
    MissingExtraError
        When h5py is not installed.
    RecordingError
        When it is no such file.
    """
    h5py = extra("h5py", label)
    fields: dict[str, Any] = {}
    with refusing(label, "HDF5"), h5py.File(path, "r") as stored:
        groups = [stored, *(item for item in stored.values() if isinstance(item, h5py.Group))]
        # what is nearer to the top stands before what is deeper
        for group in reversed(groups):
            for name, item in group.items():
                if isinstance(item, h5py.Dataset):
                    fields |= _attributes(item.attrs)
                    fields[name.lower()] = _array(item[()])
            fields |= _attributes(group.attrs)
    return of_fields(fields, path, label, fs_hz)


def _attributes(attrs: Mapping[str, Any]) -> dict[str, Any]:
    return {name.lower(): _array(value) for name, value in attrs.items()}


def _array(value: Any) -> Any:
    """Turn stored text into text of NumPy; numbers stay as they are."""
    array = np.asarray(value)
    if array.dtype.kind in "OS":
        texts = [item.decode() if isinstance(item, bytes) else str(item) for item in array.ravel()]
        return np.array(texts)
    return array
