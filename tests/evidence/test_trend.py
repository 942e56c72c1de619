from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from emgfasc.errors import MissingExtraError, ParameterError
from emgfasc.evidence import trend
from emgfasc.evidence.change import DAYS_PER_MONTH
from emgfasc.evidence.log_linear import fit_line
from emgfasc.firing.poisson import limits


def visits(counts: Any, *, subject: str = "S1", **more: Any) -> pd.DataFrame:
    """Return one recording of 30 min every 30 days for each count."""
    dates = pd.Timestamp("2024-01-01") + pd.to_timedelta(30 * np.arange(len(counts)), unit="D")
    columns = {"subject": subject, "muscle": "biceps brachii", "date": dates, "n_fp": counts}
    return pd.DataFrame(columns | {"rest_s": 1800.0} | more)


@settings(max_examples=40, deadline=None)
@given(counts=st.lists(st.integers(0, 3000), min_size=2, max_size=8), data=st.data())
def test_the_line_is_the_top_of_the_penalised_likelihood(counts: list[int], data: Any) -> None:
    n = len(counts)
    steps = data.draw(st.lists(st.floats(0.1, 5), min_size=n, max_size=n))
    minutes = np.array(data.draw(st.lists(st.floats(0.5, 30), min_size=n, max_size=n)))
    time, count = np.cumsum(steps), np.array(counts, float)
    line = fit_line(count, minutes, time)

    # naive twin: Firth's penalised log likelihood, written out and climbed without derivatives
    def minus(beta: np.ndarray) -> float:
        mean = minutes * np.exp(beta[0] + beta[1] * (time - time.mean()))
        information = sum(
            m * np.outer([1, t], [1, t]) for m, t in zip(mean, time - time.mean(), strict=True)
        )
        inside = max(float(np.linalg.det(information)), 1e-300)
        return -float((count * np.log(mean) - mean).sum() + 0.5 * np.log(inside))

    ours = np.array([line.intercept + line.slope * time.mean(), line.slope])
    best = minimize(minus, ours, method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-10})
    assert best.x == pytest.approx(ours, rel=1e-4, abs=1e-4)
    elsewhere = minimize(minus, [0.0, 0.0], method="Nelder-Mead", options={"maxiter": 4000})
    assert minus(ours) <= elsewhere.fun + 1e-6


def test_two_counts_are_met_exactly_with_half_added() -> None:
    # With as many parameters as counts each leverage is 1: Firth adds one half to each count.
    line = fit_line(np.array([0.0, 3.0]), np.array([2.0, 5.0]), np.array([1.0, 4.0]))
    assert np.exp(line.intercept + line.slope * np.array([1.0, 4.0])) == pytest.approx(
        [0.5 / 2, 3.5 / 5]
    )
    assert np.isnan(line.lo95)


@pytest.mark.parametrize(("shape", "n"), [(3.0, 6), (1e6, 4)])
def test_the_interval_holds_the_true_slope_about_as_often_as_it_says(shape: float, n: int) -> None:
    rng = np.random.default_rng(4)
    time, minutes, slope = np.arange(0.0, 1.5 * n, 1.5), np.full(n, 2.0), -0.05
    hits = []
    for _ in range(300):
        mean: Any = 40 * np.exp(slope * time) * rng.gamma(shape, 1 / shape, n)
        line = fit_line(rng.poisson(mean).astype(float), minutes, time)
        hits.append(line.lo95 <= slope <= line.hi95)
    # 95 % nominal, SD of 300 trials 1.3 %; a dispersion of at least 1 can only widen it.
    assert np.mean(hits) >= 0.91
    if shape < 10:
        assert np.mean(hits) <= 0.99


def test_a_shuffled_course_has_no_direction() -> None:
    rng = np.random.default_rng(8)
    falling = np.array([1500, 1200, 900, 700, 560, 430, 350])
    assert trend(visits(falling)).series["direction"].tolist() == ["fall"]
    assert trend(visits(falling[::-1])).series["direction"].tolist() == ["rise"]
    table = pd.concat(
        [visits(rng.permutation(falling), subject=f"S{k}") for k in range(100)], ignore_index=True
    )
    clear = (trend(table).series["direction"] != "no_clear_change").mean()
    assert clear <= 0.12  # 5 % nominal; SD of 100 trials 2.2 %


def test_figures_and_units() -> None:
    table = visits([900, 450, 225, 112], rest_s=[1800.0, 1800.0, 900.0, 900.0], side="left")
    found = trend(table)
    row = found.series.iloc[0]
    assert (row["subject"], row["muscle"], row["side"], row["kind"]) == (
        "S1", "biceps brachii", "left", "",
    )  # fmt: skip
    assert row["n_recordings"] == row["n_dates"] == 4
    assert row["span_months"] == pytest.approx(90 / DAYS_PER_MONTH)
    assert row["rate_at_start_per_min"] == pytest.approx(30, rel=0.15)
    end = row["rate_at_start_per_min"] * row["ratio_per_month"] ** row["span_months"]
    per_month = (end - row["rate_at_start_per_min"]) / row["span_months"]
    assert row["change_per_min_per_month"] == pytest.approx(per_month)
    point = found.points.iloc[2]
    assert point["rate_per_min"] == 15.0
    low, high = limits(225)
    assert (point["rate_per_min_lo95"], point["rate_per_min_hi95"]) == (low / 15, high / 15)
    assert len(found.published) == 1
    assert found.published["values"].iloc[0] == "-7.6/min per month, p = 0.003"
    assert found.published["weight"].iloc[0] == 0


