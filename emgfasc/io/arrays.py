"""NumPy arrays, and the sources of what is read into memory whole."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import ArraySource, Source
from emgfasc.errors import ParameterError, RecordingError
from emgfasc.io.contents import Channel, Contents
from emgfasc.io.timeline import skipped

__all__ = ["array_names", "as_rows", "held", "open_array"]

_MOST_CHANNELS = 1024  # more than any electrode grid; more "channels" mean a transposed array


def as_rows(data: Any, label: str) -> NDArray[Any]:
    """Return `data` as channels x samples.

    Parameters
    ----------
    data : array
        One row per channel, or one dimension for one channel.
    label : str
        How messages name it.

    Raises
    ------
    RecordingError
        When it does not hold real numbers, has another shape or looks transposed.
    """
    if isinstance(data, np.ma.MaskedArray):
        data = np.ma.filled(data.astype(np.float64), np.nan)
    try:
        array = np.asarray(data)
    except ValueError as error:
        raise RecordingError(f"{label}: its rows differ in length.") from error
    if array.dtype.kind not in "iuf":
        raise RecordingError(
            f"{label}: holds {array.dtype} where real numbers (channels x samples) are needed."
        )
    if array.ndim == 1:
        array = array[np.newaxis]
    if array.ndim != 2:
        raise RecordingError(
            f"{label}: has {array.ndim} dimension(s) where channels x samples are needed."
        )
    if array.shape[0] > max(_MOST_CHANNELS, array.shape[1]):
        raise RecordingError(
            f"{label}: its shape {array.shape} means {array.shape[0]} channels of "
            f"{array.shape[1]} samples; transpose it if it is samples x channels."
        )
    return array


def array_names(n_channels: int) -> list[str]:
    """Name channels that have no name.

    Examples
    --------
    >>> array_names(2)
    ['EMG1', 'EMG2']
    """
    return [f"EMG{place + 1}" for place in range(n_channels)]


def held(data: NDArray[Any], label: str, picks: list[int], factors: NDArray[np.float64]) -> Source:
    """Return a source over a float32 copy, in uV, of some rows.

    Raises
    ------
    RecordingError
        When a value is infinite, or too large for float32.
    """
    values = np.empty((len(picks), data.shape[1]), np.float32)
    with np.errstate(over="ignore"):
        for row, (place, factor) in enumerate(zip(picks, factors, strict=True)):
            values[row] = data[place] if factor == 1 else data[place] * factor
    if np.isinf(values).any():
        raise RecordingError(
            f"{label}: holds infinite values; put NaN where there was a gap, or check scale=."
        )
    return ArraySource(values)


def open_array(
    array: Any, fs_hz: float, channels: Sequence[str | int] | str | int | None
) -> tuple[Contents, Sequence[str | int] | str | int | None]:
    """Open an array in uV; names given for all of its channels name them.

    Parameters
    ----------
    array : array
        Channels x samples, or one channel.
    fs_hz : float
        Sampling rate.
    channels : sequence of str or int, or None
        Places to pick, default names (``EMG1``, ...) to pick, or a new name for every row.

    Returns
    -------
    contents : Contents
        The rows as channels.
    channels : as given
        What is still to be picked.

    Raises
    ------
    RecordingError
        See :func:`as_rows`.
    ParameterError
        When names are given for some rows only.
    """
    label = "array"
    rows = as_rows(array, label)
    names = array_names(len(rows))
    given = [channels] if isinstance(channels, str) else channels
    if isinstance(given, Sequence) and given and all(isinstance(name, str) for name in given):
        new = [str(name) for name in given]
        if not set(new) <= set(names):
            if len(new) != len(names):
                raise ParameterError(
                    f"Invalid value for the 'channels' parameter: {len(names)} names, one per row, "
                    f"are needed, but got {len(new)} instead."
                )
            names, channels = new, None
    return Contents(
        label=label,
        channels=tuple(Channel(name, fs_hz, "uV", "emg") for name in names),
        open=partial(held, rows, label),
    ), channels


def held_columns(
    label: str,
    values: Sequence[NDArray[np.float64]],
    starts: Sequence[float],
    picks: list[int],
    factors: NDArray[np.float64],
) -> Source:
    """Return a source of the picked columns, all of one rate.

    `starts` are in sampling intervals. The columns are aligned by whole samples to the one that
    starts last, and cut to the shortest.
    """
    skips = skipped([starts[place] for place in picks], 1.0)
    columns = [values[place][skip:] for place, skip in zip(picks, skips, strict=True)]
    n_samples = min(map(len, columns))
    rows = np.stack([column[:n_samples] for column in columns])
    return held(rows, label, list(range(len(picks))), factors)


def out_of_cells(value: Any) -> NDArray[Any]:
    """Take an array out of the MATLAB cells (of one element) it is wrapped in.

    Examples
    --------
    >>> import numpy as np
    >>> cell = np.empty((1, 1), object)
    >>> cell[0, 0] = np.array([1, 2])
    >>> out_of_cells(cell).tolist(), out_of_cells(None).size
    ([1, 2], 1)
    """
    array = np.asarray(value)
    while array.dtype == object and array.size == 1:
        inside = array.flat[0]
        array = np.asarray(inside)
        if array.dtype == object and not isinstance(inside, np.ndarray):
            break  # an object that is no array stays one, however often it is taken out
    return array
