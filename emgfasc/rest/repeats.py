"""How soon the same units fire again, from the signal's envelope, where no unit can be told apart.

Each unit leaves a pause between its discharges. However many overlap, the envelope is therefore
less like itself at lags shorter than the units' intervals: its autocorrelation dips there, and is
back at its level where the units come again. (Rates of units show in the spectrum of the surface
signal: van Boxtel and Schomaker 1983, IEEE Trans Biomed Eng 30:601, unverified.) A circuit that
repeats like a machine is like itself as much after ten discharges as after one.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Recording
from emgfasc.rest.cells import Cells

__all__ = ["Pace", "pace"]

Pace = Literal["willed", "fast", "machine"]

_BIN_S = 1e-3
_LEVEL_BINS = 400  # slower changes of strength are no rhythm
_DIP_BINS = (6, 20)  # where units pause, whose intervals are at least that long
_WIDTH_BINS = 6
# Where voluntary units still pause (20-33 ms) and begin to come back (25-50 ms), and the share of
# the dip that may be left there.
_LATER_BINS = (((20, 33), 0.5), ((25, 50), 0.2))
_FAR_BINS = (200, 400)  # discharges of a unit with a CoV of 0.1 at 5 to 15 Hz have strayed by then
_SAME = 0.35  # of a machine 0.5 and more is left there, of steady real contractions at most 0.1
_DEEP = 2.0  # a dip by chance: over the root of the number of bins
_LEAST_S, _LONGEST_S = 2.0, 30.0
_LEAST_FAST_S = 4.0  # a briefer contraction may dip and come back by chance


def pace(rec: Recording, cells: Cells, span: tuple[int, int]) -> Pace:
    """Tell whether the units of a stretch fire as by will, faster, or like a machine.

    Voluntary units fire at 5-25 Hz, so that few come back within 30 ms; in a cramp they fire at
    20-150 Hz and do. Claimed only where the envelope's autocorrelation dips at 6-20 ms and is
    back soon: at most half of the dip is left at 20-33 ms, and a fifth at 25-50 ms. A cramp whose
    units fire so fast, or whose potentials are so long, that no pause is seen is not claimed; nor
    would a contraction be told in which all units hold more than 25 Hz. A machine, as in a complex
    repetitive discharge, is claimed where the autocorrelation at 200-400 ms, averaged over 3 ms,
    still reaches 0.35. Limits are this library's own.

    Parameters
    ----------
    rec : Recording
        Cleaned.
    cells : Cells
        Of the recording; names the channel with most activity.
    span : (int, int)
        First cell of the stretch, one past its last. At most its first 30 s are read.

    Returns
    -------
    {'willed', 'fast', 'machine'}
        ``'willed'`` when the stretch shows neither, or is too short to tell: 2 s for a machine,
        4 s for a cramp.
    """
    first, last = span
    if (last - first) * cells.cell_s < _LEAST_S:
        return "willed"
    power = np.nan_to_num(cells.fast_power[:, first:last]).sum(axis=1)
    channel = rec.good[int(power.argmax())]
    start = round(first * cells.cell_s * rec.fs_hz)
    length = round(min((last - first) * cells.cell_s, _LONGEST_S) * rec.fs_hz)
    envelope = _envelope(rec.read(start, start + length)[channel], rec.fs_hz)
    if len(envelope) * _BIN_S < _LEAST_S or not envelope.any():
        return "willed"
    alike = _autocorrelation(envelope)
    if np.convolve(alike[slice(*_FAR_BINS)], np.full(3, 1 / 3), mode="valid").max() >= _SAME:
        return "machine"
    fast = len(envelope) * _BIN_S >= _LEAST_FAST_S and _recovers(alike, len(envelope))
    return "fast" if fast else "willed"


def _recovers(alike: NDArray[np.float64], n_bins: int) -> bool:
    """Tell whether an autocorrelation dips and is back where voluntary units still pause."""
    smooth = np.convolve(alike, np.full(_WIDTH_BINS, 1 / _WIDTH_BINS), mode="valid")
    dip = float(smooth[slice(*_DIP_BINS)].min())
    back = [float(alike[slice(*bins)].mean()) > left * dip for bins, left in _LATER_BINS]
    return dip < -_DEEP / np.sqrt(n_bins) and all(back)


def _envelope(wave: NDArray[np.float32], fs_hz: float) -> NDArray[np.float64]:
    """Return the RMS of bins of a millisecond, over its own level, without its mean."""
    edges = np.rint(np.arange(0, len(wave), _BIN_S * fs_hz)).astype(np.int64)
    edges = edges[edges < len(wave)]
    square = np.nan_to_num(wave.astype(np.float64)) ** 2
    rms = np.sqrt(np.add.reduceat(square, edges) / np.diff(np.append(edges, len(wave))))
    box = np.ones(min(_LEVEL_BINS, len(rms)))
    level = np.convolve(rms, box, "same") / np.convolve(np.ones(len(rms)), box, "same")
    return np.asarray(np.divide(rms, level, out=np.ones(len(rms)), where=level > 0) - 1)


def _autocorrelation(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return it at the lags that are asked about; 1 at lag 0."""
    lags = range(_FAR_BINS[1])
    products = [float((values[lag:] * values[: len(values) - lag]).mean()) for lag in lags]
    return np.asarray(products) / products[0]
