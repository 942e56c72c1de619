import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import naive
from emgfasc._kernels.cells import cell_hats, cell_power, cell_raw
from signals import awkward

F32 = NDArray[np.float32]


def _outputs(n: int, size: int) -> tuple[F32, F32, NDArray[np.int32]]:
    n_cells = -(-n // size)
    return np.empty(n_cells, np.float32), np.empty(n_cells, np.float32), np.empty(n_cells, np.int32)


@given(row=awkward(), size=st.integers(1, 40))
@settings(deadline=None, max_examples=150)
def test_power_agrees_with_its_twin(row: F32, size: int) -> None:
    out = np.empty((1, -(-len(row) // size)), np.float32)
    cell_power(row[None], size, out)
    np.testing.assert_allclose(out, naive.cell_power(row[None], size), rtol=1e-5)


@given(row=awkward(), size=st.integers(1, 40))
@settings(deadline=None, max_examples=150)
def test_raw_summary_agrees_with_its_twin(row: F32, size: int) -> None:
    power, peak, where = _outputs(len(row), size)
    padded = np.pad(row, 3)
    changes = cell_raw(padded, 3, size, power, peak, where)
    twin = naive.summarise(row, size)
    np.testing.assert_allclose(power, twin[0], rtol=1e-5)
    assert peak.tolist() == twin[1]
    assert where.tolist() == twin[2]
    assert changes == twin[3]


@given(row=awkward(), size=st.integers(1, 40), width=st.integers(1, 12))
@settings(deadline=None, max_examples=150)
def test_wavelet_response_agrees_with_its_twin(row: F32, size: int, width: int) -> None:
    margin = 2 * width
    padded = np.pad(row, margin)
    sums = np.concatenate([[0.0], np.cumsum(padded, dtype=np.float64)])
    power, peak, where = _outputs(len(row), size)
    cell_hats(padded, margin, width, size, sums, power, peak, where)
    response = naive.hat(row, width)
    scale = float(np.abs(row).max(initial=0)) + 1e-6
    twin = naive.summarise(response, size)
    np.testing.assert_allclose(power, twin[0], rtol=1e-4, atol=1e-6 * scale**2)
    np.testing.assert_allclose(peak, twin[1], rtol=1e-5, atol=1e-5 * scale)
    # Where answers tie to rounding, either sample will do.
    np.testing.assert_allclose(np.abs(response[where]), twin[1], rtol=1e-5, atol=1e-5 * scale)


def test_a_missing_sample_makes_its_cell_missing() -> None:
    row = np.ones((1, 30), np.float32)
    row[0, 12] = np.nan
    out = np.empty((1, 3), np.float32)
    cell_power(row, 10, out)
    assert np.isnan(out[0]).tolist() == [False, True, False]
