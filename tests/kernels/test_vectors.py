"""What a vector does, each of its sixteen values does as numpy says."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from emgfasc._kernels import vectors as v
from emgfasc._kernels.jit import kernel

F32 = NDArray[np.float32]
# Ties, both zeros, what is rounded, what is too small for a normal number, and what is no number.
VALUES = [0.0, -0.0, 1.0, -1.0, 1 / 3, 1e-40, -3e38, 16_777_217.0, np.nan, np.inf]
SIXTEEN = st.lists(st.sampled_from(VALUES), min_size=48, max_size=48)


@kernel
def _arithmetic(x: F32, like: float, out: F32) -> None:
    a, b, c = v.load(x, 0, like), v.load(x, 16, like), v.load(x, 32, like)
    v.store(out, 0, a + b)
    v.store(out, 16, a - b)
    v.store(out, 32, a * b)
    v.store(out, 48, v.fma(a, b, c))
    v.store(out, 64, v.absolute(a))
    v.store(out, 80, v.larger(a, b))
    turned = v.differ(v.negative(a), v.negative(b))
    v.store(out, 96, v.count_where(v.splat(like), turned))
    v.store(out, 112, v.smaller(a, b))


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@given(values=SIXTEEN)
@settings(deadline=None, max_examples=60)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_arithmetic_is_numpys(kind: Any, values: list[float]) -> None:
    x = np.array(values, np.float32)
    out = np.empty((8, 16), np.float32)
    _arithmetic(x, kind(5), out.reshape(-1))
    a, b, c = x.astype(kind).reshape(3, 16)
    fused = np.asarray(a.astype(np.longdouble) * b.astype(np.longdouble) + c, np.float32)
    twin = [a + b, a - b, a * b, fused, np.abs(a), np.where(b > a, b, a), 5 + ((a < 0) != (b < 0))]
    twin.append(np.where(b < a, b, a))
    once = fused == out[3]  # where the machine rounds once
    twin[3] = np.where(once, fused, a * b + c)
    for found, right in zip(out, twin, strict=True):
        np.testing.assert_array_equal(found, right.astype(np.float32))


@kernel
def _there_and_back(x: F32, firsts: NDArray[np.int64], shift: int, tile: F32, out: F32) -> None:
    v.rows_to_columns(x, firsts, shift, tile, 16)
    v.columns_to_rows(tile, 16, out, firsts, shift)


@given(firsts=st.lists(st.integers(3, 300), min_size=16, max_size=16), shift=st.integers(-3, 9))
@settings(deadline=None, max_examples=40)
def test_rows_become_columns_and_rows_again(firsts: list[int], shift: int) -> None:
    x = np.arange(400, dtype=np.float32)
    tile, out = np.full((18, 16), -1, np.float32), np.full(400, -1, np.float32)
    _there_and_back(x, np.array(firsts), shift, tile.reshape(-1), out)
    for lane, first in enumerate(firsts):
        np.testing.assert_array_equal(tile[1:17, lane], x[first + shift : first + shift + 16])
    assert (tile[[0, 17]] == -1).all()
    copied = np.zeros(400, bool)
    for first in firsts:
        copied[first + shift : first + shift + 16] = True
    np.testing.assert_array_equal(out, np.where(copied, x, -1))
