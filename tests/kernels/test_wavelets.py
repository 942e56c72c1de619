import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import naive
from emgfasc._kernels.blocks import flat, padded
from emgfasc._kernels.lanes import Lanes, average, lane_row
from emgfasc._kernels.search import Found, Shape, Work, exceeding, look, strongest
from emgfasc._kernels.wavelets import margin_of, steps_to
from signals import awkward

F32 = NDArray[np.float32]
I64 = NDArray[np.int64]


def _alone(block: F32) -> Lanes:
    """Every channel is a lane of its own."""
    n = len(block)
    common = np.zeros(block.shape[1], np.float32)
    return Lanes(
        *flat(block), np.arange(n)[:, None], np.zeros(n, np.float32), np.ones(n, np.float32), common
    )


def _summaries(
    lanes: Lanes, begin: int, n: int, size: int, widths: list[int], chunk: int = 10**6
) -> tuple[F32, F32, I64]:
    """Return power, peak and sign changes by lane, scale and cell."""
    scales = np.array(widths)
    shape = Shape.of(n, size, 1, scales)
    shape = shape._replace(chunk=min(size * chunk, shape.chunk))
    n_lanes, n_cells = len(lanes.members), -(-n // size)
    which = np.minimum(np.arange(-(-n_lanes // 16) * 16), n_lanes - 1).reshape(-1, 16)
    work = Work.of(shape, len(widths))
    tables = []
    for batch in which:
        found = Found.room(1, len(widths), n_cells)
        look(lanes, batch[None], np.full((1, 16), begin), shape, work, found)
        tallest = found.peak.reshape(1, len(widths), -1, 16).max(axis=2)
        np.testing.assert_array_equal(found.top, tallest)
        parts = work.power.copy(), found.peak[0], found.changes[0]
        tables.append([part.reshape(len(widths), -1, 16).transpose(2, 0, 1) for part in parts])
    power, peak, changes = (np.concatenate(part)[:n_lanes] for part in zip(*tables, strict=True))
    return power, peak, changes[..., 0].astype(np.int64)


def _rows(row: F32, widths: list[int]) -> Lanes:
    """Return seventeen lanes made of one row, with room around them."""
    margin = margin_of(np.array(widths))
    block = np.stack([np.roll(row, k) * (-1) ** k for k in range(17)])
    return _alone(padded(block, margin, margin + 16))


def _where(lanes: Lanes, lane: int, begin: int, n: int, size: int, width: int) -> I64:
    cells = np.arange(-(-n // size))
    which, firsts, out = np.full_like(cells, lane), begin + cells * size, np.empty_like(cells)
    sizes = np.minimum(size, n - cells * size)
    strongest(lanes, which, firsts, sizes, np.full_like(cells, width), out)
    return out - begin


@given(row=awkward(), size=st.integers(1, 40), chunk=st.integers(1, 30))
@settings(deadline=None, max_examples=80)
def test_raw_summary_agrees_with_its_twin(row: F32, size: int, chunk: int) -> None:
    lanes, n = _rows(row, [0]), len(row)
    power, peak, changes = _summaries(lanes, 1, n, size, [0], chunk)
    for lane in (0, 3, 16):
        twin = naive.summarise(np.roll(row, lane) * (-1) ** lane, size)
        np.testing.assert_allclose(power[lane, 0], twin[0], rtol=1e-5)
        assert peak[lane, 0].tolist() == twin[1]
        assert _where(lanes, lane, 1, n, size, 0).tolist() == twin[2]
        assert changes[lane, 0] == twin[3]


@given(row=awkward(), size=st.integers(1, 40), width=st.integers(1, 12), chunk=st.integers(1, 30))
@settings(deadline=None, max_examples=80)
def test_wavelet_response_agrees_with_its_twin(row: F32, size: int, width: int, chunk: int) -> None:
    lanes, n, begin = _rows(row, [width]), len(row), 2 * width + 1
    power, peak, _ = _summaries(lanes, begin, n, size, [0, width], chunk)
    scale = float(np.abs(row).max(initial=0)) + 1e-6
    for lane in (0, 3, 16):
        response = naive.hat(np.roll(row, lane) * (-1) ** lane, width)
        twin = naive.summarise(response, size)
        np.testing.assert_allclose(power[lane, 1], twin[0], rtol=1e-4, atol=1e-6 * scale**2)
        np.testing.assert_allclose(peak[lane, 1], twin[1], rtol=1e-5, atol=1e-5 * scale)
        # Where answers tie to rounding, either sample will do.
        where = _where(lanes, lane, begin, n, size, width)
        at = np.abs(response[where])
        np.testing.assert_allclose(at, twin[1], rtol=1e-5, atol=1e-5 * scale)


@given(st.lists(st.integers(0, 130), min_size=1, max_size=6))
def test_every_width_is_built_from_one_half_as_wide(widths: list[int]) -> None:
    """In the order of the steps, with two boxes kept: the lane's and the one before."""
    reached, answered = 1, []
    for half, width, scale in steps_to(np.array(widths)).tolist():
        assert half in (1, reached)
        assert width in (half, 2 * half, 2 * half + 1)
        reached = width
        if scale >= 0:
            assert widths[scale] == width
            answered.append(scale)
    assert answered == [k for k, width in enumerate(widths) if width]


@pytest.mark.parametrize(("size", "widths"), [(10, [0, 2, 4, 8]), (100, [0, 12, 25, 50, 100])])
def test_long_rows_agree_with_the_definition(size: int, widths: list[int]) -> None:
    """Longer than what the kernel takes at once, against running sums in float64."""
    n, margin = 60_007, 2 * max(widths)
    row = np.random.default_rng(0).normal(0, 5, n).astype(np.float32)
    lanes = _alone(padded(row[None], margin + 1, margin + 17))
    power, peak, changes = (part[0] for part in _summaries(lanes, margin + 1, n, size, widths))
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


@given(cut=st.integers(1, 29), chunk=st.integers(1, 9), seed=st.integers(0, 99))
@settings(deadline=None, max_examples=40)
def test_blocks_give_the_same_bits_wherever_they_begin(cut: int, chunk: int, seed: int) -> None:
    size, widths = 10, [0, 2, 5, 8]
    row = np.random.default_rng(seed).normal(0, 5, 300).astype(np.float32)
    lanes = _rows(row, widths)
    whole = _summaries(lanes, 17, 300, size, widths)
    left = _summaries(lanes, 17, cut * size, size, widths, chunk)
    right = _summaries(lanes, 17 + cut * size, 300 - cut * size, size, widths, 2 * chunk)
    for part in (0, 1):
        joined = np.concatenate([left[part], right[part]], axis=2)
        np.testing.assert_array_equal(joined, whole[part])
    np.testing.assert_array_equal(left[2] + right[2], whole[2])


def test_the_outside_counts_as_zeros() -> None:
    block = np.random.default_rng(1).normal(0, 5, (2, 500)).astype(np.float32)
    np.testing.assert_array_equal(padded(block, 3, 8), np.pad(block, ((0, 0), (3, 8))))


@given(
    data=st.lists(awkward(90, 90), min_size=3, max_size=5),
    share=st.sampled_from([0.0, 1.0, 2.0]),
    first=st.integers(0, 42),
)
@settings(deadline=None, max_examples=60)
def test_lanes_agree_with_their_twin(data: list[F32], share: float, first: int) -> None:
    block = np.stack(data)
    good = np.array([0, len(block) - 1])
    common, out = np.empty(90, np.float32), np.empty(48, np.float32)
    average(*flat(block), good, common)
    members = np.array([[0, 1, -1]])
    shares, gain = np.array([share], np.float32), np.array([0.5], np.float32)
    lane_row(Lanes(*flat(block), members, shares, gain, common), 0, first, out)
    twin = naive.lane(block, [0, 1], share, 0.5, good.tolist(), first, 48)
    scale = float(np.abs(block).max()) + 1e-6
    np.testing.assert_allclose(out, twin, rtol=1e-5, atol=1e-5 * scale)


def test_a_summed_lane_is_searched_like_the_row_it_makes() -> None:
    block = np.random.default_rng(2).normal(0, 5, (4, 3100)).astype(np.float32)
    members = np.array([[0, -1, -1], [0, 1, 3]])
    common = np.empty(3100, np.float32)
    average(*flat(block), np.arange(4), common)
    share, gain = np.array([0.0, 3.0], np.float32), np.array([1.0, 0.7], np.float32)
    lanes = Lanes(*flat(block), members, share, gain, common)
    row = naive.lane(block, [0, 1, 3], 3.0, 0.7, [0, 1, 2, 3], 0, 3100).astype(np.float32)
    power, peak, _ = _summaries(lanes, 40, 3000, 10, [0, 4])
    alone = _summaries(_alone(row[None]), 40, 3000, 10, [0, 4])
    np.testing.assert_allclose(power[1], alone[0][0], rtol=1e-4)
    np.testing.assert_allclose(peak[1], alone[1][0], rtol=1e-4)
    response = np.abs(naive.hat(row, 4))[40:3040]
    where = _where(lanes, 1, 40, 3000, 10, 4)
    np.testing.assert_allclose(response[where], response.reshape(300, 10).max(axis=1), rtol=1e-4)


@settings(deadline=None)
@given(
    peak=st.lists(st.floats(0, 10, width=32), min_size=1, max_size=40),
    limit=st.floats(0, 10, width=32),
)
def test_exceeding_agrees_with_its_twin(peak: list[float], limit: float) -> None:
    rows = np.array([np.roll(peak, k) for k in range(16)], np.float32)
    limits = np.linspace(0, limit, 64, dtype=np.float32).reshape(2, 2, 16)
    found = Found.room(2, 2, len(peak))
    found.peak[:] = rows.T.reshape(-1)
    found.top[:] = rows.max(axis=1)
    where, value = exceeding(found, limits)
    twin = [
        (16 * batch + lane, scale, cell, rows[lane, cell])
        for batch in range(2)
        for scale in range(2)
        for lane in range(16)
        for cell in range(len(peak))
        if rows[lane, cell] > limits[batch, scale, lane]
    ]
    assert [(*w, v) for w, v in zip(where.tolist(), value, strict=True)] == twin


def test_exceeding_makes_room_for_every_cell() -> None:
    found = Found.room(3, 1, 500)
    found.peak[:], found.top[:] = 1, 1
    where, _ = exceeding(found, np.zeros((3, 1, 16), np.float32))
    assert np.array_equal(where[:, 0], np.repeat(np.arange(48), 500))
    assert np.array_equal(where[:, 2], np.tile(np.arange(500), 48))
