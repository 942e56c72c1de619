"""A recording: who, what, how fast, and a way to read any stretch of it as float32 microvolts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from emgfasc._validate import one_of, positive
from emgfasc.containers.columns import KINDS, Kind
from emgfasc.containers.views import ChosenChannels, Stretch
from emgfasc.errors import ParameterError, RecordingError

__all__ = ["ArraySource", "Recording", "Source"]

_LOADED = 1 << 24  # values read at once: 64 MB


class Source(Protocol):
    """Anything that hands out stretches of a recording."""

    @property
    def n_samples(self) -> int:
        """Samples per channel."""

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return samples `start` to `stop`, shape (n_channels, stop - start), in uV."""


@dataclass(frozen=True, eq=False)
class ArraySource:
    """A source held in memory.

    Attributes
    ----------
    data : array of float32, shape (n_channels, n_samples)
        Microvolts; never written to.
    """

    data: NDArray[np.float32]

    @property
    def n_samples(self) -> int:
        """Samples per channel."""
        return int(self.data.shape[1])

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return a read-only view of samples `start` to `stop`."""
        view = self.data[:, start:stop]
        view.flags.writeable = False
        return view


@dataclass(frozen=True, kw_only=True, eq=False)
class Recording:
    """A recording that is read only where it is looked at.

    Made by :func:`emgfasc.read` and :func:`emgfasc.simulate.recording`; stages return changed
    copies. Values are always float32 microvolts and times are seconds from the first sample.

    Attributes
    ----------
    source : Source
        Where the samples come from.
    fs_hz : float
        Sampling rate.
    channels : tuple of str
        Channel names, each once.
    kind : {'needle', 'surface', 'hdsemg'}
        What recorded it: a concentric needle, surface electrodes, or a high-density grid.
    name : str
        Short name, the stem of the file.
    path, sha256 : str or None
        The file and the hash of its bytes.
    files : tuple of str
        Every file whose bytes are in that hash; empty for data in memory.
    muscle, side : str or None
        As the file or the caller gave them.
    positions_mm : array of float, shape (n_channels, 2), or None
        Electrode positions on the grid; ``nan`` where unknown.
    start : datetime or None
        When it was recorded.
    highpass_hz, lowpass_hz : float or None
        The filters it was recorded with; ``None`` when the file does not say.
    bad_channels : tuple of str
        Channels left out of detection.
    notes : tuple of str
        Sentences on what reading left out or assumed.
    flags : tuple of str
        Short marks of doubtful quality, carried into the summary.
    steps : tuple of str
        Processing applied so far, in order.

    Raises
    ------
    ParameterError
        When rate, kind, channel names or positions are not allowed.
    RecordingError
        When it holds fewer than two samples or no channel.

    Examples
    --------
    >>> import numpy as np, emgfasc as ef
    >>> rec = ef.read(np.zeros((2, 2048), np.float32), fs=2048, kind="surface")
    >>> rec.duration_s, rec.n_channels
    (1.0, 2)
    """

    source: Source
    fs_hz: float
    channels: tuple[str, ...]
    kind: Kind
    name: str = "array"
    path: str | None = None
    sha256: str | None = None
    files: tuple[str, ...] = ()
    muscle: str | None = None
    side: str | None = None
    positions_mm: NDArray[np.float64] | None = None
    start: datetime | None = None
    highpass_hz: float | None = None
    lowpass_hz: float | None = None
    bad_channels: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Hold the rules every later stage relies on."""
        positive("fs", self.fs_hz)
        one_of("kind", self.kind, KINDS)
        if not self.channels:
            raise RecordingError(f"{self.name}: holds no EMG channel; name some with channels=.")
        doubles = sorted({name for name in self.channels if self.channels.count(name) > 1})
        if doubles:
            raise RecordingError(
                f"{self.name}: duplicate channel name(s) {', '.join(doubles)}; rename them."
            )
        if self.n_samples < 2:
            raise RecordingError(
                f"{self.name}: holds {self.n_samples} sample(s) per channel; at least 2 are needed."
            )
        if self.positions_mm is not None and self.positions_mm.shape != (self.n_channels, 2):
            raise ParameterError(
                f"Invalid value for the 'positions_mm' parameter: shape ({self.n_channels}, 2) "
                f"is needed, but got {self.positions_mm.shape} instead."
            )
        unknown = set(self.bad_channels) - set(self.channels)
        if unknown:
            raise ParameterError(
                "Invalid value for the 'bad_channels' parameter: "
                f"{', '.join(sorted(unknown))} not among the channels."
            )

    @property
    def n_channels(self) -> int:
        """Number of channels, bad ones included."""
        return len(self.channels)

    @property
    def n_samples(self) -> int:
        """Samples per channel."""
        return self.source.n_samples

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.n_samples / self.fs_hz

    @property
    def good(self) -> NDArray[np.intp]:
        """Indices of the channels not marked bad."""
        return np.flatnonzero([name not in self.bad_channels for name in self.channels])

    def read(self, start: int = 0, stop: int | None = None) -> NDArray[np.float32]:
        """Return samples `start` to `stop` of all channels.

        Parameters
        ----------
        start, stop : int
            Sample numbers; `stop` ``None`` means the end. Both are clipped to the recording.

        Returns
        -------
        array of float32, shape (n_channels, stop - start)
            Microvolts.
        """
        stop = self.n_samples if stop is None else min(stop, self.n_samples)
        start = min(max(start, 0), self.n_samples)
        return self.source.read(start, max(stop, start))

    def blocks(self, size: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """Yield ``(first sample, block)`` pairs of at most `size` samples, from start to end."""
        for start in range(0, self.n_samples, size):
            yield start, self.read(start, start + size)

    def crop(self, start_s: float = 0.0, stop_s: float | None = None) -> Recording:
        """Return the stretch from `start_s` to `stop_s`; its times begin at 0 again.

        Parameters
        ----------
        start_s, stop_s : float
            Seconds from the first sample; `stop_s` ``None`` means the end.

        Raises
        ------
        ParameterError
            When the stretch does not lie within the recording.

        Examples
        --------
        >>> import numpy as np, emgfasc as ef
        >>> rec = ef.read(np.zeros((2, 20480)), fs=2048, kind="surface")
        >>> rec.crop(2, 5).duration_s
        3.0
        """
        stop_s = self.duration_s if stop_s is None else stop_s
        if not 0 <= start_s < stop_s <= self.duration_s:
            raise ParameterError(
                f"Invalid stretch {start_s:g}-{stop_s:g} s: it must rise and lie within the "
                f"{self.duration_s:g} s of the recording."
            )
        first, last = round(start_s * self.fs_hz), round(stop_s * self.fs_hz)
        return self.replace(
            source=Stretch(self.source, first, last - first),
            start=self.start and self.start + timedelta(seconds=first / self.fs_hz),
            steps=(*self.steps, f"cropped to {start_s:g}-{stop_s:g} s"),
        )

    def pick(self, channels: Sequence[str]) -> Recording:
        """Return some channels, in the order they are named.

        Parameters
        ----------
        channels : sequence of str
            Names, each once.

        Raises
        ------
        ParameterError
            When a name is not among the channels.

        Examples
        --------
        >>> import numpy as np, emgfasc as ef
        >>> rec = ef.read(np.zeros((3, 4096)), fs=2048, kind="surface", channels=["a", "b", "c"])
        >>> rec.pick(["c", "a"]).channels
        ('c', 'a')
        """
        names = (channels,) if isinstance(channels, str) else tuple(channels)
        unknown = [name for name in names if name not in self.channels]
        if unknown:
            raise ParameterError(
                f"Invalid value for the 'channels' parameter: {', '.join(map(str, unknown))} not "
                f"among the channels ({', '.join(self.channels)})."
            )
        rows = np.array([self.channels.index(name) for name in names], dtype=np.intp)
        return self.replace(
            source=ChosenChannels(self.source, rows),
            channels=names,
            positions_mm=None if self.positions_mm is None else self.positions_mm[rows],
            bad_channels=tuple(name for name in self.bad_channels if name in names),
        )

    def load(self) -> Recording:
        """Return the same recording held in memory.

        A long one is read block by block: many a library hands out float64, twice the size.
        """
        if isinstance(self.source, ArraySource):
            return self
        size = max(_LOADED // self.n_channels, 1)
        if size >= self.n_samples:
            return self.replace(source=ArraySource(self.read()))
        data = np.empty((self.n_channels, self.n_samples), np.float32)
        for start, block in self.blocks(size):
            data[:, start : start + block.shape[1]] = block
        return self.replace(source=ArraySource(data))

    def replace(self, **changes: Any) -> Recording:
        """Return a copy with some attributes changed."""
        return replace(self, **changes)

    def __repr__(self) -> str:
        """Show what a reader wants to know first."""
        return (
            f"<Recording {self.name!r}: {self.kind}, {self.n_channels} channel(s), "
            f"{self.duration_s:.1f} s at {self.fs_hz:g} Hz>"
        )
