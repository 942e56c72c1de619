"""What a reader hands over: the channels a file holds and a way to fetch stretches of some."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Kind, Source
from emgfasc.errors import RecordingError
from emgfasc.io.refusal import reason

__all__ = ["BlockSource", "Channel", "ChannelType", "Contents", "Facts", "Opener"]

Opener = Callable[[list[int], NDArray[np.float64]], Source]

ChannelType = Literal["emg", "other", "unknown"]


@dataclass(frozen=True)
class Channel:
    """One channel as the file describes it.

    Attributes
    ----------
    name : str
        Its name.
    fs_hz : float
        Its own sampling rate.
    unit : str
        The unit its values are stored in, as spelled; empty when the file does not say.
    type : {'emg', 'other', 'unknown'}
        What the file's own typing says.
    highpass_hz, lowpass_hz : float or None
        Filters it was recorded with.
    """

    name: str
    fs_hz: float
    unit: str = ""
    type: ChannelType = "unknown"
    highpass_hz: float | None = None
    lowpass_hz: float | None = None


@dataclass(frozen=True)
class Facts:
    """What a file says about the recording as a whole.

    Attributes
    ----------
    kind : Kind or None
        Stated kind.
    muscle, side : str or None
        Stated muscle and side.
    start : datetime or None
        When it was recorded.
    text : str
        Free text in which a kind may be hinted at.
    positions_mm : array of float, shape (n_channels, 2), or None
        Electrode positions of all channels.
    bad_channels : tuple of str
        Channels the file marks as bad.
    """

    kind: Kind | None = None
    muscle: str | None = None
    side: str | None = None
    start: datetime | None = None
    text: str = ""
    positions_mm: NDArray[np.float64] | None = None
    bad_channels: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Contents:
    """A file's channels, unread.

    Attributes
    ----------
    label : str
        How messages name the file.
    channels : tuple of Channel
        Every channel of the file, annotations excepted.
    open : callable
        ``open(picks, factors)`` gives a source of some channels; `factors` are uV per stored unit.
    files : tuple of Path
        The files whose bytes are hashed; empty for arrays, whose samples are hashed.
    facts : Facts
        What the file says about itself.
    notes : tuple of str
        Sentences on what the reader assumed.
    """

    label: str
    channels: tuple[Channel, ...]
    open: Opener
    files: tuple[Path, ...] = ()
    facts: Facts = field(default_factory=Facts)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class BlockSource:
    """A source that fetches stored values and turns them into uV.

    Attributes
    ----------
    fetch : callable
        ``fetch(start, stop)`` gives stored values, shape (n_channels, stop - start).
    n_samples : int
        Samples per channel.
    factors : array of float, shape (n_channels,)
        Microvolts per stored unit.
    label : str
        How messages name the file.
    """

    fetch: Callable[[int, int], NDArray[Any]]
    n_samples: int
    factors: NDArray[np.float64]
    label: str

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return samples `start` to `stop`, shape (n_channels, stop - start), in uV."""
        if stop <= start:
            return np.empty((len(self.factors), 0), np.float32)
        try:
            values = self.fetch(start, stop)
        except Exception as error:
            raise RecordingError(
                f"{self.label}: samples {start} to {stop} cannot be read ({reason(error)}); "
                "check that the file is still there and whole."
            ) from error
        with np.errstate(over="ignore"):
            return np.asarray(values * self.factors[:, None], np.float32)
