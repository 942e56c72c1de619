import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import naive
from emgfasc._kernels.outline import outline
from emgfasc.detect.kept import Kept, kept_around
from signals import awkward

SPANS = st.lists(st.tuples(st.integers(-20, 120), st.integers(1, 30)), max_size=8)


def _kept(spans: list[tuple[int, int]], most: float, origin: int = 7) -> Kept:
    rows = np.arange(300, dtype=np.float32).reshape(3, 100)
    first = np.array([start for start, _ in spans], np.int64)
    last = np.array([start + n for start, n in spans], np.int64)
    return kept_around(rows, origin, first, last, most)


@given(spans=SPANS, start=st.integers(7, 106), n=st.integers(1, 40))
def test_a_piece_is_given_where_spans_without_a_break_hold_it(
    spans: list[tuple[int, int]], start: int, n: int
) -> None:
    piece = _kept(spans, np.inf).piece(start, start + n)
    held = {k for first, size in spans for k in range(first, first + size) if 7 <= k < 107}
    # Spans that touch are one, and so is what they hold between two samples.
    assert (piece is not None) == all(k in held for k in range(start, start + n))
    if piece is not None:
        np.testing.assert_array_equal(piece, np.arange(300).reshape(3, 100)[:, start - 7 :][:, :n])


@given(spans=SPANS, most=st.integers(0, 1500))
def test_no_more_is_kept_than_there_is_room(spans: list[tuple[int, int]], most: int) -> None:
    assert sum(data.nbytes for data in _kept(spans, most).data) <= most


def test_stretches_of_blocks_that_overlap_are_both_looked_at() -> None:
    one, two = _kept([(20, 30)], np.inf), _kept([(10, 60)], np.inf, origin=5)
    kept = Kept.joined([one, two])
    assert kept.first.tolist() == [10, 20]
    assert kept.piece(55, 60) is not None
    assert kept.piece(65, 72) is None


@given(rows=st.lists(awkward(20, 20), min_size=2, max_size=5), gap=st.booleans())
@settings(deadline=None, max_examples=60)
def test_outline_agrees_with_its_twin(rows: list[NDArray[np.float32]], gap: bool) -> None:
    piece = np.stack(rows)
    if gap:
        piece[0, 3:6] = np.nan
    good = np.array([0, len(piece) - 1])
    noise = np.array([0.5, 0.0], np.float32)
    found = np.array(outline(piece, good, noise, 6.0))
    np.testing.assert_array_equal(found, naive.outline(piece, good.tolist(), noise, 6.0))
