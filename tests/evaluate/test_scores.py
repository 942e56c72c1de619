"""Counts, ratios and errors of scored events."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import emgfasc as ef
from emgfasc.containers import Events, Rest
from emgfasc.errors import ParameterError
from emgfasc.evaluate import Scores, bootstrap, pool


def table(times: Sequence[float] | NDArray[np.float64], **columns: Any) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "onset": 0.0,
            "duration": 0.01,
            "peak_s": np.asarray(times, float),
            "channel": pd.Series(["1"] * len(times), dtype=object),
            "n_channels": np.ones(len(times), np.int64),
            "amplitude_uv": 50.0,
            "snr": 8.0,
            "unit": np.ones(len(times), np.int64),
            "category": pd.Series(["fasciculation"] * len(times), dtype=object),
        }
    )
    return frame.assign(**columns)


def test_three_detections_of_one_event_are_one_pair_and_two_false() -> None:
    scores = ef.evaluate.events(table([1.0]), table([0.998, 1.0, 1.003]), rest_s=30.0)
    assert (scores.n_matched, scores.n_false, scores.n_missed) == (1, 2, 0)
    assert scores.f1 == 0.5
    assert scores.rate_of_agreement == pytest.approx(1 / 3)
    assert scores.false_per_min == 4.0
    assert scores.errors_ms.tolist() == [0.0]  # the nearest of the three


def test_a_merged_doublet_is_one_missed_event() -> None:
    scores = ef.evaluate.events(table([1.0, 1.006]), table([1.003]))
    assert (scores.n_matched, scores.n_missed, scores.n_false) == (1, 1, 0)


def test_numbers_of_a_small_example_by_hand() -> None:
    truth = table([1.0, 2.0, 3.0, 4.0], snr=[2.5, 5.0, 5.5, 30.0])
    found = table([1.002, 2.999, 4.004, 7.0, 8.0])
    scores = ef.evaluate.events(Events(truth), Events(found), rest_s=120.0)
    row = scores.to_frame().iloc[0]
    assert row["recall"] == 0.75
    assert row["precision"] == 0.6
    assert row["f1"] == pytest.approx(2 * 0.75 * 0.6 / (0.75 + 0.6))
    assert row["rate_of_agreement"] == pytest.approx(3 / 6)
    assert row["false_per_min"] == 1.0
    assert row["missed_per_min"] == 0.5
    assert row["timing_median_ms"] == pytest.approx(2.0)
    assert row["timing_iqr_ms"] == pytest.approx(3.0 - 0.5)
    assert row["timing_mae_ms"] == pytest.approx(7 / 3)
    assert row["count_bias"] == 1
    assert row["count_bias_pct"] == 25.0
    by_snr = scores.recall_by_snr(edges=(2, 5, 6, 100)).set_index("snr_lo")
    assert by_snr["n_truth"].tolist() == [1, 2, 1]
    assert by_snr["recall"].tolist() == [1.0, 0.5, 1.0]


def test_undefined_ratios_are_nan_and_defined_ones_are_not() -> None:
    nothing = ef.evaluate.events(Events.empty(), Events.empty())
    assert all(
        math.isnan(value)
        for value in (nothing.recall, nothing.precision, nothing.f1, nothing.rate_of_agreement)
    )
    assert math.isnan(nothing.false_per_min)
    assert math.isnan(nothing.timing_mae_ms)
    assert nothing.count_bias == 0
    missed = ef.evaluate.events(table([1.0]), Events.empty(), rest_s=60.0)
    assert (missed.recall, missed.f1, missed.false_per_min) == (0.0, 0.0, 0.0)
    assert math.isnan(missed.precision)
    false = ef.evaluate.events(Events.empty(), table([1.0]), rest_s=60.0)
    assert (false.precision, false.f1, false.false_per_min) == (0.0, 0.0, 1.0)
    assert math.isnan(false.recall)
    assert nothing.to_frame().shape == missed.to_frame().shape
    assert "0 of 0" in nothing.summary()


def test_only_the_category_counts_and_the_other_one_is_named() -> None:
    truth = table([1.0, 2.0, 3.0], category=["fasciculation", "ecg", "fasciculation"])
    found = table([1.0, 2.001, 3.0], category=["fasciculation", "fasciculation", "artifact"])
    scores = ef.evaluate.events(truth, found)
    assert (scores.n_truth, scores.n_found, scores.n_matched) == (2, 2, 1)
    rows = scores.matches.set_index("outcome")
    assert rows.loc["false", "truth_category"] == "ecg"
    assert rows.loc["missed", "found_category"] == "artifact"
    assert scores.confusion().loc["ecg", "fasciculation"] == 1
    assert ef.evaluate.events(truth, found, category=None).f1 == 1.0
    assert ef.evaluate.events(truth, found, category="ecg").n_found == 0


def test_an_event_on_a_true_fasciculation_is_never_taken_by_another_category() -> None:
    truth = table([1.0, 1.001], category=["artifact", "fasciculation"])
    scores = ef.evaluate.events(truth, table([1.0]))
    assert scores.n_matched == 1
    assert scores.matches["truth_category"].tolist() == ["fasciculation"]


def test_rest_excludes_what_lies_outside_and_gives_the_minutes() -> None:
    rest = Rest.from_spans([(10.0, 40.0, "voluntary", "contraction")], duration_s=60.0)
    truth = table([5.0, 9.999, 20.0, 50.0])
    found = table([5.0, 10.001, 20.0, 30.0, 45.0])
    scores = ef.evaluate.events(truth, found, rest=rest)
    assert scores.rest_s == 30.0
    assert (scores.n_matched, scores.n_missed, scores.n_false) == (2, 1, 1)
    assert scores.false_per_min == 2.0


def test_rows_point_into_the_tables_in_order_of_time() -> None:
    truth, found = table([3.0, 1.0]), table([1.001, 3.002, 2.0])
    scores = ef.evaluate.events(truth, found)
    ordered = Events(found).frame["peak_s"]
    for row in scores.matches.itertuples():
        assert ordered[row.found_row] == row.found_s
    assert scores.matches["truth_row"].tolist() == [0, -1, 1]
    assert truth["peak_s"].tolist() == [3.0, 1.0]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 400), max_size=25), st.lists(st.integers(0, 400), max_size=25))
def test_counts_add_up_and_swapping_sides_swaps_the_ratios(a: list[int], b: list[int]) -> None:
    truth, found = table([t / 500 for t in a]), table([t / 500 for t in b])
    one, other = ef.evaluate.events(truth, found), ef.evaluate.events(found, truth)
    assert (one.n_truth, one.n_found) == (len(a), len(b))
    assert one.n_matched == other.n_matched
    assert one.recall == other.precision or not a
    if a or b:
        harmonic = 0.0 if not one.n_matched else 2 / (1 / one.recall + 1 / one.precision)
        assert one.f1 == pytest.approx(harmonic)
        assert one.rate_of_agreement <= one.f1 <= 1.0
    assert one.recall_by_snr()["n_truth"].sum() == len(a)


def test_snr_outside_the_bins_or_missing_gets_a_row_of_its_own() -> None:
    scores = ef.evaluate.events(table([1.0, 2.0, 3.0], snr=[1.0, 5.0, np.nan]), table([3.0]))
    frame = scores.recall_by_snr(edges=(4, 6))
    assert frame["n_truth"].tolist() == [1, 2]
    assert frame["n_matched"].tolist() == [0, 1]
    assert np.isnan(frame["snr_lo"].iloc[-1])
    with pytest.raises(ParameterError, match="edges"):
        scores.recall_by_snr(edges=(4, 4))


def test_wilson_limits_against_the_published_example() -> None:
    # Newcombe 1998 (Stat Med 17:857), table I: 15 of 148 gives 0.0624 to 0.1605.
    scores = ef.evaluate.events(table(range(148)), table(range(15)))
    row = scores.recall_by_snr().query("n_truth > 0").iloc[0]
    assert row["recall_lo95"] == pytest.approx(0.0624, abs=5e-5)
    assert row["recall_hi95"] == pytest.approx(0.1605, abs=5e-5)


def test_bad_parameters_are_refused() -> None:
    with pytest.raises(ParameterError, match="category"):
        ef.evaluate.events(table([]), table([]), category="twitch")
    with pytest.raises(ParameterError, match="rest_s"):
        ef.evaluate.events(table([]), table([]), rest_s=0.0)
    with pytest.raises(ParameterError, match="not both"):
        ef.evaluate.events(table([]), table([]), rest_s=1.0, rest=Rest.all_rest(1.0))
    with pytest.raises(ParameterError, match="missing column"):
        ef.evaluate.events(pd.DataFrame({"peak_s": [1.0]}), table([]))


def scored(n_truth: int, n_matched: int, n_false: int) -> Scores:
    truth = np.arange(n_truth, dtype=float)
    found = np.r_[truth[:n_matched] + 0.001, 1000.0 + np.arange(n_false)]
    scores: Scores = ef.evaluate.events(table(truth), table(found), rest_s=60.0)
    return scores


def test_pooling_sums_counts_and_rest() -> None:
    pooled = pool([scored(10, 8, 1), scored(0, 0, 3), scored(5, 1, 0)])
    assert (pooled.n_truth, pooled.n_matched, pooled.n_false) == (15, 9, 4)
    assert pooled.false_per_min == pytest.approx(4 / 3)
    empty = ef.evaluate.events(table([]), table([]))
    assert pool([empty, empty]).n_truth == 0
    assert math.isnan(pool([empty, scored(1, 1, 0)]).rest_s)
    with pytest.raises(ParameterError, match="same tolerance"):
        pool([empty, ef.evaluate.events(table([]), table([]), tolerance_s=0.001)])
    with pytest.raises(ParameterError, match="one or more"):
        pool([])


def test_bootstrap_draws_recordings() -> None:
    recordings = [scored(10, k, 2) for k in (2, 4, 6, 8, 9, 10)]
    named = bootstrap(recordings, "recall", n=300, seed=4)
    called = bootstrap(recordings, lambda drawn: pool(drawn).recall, n=300, seed=4)
    assert named == called
    assert named.estimate == pool(recordings).recall
    assert 0.2 <= named.lo < named.estimate < named.hi <= 1.0
    assert bootstrap(recordings, "recall", n=300, seed=5) != named
    same = bootstrap([scored(10, 7, 2)] * 5, "f1", n=50)
    assert same.lo == same.estimate == same.hi


def test_bootstrap_is_as_wide_as_drawing_recordings_makes_it() -> None:
    # Eight recordings in which all 20 events are found and eight in which none is: the number of
    # the former in a draw of 16 is binomial(16, 1/2), whose 2.5 and 97.5 % points are 4 and 12.
    # Drawing the 320 events singly would give limits near 0.45 and 0.55.
    interval = bootstrap([scored(20, 20, 0), scored(20, 0, 0)] * 8, "recall", n=1000, seed=2)
    assert (interval.estimate, interval.lo, interval.hi) == (0.5, 4 / 16, 12 / 16)


def test_bootstrap_counts_undefined_draws_and_refuses_one_recording() -> None:
    interval = bootstrap([scored(0, 0, 1), scored(4, 2, 0)], "recall", n=200, seed=1)
    assert 0 < interval.n_undefined < 200
    assert interval.lo == interval.hi == 0.5
    with pytest.raises(ParameterError, match="at least 2 recordings"):
        bootstrap([scored(1, 1, 0)], "f1")
    with pytest.raises(ParameterError, match="statistic"):
        bootstrap([scored(1, 1, 0)] * 2, "accuracy")
    with pytest.raises(ParameterError, match="level"):
        bootstrap([scored(1, 1, 0)] * 2, "f1", level=95)
