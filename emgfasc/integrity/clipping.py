"""Saturation: runs at either end of the range, values at the end of the converter's, recovery."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Recording
from emgfasc.integrity.excerpts import Look
from emgfasc.integrity.finding import Finding, Span
from emgfasc.integrity.recovery import SEARCHED_S, recovery_s
from emgfasc.integrity.scanning import LOWER, UPPER, Scan

__all__ = ["find_clipping"]

# A saturated stretch lies this many usual steps out; quiet peaks lie on no rail.
_RAIL_STEPS = 20.0
_TIMED = 8  # channels on which recovery is timed, 20 stretches each: it need not be read often
_CONVERTER_BITS = (12, 14, 16)
_END_STEPS = 1.5  # of the smallest step: how near to a power of two the converter's end lies
_UNTRUSTED = 0.01  # of a channel's samples
_BLOCK = 1 << 17
_SHOWN = 20  # spans told


def find_clipping(rec: Recording, scan: Scan, look: Look) -> Finding | None:
    """Find runs at either end of the range, and values at the end of the converter's.

    Parameters
    ----------
    rec : Recording
        The recording.
    scan : Scan
        Its extremes and runs.
    look : Look
        Its excerpts, for the size of a usual step.
    """
    far = _RAIL_STEPS * look.step_sd_uv
    moving = scan.high_uv - scan.low_uv > 0
    upper = (scan.runs[:, UPPER] > 0) & (scan.high_uv > far) & moving
    lower = (scan.runs[:, LOWER] > 0) & (-scan.low_uv > far) & moving
    # Values at the converter's end are looked for one by one only where no run tells of them.
    ends_uv = np.where(upper | lower, np.inf, _converter_ends(scan, look))
    hit = np.flatnonzero(upper | lower | np.isfinite(ends_uv))
    if not len(hit):
        return None
    in_runs = scan.samples[:, UPPER] * upper + scan.samples[:, LOWER] * lower
    single, spans = _at_ends(rec, ends_uv)
    spans |= {*scan.where(UPPER, np.flatnonzero(upper)), *scan.where(LOWER, np.flatnonzero(lower))}
    slowest = _slowest(rec, scan, look, (upper, lower))
    n_runs = int((scan.runs[:, UPPER] * upper + scan.runs[:, LOWER] * lower).sum())
    told = f"{n_runs} run(s) of {in_runs.sum()} samples at the end of the range" if n_runs else ""
    rails = f"{single.sum()} value(s) at the end of the converter's range" if single.any() else ""
    worst = float((in_runs + single).max()) / max(rec.n_samples, 1)
    return Finding(
        "clipping",
        "no" if worst > _UNTRUSTED else "with_care",
        float((in_runs + single).sum()),
        "samples",
        f"Saturated: {' and '.join(filter(None, (told, rails)))}; amplitudes there are too small."
        + _back(slowest),
        tuple(sorted(spans)[:_SHOWN]),
        tuple(rec.channels[channel] for channel in hit),
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


def _converter_ends(scan: Scan, look: Look) -> NDArray[np.float64]:
    """Return from which size on values lie at the converter's end, ``inf`` where none does.

    A channel reaches it when its largest value is a power of two of its smallest step, within one.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        reach = np.maximum(np.abs(scan.high_uv), np.abs(scan.low_uv)) / scan.quantum_uv
        usual = look.step_sd_uv / scan.quantum_uv
    ends = [np.abs(reach - 2.0 ** (bits - 1)) <= _END_STEPS for bits in _CONVERTER_BITS]
    # Only where values are plainly whole steps; float samples have no smallest step.
    plain = (usual > 1) & (usual < 2000) & (reach > _RAIL_STEPS * usual)
    with np.errstate(invalid="ignore"):
        nearly = (reach - _END_STEPS) * scan.quantum_uv
    return np.asarray(np.where(np.any(ends, axis=0) & plain, nearly, np.inf), np.float64)


def _at_ends(rec: Recording, ends_uv: NDArray[np.float64]) -> tuple[NDArray[np.int64], set[Span]]:
    """Count each channel's values that reach `ends_uv`, and return the first runs of them."""
    counts = np.zeros(rec.n_channels, np.int64)
    spans: set[Span] = set()
    channels = np.flatnonzero(np.isfinite(ends_uv))
    for at, block in rec.blocks(_BLOCK) if len(channels) else ():
        for channel in channels:
            there = np.abs(block[channel]) >= ends_uv[channel]
            counts[channel] += int(there.sum())
            if len(spans) < _SHOWN * len(channels):
                edges = np.flatnonzero(np.diff(there.astype(np.int8), prepend=0, append=0)) + at
                pairs = edges.reshape(-1, 2)[:_SHOWN] / rec.fs_hz
                spans |= {(float(start), float(stop)) for start, stop in pairs}
    return counts, spans
