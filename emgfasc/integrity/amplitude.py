"""What single samples give away: rails, flats, gaps, lone samples, steps, scale."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Recording
from emgfasc.integrity.excerpts import Look
from emgfasc.integrity.finding import Finding
from emgfasc.integrity.recovery import SEARCHED_S, recovery_s
from emgfasc.integrity.scanning import CONSTANT, LONE, LOWER, MISSING, UPPER, Scan

__all__ = ["amplitude_findings"]

# A saturated stretch lies this many usual steps out; quiet peaks lie on no rail.
_RAIL_STEPS = 20.0
_TIMED = 8  # channels on which recovery is timed, 20 stretches each: it need not be read often
_CONVERTER_BITS = (12, 14, 16)
_LARGEST_UV = 50_000.0  # needle potentials reach about 10 mV; a range of 50 mV is another unit
_SMALLEST_UV = 2.0  # amplifiers alone give a range of more than this
_HELD = range(2, 9)
_HELD_SHARE = 0.95
# Quiet stretches inside activity: under 2 uV and 1/50 of the usual (the seam of emgdb's neuropathy
# record is 1.5 uV between 220 and 680 uV; amplifiers alone give more than 2 uV in needle bands).
_SEAM_S, _SEAM_UV, _SEAM_SHARE = 0.02, 2.0, 0.02
_SEAM_FEWEST = 2


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
        _clipping(rec, scan, look),
        _flat(rec, scan, look),
        _seams(rec, scan),
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


def _clipping(rec: Recording, scan: Scan, look: Look) -> Finding | None:
    """Find runs at either end of the range, and values at the end of the converter's."""
    far = _RAIL_STEPS * look.step_sd_uv
    moving = scan.high_uv - scan.low_uv > 0
    upper = (scan.runs[:, UPPER] > 0) & (scan.high_uv > far) & moving
    lower = (scan.runs[:, LOWER] > 0) & (-scan.low_uv > far) & moving
    railed = _at_converter_end(scan, look)
    hit = np.flatnonzero(upper | lower | railed)
    if not len(hit):
        return None
    samples = int((scan.samples[:, UPPER] * upper + scan.samples[:, LOWER] * lower).sum())
    n_runs = int((scan.runs[:, UPPER] * upper + scan.runs[:, LOWER] * lower).sum())
    spans = sorted(
        {
            *scan.where(UPPER, np.flatnonzero(upper)),
            *scan.where(LOWER, np.flatnonzero(lower)),
        }
    )
    slowest = _slowest(rec, scan, look, (upper, lower))
    told = f"{n_runs} run(s) of {samples} samples at the end of the range" if n_runs else ""
    rails = "values at the end of the converter's range" if railed.any() else ""
    share = samples / max(rec.n_samples, 1)
    return Finding(
        "clipping",
        "no" if share > 0.01 else "with_care",
        float(samples),
        "samples",
        f"Saturated: {' and '.join(filter(None, (told, rails)))}; amplitudes there are too small."
        + _back(slowest),
        tuple(spans[:20]),
        _names(rec, hit),
        slowest,
    )


def _slowest(
    rec: Recording, scan: Scan, look: Look, sides: tuple[NDArray[np.bool_], NDArray[np.bool_]]
) -> float | None:
    """Return the longest recovery from the first stretches of the channels saturated most."""
    found: list[float] = []
    for kind, railed in zip((UPPER, LOWER), sides, strict=True):
        channels = np.flatnonzero(railed)
        worst = channels[np.argsort(-scan.samples[channels, kind], kind="stable")][:_TIMED]
        for channel in worst:
            found += recovery_s(rec, look, int(channel), scan.where(kind, np.array([channel])))
    return max(found) if found else None


def _back(slowest: float | None) -> str:
    """Say how long the recovery took."""
    if slowest is None:
        return ""
    if np.isinf(slowest):
        return f" After one the signal is not back within {SEARCHED_S:g} s, or before its end."
    return f" The signal is back at most {1000 * slowest:.3g} ms after one."


def _at_converter_end(scan: Scan, look: Look) -> NDArray[np.bool_]:
    """Tell which channels reach a power of two of their smallest step, within one step."""
    with np.errstate(invalid="ignore", divide="ignore"):
        reach = np.maximum(np.abs(scan.high_uv), np.abs(scan.low_uv)) / scan.quantum_uv
        usual = look.step_sd_uv / scan.quantum_uv
    ends = [np.abs(reach - 2.0 ** (bits - 1)) <= 1.5 for bits in _CONVERTER_BITS]
    # Only where values are plainly whole steps; float samples have no smallest step.
    plain = (usual > 1) & (usual < 2000) & (reach > _RAIL_STEPS * usual)
    return np.asarray(np.any(ends, axis=0) & plain, np.bool_)


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


def _seams(rec: Recording, scan: Scan) -> Finding | None:
    """Find short quiet stretches, below any amplifier's noise, inside needle activity."""
    width = max(round(_SEAM_S * rec.fs_hz), 8)
    if rec.kind != "needle" or rec.n_samples < 50 * width:
        return None
    rms, mean = _windows(rec, width)
    usual = np.nanmedian(rms, axis=1, keepdims=True)
    edge = 0.02 * (scan.high_uv - scan.low_uv)[:, None]
    inside = (mean < scan.high_uv[:, None] - edge) & (mean > scan.low_uv[:, None] + edge)
    quiet = (rms > 0) & (rms < _SEAM_UV) & (rms < _SEAM_SHARE * usual) & inside
    found = [
        (channel, int(start), int(stop))
        for channel in range(len(rms))
        for start, stop in np.flatnonzero(
            np.diff(np.concatenate([[False], quiet[channel], [False]]).astype(np.int8))
        ).reshape(-1, 2)
        if stop - start >= _SEAM_FEWEST
    ]
    if not found:
        return None
    seconds = sum(stop - start for _, start, stop in found) * width / rec.fs_hz
    return Finding(
        "seam",
        "with_care",
        seconds,
        "s",
        f"{len(found)} stretch(es), {seconds:.3g} s together, quieter than any amplifier amid "
        "activity: pieces were joined there.",
        tuple((a * width / rec.fs_hz, b * width / rec.fs_hz) for _, a, b in found[:20]),
        tuple(dict.fromkeys(rec.channels[channel] for channel, _, _ in found)),
    )


def _windows(rec: Recording, width: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return SD and mean of every whole window; NaN where it has a gap."""
    n_windows = rec.n_samples // width
    rms = np.empty((rec.n_channels, n_windows))
    mean = np.empty((rec.n_channels, n_windows))
    for at in range(0, n_windows, 4096):
        stop = min(at + 4096, n_windows)
        block = rec.read(at * width, stop * width).astype(np.float64)
        cut = block.reshape(rec.n_channels, stop - at, width)
        rms[:, at:stop], mean[:, at:stop] = cut.std(axis=2), cut.mean(axis=2)
    return rms, mean


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
