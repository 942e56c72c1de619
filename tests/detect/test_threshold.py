import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emgfasc._kernels.levels import quantile_levels
from emgfasc.detect.noise import Levels
from emgfasc.detect.threshold import noise_threshold


@given(rate=st.floats(0.01, 60), crossings=st.floats(10, 1e5))
def test_rices_formula_holds_at_the_threshold(rate: float, crossings: float) -> None:
    z = noise_threshold(np.array([crossings / 2, crossings / 2]), rate)
    if z > 3.0:
        assert 2 * crossings * math.exp(-z * z / 2) * 60 == pytest.approx(rate)


@pytest.mark.parametrize("shape", [5.0, 20.0, 200.0])
def test_noise_levels_are_unbiased_and_blind_to_rare_large_cells(shape: float) -> None:
    rng = np.random.default_rng(0)
    power = rng.gamma(shape, 9.0 / shape, (1, 40_000)).astype(np.float32)
    clean, touched = np.empty((1, 200)), np.empty((1, 200))
    quantile_levels(power, 200, 1, clean)
    assert np.median(clean) == pytest.approx(9.0, rel=0.05)
    power[0, ::20] *= 1000  # one cell in twenty holds a potential
    quantile_levels(power, 200, 1, touched)
    assert np.median(touched) == pytest.approx(np.median(clean), rel=0.06)


def test_noise_sd_is_interpolated_between_groups() -> None:
    levels = Levels(np.array([[[4.0, 16.0]]]), 100, 0)
    zero = np.zeros(3, np.int32)
    sd = levels.sd_at(levels.smooth(), zero, zero, np.array([0, 100, 199]))
    np.testing.assert_allclose(sd**2, [4.0, 10.0, 16.0])
