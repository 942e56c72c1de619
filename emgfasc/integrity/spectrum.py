"""What the spectrum gives away: mains, bandwidth, up-sampling."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Recording
from emgfasc.integrity.excerpts import Look
from emgfasc.integrity.finding import Finding

__all__ = ["spectrum_findings"]

_MAINS_HZ = (50.0, 60.0)
_HARMONICS = 5
_MAINS_SHARE = 0.3
# A weaker line is told, but is no flag: the fundamental stands this far over its surroundings. The
# Spike2 ramp has 12.8 at 60 Hz; the other real records and simulated ones have at most 3.6.
_LINE_OVER = 6.0
# One line of any other frequency: this share of the power, and this far over what lies beside it.
_TONE_SHARE, _TONE_OVER = 0.1, 100.0
# Suspicious corners: EMG needs 20 Hz to 400 Hz at least (issue list; SENIAM asks for 10-500 Hz).
_HIGHPASS_HZ, _LOWPASS_HZ = 20.0, 400.0
_STEEP = 1e-2  # of the power density at 60-90 Hz: 20 dB down at 10-15 Hz
_EMPTY = 1e-6  # of the density at 60-200 Hz: 60 dB down, no analogue noise is left
_UP_SHARE = 0.7  # of half the rate, below which an empty rest means up-sampling or a low-pass


def spectrum_findings(rec: Recording, look: Look) -> Iterator[Finding]:
    """Yield mains and suspicious bandwidth.

    Parameters
    ----------
    rec : Recording
        The recording.
    look : Look
        Its excerpts; none at least half a second long, nothing is said.
    """
    if rec.fs_hz / 2 < _LOWPASS_HZ:
        yield Finding(
            "low_rate",
            "with_care",
            rec.fs_hz,
            "Hz",
            f"At {rec.fs_hz:g} Hz nothing above {rec.fs_hz / 2:g} Hz is recorded; potentials lose "
            "height and shape.",
        )
    live = np.flatnonzero(look.power.sum(1) > 0)
    if not len(live) or look.freqs_hz[1] > 2:
        yield from _stated(rec)
        return
    mains = _mains(rec, look, live)
    if mains is None:
        mains = _weak_line(rec, look, live)
    if mains is not None:
        yield mains
    tone = _tone(rec, look, live)
    if tone is not None:
        yield tone
    yield from _bandwidth(rec, look, live)


def _mains(rec: Recording, look: Look, live: NDArray[np.intp]) -> Finding | None:
    """Find power at the mains' frequency and its harmonics, over what lies beside them."""
    shares = {}
    freqs = look.freqs_hz
    whole = look.power[:, (freqs >= 10) & (freqs <= min(500.0, rec.fs_hz / 2))].sum(1)
    for mains_hz in _MAINS_HZ:
        share = np.zeros(len(look.power))
        for order in range(1, _HARMONICS + 1):
            at = np.abs(freqs - order * mains_hz)
            line, beside = look.power[:, at <= 1.5], look.power[:, (at > 3) & (at <= 8)]
            if order * mains_hz < rec.fs_hz / 2 - 8:
                share += np.maximum(line.sum(1) - beside.mean(1) * line.shape[1], 0)
        shares[mains_hz] = share / np.maximum(whole, 1e-30)
    mains_hz = max(_MAINS_HZ, key=lambda hz: float(shares[hz][live].max()))
    hit = live[shares[mains_hz][live] > _MAINS_SHARE]
    if not len(hit):
        return None
    worst = float(shares[mains_hz][hit].max())
    return Finding(
        "mains",
        "no" if worst > 0.9 else "with_care",
        100 * worst,
        "%",
        f"{mains_hz:g} Hz mains and its harmonics make up to {100 * worst:.0f} % of the power "
        f"between 10 and 500 Hz, on {len(hit)} channel(s).",
        (),
        tuple(rec.channels[channel] for channel in hit),
    )


