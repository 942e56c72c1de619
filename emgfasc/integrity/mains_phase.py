"""Samples that are simply missing: where hum is strong, its phase jumps there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Recording
from emgfasc.integrity.excerpts import Look
from emgfasc.integrity.finding import Finding

__all__ = ["find_phase_breaks"]

_MAINS_HZ = (50.0, 60.0)
_CYCLES = 5  # of mains in a window: 0.1 s
_SIDE = 12  # windows on either side of a place
_STEADY = 25.0  # degrees: what the phase may differ from window to window, else it tells nothing
_FEWEST_WINDOWS = 60
_OVER, _LEAST = 8.0, 6.0  # a break in robust SDs of what is usual, and in degrees
_SCATTER = 0.3  # of a break: how far the phase may stray around it, else an artefact is near
_SIZES = (0.6, 1.67)  # hum of another size comes from another coupling, not from lost time
_REFITS = 6
_SD_PER_MEDIAN, _SD_PER_QUARTER = 0.6745, 0.3186  # quantiles of |x| of a normal of SD 1

Floats = NDArray[np.float64]


def find_phase_breaks(rec: Recording, look: Look) -> Finding | None:
    """Find breaks in the phase of mains hum, which runs on while samples are lost.

    The phase of the channel with the clearest hum is followed in windows of five cycles. At each
    place a line with a step is fitted to 1.2 s on either side, robustly, as potentials spoil some
    windows; its slope is the drift of the mains' own frequency. A step counts when it is 8 usual
    deviations and 6 degrees (at 2 kHz one lost sample makes 9 degrees of 50 Hz), the phase strays
    little around it, and the hum keeps its size. A loss of whole cycles leaves no trace, and
    neither does any loss where there is no hum: in noise that does not repeat itself, nothing
    tells. Own rule.

    Parameters
    ----------
    rec : Recording
        The recording.
    look : Look
        Its spectra: they name the channel and the frequency.
    """
    best = _clearest(rec, look)
    if best is None:
        return None
    channel, mains_hz = best
    waves = _waves(rec, channel, mains_hz)
    if len(waves) < _FEWEST_WINDOWS or not np.isfinite(waves).all():
        return None
    phase = np.degrees(np.unwrap(np.angle(waves)))
    drift = np.diff(phase)
    if float(np.median(np.abs(drift - np.median(drift)))) / _SD_PER_MEDIAN > _STEADY:
        return None
    jump, scatter, left = _jumps(phase)
    # the quarter that jumps least: breaks, and what is near one, may be most of a recording
    usual = float(np.quantile(np.abs(jump), 0.25)) / _SD_PER_QUARTER
    size = _sizes(np.abs(waves))
    fits = (np.abs(jump) > max(_OVER * usual, _LEAST)) & (scatter < _SCATTER * np.abs(jump))
    fits &= (size > _SIZES[0]) & (size < _SIZES[1])
    places = _peaks(np.where(fits, np.abs(jump) / (left + 1), 0.0))
    if not places:
        return None
    window_s = _CYCLES / mains_hz
    # samples are lost in the middle window, or in one next to it
    at = [(k + _SIDE - 1) * window_s for k in places]
    cycle_ms = 1e3 / mains_hz
    lost = ", ".join(f"{jump[k] / 360 * cycle_ms % cycle_ms:.2g}" for k in places[:5])
    return Finding(
        "phase_breaks",
        "with_care",
        float(len(places)),
        "items",
        f"The phase of the {mains_hz:g} Hz hum breaks in {len(places)} place(s): time was lost "
        f"there (the first: {lost} ms, or whole cycles more); intervals across are too short.",
        tuple((start, start + 3 * window_s) for start in at[:20]),
        (rec.channels[channel],),
    )


def _clearest(rec: Recording, look: Look) -> tuple[int, float] | None:
    """Return the channel and frequency of the line that stands out most."""
    freqs, most = look.freqs_hz, 1.0
    best: tuple[int, float] | None = None
    for mains_hz in _MAINS_HZ:
        if mains_hz + 12 > rec.fs_hz / 2 or len(freqs) < 2 or freqs[1] > 2:
            continue
        away = np.abs(freqs - mains_hz)
        line = look.power[:, away <= 1.5].max(axis=1)
        beside = np.median(look.power[:, (away > 3) & (away <= 12)], axis=1)
        over = line / np.maximum(beside, 1e-30)
        if over.max() > most:
            most, best = float(over.max()), (int(over.argmax()), mains_hz)
    return best


def _waves(rec: Recording, channel: int, mains_hz: float) -> NDArray[np.complex128]:
    """Return the hum of every window as a complex number, its phase less what time gives."""
    width = _CYCLES / mains_hz * rec.fs_hz
    edges = np.floor(np.arange(int(rec.n_samples / width) + 1) * width + 0.5).astype(int)
    found = np.empty(len(edges) - 1, np.complex128)
    windows = {int(n): np.hanning(n) for n in np.unique(np.diff(edges))}
    for k in range(0, len(found), 600):
        stop = min(k + 600, len(found))
        x = rec.read(edges[k], edges[stop])[channel].astype(np.float64)
        turn = np.exp(-2j * np.pi * mains_hz / rec.fs_hz * np.arange(edges[k], edges[stop]))
        for j in range(k, stop):
            a, b = edges[j] - edges[k], edges[j + 1] - edges[k]
            found[j] = np.sum((x[a:b] - x[a:b].mean()) * windows[b - a] * turn[a:b])
    return found


def _jumps(phase: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the step at each place, its windows' robust SD and mean error, in degrees."""
    cut = np.lib.stride_tricks.sliding_window_view(phase, 2 * _SIDE + 1)
    cut = np.delete(cut, _SIDE, axis=1)  # samples are lost somewhere in the middle window
    at = np.delete(np.arange(-_SIDE, _SIDE + 1), _SIDE)
    design = np.stack([np.ones(2 * _SIDE), at / _SIDE, at > 0], axis=1).astype(np.float64)
    weight, target = np.ones_like(cut), cut
    for _ in range(_REFITS):
        product = np.einsum("nk,ki,kj->nij", weight, design, design)
        fitted = np.linalg.solve(product, ((weight * target) @ design)[:, :, None])[:, :, 0]
        line = fitted @ design.T
        left = (cut - line + 180) % 360 - 180  # a whole turn is none
        target = line + left
        strays = np.median(np.abs(left), axis=1) / _SD_PER_MEDIAN
        weight = 1 / (1 + (left / (2 * strays[:, None] + 1e-3)) ** 2)
    jump = (fitted[:, 2] + 180) % 360 - 180
    return np.asarray(jump), np.asarray(strays), np.asarray(np.abs(left).mean(axis=1))


def _sizes(size: Floats) -> Floats:
    """Return the hum's size after each place over that before."""
    cut = np.lib.stride_tricks.sliding_window_view(size, 2 * _SIDE + 1)
    before, after = np.median(cut[:, :_SIDE], axis=1), np.median(cut[:, _SIDE + 1 :], axis=1)
    return np.asarray(after / np.maximum(before, 1e-30))


def _peaks(height: Floats) -> list[int]:
    """Return the places that are highest among the windows around them."""
    kept: list[int] = []
    for k in np.argsort(-height, kind="stable"):
        if height[k] <= 0:
            break
        if all(abs(int(k) - other) > _SIDE for other in kept):
            kept.append(int(k))
    return sorted(kept)
