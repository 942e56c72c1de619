"""Samples lost on their way: held over by the last value, or filled with the packet before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Recording
from emgfasc.integrity.excerpts import Look
from emgfasc.integrity.finding import Finding
from emgfasc.integrity.loops import doubled, repeated, repeats
from emgfasc.integrity.scanning import FLAT_S, FLAT_SAMPLES, Scan

__all__ = ["find_doubled", "find_held"]

_BLOCK = 1 << 17
_BY_CHANCE = 1e-4  # runs expected in a whole recording whose values are only quantised
_EXACT = 16  # run lengths tallied one by one
_COUNTED = 30  # runs of a length, from which the chance of one more equal value is taken
_RULE_OF_THREE = 3.0  # events that none seen still allows, at 95 %
_FEWEST = 2
_MOST_RUNS = 1 << 16  # kept of one channel
_MUCH = 0.01  # of the samples: beyond it, rates and shapes are not to be trusted
_SEARCHED = 1 << 18  # samples searched for doubled packets, on one channel: 2 minutes at 2048 Hz
_LONGEST_S, _LONGEST = 0.05, 256
_SHORTEST = 8


@dataclass(eq=False)
class _Runs:
    """Runs of values equal to the one before, block by block.

    Attributes
    ----------
    tally : array of int
        Runs by how many samples repeat the one before, up to 16.
    start, length : list of int
        First repeating sample, and how many repeat, of every run of two and more.
    open : int
        Length of the run the last block ended in.
    floor : int
        Shortest run that is still kept: it rises where there are very many, which no loss makes.
    """

    tally: NDArray[np.int64] = field(default_factory=lambda: np.zeros(_EXACT + 1, np.int64))
    start: list[NDArray[np.int64]] = field(default_factory=list)
    length: list[NDArray[np.int64]] = field(default_factory=list)
    open: int = 0
    floor: int = 2

    def take(self, same: NDArray[np.bool_], at: int) -> None:
        """Add a block, which begins at sample `at`; what it ends in stays open."""
        start, length, self.open = repeats(same, self.open, self.floor, self.tally)
        self.start.append(start + at)
        self.length.append(length)
        while sum(map(len, self.length)) > _MOST_RUNS:
            self.floor += 1
            kept_of = [length >= self.floor for length in self.length]
            self.start = [x[kept] for x, kept in zip(self.start, kept_of, strict=True)]
            self.length = [x[kept] for x, kept in zip(self.length, kept_of, strict=True)]

    def close(self, at: int) -> None:
        """End the run that is open at the recording's end."""
        self.take(np.zeros(1, bool), at)

    def least(self, n_samples: int, n_rows: int) -> int:
        """Return how many repeats in one run chance does not give.

        The chance of one more equal value is the largest of what single repeats, and how runs of
        two to four go on, say; where none was seen, what that still allows.
        """
        chances = [_RULE_OF_THREE / n_samples, self.tally.sum() / n_samples]
        chances += [
            self.tally[k + 1] / self.tally[k] for k in (1, 2, 3) if self.tally[k] >= _COUNTED
        ]
        chance = max(chances)
        if chance >= 1:
            return n_samples
        return 1 + int(np.ceil(np.log(_BY_CHANCE / (n_samples * n_rows)) / np.log(chance)))


