import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from emgfasc._kernels.levels import network, quantile_levels
from emgfasc.detect.noise import Levels, _upper_quartile, smoothed
from emgfasc.detect.threshold import noise_threshold


@given(rate=st.floats(0.01, 60), crossings=st.floats(10, 1e5))
def test_rices_formula_holds_at_the_threshold(rate: float, crossings: float) -> None:
    z = noise_threshold(np.array([crossings / 2, crossings / 2]), rate)
    if z > 3.0:
        assert 2 * crossings * math.exp(-z * z / 2) * 60 == pytest.approx(rate)


@pytest.mark.parametrize("shape", [5.0, 20.0, 200.0])
def test_noise_levels_are_unbiased_and_blind_to_rare_large_cells(shape: float) -> None:
    rng = np.random.default_rng(0)
    power = rng.gamma(shape, 9.0 / shape, (20, 200, 16)).astype(np.float32)
    assert np.median(_levels(power)) == pytest.approx(9.0, rel=0.05)
    touched = power.copy()
    touched[:, ::20] *= 1000  # one cell in twenty holds a potential
    assert np.median(_levels(touched)) == pytest.approx(np.median(_levels(power)), rel=0.06)


def _levels(power: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the level of each group and lane."""
    out, columns = np.empty((len(power), 16)), np.empty(16 * 200, np.float32)
    for cells, level in zip(power, out, strict=True):
        quantile_levels(cells.reshape(-1), 1, network(200), columns, level)
    return out


def test_noise_sd_is_interpolated_between_groups() -> None:
    levels = Levels(np.array([[[4.0, 16.0]]], np.float32), 100)
    zero = np.zeros(3, np.int32)
    sd = levels.sd_at(zero, zero, np.array([0, 100, 199]))
    np.testing.assert_allclose(sd**2, [4.0, 10.0, 16.0])


def test_noise_is_smoothed_row_by_row_in_its_own_place() -> None:
    power = np.random.default_rng(1).gamma(3, 1, (5, 2, 40)).astype(np.float32)
    power[2, 1, 10:20] = 0.0  # a dropout
    expected = np.array([[smoothed(row, 3) for row in lane] for lane in power], np.float32)
    assert smoothed(power, 3, out=power) is power
    np.testing.assert_array_equal(power, expected)
    levels = Levels(power, 100)
    np.testing.assert_array_equal(levels.middle(), np.median(power, axis=2))


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 24, 121])
def test_the_upper_quartile_is_numpys(n: int) -> None:
    rows = np.random.default_rng(n).gamma(2, 1, (20, n)).round(1)
    np.testing.assert_allclose(_upper_quartile(rows), np.quantile(rows, 0.75, axis=1), rtol=1e-12)
