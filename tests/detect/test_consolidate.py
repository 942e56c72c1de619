import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import naive
from emgfasc.detect.consolidate import consolidate

SPANS = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 12)), max_size=40)


@given(raw=SPANS, merge=st.integers(0, 10))
def test_agrees_with_its_twin(raw: list[tuple[int, int]], merge: int) -> None:
    first = np.array([a for a, _ in raw], np.int64)
    last = np.array([a + n for a, n in raw], np.int64)
    found = consolidate(first, last, np.ones(len(raw)), merge=merge, longest=10_000)
    assert [tuple(span) for span in found] == naive.consolidate(
        first.tolist(), last.tolist(), merge
    )


def test_a_gap_of_exactly_the_merge_time_joins_and_one_more_does_not() -> None:
    ones = np.ones(2)
    last = np.array([10, 30])
    assert len(consolidate(np.array([0, 15]), last, ones, merge=5, longest=99)) == 1
    assert len(consolidate(np.array([0, 16]), last, ones, merge=5, longest=99)) == 2


@given(raw=SPANS, merge=st.integers(1, 10), longest=st.integers(5, 60))
def test_long_runs_are_cut_without_gap_or_overlap(
    raw: list[tuple[int, int]], merge: int, longest: int
) -> None:
    first = np.array([a for a, _ in raw], np.int64)
    last = np.array([a + n for a, n in raw], np.int64)
    strength = np.arange(len(raw), dtype=float)
    cut = consolidate(first, last, strength, merge=merge, longest=longest)
    covered = np.zeros(400, int)
    for a, b in cut:
        covered[a : b + 1] += 1
    assert covered.max(initial=0) <= 1
    whole = np.zeros(400, int)
    for a, b in naive.consolidate(first.tolist(), last.tolist(), merge):
        whole[a : b + 1] = 1
    np.testing.assert_array_equal(covered, whole)
