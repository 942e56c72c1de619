"""The pairing against a brute-force optimum, on quantised and tied times."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from emgfasc.errors import ParameterError
from emgfasc.evaluate import match

# Milliseconds on a coarse grid: ties, repeats and errors of exactly the tolerance are common.
_GRID_MS = st.lists(st.integers(0, 30), max_size=12)
_ODD_RATE = st.lists(st.integers(0, 60).map(lambda k: k * 1e3 / 2048), max_size=10)


def naive(truth_s: list[float], found_s: list[float], tolerance_s: float) -> tuple[int, int]:
    """Return the most pairs and, among those, the least total error in ns, by assignment."""
    a = [round(t * 1e9) for t in truth_s]
    b = [round(t * 1e9) for t in found_s]
    tolerance = round(tolerance_s * 1e9)
    if not a or not b:
        return 0, 0
    error = np.abs(np.subtract.outer(a, b)).astype(float)
    allowed = error <= tolerance
    # Leaving a pair out costs more than all errors together, so pairs come first.
    cost = np.where(allowed, error, (tolerance + 1) * (len(a) + len(b) + 1))
    rows, columns = linear_sum_assignment(cost)
    kept = allowed[rows, columns]
    return int(kept.sum()), int(error[rows, columns][kept].sum())


def score(
    truth: list[float], found: list[float], pairs: tuple[NDArray[np.intp], NDArray[np.intp]]
) -> tuple[int, int]:
    errors = [
        abs(round(truth[i] * 1e9) - round(found[j] * 1e9)) for i, j in zip(*pairs, strict=True)
    ]
    return len(errors), sum(errors)


@pytest.mark.parametrize("times", [_GRID_MS, _ODD_RATE], ids=["grid", "2048 Hz"])
def test_as_many_pairs_and_as_small_errors_as_brute_force(
    times: st.SearchStrategy[list[float]],
) -> None:
    @settings(max_examples=400, deadline=None)
    @given(times, times, st.sampled_from([0.0, 1.0, 2.5, 5.0, 12.0, 100.0]))
    def check(truth_ms: list[float], found_ms: list[float], tolerance_ms: float) -> None:
        truth = [t / 1e3 for t in truth_ms]
        found = [t / 1e3 for t in found_ms]
        pairs = match(truth, found, tolerance_s=tolerance_ms / 1e3)
        assert score(truth, found, pairs) == naive(truth, found, tolerance_ms / 1e3)
        left, right = pairs
        assert len(set(left.tolist())) == len(left)
        assert len(set(right.tolist())) == len(right)
        assert (np.diff(np.array(truth)[left]) >= 0).all()

    check()


@settings(max_examples=100, deadline=None)
@given(_GRID_MS, _GRID_MS)
def test_swapping_shifting_and_reversing_keep_pairs_and_errors(
    truth_ms: list[int], found_ms: list[int]
) -> None:
    truth, found = [t / 1e3 for t in truth_ms], [t / 1e3 for t in found_ms]
    expected = score(truth, found, match(truth, found, tolerance_s=0.005))
    left, right = match(found, truth, tolerance_s=0.005)
    assert score(truth, found, (right, left)) == expected
    later = [t + 1000 for t in truth], [t + 1000 for t in found]
    assert score(*later, match(*later, tolerance_s=0.005)) == expected
    mirrored = [-t for t in truth], [-t for t in found]
    assert score(*mirrored, match(*mirrored, tolerance_s=0.005)) == expected


def test_greedy_would_lose_a_pair() -> None:
    # The nearest pair (1.004, 1.003) would leave 1.000 and 1.009 without partners.
    left, right = match([1.000, 1.004], [1.003, 1.009], tolerance_s=0.005)
    assert left.tolist() == [0, 1]
    assert right.tolist() == [0, 1]


def test_tolerance_is_inclusive_despite_binary_fractions() -> None:
    assert 0.3 - 0.295 > 0.005
    assert len(match([0.3], [0.295], tolerance_s=0.005)[0]) == 1
    assert len(match([0.3], [0.295 - 2e-9], tolerance_s=0.005)[0]) == 0


def test_indices_refer_to_the_unsorted_inputs() -> None:
    left, right = match([3.0, 1.0, 2.0], [2.001, 3.001, 9.0, 1.001], tolerance_s=0.005)
    assert left.tolist() == [1, 2, 0]
    assert right.tolist() == [3, 0, 1]


@pytest.mark.parametrize(("truth", "found"), [([], []), ([1.0], []), ([], [1.0])])
def test_nothing_on_a_side_gives_no_pair(truth: list[float], found: list[float]) -> None:
    left, right = match(truth, found, tolerance_s=0.005)
    assert left.size == right.size == 0
    assert left.dtype == right.dtype == np.intp


def test_inputs_are_not_changed() -> None:
    truth, found = np.array([2.0, 1.0]), np.array([1.0, 2.0])
    match(truth, found, tolerance_s=0.1)
    assert truth.tolist() == [2.0, 1.0]
    assert found.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("bad", [[np.nan], [np.inf], [[1.0]], [2e9]])
def test_times_that_are_none_are_refused(bad: list[float]) -> None:
    with pytest.raises(ParameterError, match="'found_s' parameter"):
        match([1.0], bad, tolerance_s=0.005)


def test_negative_tolerance_is_refused() -> None:
    with pytest.raises(ParameterError, match="tolerance_s"):
        match([1.0], [1.0], tolerance_s=-0.001)


def test_work_grows_with_the_events_and_not_with_their_square() -> None:
    rng = np.random.default_rng(3)

    def seconds(n: int) -> float:
        truth = rng.uniform(0, n / 100, n)
        found = truth + rng.normal(0, 0.002, n)
        start = time.process_time()
        left, _ = match(truth, found, tolerance_s=0.005)
        assert len(left) > 0.95 * n
        return time.process_time() - start

    small = min(seconds(4_000) for _ in range(3))
    large = min(seconds(64_000) for _ in range(2))
    assert large < 16 * 4 * small  # a square would be 256 times


_TWIN_MS = st.one_of(st.none(), st.integers(0, 30))


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 30), _TWIN_MS), max_size=10),
    _GRID_MS,
    st.sampled_from([0.0, 1.0, 5.0, 12.0]),
)
def test_with_twins_too_as_many_pairs_and_as_small_errors_as_brute_force(
    truth_ms: list[tuple[int, int | None]], found_ms: list[float], tolerance_ms: float
) -> None:
    truth = [peak / 1e3 for peak, _ in truth_ms]
    twin = [np.nan if other is None else other / 1e3 for _, other in truth_ms]
    found = [time / 1e3 for time in found_ms]
    left, right = match(truth, found, tolerance_s=tolerance_ms / 1e3, twin_s=twin)

    error = np.array(
        [
            [min(abs(peak - t), np.inf if other is None else abs(other - t)) for t in found_ms]
            for peak, other in truth_ms
        ]
    ).reshape(len(truth), len(found))
    allowed = error <= tolerance_ms
    rows, columns = linear_sum_assignment(np.where(allowed, error, 1e4))
    best = allowed[rows, columns]
    assert len(left) == best.sum()
    assert error[left, right].sum() == error[rows, columns][best].sum()
    assert allowed[left, right].all()
    assert len(set(left.tolist())) == len(set(right.tolist())) == len(left)
    assert (np.diff(np.array(truth)[left]) >= 0).all()


def test_both_of_a_doublet_that_is_found_at_its_twins_are_paired() -> None:
    # the second true peak lies nearer to what belongs to the first one's twin
    left, right = match([0.0068, 0.0156], [0.0, 0.0088], tolerance_s=0.005, twin_s=[0.0, 0.0088])
    assert (left.tolist(), right.tolist()) == ([0, 1], [0, 1])


def test_twins_that_are_not_as_many_are_refused() -> None:
    with pytest.raises(ParameterError, match="'twin_s' parameter: as many times as 'truth_s' has"):
        match([1.0, 2.0], [1.0], tolerance_s=0.005, twin_s=[1.0])
