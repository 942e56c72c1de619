import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import naive
from emgfasc._kernels.lanes import average, lane_row
from emgfasc._kernels.wavelets import cell_responses, strongest
from signals import awkward

F32 = NDArray[np.float32]
Lanes = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], F32]


def _alone(n_channels: int) -> Lanes:
    """Every channel is a lane of its own."""
    every = np.arange(n_channels)
    none = np.empty(0, np.float32)
    return every[:, None], np.zeros(n_channels), np.ones(n_channels), none


def _summaries(
    row: F32, begin: int, n: int, size: int, widths: list[int]
) -> tuple[F32, F32, NDArray[np.int64]]:
    power = np.empty((1, len(widths), -(-n // size)), np.float32)
    peak, changes = np.empty_like(power), np.empty((1, len(widths)), np.int64)
    cell_responses(row[None], *_alone(1), begin, n, size, np.array(widths), power, peak, changes)
    return power[0], peak[0], changes[0]


def _where(row: F32, begin: int, n: int, size: int, width: int) -> NDArray[np.int64]:
    cells = np.arange(-(-n // size))
    zeros, out = np.zeros_like(cells), np.empty_like(cells)
    strongest(row[None], *_alone(1), begin, n, size, np.array([width]), zeros, zeros, cells, out)
    return out


@given(row=awkward(), size=st.integers(1, 40))
@settings(deadline=None, max_examples=100)
def test_raw_summary_agrees_with_its_twin(row: F32, size: int) -> None:
    power, peak, changes = _summaries(row, 0, len(row), size, [0])
    twin = naive.summarise(row, size)
    np.testing.assert_allclose(power[0], twin[0], rtol=1e-5)
    assert peak[0].tolist() == twin[1]
    assert _where(row, 0, len(row), size, 0).tolist() == twin[2]
    assert changes[0] == twin[3]


@given(row=awkward(), size=st.integers(1, 40), width=st.integers(1, 12))
@settings(deadline=None, max_examples=100)
def test_wavelet_response_agrees_with_its_twin(row: F32, size: int, width: int) -> None:
    power, peak, _ = _summaries(row, 0, len(row), size, [0, width])
    response = naive.hat(row, width)
    scale = float(np.abs(row).max(initial=0)) + 1e-6
    twin = naive.summarise(response, size)
    np.testing.assert_allclose(power[1], twin[0], rtol=1e-4, atol=1e-6 * scale**2)
    np.testing.assert_allclose(peak[1], twin[1], rtol=1e-5, atol=1e-5 * scale)
    # Where answers tie to rounding, either sample will do.
    where = _where(row, 0, len(row), size, width)
    np.testing.assert_allclose(np.abs(response[where]), twin[1], rtol=1e-5, atol=1e-5 * scale)


@pytest.mark.parametrize(("size", "widths"), [(10, [0, 2, 4, 8]), (100, [0, 12, 25, 50, 100])])
def test_long_rows_agree_with_the_definition(size: int, widths: list[int]) -> None:
    """Longer than what the kernel takes at once, against running sums in float64."""
    n = 60_007
    row = np.random.default_rng(0).normal(0, 5, n).astype(np.float32)
    power, peak, changes = _summaries(row, 0, n, size, widths)
    margin = 2 * max(widths)
    sums = np.concatenate([[0.0], np.cumsum(np.pad(row, margin), dtype=np.float64)])
    for k, width in enumerate(widths):
        response = row.astype(np.float64)
        if width:
            left = np.arange(n) + margin - width // 2
            inner = sums[left + width] - sums[left]
            response = (3 * inner - sums[left + 2 * width] + sums[left - width]) / width
        cells = np.split(response, range(size, n, size))
        np.testing.assert_allclose(power[k], [np.mean(c**2) for c in cells], rtol=1e-4)
        np.testing.assert_allclose(peak[k], [np.abs(c).max() for c in cells], rtol=1e-5, atol=1e-5)
        # One more or less: the sample before the first takes part.
        assert abs(int(changes[k]) - np.count_nonzero(np.diff(response < 0))) <= 1


@given(cut=st.integers(1, 29), seed=st.integers(0, 99))
@settings(deadline=None, max_examples=40)
def test_blocks_give_the_same_bits_wherever_they_begin(cut: int, seed: int) -> None:
    size, widths = 10, [0, 2, 5, 8]
    row = np.random.default_rng(seed).normal(0, 5, 300).astype(np.float32)
    whole = _summaries(row, 0, 300, size, widths)
    left = _summaries(row, 0, cut * size, size, widths)
    right = _summaries(row, cut * size, 300 - cut * size, size, widths)
    for part in (0, 1):
        joined = np.concatenate([left[part], right[part]], axis=1)
        np.testing.assert_array_equal(joined, whole[part])
    np.testing.assert_array_equal(left[2] + right[2], whole[2])


def test_gaps_and_the_outside_count_as_zeros() -> None:
    row = np.random.default_rng(1).normal(0, 5, 500).astype(np.float32)
    gappy = row.copy()
    gappy[200:230] = np.nan
    filled = np.nan_to_num(gappy, nan=0.0)
    for one, two in zip(
        _summaries(gappy, 0, 500, 10, [0, 4]), _summaries(filled, 0, 500, 10, [0, 4]), strict=True
    ):
        np.testing.assert_array_equal(one, two)
    padded = np.pad(row, 20)
    for one, two in zip(
        _summaries(row, 0, 500, 10, [0, 4]), _summaries(padded, 20, 500, 10, [0, 4]), strict=True
    ):
        np.testing.assert_array_equal(one, two)


@given(
    data=st.lists(awkward(60, 60), min_size=3, max_size=5),
    share=st.sampled_from([0.0, 1.0, 2.0]),
    first=st.integers(-70, 70),
)
@settings(deadline=None, max_examples=60)
def test_lanes_agree_with_their_twin(data: list[F32], share: float, first: int) -> None:
    block = np.stack(data)
    block[1, 20:25] = np.nan
    good = np.array([0, len(block) - 1])
    common, out = np.empty(60, np.float32), np.empty(50, np.float32)
    average(block, good, common)
    lane_row(block, np.array([0, 1, -1]), share, 0.5, common, first, out)
    twin = naive.lane(block, [0, 1], share, 0.5, good.tolist(), first, 50)
    scale = float(np.nanmax(np.abs(block))) + 1e-6
    np.testing.assert_allclose(out, twin, rtol=1e-5, atol=1e-5 * scale)


def test_a_summed_lane_is_searched_like_the_row_it_makes() -> None:
    block = np.random.default_rng(2).normal(0, 5, (4, 3000)).astype(np.float32)
    members = np.array([[0, -1, -1], [0, 1, 3]])
    common = np.empty(3000, np.float32)
    average(block, np.arange(4), common)
    lanes: Lanes = members, np.array([0.0, 3.0]), np.array([1.0, 0.7]), common
    row = naive.lane(block, [0, 1, 3], 3.0, 0.7, [0, 1, 2, 3], 0, 3000).astype(np.float32)
    widths = np.array([0, 4])
    power = np.empty((2, 2, 300), np.float32)
    peak, changes = np.empty_like(power), np.empty((2, 2), np.int64)
    cell_responses(block, *lanes, 0, 3000, 10, widths, power, peak, changes)
    alone = _summaries(row, 0, 3000, 10, [0, 4])
    np.testing.assert_allclose(power[1], alone[0], rtol=1e-4)
    np.testing.assert_allclose(peak[1], alone[1], rtol=1e-4)
    ones, cells, out = np.ones(300, np.int64), np.arange(300), np.empty(300, np.int64)
    strongest(block, *lanes, 0, 3000, 10, widths, ones, ones, cells, out)
    response = np.abs(naive.hat(row, 4))
    np.testing.assert_allclose(response[out], response.reshape(300, 10).max(axis=1), rtol=1e-4)
