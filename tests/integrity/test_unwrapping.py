"""Wrapped integers: the smallest sum by brute force, and what like potentials add to steps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from emgfasc.integrity import unwrapping
from emgfasc.integrity.unwrapping import offsets

N = 9


@settings(max_examples=40, deadline=None)
@given(
    x=arrays(np.int64, N, elements=st.integers(-512, 512)),
    free=st.sets(st.integers(0, N - 1), min_size=1),
    extra=st.lists(st.tuples(st.integers(0, N - 1), st.integers(0, N - 1)), max_size=12),
)
def test_the_sum_is_the_smallest_there_is(
    x: np.ndarray, free: set[int], extra: list[tuple[int, int]]
) -> None:
    """Every choice of samples, by brute force. All numbers are whole parts of 1024."""
    y, places = x / 1024, np.array(sorted(free))
    pairs = [(k, k + 1) for k in range(N - 1)] + [(a, b) for a, b in extra if a != b]
    first, second = np.array(pairs).T
    weight = np.array([2.0] * (N - 1) + [0.5] * (len(pairs) - N + 1))

    def cost(lower: np.ndarray) -> float:
        moved = y - lower
        apart = weight @ np.abs(moved[first] - moved[second])
        return float(apart + unwrapping._RENT * np.abs(moved).sum())

    costs = []
    for choice in range(2 ** len(places)):
        lower = np.zeros(N, bool)
        lower[places] = [choice >> bit & 1 for bit in range(len(places))]
        costs.append(cost(lower))
    found = unwrapping._lower(y, places, (first, second, weight))
    assert not found[[k for k in range(N) if k not in free]].any()
    # capacities are rounded to whole parts of 4096
    assert cost(found) == pytest.approx(min(costs), abs=1e-3)


def potentials(n: int, seed: int) -> np.ndarray:
    """Return discharges of four units, some beyond the range, each sampled at another moment."""
    rng = np.random.default_rng(seed)
    t = np.arange(n) / 4000
    x = rng.normal(0, 300, n)
    for top in (20_000, 28_000, 38_000, 50_000):
        for at in np.cumsum(rng.uniform(0.05, 0.07, int(n / 4000 / 0.06))):
            x -= top * np.exp(-0.5 * ((t - at) / 0.0002) ** 2)
            for side in (-1, 1):
                x += 0.25 * top * np.exp(-0.5 * ((t - at + side * 0.0008) / 0.0004) ** 2)
    return x.round()


@pytest.mark.parametrize("sign", [1, -1])
def test_like_potentials_decide_what_steps_do_not(
    sign: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = sign * potentials(40_000, 5)
    stored = (true + 32768) % 65536 - 32768
    wrapped = true != stored
    moved = offsets(stored.astype(np.float32), 65536.0, 4000.0)
    assert not moved[~wrapped].any()
    assert (moved[wrapped] == -sign).sum() > 0.88 * wrapped.sum()
    monkeypatch.setattr(unwrapping, "_MOST_KNOWN", 1)  # nothing to compare with
    by_steps = offsets(stored.astype(np.float32), 65536.0, 4000.0)
    assert (by_steps[wrapped] == -sign).sum() < 0.75 * wrapped.sum()


@pytest.mark.parametrize("n", [0, 1, 2, 30])
def test_short_and_empty_blocks_are_answered(n: int) -> None:
    x = np.resize(np.array([0.0, 30_000.0, -30_000.0, np.nan]), n).astype(np.float32)
    assert offsets(x, 65536.0, 4000.0).shape == (n,)


def test_gaps_and_hostile_input_stay_bounded() -> None:
    rng = np.random.default_rng(2)
    x = rng.integers(-32768, 32768, 20_000).astype(np.float32)
    x[500:900] = np.nan
    found = offsets(x, 65536.0, 4000.0)
    assert not found[500:900].any()
    assert set(np.unique(found)) <= {-1, 0, 1}
    np.testing.assert_array_equal(found, offsets(x, 65536.0, 4000.0))
