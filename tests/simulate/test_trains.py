"""Intervals follow the stated processes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from emgfasc.errors import ParameterError
from emgfasc.simulate import (
    Firing,
    complex_repetitive,
    cramp,
    fasciculations,
    fibrillations,
    myokymia,
    neuromyotonia,
    voluntary_pool,
)
from emgfasc.simulate.trains import modulation

STEADY = Firing(modulation_cov=0, early=0, late=0)


def test_steady_intervals_are_dead_time_plus_exponential() -> None:
    firing = Firing(modulation_cov=0, early=0, late=0, refractory_s=0.5)
    times = fasciculations(np.random.default_rng(1), seconds=9e3, rate_per_min=30, firing=firing)
    intervals = np.diff(times)
    assert stats.kstest(intervals, stats.expon(0.5, 1.5).cdf).pvalue > 0.05
    assert stats.kstest(intervals, stats.expon(0, 2.0).cdf).pvalue < 1e-6  # no dead time: refused
    assert abs(stats.spearmanr(intervals[1:], intervals[:-1]).pvalue) > 0.05


def test_modulated_intervals_are_exponential_in_the_integrated_rate() -> None:
    firing = Firing(modulation_cov=0.8, early=0, late=0, refractory_s=0.0, modulation_s=300)
    times = fasciculations(np.random.default_rng(2), seconds=2e4, rate_per_min=20, firing=firing)
    knots, factor = modulation(np.random.default_rng(2), seconds=2e4, firing=firing)
    fine = np.linspace(0, 2e4, 200_001)
    rate = np.interp(fine, knots, factor) / 3
    integral = np.concatenate([[0], np.cumsum(0.05 * (rate[1:] + rate[:-1]))])
    waits = np.diff(np.interp(times, fine, integral))
    assert stats.kstest(waits, stats.expon.cdf).pvalue > 0.05
    assert stats.kstest(np.diff(times), stats.expon(0, 3).cdf).pvalue < 1e-3  # but not in time
    assert np.trapezoid(factor, knots) / 2e4 == pytest.approx(1)


def test_counts_per_minute_of_a_steady_unit_are_poisson() -> None:
    times = fasciculations(np.random.default_rng(3), seconds=36e3, rate_per_min=6, firing=STEADY)
    counts = np.bincount((times // 60).astype(int), minlength=600)
    values = np.arange(2, 12)
    expected = 600 * np.concatenate(
        [[stats.poisson.cdf(2, 6)], stats.poisson.pmf(values[1:-1], 6), [stats.poisson.sf(10, 6)]]
    )
    observed = np.bincount(counts.clip(2, 11), minlength=12)[2:]
    assert stats.chisquare(observed, expected * observed.sum() / expected.sum()).pvalue > 0.05


def test_doublets_fall_into_their_bands_with_their_share() -> None:
    firing = Firing(modulation_cov=0, early=0.2, late=0.1)
    rng = np.random.default_rng(4)
    times = fasciculations(rng, seconds=36e3, rate_per_min=10, firing=firing)
    intervals = np.diff(times)
    first = len(times) / 1.3
    early = np.mean((intervals >= 0.004) & (intervals <= 0.010)) * len(intervals) / first
    late = np.mean((intervals >= 0.030) & (intervals <= 0.050)) * len(intervals) / first
    assert early == pytest.approx(0.2, abs=0.02)
    assert late == pytest.approx(0.1, abs=0.02)
    between = (intervals > 0.0101) & (intervals < 0.0299)
    assert between.sum() < 0.01 * len(intervals)
    assert len(times) / 600 == pytest.approx(10, rel=0.05)  # doublets count in the rate


@settings(deadline=None, max_examples=40)
@given(
    rate=st.floats(0, 600),
    refractory=st.sampled_from([0.0, 0.003, 0.005]),
    cov=st.sampled_from([0.0, 0.4, 1.5]),
    seed=st.integers(0, 2**32 - 1),
)
def test_trains_are_sorted_inside_and_refractory(
    rate: float, refractory: float, cov: float, seed: int
) -> None:
    firing = Firing(refractory_s=refractory, modulation_cov=cov, early=0.3, late=0.3)
    rng = np.random.default_rng(seed)
    times = fasciculations(rng, seconds=20, rate_per_min=rate, firing=firing)
    assert times.shape == (len(times),)
    assert ((times >= 0) & (times < 20)).all()
    assert (np.diff(times) >= refractory - 1e-12).all()


def test_impossible_rates_are_refused() -> None:
    with pytest.raises(ParameterError, match="rate_per_min"):
        fasciculations(np.random.default_rng(0), seconds=10, rate_per_min=60_000)
    with pytest.raises(ParameterError, match="early"):
        Firing(early=0.7, late=0.7)
    with pytest.raises(ParameterError, match="effort"):
        voluntary_pool(np.random.default_rng(0), seconds=5, effort=0)


def test_pool_recruits_in_order_and_fires_regularly() -> None:
    trains = voluntary_pool(np.random.default_rng(5), seconds=40, effort=0.3)
    starts = [train[0] for train in trains if len(train)]
    assert 8 <= len(starts) < 20  # a third of full effort leaves the largest out
    assert all(len(train) == 0 for train in trains[len(starts) :])
    assert stats.spearmanr(starts, range(len(starts))).statistic > 0.9
    plateau = trains[0][(trains[0] > 10) & (trains[0] < 30)]
    intervals = np.diff(plateau)
    assert intervals.std() / intervals.mean() == pytest.approx(0.2, abs=0.05)
    assert 5 < 1 / intervals.mean() < 35
    last = trains[len(starts) - 1]
    assert len(last) < len(trains[0])


def cov(intervals: np.ndarray) -> float:
    return float(intervals.std() / intervals.mean())


@pytest.mark.parametrize("seed", range(5))
def test_other_discharges_keep_their_rates_and_regularity(seed: int) -> None:
    rng = np.random.default_rng(seed)
    fib = np.diff(fibrillations(rng, seconds=30))
    assert cov(fib) < 0.15
    assert 0.5 <= 1 / fib.mean() <= 15  # StatPearls
    crd = np.diff(complex_repetitive(rng, seconds=5))
    assert cov(crd) < 0.02
    assert 5 <= 1 / crd.mean() <= 150
    fast = np.diff(neuromyotonia(rng, seconds=1))
    assert 1 / fast[0] <= 300
    assert 1 / fast.mean() > 100
    assert fast[-20:].mean() > 1.1 * fast[:20].mean()
    burst = np.diff(myokymia(rng, seconds=30))
    inside = burst[burst < 0.1]
    assert 5 <= 1 / np.median(inside) <= 60
    assert burst.max() > 0.3
    cramping = np.diff(cramp(rng, seconds=8))
    assert cov(cramping) > 0.3
    assert 20 <= 1 / cramping.mean() <= 150
