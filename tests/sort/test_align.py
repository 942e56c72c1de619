import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from emgfasc.sort.align import best_lags, chain_lags, moved
from signals import potential


def _placed(at: int, turns: float, size: int = 100) -> NDArray[np.float64]:
    wave = np.zeros((1, size))
    wave[0, at : at + 40] = potential(40, 150, turns)
    return wave


@given(first=st.integers(-12, 12), second=st.integers(-12, 12))
@settings(deadline=None, max_examples=40)
def test_groups_are_moved_over_the_largest(first: int, second: int) -> None:
    averages = np.stack([_placed(30, 2.0), _placed(30 + first, 2.0), _placed(30 + second, 2.0)])
    lag = chain_lags(averages, np.array([9, 2, 3]), reach=15, alike=0.5)
    assert lag.tolist() == [0, first, second]
    over = [moved(wave, int(shift)) for wave, shift in zip(averages, lag, strict=True)]
    np.testing.assert_allclose(over[1], over[0], atol=1e-9)
    np.testing.assert_allclose(over[2], over[0], atol=1e-9)


def test_what_is_not_alike_or_too_far_stays() -> None:
    averages = np.stack([_placed(30, 1.0), _placed(36, 4.0)])
    assert chain_lags(averages, np.array([5, 5]), reach=15, alike=0.2).tolist() == [0, 0]
    far = np.stack([_placed(20, 2.0), _placed(50, 2.0)])
    assert chain_lags(far, np.array([5, 5]), reach=15, alike=0.5).tolist() == [0, 0]


@given(lag=st.integers(0, 20), which=st.integers(0, 1), seed=st.integers(0, 99))
@settings(deadline=None, max_examples=40)
def test_the_best_lag_is_that_of_a_plain_search(lag: int, which: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    templates = np.stack([_placed(5, 2.0, 50), _placed(5, 3.1, 50)])
    wave = rng.normal(0, 20, (1, 1, 70))
    wave[0, :, lag : lag + 50] += templates[which]
    found, at, gain = best_lags(wave.astype(np.float32), templates)
    best = max(
        (2 * (wave[0, :, k : k + 50] * t).sum() - (t**2).sum(), u, k)
        for u, t in enumerate(templates)
        for k in range(21)
    )
    assert (int(found[0]), int(at[0])) == best[1:]
    np.testing.assert_allclose(gain[0], best[0], rtol=1e-4)


@given(lag=st.integers(-60, 60))
@settings(deadline=None)
def test_a_wave_moved_there_and_back_loses_its_ends_only(lag: int) -> None:
    wave = np.arange(1.0, 51.0)[None]
    there = moved(wave, lag)
    for k in range(50):
        assert there[0, k] == (wave[0, k + lag] if 0 <= k + lag < 50 else 0.0)
