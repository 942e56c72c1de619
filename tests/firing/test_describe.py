"""Rates, limits, intervals, doublets and continuity, against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from firing.tables import table
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from emgfasc.containers import Events, Rest, Units
from emgfasc.firing import describe, observation, poisson, rate_over_time
from emgfasc.firing.intervals import continuity, doublets, interval_figures, intervals
from emgfasc.firing.stretches import Stretches

MINUTE = Rest.all_rest(60.0)


def first(events: Events, rest: Rest) -> pd.Series:
    return describe(events, rest).iloc[0]


# --- limits --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "minutes", "low", "high"),
    [
        # golden numbers of section 2.3 of the science notes
        (0, 1, 0.0, 3.69),
        (0, 2, 0.0, 1.84),
        (0, 10, 0.0, 0.369),
        (0, 30, 0.0, 0.123),
        (3, 1, 0.62, 8.77),
        (60, 2, 22.9, 38.6),
    ],
)
def test_golden_rates(n: int, minutes: float, low: float, high: float) -> None:
    rest = Rest.all_rest(60.0 * minutes)
    times = (np.arange(n) + 0.5) * 60.0 * minutes / max(n, 1)
    row = first(table({1: times}), rest)
    assert row["n"] == n
    assert row["rate_per_min"] == pytest.approx(n / minutes)
    assert row["rate_hz"] == pytest.approx(n / minutes / 60)
    assert row["rate_per_min_lo95"] == pytest.approx(low, abs=0.05 if low > 1 else 0.005)
    assert row["rate_per_min_hi95"] == pytest.approx(high, rel=0.01)
    assert row["limits"] == "poisson"


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 100_000))
def test_limits_are_chi_square_quantiles(n: int) -> None:
    low, high = poisson.limits(n)
    assert low == pytest.approx(stats.chi2.ppf(0.025, 2 * n) / 2 if n else 0.0, rel=1e-9)
    assert high == pytest.approx(stats.chi2.ppf(0.975, 2 * n + 2) / 2, rel=1e-9)


def test_no_rest_is_no_rate() -> None:
    busy = Rest.from_spans([(0, 60, "voluntary", "contraction")], duration_s=60)
    row = first(table({1: [5, 10]}), busy)
    assert row["n"] == 0
    assert row[["rate_per_min", "rate_per_min_hi95", "rate_hz"]].isna().all()
    unsure = Rest.from_spans([], duration_s=60, verifiable=False)
    row = first(table({1: [5, 10]}), unsure)
    assert (row["n"], row["rest_s"]) == (2, 0)
    assert np.isnan(row["rate_per_min"])


def test_only_fasciculations_at_rest_count() -> None:
    rest = Rest.from_spans([(20, 40, "voluntary", "contraction")], duration_s=60)
    events = table({1: [5.0, 30.0, 50.0, 55.0]})
    events = events.assign(category=["fasciculation"] * 3 + ["artifact"])
    row = first(events, rest)
    assert (row["n"], row["rest_s"]) == (2, 40)
    assert row["rate_per_min"] == pytest.approx(3.0)


# --- intervals -----------------------------------------------------------------------------


def test_intervals_never_span_an_excluded_stretch() -> None:
    rest = Rest.from_spans([(20, 40, "artifact", "cable")], duration_s=60)
    interval, follows = intervals(np.array([10.0, 19.0, 41.0, 44.0, 48.0]), Stretches.of(rest))
    assert interval.tolist() == [9.0, 3.0, 4.0]
    assert follows.tolist() == [False, False, True]


def test_neighbouring_rest_of_other_reason_is_one_stretch() -> None:
    frame = pd.DataFrame(
        {
            "start_s": [0.0, 10.0],
            "stop_s": [10.0, 20.0],
            "state": ["rest", "rest"],
            "reason": ["quiet", "by hand"],
        }
    )
    interval, _ = intervals(np.array([9.0, 11.0]), Stretches.of(Rest(frame, 20.0)))
    assert interval.tolist() == [2.0]


def test_interval_figures_by_hand() -> None:
    interval = np.array([0.05, 0.1, 0.3])
    found = interval_figures(interval, np.array([False, True, True]))
    assert found["interval_median_s"] == pytest.approx(0.1)
    assert found["interval_iqr_s"] == pytest.approx(0.125)
    assert found["interval_cov"] == pytest.approx(np.std([0.05, 0.1, 0.3], ddof=1) / 0.15)
    # |0.05-0.1|/0.15 = 1/3 and |0.1-0.3|/0.4 = 1/2
    assert found["interval_cv2"] == pytest.approx((2 / 3 + 1) / 2)
    assert found["interval_lv"] == pytest.approx(3 * (1 / 9 + 1 / 4) / 2)
    assert found["pct_interval_lt100ms"] == pytest.approx(100 / 3)


def test_poisson_process_has_the_local_variation_of_theory() -> None:
    # CV2 and LV of a Poisson process are 1 (Holt 1996, Shinomoto 2003)
    interval = np.random.default_rng(0).exponential(1, 20_000)
    found = interval_figures(interval, np.arange(20_000) > 0)
    for name in ("interval_cov", "interval_cv2", "interval_lv"):
        assert found[name] == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize(
    ("gap_ms", "early", "late"),
    [(3.9, 0, 0), (4, 1, 0), (10, 1, 0), (10.1, 0, 0), (30, 0, 1), (50, 0, 1), (50.1, 0, 0)],
)
@pytest.mark.parametrize("at", [0.0, 1234.567])
def test_doublet_bands(gap_ms: float, early: int, late: int, at: float) -> None:
    rest = Rest.all_rest(2000.0)
    row = first(table({1: [at, at + gap_ms / 1e3], 2: [at + 5.0]}), rest)
    assert (row["doublet_early_n"], row["doublet_late_n"]) == (early, late)
    assert row["doublet_early_pct"] == pytest.approx(100 * early / 3)


def test_doublets_are_of_one_unit() -> None:
    row = first(table({1: [5.0], 2: [5.006], 0: [5.012]}), MINUTE)
    assert row["doublet_early_n"] == 0
    row = first(table({0: [5.0, 5.006]}), MINUTE)
    assert row["doublet_early_n"] == 0
    assert np.isnan(row["doublet_early_pct"])
    assert doublets(np.array([]), (0.004, 0.01)) == 0


def test_isolated_and_continual() -> None:
    # alone, then three 0.2 s apart, then one too near the end to know
    times = np.array([10.0, 20.0, 20.2, 20.4, 59.9])
    isolated, continual, known = continuity(times, Stretches.of(MINUTE))
    assert isolated.tolist() == [True, False, False, False, False]
    assert continual.tolist() == [False, False, True, False, False]
    assert known.tolist() == [True, True, True, True, False]
    row = first(table({1: times}), MINUTE)
    assert row["isolated_pct"] == pytest.approx(25)
    assert row["continual_pct"] == pytest.approx(25)


@pytest.mark.parametrize(("gap_s", "isolated_pct"), [(0.25, 0.0), (0.26, 100.0)])
def test_250_ms_is_the_limit(gap_s: float, isolated_pct: float) -> None:
    row = first(table({1: 10 + gap_s * np.arange(3)}), MINUTE)
    assert row["isolated_pct"] == pytest.approx(isolated_pct)


def test_windows_with_two_units() -> None:
    # ten-second windows 0, 1 and 3 hold both units, but in window 3 unit 2 is not isolated
    events = table({1: [1.0, 11.0, 31.0, 41.0], 2: [5.0, 15.0, 35.0, 35.1]})
    assert first(events, MINUTE)["pct_windows_ge2_units"] == pytest.approx(100 * 2 / 6)
    assert np.isnan(first(table({0: [1.0, 5.0]}), MINUTE)["pct_windows_ge2_units"])
    per_unit = describe(events, MINUTE).iloc[1:]
    assert per_unit["pct_windows_ge2_units"].isna().all()


# --- dispersion ----------------------------------------------------------------------------


def test_poisson_counts_keep_poisson_limits() -> None:
    rest = Rest.all_rest(1200.0)
    flagged = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        row = first(table({1: np.sort(rng.uniform(0, 1200, 300))}), rest)
        flagged += row["overdispersed"]
    # 5 % of 40 are expected; 7 or more have a probability below 1 %
    assert flagged <= 6


def test_bursts_widen_the_limits() -> None:
    rest = Rest.all_rest(1200.0)
    rng = np.random.default_rng(1)
    busy = np.sort(rng.choice([60, 300, 540, 900], 200) + rng.uniform(0, 60, 200))
    row = first(table({1: busy}), rest)
    low, high = poisson.limits(200)
    assert row["overdispersed"]
    assert row["limits"] == "bootstrap"
    assert row["fano"] > 5
    assert row["block_s"] == 60
    assert row["rate_per_min_lo95"] < float(low) / 20
    assert row["rate_per_min_hi95"] > float(high) / 20


def test_fano_by_hand() -> None:
    rest = Rest.all_rest(300.0)
    counts = [1, 2, 3, 4, 5]
    times = np.concatenate([60 * k + 10.0 * np.arange(1, n + 1) for k, n in enumerate(counts)])
    row = first(table({1: times}), rest)
    assert row["fano"] == pytest.approx(np.var(counts, ddof=1) / 3)


def test_refractory_test_accepts_poisson_and_refuses_regular() -> None:
    p = [
        poisson.refractory_p(0.005 + np.random.default_rng(seed).exponential(1, 60))
        for seed in range(100)
    ]
    # uniform under the hypothesis: 5 of 100 below 0.05, 12 and more with probability 0.4 %
    assert sum(value < 0.05 for value in p) <= 11
    assert 0.3 < np.mean(p) < 0.7
    rng = np.random.default_rng(0)
    assert poisson.refractory_p(rng.normal(1, 0.2, 60)) < 0.01
    assert poisson.refractory_p(rng.gamma(0.3, 1, 60)) < 0.01
    assert np.isnan(poisson.refractory_p(np.ones(50)))
    assert np.isnan(poisson.refractory_p(np.arange(4.0)))


# --- over time, and long enough ---------------------------------------------------------------


def test_rate_over_time_adds_up() -> None:
    rest = Rest.from_spans([(70, 100, "voluntary", "contraction")], duration_s=150)
    events = table({1: [1.0, 59.0, 65.0, 80.0, 149.0, 150.0]})
    found = rate_over_time(events, rest)
    assert found["start_s"].tolist() == [0, 60, 120]
    assert found["stop_s"].tolist() == [60, 120, 150]
    assert found["rest_s"].tolist() == [60, 30, 30]
    assert found["n"].tolist() == [2, 1, 2]
    assert found["rate_per_min"].tolist() == [2, 2, 4]
    assert found["n"].sum() == first(events, rest)["n"]
    assert found["rest_s"].sum() == rest.rest_s
    gone = rate_over_time(events, Rest.from_spans([(0, 60, "artifact", "x")], duration_s=150))
    assert np.isnan(gone.loc[0, "rate_per_min"])


@pytest.mark.parametrize(
    ("kind", "rest_s", "enough"),
    [("needle", 89.9, False), ("needle", 90, True), ("surface", 119, False), ("hdsemg", 120, True)],
)
def test_observation_time(kind: str, rest_s: float, enough: bool) -> None:
    found = observation(0, rest_s, kind)  # type: ignore[arg-type]
    assert found.sufficient is enough
    assert found.upper_per_min == pytest.approx(3.689 * 60 / rest_s, rel=1e-3)
    assert ("more" in found.sentence) is not enough


def test_observation_of_something_and_of_nothing() -> None:
    assert np.isnan(observation(1, 200, "needle").upper_per_min)
    assert observation(1, 200, "needle").sentence.startswith("1 potential in 200.0 s")
    none = observation(0, 0, "surface")
    assert not none.sufficient
    assert none.sentence == "No rest to count in; 120 s are needed."


# --- the table -----------------------------------------------------------------------------


def test_rows_and_silent_units() -> None:
    events = table({2: [1.0, 2.0], 5: [70.0], 0: [3.0]})
    rest = Rest.from_spans([(60, 120, "voluntary", "contraction")], duration_s=120)
    assert describe(events, rest)["unit"].tolist() == ["all", "2"]
    assert describe(events, rest)["n"].tolist() == [3, 2]
    units = pd.DataFrame(
        {
            "unit": [2, 5, 6],
            "category": ["fasciculation", "fasciculation", "voluntary"],
            "n": [2, 1, 9],
            "channel": ["c0"] * 3,
            "amplitude_uv": [1.0] * 3,
            "snr": [9.0] * 3,
            "rate_per_min": [np.nan] * 3,
        }
    )
    with_units = describe(
        events, rest, units=Units(units, np.zeros((3, 1, 4), np.float32), 2048.0, 2)
    )
    assert with_units["unit"].tolist() == ["all", "2", "5"]
    assert with_units["rate_per_min"].tolist()[2] == 0


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 640), st.integers(0, 3)), max_size=30),
    st.lists(st.integers(0, 40), min_size=2, max_size=2, unique=True),
)
def test_time_shift_and_relabelling(rows: list[tuple[int, int]], cut: list[int]) -> None:
    """Whatever the times (ties among them), a lead of excluded signal changes nothing."""
    times = {u: [t / 16 for t, v in sorted(rows) if v == u] for u in range(4)}
    spans = [(float(min(cut)), float(max(cut)), "artifact", "x")]
    rest = Rest.from_spans(spans, duration_s=40.0)
    a = describe(table(times), rest)
    lead = 64.0
    later = Rest.from_spans(
        [(0.0, lead, "artifact", "lead"), *((s + lead, e + lead, c, r) for s, e, c, r in spans)],
        duration_s=40.0 + lead,
    )
    shifted = {u: [t + lead for t in own] for u, own in times.items()}
    pd.testing.assert_frame_equal(a, describe(table(shifted), later))
    relabelled = describe(table({10 - u if u else 0: own for u, own in times.items()}), rest)
    pd.testing.assert_series_equal(a.iloc[0], relabelled.iloc[0])
    assert a["n"].iloc[0] == a["n"].iloc[1:].sum() + sum(
        (Stretches.of(rest).number(times[0]) >= 0).tolist()
    )
    assert (a["rate_per_min_lo95"].fillna(0) <= a["rate_per_min_hi95"].fillna(0)).all()


def test_concatenation_adds_counts() -> None:
    rng = np.random.default_rng(5)
    one, two = (np.sort(rng.uniform(0, 60, 20)) for _ in range(2))
    gap = Rest.from_spans([(60, 70, "artifact", "seam")], duration_s=130)
    joined = first(table({1: np.append(one, two + 70)}), gap)
    parts = [first(table({1: t}), MINUTE) for t in (one, two)]
    for name in ("n", "rest_s", "doublet_early_n", "doublet_late_n"):
        assert joined[name] == sum(part[name] for part in parts)
