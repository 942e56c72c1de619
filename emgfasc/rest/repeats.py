"""How soon the same units fire again, from the signal's envelope, where no unit can be told apart.

Each unit leaves a pause between its discharges. However many overlap, the envelope is therefore
less like itself at lags shorter than the units' intervals: its autocorrelation dips there, and is
back at its level where the units come again. (Rates of units show in the spectrum of the surface
signal: van Boxtel and Schomaker 1983, IEEE Trans Biomed Eng 30:601, unverified.) So the envelope's
spectrum is lower below the rate of its units than above. A circuit that repeats like a machine is
like itself as much after ten discharges as after one.
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
# Where units of a cramp are back, where voluntary ones still pause, and where those begin to come
# back; and the share of the dip from which on it is left there.
_SOON, _LATER, _LAST = ((16, 24), 0.45), ((20, 33), 0.5), ((25, 50), 0.2)
_FAR_BINS = (200, 400)  # discharges of a unit with a CoV of 0.1 at 5 to 15 Hz have strayed by then
_SAME = 0.35  # of a machine 0.5 and more is left there, of steady real contractions at most 0.1
_DEEP = 3.0  # a dip by chance, of two autocorrelations: over the root of the number of bins
_SHARP_S = 0.4e-3  # what is slower is long in the envelope, and hides a pause
_WILLED_HZ = (16.0, 34.0)  # where units show that fire as by will, strong efforts included
_ABOVE_HZ = (60.0, 150.0)
_LEAST_S, _LONGEST_S = 2.0, 30.0
_LEAST_FAST_S = 4.0  # a briefer contraction may dip and come back by chance


def pace(rec: Recording, cells: Cells, span: tuple[int, int]) -> Pace:
    """Tell whether the units of a stretch fire as by will, faster, or like a machine.

    Voluntary units fire at 5-25 Hz, in strong efforts at up to 35 Hz (unverified); in a cramp they
    fire at 20-150 Hz. Potentials may be longer than their pauses, so two envelopes are taken: of
    the signal, and of its sharp part, which is what its mean over 0.4 ms leaves. A cramp is claimed
    where the sum of their autocorrelations dips at 6-20 ms and is back soon: less than half of the
    dip is left at 20-33 ms, and less than a fifth at 25-50 ms. As that may be so in strong efforts,
    also less than 0.45 must be left at 16-24 ms, or the spectrum of the sharp part's envelope be
    lower at 16-34 Hz, where the rates of voluntary units lie, than at 60-150 Hz.

    A cramp whose units fire at rates that are reached by will as well is not claimed, nor one that
    is sampled at less than 2.5 kHz, where nothing sharp is left, like most below the skin. A
    machine, as in a complex repetitive discharge, is claimed where the autocorrelation at
    200-400 ms, averaged over 3 ms, still reaches 0.35. Limits are this library's own.

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
    wave = np.nan_to_num(rec.read(start, start + length)[channel].astype(np.float64))
    envelope = _envelope(wave, rec.fs_hz)
    if len(envelope) * _BIN_S < _LEAST_S or not envelope.any():
        return "willed"
    alike = _autocorrelation(envelope)
    if np.convolve(alike[slice(*_FAR_BINS)], np.full(3, 1 / 3), mode="valid").max() >= _SAME:
        return "machine"
    if len(envelope) * _BIN_S < _LEAST_FAST_S:
        return "willed"
    sharp = _envelope(_sharp(wave, rec.fs_hz), rec.fs_hz)
    return "fast" if sharp.any() and _fast(alike, sharp) else "willed"


def _fast(alike: NDArray[np.float64], sharp: NDArray[np.float64]) -> bool:
    """Tell whether units come back where voluntary ones still pause."""
    both = alike + _autocorrelation(sharp)
    smooth = np.convolve(both, np.full(_WIDTH_BINS, 1 / _WIDTH_BINS), mode="valid")
    dip = float(smooth[slice(*_DIP_BINS)].min())
    if dip >= -_DEEP / np.sqrt(len(sharp)):
        return False
    soon, later, last = (
        float(both[slice(*bins)].mean()) > left * dip for bins, left in (_SOON, _LATER, _LAST)
    )
    return later and last and (soon or _low_where_willed(sharp))


def _low_where_willed(envelope: NDArray[np.float64]) -> bool:
    """Tell whether a spectrum is lower at rates of voluntary units than above."""
    power = np.abs(np.fft.rfft(envelope)) ** 2
    hz = np.fft.rfftfreq(len(envelope), _BIN_S)
    willed, above = (
        float(power[(hz >= low) & (hz < high)].mean()) for low, high in (_WILLED_HZ, _ABOVE_HZ)
    )
    return willed < above


def _sharp(wave: NDArray[np.float64], fs_hz: float) -> NDArray[np.float64]:
    """Return a signal without its mean over the samples around; 0 where it has too few of them."""
    width = 1 + 2 * round(_SHARP_S * fs_hz / 2)
    return wave - np.convolve(wave, np.full(width, 1 / width), "same")


def _envelope(wave: NDArray[np.float64], fs_hz: float) -> NDArray[np.float64]:
    """Return the RMS of bins of a millisecond, over its own level, without its mean."""
    edges = np.rint(np.arange(0, len(wave), _BIN_S * fs_hz)).astype(np.int64)
    edges = edges[edges < len(wave)]
    rms = np.sqrt(np.add.reduceat(wave**2, edges) / np.diff(np.append(edges, len(wave))))
    box = np.ones(min(_LEVEL_BINS, len(rms)))
    level = np.convolve(rms, box, "same") / np.convolve(np.ones(len(rms)), box, "same")
    return np.asarray(np.divide(rms, level, out=np.ones(len(rms)), where=level > 0) - 1)


def _autocorrelation(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return it at the lags that are asked about; 1 at lag 0."""
    lags = range(_FAR_BINS[1])
    products = [float((values[lag:] * values[: len(values) - lag]).mean()) for lag in lags]
    return np.asarray(products) / products[0]