def _weak_line(rec: Recording, look: Look, live: NDArray[np.intp]) -> Finding | None:
    """Find mains too weak to be a flag: cleaning takes it out, but it is there."""
    freqs = look.freqs_hz
    over = {}
    for mains_hz in (hz for hz in _MAINS_HZ if hz + 12 < freqs[-1]):
        at = np.abs(freqs - mains_hz)
        line = look.power[live][:, at <= 1.5].max(1)
        beside = np.median(look.power[live][:, (at > 3) & (at <= 12)], axis=1)
        over[mains_hz] = line / np.maximum(beside, 1e-30)
    if not over:  # the rate is too low to see it
        return None
    mains_hz = max(over, key=lambda hz: float(over[hz].max()))
    hit = over[mains_hz] > _LINE_OVER
    if not hit.any():
        return None
    worst = 10 * float(np.log10(over[mains_hz].max()))
    return Finding(
        "mains_line",
        "yes",
        worst,
        "dB",
        f"A {mains_hz:g} Hz line stands up to {worst:.0f} dB over its surroundings, on "
        f"{int(hit.sum())} channel(s): mains, too weak to matter once it is filtered.",
        (),
        tuple(rec.channels[channel] for channel in live[hit]),
    )


def _tone(rec: Recording, look: Look, live: NDArray[np.intp]) -> Finding | None:
    """Find one steady tone that is no mains: a stimulator, a converter, a wireless link."""
    freqs = look.freqs_hz
    inside = np.flatnonzero((freqs >= 15) & (freqs <= 0.45 * rec.fs_hz))
    if len(inside) < 50:
        return None
    tones: dict[int, float] = {}
    for channel in live:
        power = look.power[channel]
        at = int(inside[power[inside].argmax()])
        beside = np.concatenate([power[max(at - 12, 0) : at - 4], power[at + 5 : at + 13]])
        share = min(float(power[at - 1 : at + 2].sum() / power[inside].sum()), 1.0)
        off_mains = all(abs(freqs[at] / hz - round(freqs[at] / hz)) * hz > 1.5 for hz in _MAINS_HZ)
        if off_mains and share > _TONE_SHARE and power[at] > _TONE_OVER * np.median(beside):
            tones[int(channel)] = share
            tone_hz = float(freqs[at])
    if not tones:
        return None
    worst = 100 * max(tones.values())
    return Finding(
        "tone",
        "with_care",
        worst,
        "%",
        f"A steady tone near {tone_hz:.0f} Hz makes up to {worst:.0f} % of the power: no muscle "
        "gives it.",
        (),
        tuple(rec.channels[channel] for channel in tones),
    )


def _stated(rec: Recording) -> Iterator[Finding]:
    """Yield filters that the file itself states."""
    if rec.highpass_hz is not None and rec.highpass_hz > _HIGHPASS_HZ:
        yield Finding(
            "highpass",
            "with_care",
            rec.highpass_hz,
            "Hz",
            f"Recorded with a high-pass at {rec.highpass_hz:g} Hz: durations and areas are short.",
        )
    if rec.lowpass_hz is not None and rec.lowpass_hz < _LOWPASS_HZ:
        yield Finding(
            "lowpass",
            "with_care",
            rec.lowpass_hz,
            "Hz",
            f"Recorded with a low-pass at {rec.lowpass_hz:g} Hz: amplitudes and turns are low.",
        )


def _bandwidth(rec: Recording, look: Look, live: NDArray[np.intp]) -> Iterator[Finding]:
    """Yield corners, stated ones first and measured ones where nothing is stated."""
    stated = list(_stated(rec))
    yield from stated
    freqs = look.freqs_hz
    typical = np.median(look.power[live], axis=0)
    top = freqs[-1]

    def density(low: float, high: float) -> float:
        band = typical[(freqs >= low) & (freqs < high)]
        return float(np.median(band)) if len(band) else float("nan")

    if not any(found.name == "highpass" for found in stated):
        low, body = density(10, 15), density(60, 90)
        if low < _STEEP * body:
            yield Finding(
                "highpass",
                "with_care",
                10 * float(np.log10(max(low, 1e-30) / body)),
                "dB",
                "Power at 10-15 Hz is less than a hundredth of that at 60-90 Hz: a high-pass above "
                "20 Hz; durations and areas are short.",
            )
    body = density(60, 200)
    alive = np.flatnonzero(typical > _EMPTY * body)
    corner = float(freqs[alive[-1]]) if len(alive) and body > 0 else top
    if corner < _UP_SHARE * top:
        yield Finding(
            "band_limited",
            "with_care",
            corner,
            "Hz",
            f"There is no power above {corner:.0f} Hz of the {top:.0f} Hz that the rate allows: "
            "up-sampled, or steeply low-passed.",
        )
