import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import naive
from emgfasc._kernels.cells import cell_power
from signals import awkward

F32 = NDArray[np.float32]


@given(row=awkward(), size=st.integers(1, 40))
@settings(deadline=None, max_examples=150)
def test_power_agrees_with_its_twin(row: F32, size: int) -> None:
    out = np.empty((1, -(-len(row) // size)), np.float32)
    cell_power(row[None], size, out)
    np.testing.assert_allclose(out, naive.cell_power(row[None], size), rtol=1e-5)


def test_a_missing_sample_makes_its_cell_missing() -> None:
    row = np.ones((1, 30), np.float32)
    row[0, 12] = np.nan
    out = np.empty((1, 3), np.float32)
    cell_power(row, 10, out)
    assert np.isnan(out[0]).tolist() == [False, True, False]
