"""Discontinuous EDF+ (EDF+D): records put where their onsets say, NaN in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Source

__all__ = ["GappedSource", "gap_note", "place_records"]

_MOST = 100  # times the recorded length that a recording with its gaps may have


@dataclass(frozen=True, eq=False)
class GappedSource:
    """Records of one length, each at its own place in time.

    Attributes
    ----------
    joined : Source
        The records, one behind the other.
    starts : array of int, shape (n_records,)
        Sample at which each record starts; never falling.
    width : int
        Samples per record.
    """

    joined: Source
    starts: NDArray[np.int64]
    width: int

    @property
    def n_samples(self) -> int:
        """Samples per channel, gaps included."""
        return int(self.starts[-1]) + self.width

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return samples `start` to `stop`, ``NaN`` in the gaps."""
        n_channels = len(self.joined.read(0, 0))
        block = np.full((n_channels, max(stop - start, 0)), np.nan, np.float32)
        first = max(int(np.searchsorted(self.starts, start - self.width, "right")), 0)
        last = int(np.searchsorted(self.starts, stop, "left"))
        for record in range(first, last):
            shift = record * self.width - int(self.starts[record])  # from time to place
            left = max(start, int(self.starts[record]))
            right = min(stop, int(self.starts[record]) + self.width)
            block[:, left - start : right - start] = self.joined.read(left + shift, right + shift)
        return block


def place_records(onsets: Sequence[Fraction], record_s: Fraction, width: int) -> NDArray[np.int64]:
    """Return the sample at which each record starts, counted from the first.

    Parameters
    ----------
    onsets : sequence of Fraction
        When each record starts, in seconds.
    record_s : Fraction
        Length of a record in seconds.
    width : int
        Samples per record.

    Raises
    ------
    ValueError
        When records overlap, or lie so far apart that the onsets cannot be right.

    Examples
    --------
    >>> place_records([Fraction(0), Fraction(1), Fraction(5, 2)], Fraction(1), 100).tolist()
    [0, 100, 250]
    """
    starts = [round((onset - onsets[0]) / record_s * width) for onset in onsets]
    places = np.array(starts, np.int64)
    if (np.diff(places) < width).any():
        raise ValueError("its records overlap in time")
    if places[-1] + width > _MOST * len(places) * width:
        raise ValueError(f"its gaps are more than {_MOST} times as long as what was recorded")
    return places


def gap_note(onsets: Sequence[Fraction], record_s: Fraction) -> str:
    """Say how many gaps there are, and how long they are together."""
    gaps = [
        float(after - onset - record_s)
        for onset, after in pairwise(onsets)
        if after - onset != record_s
    ]
    return (
        f"Discontinuous (EDF+D): {len(gaps)} gap(s), {sum(gaps):g} s together, kept as gaps (NaN)."
    )
