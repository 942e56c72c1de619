"""Zero-phase band-pass, computed stretch by stretch only where a recording is read."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels import biquad, jit
from emgfasc._kernels.blocks import flat
from emgfasc.containers import Kind, Recording, Source
from emgfasc.errors import ParameterError, RecordingError
from emgfasc.preprocess.design import band_pass

__all__ = ["Band", "FilteredSource", "band_for"]

# Usual bands: surface 10-20 to 400-500 Hz (SENIAM, HDsEMG practice); concentric needle up to
# 10 kHz (IFCN 2020 and usual practice, unverified). 20 Hz keeps needle shapes comparable.
_BANDS: dict[Kind, tuple[float, float]] = {
    "needle": (20.0, 10_000.0),
    "surface": (20.0, 450.0),
    "hdsemg": (20.0, 450.0),
}
_TOP_SHARE = 0.45  # of the sampling rate: above it a bilinear filter no longer has its shape
_FORGET = 3e-6  # what is left of a wrong start after the warm-up
_SINGLE = 1 / 256  # of the rate: below, float32 would come near an error of 1e-4 SD
# Long stretches of one channel lie side by side in a tile. Were they whole pages of memory apart,
# all sixteen would want the same few lines of the cache, and reading them took twice the time.
_ASIDE = 272


@dataclass(frozen=True)
class Band:
    """A second-order Butterworth band-pass, run forwards and backwards.

    Attributes
    ----------
    low_hz, high_hz : float
        Corners (-6 dB after both passes).
    fs_hz : float
        Sampling rate.
    """

    low_hz: float
    high_hz: float
    fs_hz: float

    def __post_init__(self) -> None:
        """Hold the corners inside the band the sampling rate allows."""
        if not 0 < self.low_hz < self.high_hz < self.fs_hz / 2:
            raise ParameterError(
                f"Invalid band-pass {self.low_hz:g}-{self.high_hz:g} Hz: corners must rise and "
                f"stay below half the sampling rate ({self.fs_hz / 2:g} Hz)."
            )

    @property
    def sos(self) -> NDArray[np.float64]:
        """Second-order sections, shape (2, 6)."""
        return band_pass(self.low_hz, self.high_hz, self.fs_hz)

    @property
    def biquads(self) -> NDArray[np.float64]:
        """The same filter as :func:`emgfasc._kernels.biquad.filter_lanes` takes it."""
        low, high = sorted(self.sos, key=lambda section: section[4])
        return np.array([*high[4:], low[3:].sum(), low[5], self.sos[0, 0]])

    @property
    def warm_samples(self) -> int:
        """Samples after which a wrong start is forgotten."""
        radius = max(abs(np.roots(section[3:])).max() for section in self.sos)
        return math.ceil(math.log(_FORGET) / math.log(radius) / 16) * 16


def band_for(kind: Kind, fs_hz: float) -> Band:
    """Return the usual band for a kind of recording at a sampling rate.

    Examples
    --------
    >>> band_for("surface", 2048.0)
    Band(low_hz=20.0, high_hz=450.0, fs_hz=2048.0)
    """
    low, high = _BANDS[kind]
    return Band(low, min(high, _TOP_SHARE * fs_hz), fs_hz)


@dataclass(frozen=True, eq=False)
class FilteredSource:
    """A source that filters another one where it is read.

    The stretches that are filtered together lie on a grid fixed by the recording, so a value does
    not depend on which samples were asked for. ``nan`` samples (gaps) are bridged by a straight
    line before filtering and are ``nan`` again afterwards.
    """

    parent: Source
    band: Band
    n_jobs: int | None = None
    _design: tuple[NDArray[np.floating], int, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Compute the filter once."""
        warm = self.band.warm_samples
        length = 4096 * math.ceil(4 * warm / 4096)
        if length > 4096:
            length += _ASIDE
        single = self.band.low_hz >= _SINGLE * self.band.fs_hz
        biquads = self.band.biquads.astype(np.float32 if single else np.float64)
        object.__setattr__(self, "_design", (biquads, warm, length))

    @property
    def n_samples(self) -> int:
        """Samples per channel."""
        return self.parent.n_samples

    @property
    def stretch(self) -> int:
        """Samples that are filtered together; blocks of a multiple waste nothing."""
        return self._design[2]

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return filtered samples `start` to `stop`."""
        length = self.stretch
        block, low = self._block(start // length, -(-stop // length))
        whole = self._filtered(block, low, start, stop)
        if whole is not None:
            return whole
        # A bridge over a gap depends on what is seen around it: take one stretch at a time, so
        # that it does not depend on the caller's block.
        out = np.empty((len(block), stop - start), np.float32)
        for first in range(start // length, -(-stop // length)):
            begin, end = max(start, first * length), min(stop, (first + 1) * length)
            block, low = self._block(first, first + 1)
            gaps = np.isnan(block)
            piece = self._filtered(_bridged(block, gaps), low, begin, end)
            if piece is None:
                raise RecordingError(
                    f"Samples {begin} to {end} hold infinite values, which cannot be filtered; "
                    "mark missing samples as nan."
                )
            piece[gaps[:, begin - low : end - low]] = np.nan
            out[:, begin - start : end - start] = piece
        return out

    def _block(self, first: int, last: int) -> tuple[NDArray[np.float32], int]:
        """Read stretches `first` to `last` with what the warm-up needs around them."""
        margin = self._design[1] + biquad.EDGE_SAMPLES + 1
        low = max(0, first * self.stretch - margin)
        high = min(self.n_samples, last * self.stretch + margin)
        return self.parent.read(low, max(low, high)), low

    def _filtered(
        self, block: NDArray[np.float32], low: int, start: int, stop: int
    ) -> NDArray[np.float32] | None:
        """Filter every channel over the stretches that touch `start` to `stop`.

        ``None`` when there is a gap in them, which would spoil all that follows it.
        """
        biquads, warm, length = self._design
        n_channels, m = len(block), stop - start
        out = np.empty((n_channels, m), np.float32)
        part = biquad.Part(*flat(block), low, self.n_samples, warm, length)
        firsts = np.arange(start // length, -(-stop // length), dtype=np.int64) * length
        lanes = np.full((2, -(-n_channels * len(firsts) // biquad.LANES) * biquad.LANES), -1)
        lanes[0, : n_channels * len(firsts)] = np.tile(np.arange(n_channels), len(firsts))
        lanes[1, : n_channels * len(firsts)] = np.repeat(firsts, n_channels)
        channels, begins = lanes.reshape(2, -1, biquad.LANES)
        threads = jit.n_threads(self.n_jobs)

        def work(k: int) -> bool:
            tile = np.empty((length + 2 * warm, biquad.LANES), np.float32)
            mine = np.ascontiguousarray(channels[k::threads]), begins[k::threads].copy()
            return biquad.filter_lanes(part, *mine, biquads, out.reshape(-1), start, m, tile)

        whole = all(jit.run(work, range(threads), n_jobs=self.n_jobs))
        return out if whole else None


def _bridged(block: NDArray[np.float32], gaps: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Replace ``nan`` by a straight line between its neighbours; an all-``nan`` row by zeros."""
    filled = block.copy()
    positions = np.arange(block.shape[1])
    for row, gap in zip(filled, gaps, strict=True):
        if gap.all():
            row[:] = 0
        elif gap.any():
            row[gap] = np.interp(positions[gap], positions[~gap], row[~gap])
    return filled


def filtered(rec: Recording, band: Band, *, n_jobs: int | None = None) -> Recording:
    """Return `rec` seen through `band`."""
    step = f"zero-phase Butterworth band-pass {band.low_hz:g}-{band.high_hz:g} Hz, order 2 twice"
    return rec.replace(source=FilteredSource(rec.source, band, n_jobs), steps=(*rec.steps, step))
