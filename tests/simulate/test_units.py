"""Motor units differ the way section 5 of the science notes says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from emgfasc.simulate import (
    NEEDLE,
    NORMAL,
    REINNERVATED,
    UNSTABLE,
    MotorUnit,
    Potentials,
    draw_fibres,
    potentials,
)


def drawn(unit: MotorUnit, variants: int = 1, n: int = 12) -> list[Potentials]:
    """Units at `n` places within their territory, the same places for every kind of unit."""
    lateral = np.random.default_rng(0).uniform(0, 1.6, n)
    return [
        potentials(replace(unit, lateral_mm=float(x)), NEEDLE, seed=s, variants=variants)
        for s, x in enumerate(lateral)
    ]


def traits(unit: MotorUnit) -> NDArray[np.float64]:
    """Median amplitude (uV), duration (ms) and phases by the crude 20 uV rule."""
    rows = []
    for potential in drawn(unit):
        wave = potential.waveforms[0, 0]
        above = np.flatnonzero(np.abs(wave) > 20)
        phases = 1 + np.count_nonzero(np.diff(np.sign(wave[above])))
        rows.append([np.ptp(wave), (above[-1] - above[0]) / 20, phases])
    return np.median(np.array(rows), axis=0)


def test_reinnervated_units_are_larger_and_longer_and_unstable_ones_polyphasic() -> None:
    normal, chronic, unstable = traits(NORMAL), traits(REINNERVATED), traits(UNSTABLE)
    # Section 5.2 [C]: 2154 -> 4149 uV (1.9x), 10.1 -> 12.6 ms; unstable 1858 uV, 16.0 ms and 13
    # phases for 5.
    assert 1.4 < chronic[0] / normal[0] < 2.8
    assert chronic[1] > 1.15 * normal[1]
    assert unstable[0] < chronic[0]
    assert unstable[1] > 1.15 * normal[1]
    assert unstable[2] >= 2 * normal[2]


def test_normal_units_have_a_plausible_absolute_size() -> None:
    amplitude, duration, phases = traits(NORMAL)
    # Healthy tibialis anterior, de Carvalho and Swash 2013: 661.5 uV (upper limit 845.5),
    # 9.35 ms (11.2), 3.47 phases (4.19), each a mean over a muscle.
    assert 661.5 / 1.5 < amplitude < 845.5
    assert 7 < duration < 11.2
    assert 2 <= phases <= 5


def instability(unit: MotorUnit) -> float:
    """Median over units of the mean distance between variants, in units of their size."""
    values = []
    for potential in drawn(unit, variants=6, n=5):
        waves = potential.waveforms[:, 0]
        typical = np.median(waves, axis=0)
        values.append(np.abs(waves - typical).mean() / np.abs(typical).mean())
    return float(np.median(values))


def test_jitter_and_blocking_make_discharges_differ() -> None:
    normal, unstable = instability(NORMAL), instability(UNSTABLE)
    assert unstable > 3 * normal
    frozen = replace(NORMAL, jitter_us=0.0)
    # what is left is where the potential lies between two samples
    assert instability(frozen) < 0.9 * normal


def test_blocking_silences_whole_branches() -> None:
    still = replace(NORMAL, jitter_us=0.0, groups=4, lateral_mm=0.5)
    sizes = potentials(still, NEEDLE, variants=30).amplitude_uv[:, 0]
    failing = potentials(replace(still, blocking=0.5), NEEDLE, variants=30).amplitude_uv[:, 0]
    assert np.ptp(sizes) < 0.05 * sizes.mean()
    assert np.ptp(failing) > 0.5 * sizes.mean()


def test_fibres_lie_where_the_parameters_say() -> None:
    rng = np.random.default_rng(1)
    scattered = draw_fibres(rng, replace(NORMAL, fibres=4000, lateral_mm=3), depth_mm=9)
    distance = np.hypot(scattered.lateral_mm - 3, scattered.depth_mm - 9)
    assert distance.max() <= 2.5
    assert np.mean(distance < 2.5 / 2) == pytest.approx(0.25, abs=0.03)  # uniform over the disc
    assert scattered.diameter_um.mean() == pytest.approx(55, abs=0.5)
    assert scattered.endplate_mm.std() == pytest.approx(1.0, rel=0.05)
    grouped = draw_fibres(rng, replace(NORMAL, fibres=4000, groups=40), depth_mm=0)
    for branch in range(40):
        members = grouped.lateral_mm[grouped.branch == branch]
        assert members.std() == pytest.approx(0.15, rel=0.35)


def test_library_is_deterministic_cached_and_read_only() -> None:
    unit = MotorUnit(fibres=10, lateral_mm=0.3)
    first = potentials(unit, NEEDLE, seed=3, variants=2)
    assert potentials(unit, NEEDLE, seed=3, variants=2) is first
    other = potentials(unit, NEEDLE, seed=4, variants=2)
    assert not np.array_equal(first.waveforms[0], other.waveforms[0])
    with pytest.raises(ValueError, match="read-only"):
        first.waveforms[0, 0, 0] = 1.0


def test_center_is_the_largest_deflection() -> None:
    for potential in drawn(NORMAL, variants=5, n=6):
        peaks = np.abs(potential.waveforms[:, 0]).argmax(axis=1)
        assert potential.waveforms.dtype == np.float32
        assert np.abs(np.median(peaks) - potential.center) <= 4  # 0.2 ms, the jitter's scale