def find_held(rec: Recording, scan: Scan, look: Look) -> Finding | None:
    """Find short stretches in which the last value is repeated instead of what was lost.

    A run counts when quantisation does not explain it: by how often a value equals the one before
    in this recording, less than one such run in 10,000 recordings is due to chance. On all live
    channels at once shorter ones count, as chance would have to strike everywhere. Stretches that
    are ``flat``, and those at the ends of a channel's range, are told elsewhere. Own rule.

    Parameters
    ----------
    rec : Recording
        The recording.
    scan : Scan
        Its extremes.
    look : Look
        Its excerpts, for the usual step.
    """
    step = np.where(np.isfinite(scan.quantum_uv), scan.quantum_uv, np.inf)
    live = np.flatnonzero(look.step_sd_uv > step)
    if not len(live) or rec.n_samples < 100:
        return None
    alone = [_Runs() for _ in live]
    together = _Runs()
    for at, rows in _overlapping(rec):
        same = np.empty(rows.shape[1] - 1, np.bool_)
        shared = np.ones_like(same)
        for runs, channel in zip(alone, live, strict=True):
            x = np.ascontiguousarray(rows[channel])
            repeated(x, scan.low_uv[channel], scan.high_uv[channel], same, shared)
            runs.take(same, at)
        together.take(shared, at)
    flat = max(FLAT_SAMPLES, FLAT_S * rec.fs_hz)
    found = [_kept(runs, rec, len(live), flat) for runs in alone]
    everywhere = _kept(together, rec, 1, flat) if len(live) > 1 else []
    places = _merged([*everywhere, *(span for each in found for span in each)])
    if len(places) < _FEWEST and not everywhere:
        return None
    hit = [int(c) for c, each in zip(live, found, strict=True) if each or everywhere]
    return _told(rec, places, hit)


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join what overlaps: one loss, seen on several channels."""
    places: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if places and start <= places[-1][1]:
            places[-1] = (places[-1][0], max(stop, places[-1][1]))
        else:
            places.append((start, stop))
    return places


def _overlapping(rec: Recording) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Yield blocks that begin with the sample before them, and the sample after that one."""
    for at in range(1, rec.n_samples, _BLOCK):
        yield at, rec.read(at - 1, at + _BLOCK)


def _kept(runs: _Runs, rec: Recording, n_rows: int, flat: float) -> list[tuple[int, int]]:
    """Return first and past-last repeating sample of the runs that count."""
    runs.close(rec.n_samples)
    start, length = np.concatenate(runs.start), np.concatenate(runs.length)
    kept = (length >= runs.least(rec.n_samples, n_rows)) & (length + 1 < flat)
    return [(int(a), int(a + n)) for a, n in zip(start[kept], length[kept], strict=True)]


def _told(rec: Recording, places: list[tuple[int, int]], channels: list[int]) -> Finding:
    """Say what was found."""
    total = sum(stop - start for start, stop in places)
    return Finding(
        "held_samples",
        "no" if total > _MUCH * rec.n_samples else "with_care",
        float(total),
        "samples",
        f"In {len(places)} place(s) a value is repeated more often than its steps explain, "
        f"{total} samples together: samples were lost and the last value held; potentials there "
        "are cut or missed.",
        tuple((start / rec.fs_hz, stop / rec.fs_hz) for start, stop in places[:20]),
        tuple(rec.channels[channel] for channel in channels),
    )


def find_doubled(rec: Recording, scan: Scan) -> Finding | None:
    """Find packets stored twice: stretches of 8 to 256 samples that follow themselves.

    Searched are the first 2**18 samples of the first channel that moves, as losses on the way
    strike all channels. A stretch counts when chance does not explain it, by how often values one
    lag apart are equal, in all and nearby. Own rule. In BioSPPy's ``emg_1.txt``, sent by
    Bluetooth, 163 packets of 20 samples are there twice.

    Parameters
    ----------
    rec : Recording
        The recording.
    scan : Scan
        Its extremes.
    """
    moving = np.flatnonzero(scan.high_uv > scan.low_uv)
    n = min(rec.n_samples, _SEARCHED)
    if not len(moving) or n < 1000:
        return None
    x = np.ascontiguousarray(rec.read(0, n)[int(moving[0])])
    longest = int(min(_LONGEST_S * rec.fs_hz, _LONGEST))
    found = np.zeros((_SEARCHED >> 8, 2), np.int64)
    count = doubled(x, _SHORTEST, longest, np.log(_BY_CHANCE / (n * longest)), found)
    if count < _FEWEST:
        return None
    places = sorted((int(a), int(b)) for a, b in found[: min(count, len(found))])
    total = sum(stop - start for start, stop in places)
    return Finding(
        "doubled_packets",
        "no" if total > _MUCH * n else "with_care",
        float(total),
        "samples",
        f"{count} stretch(es), {total} samples together, follow themselves value for value: "
        "packets were stored twice, so times after them are late or what they replaced is lost.",
        tuple((start / rec.fs_hz, stop / rec.fs_hz) for start, stop in places[:20]),
        (rec.channels[int(moving[0])],),
    )
