import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import naive
from emgfasc.detect.consolidate import consolidate, settled

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


@given(
    st.lists(st.tuples(st.integers(0, 299), st.integers(0, 6), st.integers(1, 4)), max_size=40),
    st.integers(0, 8),
    st.integers(5, 40),
    st.sampled_from([300, 100, 50, 30]),
)
def test_blocks_settled_one_by_one_are_consolidated_as_one(
    raw: list[tuple[int, int, int]], merge: int, longest: int, block: int
) -> None:
    """Samples with half their widths and strengths; a block's crossings may reach into others."""
    sample, half, strength = np.array(raw, np.int64).reshape(-1, 3).T
    parts = []
    for start in range(0, 300, block):
        mine = (sample >= start) & (sample < start + block)
        first, last = sample[mine] - half[mine], sample[mine] + half[mine]
        within = start + 6, start + block - 6
        parts.append(
            settled(first, last, strength[mine] / 2, within=within, merge=merge, longest=longest)
        )
    joined = [np.concatenate(column) for column in zip(*parts, strict=True)]
    np.testing.assert_array_equal(
        consolidate(*joined, merge=merge, longest=longest),
        consolidate(sample - half, sample + half, strength / 2, merge=merge, longest=longest),
    )


def test_a_settled_potential_is_one_crossing() -> None:
    first = np.repeat([100, 500], 50)
    found = settled(first, first + 5, np.arange(100.0), within=(20, 980), merge=5, longest=99)
    assert [column.tolist() for column in found] == [[100, 500], [105, 505], [49.0, 99.0]]
