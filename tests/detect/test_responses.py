"""What one pass over a recording keeps of its blocks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from emgfasc.detect import responses
from emgfasc.detect.noise import smoothed
from emgfasc.detect.responses import _coarse, _fine, _smooth


@given(arrays(np.float32, (2, 3), elements=st.floats(0, 2.0**100, width=32)))
def test_limits_are_kept_no_lower_and_hardly_higher(limit: np.ndarray) -> None:
    back = _fine(_coarse(limit))
    assert back.dtype == np.float32
    assert (back >= limit).all()
    usual = limit > 1e-30
    assert (back[usual] <= limit[usual] * (1 + 2**-7)).all()


@pytest.mark.parametrize("at_once", [1, 100, 10_000])
def test_noise_is_smoothed_lane_by_lane(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    power = np.random.default_rng(1).gamma(3, 1, (5, 2, 40)).astype(np.float32)
    power[2, 1, 10:20] = 0.0  # a dropout
    expected = np.array([[smoothed(row, 3) for row in lane] for lane in power], np.float32)
    monkeypatch.setattr(responses, "_AT_ONCE", at_once)
    _smooth(power, 3, 2)
    np.testing.assert_array_equal(power, expected)
