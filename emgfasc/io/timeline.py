"""Times that a file states: missing rows become a gap, later starts are met by whole samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from emgfasc.io.channels import listed
from emgfasc.io.contents import Channel

__all__ = ["skipped", "spread", "start_notes", "steps_of"]

_OFF = 0.25  # of a sampling interval: what a time may differ from a whole number of intervals
_TOGETHER_US = 0.5  # starts that differ by less are one, printed twice
_MOST = 100.0  # times as many samples as rows: a longer gap is another recording


def steps_of(times: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return how many samples each row lies behind the one before.

    Parameters
    ----------
    times : array of float, shape (n_rows,)
        Seconds, or running numbers; printed times may be rounded.

    Returns
    -------
    array of int, shape (n_rows - 1,)
        1 where nothing is missing.

    Raises
    ------
    ValueError
        When times do not rise, lie between samples, or leave out far more than they hold.

    Examples
    --------
    >>> import numpy as np
    >>> steps_of(np.array([0.0, 0.5, 1.0, 3.0])).tolist()
    [1, 1, 4]
    """
    steps = np.diff(times)
    usual = float(np.median(steps)) if len(steps) else 1.0
    if not (np.isfinite(times).all() and usual > 0):
        raise ValueError("its time does not rise; sort it by time")
    counts = np.rint(steps / usual)
    off = np.abs(steps / usual - counts)
    wrong = np.flatnonzero((counts < 1) | (off > _OFF))
    if len(wrong):
        place = int(wrong[0])
        raise ValueError(
            f"its time is uneven: a step of {steps[place]:g} at {times[place]:g}, usually {usual:g}"
        )
    if counts.sum() > _MOST * len(times):
        raise ValueError("its times leave out far more than they hold; cut it into recordings")
    return counts.astype(np.int64)


def spread(
    values: NDArray[np.float64], steps: NDArray[np.int64]
) -> tuple[NDArray[np.float64], list[str]]:
    """Put NaN where rows are missing, and say so.

    Parameters
    ----------
    values : array of float, shape (n_rows, n_columns)
        What was stored.
    steps : array of int, shape (n_rows - 1,)
        From :func:`steps_of`.
    """
    missing = int(steps.sum()) - len(steps)
    if missing <= 0:
        return values, []
    whole = np.full((len(values) + missing, values.shape[1]), np.nan)
    whole[np.concatenate([[0], np.cumsum(steps)])] = values
    places = int((steps > 1).sum())
    note = (
        f"By the file's own times {missing} sample(s) are missing in {places} place(s); they are "
        "kept as gaps."
    )
    return whole, [note]


def skipped(starts_s: Sequence[float], fs_hz: float) -> list[int]:
    """Return how many samples to leave out of each channel, so that all begin with the latest.

    Examples
    --------
    >>> skipped([0.0, 0.1004, 0.05], 1000.0)
    [100, 0, 50]
    """
    latest = max(starts_s)
    return [round((latest - start_s) * fs_hz) for start_s in starts_s]


def start_notes(channels: Sequence[Channel], starts_s: Sequence[float]) -> list[str]:
    """Say which channels of one rate do not start together, and what was done about it.

    Parameters
    ----------
    channels : sequence of Channel
        All channels of the file.
    starts_s : sequence of float
        When each starts.
    """
    notes = []
    for fs_hz in dict.fromkeys(channel.fs_hz for channel in channels):
        own = [place for place, channel in enumerate(channels) if channel.fs_hz == fs_hz]
        starts = [starts_s[place] for place in own]
        apart_us = (max(starts) - min(starts)) * 1e6
        if apart_us >= _TOGETHER_US:
            names = listed([channels[place].name for place in own])
            most = max(skipped(starts, fs_hz))
            out = (
                f"up to {most} sample(s) before the latest start were left out, and "
                if most
                else ""
            )
            notes.append(
                f"{names} start up to {apart_us:.0f} us apart; {out}they were aligned to the "
                f"nearest sample ({1e6 / fs_hz:.0f} us), not resampled."
            )
    return notes