def test_time_and_size_may_be_shifted_and_scaled() -> None:
    base = visits([300, 280, 150, 160, 90])
    one = trend(base).series.iloc[0]
    moved = base.assign(date=base["date"] + pd.Timedelta(days=400)).sample(frac=1, random_state=3)
    pd.testing.assert_series_equal(trend(moved).series.iloc[0], one)
    slower = trend(base.assign(rest_s=3600.0)).series.iloc[0]
    assert slower["ratio_per_month"] == pytest.approx(one["ratio_per_month"])
    assert slower["rate_at_start_per_min"] == pytest.approx(one["rate_at_start_per_min"] / 2)


def test_dates_may_be_text_dates_or_times() -> None:
    text = ["2024-01-01", "2024-02-01", "2024-03-01T12:00:00+02:00"]
    days = [date(2024, 1, 1), date(2024, 2, 1), datetime(2024, 3, 1, 10, tzinfo=UTC)]
    one, two = (trend(visits([9, 8, 7]).assign(date=given)).points for given in (text, days))
    pd.testing.assert_frame_equal(one, two)
    assert one["months"].iloc[2] == pytest.approx((60 + 10 / 24) / DAYS_PER_MONTH)


def test_series_are_kept_apart_and_no_row_is_lost() -> None:
    table = pd.concat(
        [
            visits([900, 600, 400, 250], kind="hdsemg"),
            visits([100, 180, 300, 500], kind="hdsemg", muscle="FDI"),
            visits([5, 5, 5, 5], kind="needle"),
            visits([0, 0, 0], subject="S2", kind="needle"),
            visits([7, 9], subject="S3", kind="needle"),
            visits([7, 9, np.nan], subject="S4", kind="needle", rest_s=[90.0, 0.0, np.nan]),
        ],
        ignore_index=True,
    )
    found = trend(table)
    assert len(found.points) == len(table)
    reasons = found.points.loc[found.points["subject"] == "S4", "reason"].tolist()
    assert reasons == ["", "no rest", "no count or no rest is given"]
    assert found.points["rate_per_min"].isna().sum() == 2
    told = found.series.set_index(["subject", "muscle", "kind"])["direction"]
    assert told.to_dict() == {
        ("S1", "FDI", "hdsemg"): "rise",
        ("S1", "biceps brachii", "hdsemg"): "fall",
        ("S1", "biceps brachii", "needle"): "no_clear_change",
        ("S2", "biceps brachii", "needle"): "insufficient",
        ("S3", "biceps brachii", "needle"): "insufficient",
        ("S4", "biceps brachii", "needle"): "insufficient",
    }
    assert found.series["reason"].str.len().gt(0).all()


def test_nothing_in_nothing_out() -> None:
    found = trend(visits([]))
    assert len(found.points) == len(found.series) == 0
    assert "direction" in found.series


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"subject": ["S1", ""]}, "'subject' is empty in row 1"),
        ({"muscle": [None, "FDI"]}, "'muscle' is empty in row 0"),
        ({"date": ["2024-01-01", "yesterday"]}, "'date' holds what is no date"),
        ({"date": ["2024-01-01", None]}, "'date' is empty in row 1"),
        ({"date": ["2024-01-01", "03/04/2024"]}, "'date' holds what is no date"),
        ({"date": [20240101, 20240201]}, "holds the number 20240101"),
        ({"n_fp": [3, -1]}, "'n_fp' must be a number of 0 or more, but row 1 holds '-1'"),
        ({"rest_s": ["long", 90]}, "'rest_s' must be a number of 0 or more, but row 0"),
    ],
)
def test_wrong_tables_are_named(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ParameterError, match=words) as caught:
        trend(visits([3, 4]).assign(**change))
    assert "\n" not in str(caught.value)


def test_missing_columns_are_named() -> None:
    with pytest.raises(ParameterError, match=r"missing column\(s\) subject, rest_s"):
        trend(visits([3, 4]).drop(columns=["subject", "rest_s"]))


def test_without_statsmodels_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "statsmodels.regression.mixed_linear_model", None)
    with pytest.raises(MissingExtraError, match=r"emgfasc\[trend\]"):
        trend(visits([3, 4, 5])).across_subjects()


def test_the_common_change_of_many_subjects() -> None:
    pytest.importorskip("statsmodels", reason="the extra [trend] is not installed")
    rng = np.random.default_rng(11)
    month = 30 / DAYS_PER_MONTH
    tables = []
    for k in range(12):
        rate, slope = rng.normal(6.5, 0.6), rng.normal(-0.10, 0.04)
        mean = np.exp(rate + slope * month * np.arange(6)) * rng.gamma(20, 1 / 20, 6)
        tables.append(visits(rng.poisson(mean), subject=f"S{k}"))
    few = visits([9, 9, 9], muscle="FDI")
    table = trend(pd.concat([*tables, few], ignore_index=True)).across_subjects()
    rows = table.set_index("muscle")
    common = rows.loc["biceps brachii"]
    assert (common["n_subjects"], common["n_recordings"]) == (12, 72)
    assert common["ratio_per_month_lo95"] <= np.exp(-0.10) <= common["ratio_per_month_hi95"]
    assert common["ratio_per_month"] == pytest.approx(np.exp(-0.10), rel=0.05)
    assert common["direction"] == "fall"
    assert rows.loc["FDI", "direction"] == "insufficient"
