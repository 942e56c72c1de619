"""What the kernel is told in samples and microvolts, and the features its numbers make."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels import shape
from emgfasc.containers import Kind
from emgfasc.measure.rules import Rules

__all__ = ["bands_of", "features", "smoothing", "spans_of"]

_REACH_MS = 1.0  # how far from the given peak a larger deflection is accepted as the peak
_QUIET_BASELINE_MS = 2.0  # least quiet signal a baseline is taken from

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def bands_of(noise_uv: Floats, rules: Rules) -> Floats:
    """Return the microvolt thresholds at each potential, as the kernel takes them.

    Parameters
    ----------
    noise_uv : array of float, shape (n,)
        Noise SD at each potential; 0 when unknown.
    rules : Rules
        Thresholds.

    Returns
    -------
    array of float, shape (n, 4)
        Baseline band, height of a phase, swing of a turn, how far smoothing may cut an extreme.
    """
    return np.column_stack(
        [
            np.maximum(rules.onset_uv, rules.onset_sigma * noise_uv),
            np.maximum(rules.phase_uv, rules.phase_sigma * noise_uv),
            np.maximum(rules.turn_uv, rules.turn_sigma * noise_uv),
            rules.sharp_sigma * noise_uv,
        ]
    )


def spans_of(fs_hz: float, rules: Rules) -> Ints:
    """Return the lengths the kernel takes, in samples."""

    def samples(ms: float) -> int:
        return round(ms * fs_hz / 1e3)

    return np.array(
        [
            max(1, samples(rules.onset_run_ms)),
            max(1, samples(rules.quiet_ms)),
            max(1, samples(rules.phase_ms)),
            samples(_REACH_MS),
            samples(rules.baseline_ms + rules.baseline_gap_ms),
            samples(rules.baseline_gap_ms),
            max(1, samples(_QUIET_BASELINE_MS)),
            samples(rules.shoulder_ms),
        ],
        np.int64,
    )


def smoothing(length: int) -> Floats:
    """Return the weights of a running parabola over about `length` samples (Savitzky-Golay)."""
    half = length // 2
    if half < 2:
        return np.ones(1)
    step = np.arange(-half, half + 1.0)
    return np.asarray(np.linalg.pinv(np.stack([step**0, step, step**2], axis=1))[0])


def features(measured: Floats, kind: Kind, fs_hz: float, rules: Rules) -> dict[str, Floats]:
    """Return the features of potentials by name.

    Parameters
    ----------
    measured : array of float, shape (n, shape.N_MEASURES)
        As the kernel returns them; ``nan`` rows were not measured.
    kind : {'needle', 'surface', 'hdsemg'}
        What recorded them; features of the needle are ``nan`` elsewhere.
    fs_hz : float
        Sampling rate.
    rules : Rules
        Limits of `polyphasic` and `serrated`.
    """
    ms = 1e3 / fs_hz
    amplitude = measured[:, shape.TOP] - measured[:, shape.BOTTOM]
    area = measured[:, shape.AREA] * ms
    thickness = np.divide(area, amplitude, out=np.full(len(area), np.nan), where=amplitude > 0)
    phases, turns = measured[:, shape.PHASES], measured[:, shape.TURNS]
    depth = -measured[:, shape.BOTTOM]
    needle = kind == "needle"
    nothing = np.full(len(measured), np.nan)
    return {
        "amplitude_uv": amplitude,
        "negative_peak_uv": np.where(depth > 0, depth, np.nan),
        "rise_time_ms": measured[:, shape.RISE] * ms if needle else nothing,
        "duration_ms": (measured[:, shape.OFFSET] - measured[:, shape.ONSET]) * ms,
        "spike_duration_ms": measured[:, shape.SPIKE] * ms,
        "area_uvms": area,
        "thickness_ms": thickness,
        "size_index": _size_index(amplitude, thickness) if needle else nothing,
        "phases": phases,
        "turns": turns,
        "polyphasic": phases > rules.polyphasic_over,
        "serrated": (turns > rules.serrated_over) & (phases <= rules.polyphasic_over),
        "first_phase": measured[:, shape.FIRST],
    }


def _size_index(amplitude_uv: Floats, thickness_ms: Floats) -> Floats:
    log = np.log10(
        amplitude_uv / 1e3, out=np.full(len(amplitude_uv), np.nan), where=amplitude_uv > 0
    )
    return np.asarray(2.0 * log + thickness_ms)
