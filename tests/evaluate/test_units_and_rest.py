"""Agreement of units and of rest."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score, homogeneity_completeness_v_measure

from emgfasc.containers import Events, Rest
from emgfasc.errors import ParameterError
from emgfasc.evaluate import rest, units


def labelled(labels: list[int], *, start: float = 0.0) -> pd.DataFrame:
    """Return one event a second with the given units."""
    n = len(labels)
    return pd.DataFrame(
        {
            "onset": 0.0,
            "duration": 0.01,
            "peak_s": start + np.arange(n, dtype=float),
            "channel": pd.Series(["1"] * n, dtype=object),
            "n_channels": np.ones(n, np.int64),
            "amplitude_uv": 50.0,
            "snr": 8.0,
            "unit": np.array(labels, np.int64),
            "category": pd.Series(["fasciculation"] * n, dtype=object),
        }
    )


_LABELS = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 5)), max_size=40)


@settings(max_examples=50, deadline=None)
@given(_LABELS)
def test_rand_index_and_v_measure_agree_with_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    true, found = [a for a, _ in pairs], [b for _, b in pairs]
    agreement = units(labelled(true), labelled(found))
    if not pairs:
        assert math.isnan(agreement.ari)
        assert math.isnan(agreement.v_measure)
        return
    assert agreement.ari == pytest.approx(adjusted_rand_score(true, found), abs=1e-12)
    expected = homogeneity_completeness_v_measure(true, found)
    measured = (agreement.homogeneity, agreement.completeness, agreement.v_measure)
    assert measured == pytest.approx(expected, abs=1e-9)


def test_perfect_units_under_other_numbers() -> None:
    agreement = units(labelled([1, 2, 1, 2, 3]), labelled([7, 4, 7, 4, 9]))
    row = agreement.to_frame().iloc[0]
    assert row["n_well_detected"] == 3
    assert row[["n_missed", "n_over_merged", "n_redundant", "n_false"]].sum() == 0
    assert row["ari"] == row["v_measure"] == 1.0
    assert agreement.truth["best"].tolist() == [7, 4, 9]


def test_a_split_unit_is_redundant_and_a_merged_one_over_merged() -> None:
    split = units(labelled([1] * 20), labelled([1] * 16 + [2] * 4)).to_frame().iloc[0]
    assert (split["n_well_detected"], split["n_redundant"], split["n_false"]) == (1, 1, 0)
    merged = units(labelled([1] * 20 + [2] * 10), labelled([1] * 30)).to_frame().iloc[0]
    assert (merged["n_over_merged"], merged["n_missed"]) == (1, 1)
    assert merged["n_well_detected"] == 0


def test_a_small_unit_merged_into_a_large_one_is_seen() -> None:
    # The accuracy of the pair (small, large) is only 0.02, yet all of the small unit is inside.
    agreement = units(labelled([1] * 196 + [2] * 4), labelled([1] * 200))
    assert agreement.found["over_merged"].tolist() == [True]
    assert agreement.truth["well_detected"].tolist() == [True, False]


def test_false_units_missed_units_and_false_events() -> None:
    truth = labelled([1] * 10)
    noise = labelled([5] * 6, start=100.3)
    found = pd.concat([labelled([1] * 10), noise], ignore_index=True)
    row = units(truth, found).to_frame().iloc[0]
    assert (row["n_well_detected"], row["n_false"]) == (1, 1)
    # The same false events inside the unit lower its accuracy to 10 / 16.
    spoiled = units(truth, found.assign(unit=1))
    assert spoiled.truth["accuracy"].item() == 10 / 16
    assert spoiled.truth["precision"].item() == 10 / 16
    assert not spoiled.truth["well_detected"].item()
    nothing = units(truth, Events.empty()).to_frame().iloc[0]
    assert (nothing["n_missed"], nothing["n_found_units"]) == (1, 0)


def test_two_equal_halves_pair_with_nothing() -> None:
    agreement = units(labelled([1] * 10), labelled([1] * 5 + [2] * 5))
    assert agreement.truth["missed"].tolist() == [True]
    assert agreement.found["redundant"].tolist() == [True, True]


def test_unsorted_events_are_no_unit_but_still_missing_from_theirs() -> None:
    agreement = units(labelled([1] * 10), labelled([1] * 7 + [0] * 3))
    assert agreement.found["unit"].tolist() == [1]
    assert agreement.truth["accuracy"].item() == 0.7
    assert agreement.n_compared == 7
    assert agreement.counts.loc[1, 0] == 3


@settings(max_examples=50, deadline=None)
@given(_LABELS, st.permutations([1, 2, 3, 4, 5]))
def test_renumbering_units_changes_no_count(pairs: list[tuple[int, int]], names: list[int]) -> None:
    true, found = [a for a, _ in pairs], [b for _, b in pairs]
    one = units(labelled(true), labelled(found)).to_frame()
    other = units(labelled(true), labelled([names[b - 1] for b in found])).to_frame()
    pd.testing.assert_frame_equal(one, other)


_SPANS = st.lists(
    st.tuples(
        st.integers(0, 40), st.integers(0, 40), st.sampled_from(["voluntary", "artifact"])
    ).map(lambda s: (min(s[0], s[1]) / 2, max(s[0], s[1]) / 2, s[2], "why")),
    max_size=5,
)


@settings(max_examples=50, deadline=None)
@given(_SPANS, _SPANS)
def test_seconds_agree_with_counting_fine_bins(
    a: list[tuple[float, float, str, str]], b: list[tuple[float, float, str, str]]
) -> None:
    true = Rest.from_spans(a, duration_s=20.0)
    found = Rest.from_spans(b, duration_s=20.0)
    # Edges lie on half seconds, so bins of a quarter are exact.
    middle = np.arange(80) / 4 + 0.125
    states = pd.DataFrame({"a": true.state_at(middle), "b": found.state_at(middle)})
    agreement = rest(true, found)
    for state in ("rest", "voluntary", "artifact"):
        inside, called = states["a"] == state, states["b"] == state
        for other in ("rest", "voluntary", "artifact"):
            expected = (inside & (states["b"] == other)).sum() / 4
            assert agreement.seconds.loc[state, other] == pytest.approx(expected)
        if inside.any():
            assert agreement.sensitivity(state) == pytest.approx(
                (inside & called).sum() / inside.sum()
            )
        else:
            assert math.isnan(agreement.sensitivity(state))
        if (~inside).any():
            expected = (~inside & ~called).sum() / (~inside).sum()
            assert agreement.specificity(state) == pytest.approx(expected)
    assert agreement.agreement == pytest.approx((states["a"] == states["b"]).mean())
    quiet, free = states["a"] == "rest", states["b"] == "rest"
    assert agreement.rest_lost_s == pytest.approx((quiet & ~free).sum() / 4)
    assert agreement.rest_false_s == pytest.approx((~quiet & free).sum() / 4)


def test_recordings_of_different_length_are_refused() -> None:
    with pytest.raises(ParameterError, match="found_rest"):
        rest(Rest.all_rest(10.0), Rest.all_rest(11.0))
    row = rest(Rest.all_rest(10.0), Rest.all_rest(10.0005)).to_frame().iloc[0]
    assert row["agreement"] == 1.0
    with pytest.raises(ParameterError, match="state"):
        rest(Rest.all_rest(1.0), Rest.all_rest(1.0)).sensitivity("asleep")
