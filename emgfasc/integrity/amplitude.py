"""What single samples give away: flats, gaps, lone samples, steps, scale."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Recording
from emgfasc.integrity.clipping import find_clipping
from emgfasc.integrity.excerpts import Look
from emgfasc.integrity.finding import Finding
from emgfasc.integrity.scanning import CONSTANT, LONE, MISSING, Scan
from emgfasc.integrity.seams import find_seams

__all__ = ["amplitude_findings"]

_LARGEST_UV = 50_000.0  # needle potentials reach about 10 mV; a range of 50 mV is another unit
_SMALLEST_UV = 2.0  # amplifiers alone give a range of more than this
_HELD = range(2, 9)
_HELD_SHARE = 0.95


def amplitude_findings(rec: Recording, scan: Scan, look: Look) -> Iterator[Finding]:
    """Yield what the samples themselves give away.

    Parameters
    ----------
    rec : Recording
        The recording.
    scan : Scan
        Every sample's extremes and runs.
    look : Look
        Its excerpts.
    """
    for finding in (
        _gaps(rec, scan),
        find_clipping(rec, scan, look),
        _flat(rec, scan, look),
        find_seams(rec, scan),
        _lone(rec, scan),
        _held(rec, look),
        _coarse(rec, scan, look),
        _scale(rec, scan),
    ):
        if finding is not None:
            yield finding


def _names(rec: Recording, hit: NDArray[np.intp]) -> tuple[str, ...]:
    """Return the names of some channels."""
    return tuple(rec.channels[channel] for channel in hit)


def _gaps(rec: Recording, scan: Scan) -> Finding | None:
    """Find NaN."""
    hit = np.flatnonzero(scan.n_missing)
    if not len(hit):
        return None
    seconds = float(scan.n_missing.max()) / rec.fs_hz
    return Finding(
        "gaps",
        "with_care",
        seconds,
        "s",
        f"{int(scan.runs[:, MISSING].max())} gap(s) of {seconds:.3g} s together hold no values.",
        scan.where(MISSING, hit),
        _names(rec, hit),
    )


def _flat(rec: Recording, scan: Scan, look: Look) -> Finding | None:
    """Find constant stretches on channels that otherwise move by more than one step."""
    live = look.step_sd_uv > np.where(np.isfinite(scan.quantum_uv), scan.quantum_uv, np.inf)
    hit = np.flatnonzero((scan.runs[:, CONSTANT] > 0) & live)
    if not len(hit):
        return None
    worst = float(scan.samples[hit, CONSTANT].max()) / rec.fs_hz
    share = worst / rec.duration_s
    return Finding(
        "flat",
        "no" if share > 0.1 else "with_care",
        worst,
        "s",
        f"{int(scan.runs[hit, CONSTANT].max())} stretch(es) of one value, {worst:.3g} s together "
        "on the worst channel: dropped samples or a switched-off input.",
        scan.where(CONSTANT, hit),
        _names(rec, hit),
    )


def _lone(rec: Recording, scan: Scan) -> Finding | None:
    """Find samples that stand alone far out."""
    hit = np.flatnonzero(scan.runs[:, LONE])
    if not len(hit):
        return None
    total = int(scan.runs[hit, LONE].sum())
    return Finding(
        "lone_samples",
        "with_care",
        float(total),
        "samples",
        f"{total} single sample(s) stand far out of their neighbours: no potential is so narrow.",
        scan.where(LONE, hit),
        _names(rec, hit),
    )


def _held(rec: Recording, look: Look) -> Finding | None:
    """Find samples repeated at a fixed period: data held to reach a higher rate."""
    hits, periods = [], []
    for channel in range(rec.n_channels):
        if look.step_sd_uv[channel] == 0 and not any(
            np.ptp(block[channel]) > 0 for block in look.excerpts
        ):
            continue
        held = _held_periods([block[channel] for block in look.excerpts])
        if held:
            hits.append(channel)
            periods.append(held[0])
    if not hits:
        return None
    fs_hz = rec.fs_hz / max(periods)
    return Finding(
        "duplicated_samples",
        "no",
        float(max(periods)),
        "samples",
        f"Every value is stored {max(periods)} times over: the true rate is {fs_hz:g} Hz.",
        (),
        _names(rec, np.array(hits)),
    )


def _held_periods(excerpts: list[NDArray[np.float64]]) -> list[int]:
    """Return the periods at which every excerpt of a channel is held."""
    periods = list(_HELD) if excerpts else []
    for x in excerpts:
        moves = np.flatnonzero(np.diff(x))
        periods = [period for period in periods if _holds(moves, len(x), period)]
        if not periods:
            break
    return periods


def _holds(moves: NDArray[np.intp], n: int, period: int) -> bool:
    """Tell whether steps fall on one place of every period, and nearly all of them there."""
    if len(moves) < 20:
        return False
    counts = np.bincount(moves % period, minlength=period)
    filled = counts.max() / max(n // period, 1)
    return bool(counts.max() >= _HELD_SHARE * len(moves) and filled > 0.5)


def _coarse(rec: Recording, scan: Scan, look: Look) -> Finding | None:
    """Find channels whose noise is smaller than one step."""
    moving = np.isfinite(scan.quantum_uv)
    hit = np.flatnonzero(moving & (look.step_sd_uv < scan.quantum_uv) & bool(look.excerpts))
    if not len(hit):
        return None
    step = float(scan.quantum_uv[hit].max())
    return Finding(
        "coarse_steps",
        "with_care",
        step,
        "uV",
        f"One step of the converter ({step:.3g} uV) is larger than the usual change from sample "
        "to sample: noise and small potentials are not resolved.",
        (),
        _names(rec, hit),
    )


def _scale(rec: Recording, scan: Scan) -> Finding | None:
    """Find ranges that no EMG has."""
    reach = scan.high_uv - scan.low_uv
    large = np.flatnonzero(np.isfinite(reach) & (reach > _LARGEST_UV))
    small = np.flatnonzero((reach > 0) & (reach < _SMALLEST_UV))
    hit = large if len(large) else small
    if not len(hit):
        return None
    worst = float(reach[hit].max() if len(large) else reach[hit].min())
    side = "larger" if len(large) else "smaller"
    return Finding(
        "scale",
        "no",
        worst,
        "uV",
        f"The range of values is {worst:.3g} uV, {side} than EMG gives: the unit, the gain or the "
        "channel is another one; give scale= or channels=.",
        (),
        _names(rec, hit),
    )
