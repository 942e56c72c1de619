"""A slice of ``benchmarks/evidence``: does the study itself do what it says?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import benchmarks.evidence
from benchmarks.evidence.groups import drawn, figures, phases_of_units
from benchmarks.evidence.study import BENIGN, NEUROGENIC, PATIENT, SLICE, recordings
from benchmarks.evidence.summary import auc, summarised
from emgfasc.evidence import references

HERE = Path(benchmarks.evidence.__file__).parent


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    return recordings(SLICE)


@pytest.fixture(scope="module")
def table(answers: pd.DataFrame) -> pd.DataFrame:
    return summarised(answers).set_index(["scenario", "group", "measure"]).sort_index()


# Published: 10.5 % of 77 and 22.6 % of 146 fasciculations polyphasic (de Carvalho & Swash 2013).
@pytest.mark.parametrize(("group", "polyphasic"), [(PATIENT, 10.5), (NEUROGENIC, 22.6)])
def test_drawn_units_have_the_published_statistics(group: str, polyphasic: float) -> None:
    rng = np.random.default_rng(0)
    known = figures(group, "needle")
    means = rng.normal(known["phases_mean"], known["phases_sd_between"], 5000)
    units = np.concatenate([phases_of_units(rng, group, 2, mean=mean) for mean in means])
    assert units.mean() == pytest.approx(known["phases_mean"], abs=0.06)
    assert units.std() == pytest.approx(known["phases_sd_total"], rel=0.05)
    assert units.min() >= 2
    # The share above 4 phases was not put in: it checks the shape of the distribution.
    assert 100 * (units > 4).mean() == pytest.approx(polyphasic, abs=8)


def test_every_figure_says_where_it_is_from() -> None:
    table = pd.read_csv(HERE / "groups.csv", keep_default_na=False)
    assert set(table["tag"]) <= {"S", "K", "assumed"}
    assert (table.loc[table["tag"] != "assumed", "study"] != "").all()
    assert (table.loc[table["tag"] == "assumed", "remark"] != "").all()
    known = set(references()["study"].str.replace(" (healthy controls)", "", regex=False))
    assert set(table["study"]) - {""} <= known
    assert not table.duplicated(["group", "kind", "statistic"]).any()


def test_rate_is_drawn_alike_in_every_group() -> None:
    counts = {}
    for group in (BENIGN, NEUROGENIC):
        found = [
            drawn(seed, group, kind="needle", muscle="tibialis anterior", rest_s=120.0)
            for seed in np.random.SeedSequence(3).spawn(5)
        ]
        counts[group] = [len(item.events) for item in found]
    assert counts[BENIGN] == counts[NEUROGENIC]


def test_short_observation_is_always_insufficient(table: pd.DataFrame) -> None:
    for group in (BENIGN, NEUROGENIC):
        row = table.loc[("needle, 60 s of rest", group, "pattern insufficient")]
        assert row["value"] == 100


def test_patterns_share_out_every_recording(table: pd.DataFrame) -> None:
    for group in (BENIGN, NEUROGENIC):
        rows = table.loc[("needle", group)]
        assert rows.filter(like="pattern ", axis=0)["value"].sum() == pytest.approx(100)


def test_overlapping_groups_often_stay_undecided(table: pd.DataFrame) -> None:
    # The groups overlap on purpose: an instrument that always decides would be wrong often.
    for group in (BENIGN, NEUROGENIC):
        assert table.loc[("needle", group, "pattern indeterminate"), "value"] >= 25
    lean = [table.loc[("needle", g, "pattern neurogenic-leaning"), "value"] for g in
            (BENIGN, NEUROGENIC)]  # fmt: skip
    assert lean[0] < lean[1]


def test_shuffled_labels_give_nothing(answers: pd.DataFrame, table: pd.DataFrame) -> None:
    row = table.loc[("needle", "both", "AUC, labels shuffled")]
    assert row["lo95"] < 0.5 < row["hi95"]
    assert row["value"] == pytest.approx(0.5, abs=0.02)
    # Labels that are the answer itself must show: the measure is not blind.
    told = answers[answers["scenario"] == "needle"]
    order = told["index"].rank(method="first")
    own = np.where(order > len(told) / 2, NEUROGENIC, BENIGN)
    seen = summarised(told.assign(group=own)).set_index("measure")
    assert seen.loc["AUC of the index", "lo95"] > 0.9


def test_auc_counts_pairs() -> None:
    rng = np.random.default_rng(1)
    index, label = rng.integers(-2, 3, 30) / 2, rng.random(30) < 0.4
    pairs = [(a > b) + 0.5 * (a == b) for a in index[label] for b in index[~label]]
    assert auc(index, label) == pytest.approx(np.mean(pairs))
    assert auc(-index, label) == pytest.approx(1 - np.mean(pairs))


def test_a_benign_lean_of_the_needle_says_so_little_that_its_caution_is_due() -> None:
    table = pd.read_csv(HERE / "results.csv").query("scenario == 'needle'").set_index("measure")
    row = table.loc["share of benign-leaning from here"]
    assert row["lo95"] < 50 < row["value"]  # no better than a coin, within its limits
    cautions = references().set_index("id")["caution"]
    assert "almost as often from affected" in cautions["dcs2013-mup-turns"]


def test_the_committed_results_are_whole() -> None:
    table = pd.read_csv(HERE / "results.csv")
    table = table.set_index(["scenario", "group", "measure"]).sort_index()
    assert table.index.is_unique
    null = table.xs("AUC, labels shuffled", level="measure")
    assert len(null) >= 4
    assert ((null["lo95"] < 0.5) & (null["hi95"] > 0.5)).all()
    same = table.loc[("needle, no difference", "both", "AUC of the index")]
    assert same["lo95"] < 0.5 < same["hi95"]
    for scenario in ("needle, 60 s of rest", "needle, biceps brachii", "grid, 100 s of rest"):
        rows = table.loc[scenario].xs("pattern insufficient", level="measure")
        assert (rows["value"] == 100).all()
