"""What an event is without the swing it lies upon."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from emgfasc.detect.swing import bare_amplitude, roughness, swing_around

FS = 2000.0
TIME = np.arange(-500, 501) / FS


def _bare(wave: NDArray[np.float64]) -> float:
    return float(bare_amplitude(wave[None], FS)[0])


@given(
    kink=st.integers(-22, 22),
    before=st.tuples(*[st.floats(-1e3, 1e3)] * 3),
    behind=st.tuples(*[st.floats(-1e3, 1e3)] * 3),
)
def test_a_kinked_swing_leaves_nothing_but_the_potential(
    kink: int, before: tuple[float, ...], behind: tuple[float, ...]
) -> None:
    places = np.linspace(-0.85, 0.85, 35)
    at = 0.014 * places[np.abs(places * 28 - kink).argmin()]
    x = TIME / 0.014
    swing = np.polyval(before, x) + (at < TIME) * np.polyval(behind, x)
    assert _bare(swing) == pytest.approx(0, abs=1e-6)
    noisy = swing + np.random.default_rng(abs(kink)).normal(0, 5, len(TIME))
    noisy[500:502] += 80, -80
    assert _bare(noisy) == pytest.approx(_naive_bare(noisy), rel=1e-6)


def _naive_bare(wave: NDArray[np.float64]) -> float:
    """Fit two parabolas for each place of the kink; what the best of them leaves, peak to peak."""
    core, x = wave[472:529], np.linspace(-1, 1, 57)
    left = []
    for place in np.linspace(-0.85, 0.85, 35):
        late = x > place
        columns = np.stack([x**0, x, x**2, late, late * x, late * x**2], axis=1)
        left.append(core - columns @ np.linalg.lstsq(columns, core, rcond=None)[0])
    return float(np.ptp(min(left, key=lambda rest: float(rest @ rest))))


def test_a_potential_upon_a_smooth_swing_is_left_over() -> None:
    spike = np.zeros(len(TIME))
    spike[500:502] = 80, -80
    bent = 500 * (TIME / 0.014) ** 2 - 300 * TIME / 0.014
    assert _bare(bent) == pytest.approx(0, abs=1e-6)
    assert 100 < _bare(bent + spike) <= 165


def test_neither_offset_nor_size_nor_polarity_matters() -> None:
    wave = np.random.default_rng(0).normal(0, 5, len(TIME))
    plain = _bare(wave)
    assert _bare(wave + 1e5) == pytest.approx(plain, rel=1e-6)
    assert _bare(-3 * wave) == pytest.approx(3 * plain, rel=1e-9)
    both = bare_amplitude(np.stack([wave, -3 * wave]), FS)
    np.testing.assert_allclose(both, [plain, 3 * plain])


def test_a_map_is_rough_when_neighbours_are_no_more_alike_than_others() -> None:
    x, y = np.divmod(np.arange(64), 8)
    near = np.maximum(np.abs(x[:, None] - x), np.abs(y[:, None] - y)) == 1
    assert roughness(np.ones(64), near) == 0
    smooth = np.exp(-((x - 3.0) ** 2 + (y - 3.0) ** 2) / 18)
    rough = np.random.default_rng(0).normal(0, 1, 64)
    assert roughness(smooth, near) < 0.1
    assert 0.8 < roughness(rough, near) < 1.2
    assert roughness(7 * rough, near) == pytest.approx(roughness(rough, near))
    assert np.isnan(roughness(smooth, None))
    assert np.isnan(roughness(np.zeros(64), near))
    pairs = [(i, j) for i in range(64) for j in range(64) if near[i, j]]
    naive = np.mean([(rough[i] - rough[j]) ** 2 for i, j in pairs]) / 2 / np.mean(rough**2)
    assert roughness(rough, near) == pytest.approx(naive)


def test_a_swing_around_is_on_both_sides_and_on_a_quarter_of_the_channels() -> None:
    fs_hz = 1000.0
    time = np.arange(-50, 51) / fs_hz
    swing = 100 * np.sin(2 * np.pi * 12 * time)
    all_over = np.repeat(swing[None], 8, axis=0).astype(np.float32)
    there = swing_around(all_over, fs_hz)
    means = [swing[k : k + 20].mean() for k in range(82)]
    assert there == pytest.approx(min(np.ptp(means[:26]), np.ptp(means[56:])), rel=1e-5)
    assert swing_around(np.where(time > 0, all_over, 0).astype(np.float32), fs_hz) == 0
    few = all_over * (np.arange(8)[:, None] < 2)
    assert swing_around(few.astype(np.float32), fs_hz) < 0.3 * there
