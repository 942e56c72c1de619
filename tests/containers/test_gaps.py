import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from emgfasc.containers.gaps import filled


@given(
    arrays(
        np.float32,
        array_shapes(min_dims=1, max_dims=2, min_side=0, max_side=5),
        elements=st.floats(width=32, allow_nan=True, allow_infinity=True),
    )
)
def test_is_what_numpy_makes_of_it_and_leaves_its_input(values: np.ndarray) -> None:
    before = values.copy()
    found = filled(values)
    np.testing.assert_array_equal(found, np.nan_to_num(before))
    np.testing.assert_array_equal(values, before)
    assert np.isfinite(found).all()


def test_whole_values_are_not_copied() -> None:
    values: np.ndarray = np.ones((2, 3), np.float32)
    assert filled(values) is values
