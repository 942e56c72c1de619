"""The samples of an EDF or BDF file, taken from its records in the file's own integers.

MNE reads the same values, but importing it and letting it look through the file costs a short
recording more than its detection does; tests/io compares the two on every EDF at hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgfasc.errors import RecordingError
from emgfasc.io.edf_header import EdfHeader, EdfSignal
from emgfasc.io.refusal import reason

__all__ = ["EdfSource"]

_CHUNK_BYTES = 1 << 22  # records are taken so many bytes at a time, whatever is asked for


@dataclass(frozen=True, eq=False)
class EdfSource:
    """Signals of one rate, read where they are asked for.

    Attributes
    ----------
    header : EdfHeader
        Of the file.
    signals : sequence of EdfSignal
        Which ones.
    factors : array of float, shape (n_channels,)
        Microvolts per unit of each signal.
    label : str
        How messages name the file.
    n_samples : int
        Samples per channel, at most those the records hold.
    """

    header: EdfHeader
    signals: Sequence[EdfSignal]
    factors: NDArray[np.float64]
    label: str
    n_samples: int

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return samples `start` to `stop`, shape (n_channels, stop - start), in uV."""
        out = np.empty((len(self.signals), max(stop - start, 0)), np.float32)
        if not out.size:
            return out
        try:
            self._fill(out, start, stop)
        except (OSError, ValueError) as error:
            raise RecordingError(
                f"{self.label}: samples {start} to {stop} cannot be read ({reason(error)}); "
                "check that the file is still there and whole."
            ) from error
        return out

    def _fill(self, out: NDArray[np.float32], start: int, stop: int) -> None:
        """Read samples `start` to `stop` into `out`, some records at a time."""
        width = self.signals[0].samples
        at_once = max(1, _CHUNK_BYTES // self.header.record_bytes)
        last = -(-stop // width)
        for first in range(start // width, last, at_once):
            records = self._records(first, min(first + at_once, last))
            low, high = max(start, first * width), min(stop, (first + len(records)) * width)
            for row, signal, factor in zip(out, self.signals, self.factors, strict=True):
                values = self._numbers(records, signal)[low - first * width : high - first * width]
                with np.errstate(over="ignore", invalid="ignore"):  # a header may claim any range
                    row[low - start : high - start] = values * (signal.gain * factor) + (
                        signal.offset * factor
                    )

    def _records(self, first: int, last: int) -> NDArray[np.uint8]:
        """Return the bytes of records `first` to `last`, a row each."""
        size = self.header.record_bytes
        with self.header.path.open("rb") as file:
            file.seek(self.header.size + first * size)
            return np.fromfile(file, np.uint8, (last - first) * size).reshape(last - first, size)

    def _numbers(self, records: NDArray[np.uint8], signal: EdfSignal) -> NDArray[np.int32]:
        """Return the integers of one signal, record after record."""
        wide = self.header.sample_bytes
        own = records[:, signal.place * wide : (signal.place + signal.samples) * wide]
        if wide == 2:
            return np.ascontiguousarray(own).view("<i2").ravel().astype(np.int32)
        # Three bytes become the upper three of four, so that the shift back carries the sign.
        padded = np.zeros((own.size // 3, 4), np.uint8)
        padded[:, 1:] = own.reshape(-1, 3)
        return padded.view("<i4").ravel() >> 8
