"""Spontaneous activity in a whole analysis: what is rest, what is not, and under which name."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import emgfasc as ef
from emgfasc import evaluate
from emgfasc.containers import Events, Rest
from emgfasc.pipeline.gate import gated


def _analysed(name: ef.simulate.Nuisance, seed: int) -> tuple[Events, ef.Analysis]:
    rec, truth = ef.simulate.recording(
        kind="needle", seed=seed, seconds=25, units=2, snr=20, nuisances=[name]
    )
    return truth, ef.analyze(rec)


def _names(truth: Events, res: ef.Analysis, category: str) -> pd.Series:
    matches = evaluate.events(truth, res.events, tolerance_s=0.005, category=None).matches
    own = matches[matches["truth_category"].eq(category) & matches["found_category"].ne("")]
    return own["found_category"]


def test_fibrillations_leave_rest_and_fasciculations_among_them_count() -> None:
    truth, res = _analysed("fibrillation", 105)
    # alone, the gate takes 13 spikes a second for a contraction
    assert ef.rest.find(res.recording).status == "not_at_rest"
    assert res.rest.status == "rest"
    assert (_names(truth, res, "fibrillation") == "fibrillation").mean() >= 0.95
    scores = evaluate.events(truth, res.events, tolerance_s=0.005)
    assert scores.recall >= 0.8
    assert scores.precision >= 0.8
    assert res.summary_row()["fp_per_min"] is not None


def test_a_cramp_is_left_out_under_its_name() -> None:
    truth, res = _analysed("cramp", 101)
    assert (_names(truth, res, "cramp") == "cramp").mean() >= 0.95
    cramps = truth.frame.loc[truth.frame["category"] == "cramp", "peak_s"]
    left_out = res.rest.segments[res.rest.segments["state"] != "rest"]
    assert left_out["state"].tolist() == ["spontaneous"]
    assert left_out["reason"].str.startswith("cramp").all()
    assert left_out["start_s"].iloc[0] == pytest.approx(cramps.min(), abs=0.5)
    assert left_out["stop_s"].iloc[0] == pytest.approx(cramps.max(), abs=0.5)
    row = res.summary_row()
    assert row["excluded_spontaneous_s"] == pytest.approx(res.rest.seconds("spontaneous"))
    assert row["excluded_voluntary_s"] == 0
    assert set(res.rules_fired["category"]) == {"cramp"}
    by_rule = res.rules_fired.groupby("rule")["n"].sum()
    assert set(by_rule.index) <= {
        "units faster than by will",
        "dense, growing activity of many units",
    }
    assert by_rule["units faster than by will"] > 0.6 * by_rule.sum()


def test_a_machine_like_stretch_is_no_contraction() -> None:
    _, res = _analysed("complex_repetitive", 101)
    left_out = res.rest.segments[res.rest.segments["state"] != "rest"]
    assert set(left_out["state"]) == {"spontaneous"}
    assert set(left_out["reason"]) == {"complex repetitive"}


@pytest.mark.parametrize("seed", [119, 151])
def test_a_short_run_is_no_contraction_either(seed: int) -> None:
    """Of the gate's own stretch with its margins, half a second is less than half."""
    truth, res = _analysed("neuromyotonia", seed)
    left_out = res.rest.segments[res.rest.segments["state"] != "rest"]
    times = truth.frame.loc[truth.frame["category"] == "neuromyotonia", "peak_s"]
    assert 2 * (times.max() - times.min()) < (left_out["stop_s"] - left_out["start_s"]).iloc[0]
    assert left_out[["state", "reason"]].to_numpy().tolist() == [["spontaneous", "neuromyotonia"]]
    assert (_names(truth, res, "neuromyotonia") == "neuromyotonia").mean() >= 0.95


@pytest.mark.parametrize(("seed", "seconds"), [(102, 2.0), (111, 1.2), (123, 6.0)])
def test_a_brief_contraction_is_neither_a_cramp_nor_neuromyotonia(
    seed: int, seconds: float
) -> None:
    """Of 0.6 of the seconds; its potentials alone look like both."""

    def part(seconds: float, *names: ef.simulate.Nuisance) -> ef.Recording:
        return ef.simulate.recording(
            kind="needle", seed=seed, seconds=seconds, units=2, snr=12, nuisances=names
        )[0]

    quiet, busy = part(20.0), part(seconds, "voluntary")
    pieces = [quiet.read()[:, : quiet.n_samples // 2], busy.read()]
    pieces.append(quiet.read()[:, quiet.n_samples // 2 :])
    res = ef.analyze(ef.read(np.concatenate(pieces, axis=1), fs=quiet.fs_hz, kind="needle"))
    inside = res.events.frame["peak_s"].between(10, 10 + seconds)
    assert inside.sum() > 40
    assert set(res.events.frame.loc[inside, "category"]) <= {"voluntary", "fasciculation"}
    left_out = res.rest.segments[res.rest.segments["state"] != "rest"]
    assert set(left_out["state"]) == {"voluntary"}
    assert left_out["start_s"].min() > 9
    assert left_out["stop_s"].max() < 11 + seconds


def test_what_lies_outside_rest_takes_the_name_of_its_stretch() -> None:
    frame = Events.empty().to_frame()
    row = {"duration": 0.01, "n_channels": 1, "amplitude_uv": 90.0, "snr": 9.0, "unit": 0}
    rows = [
        {**row, "onset": at, "peak_s": at, "channel": "c0", "category": category}
        for at, category in (
            (1.0, "fasciculation"),
            (5.0, "fasciculation"),
            (5.5, "cramp"),
            (15.0, "fibrillation"),
            (25.0, "fasciculation"),
        )
    ]
    events = Events(pd.concat([frame, pd.DataFrame(rows)]) if len(frame) else pd.DataFrame(rows))
    rest = Rest.from_spans(
        [
            (4.0, 6.0, "spontaneous", "complex repetitive"),
            (14.0, 16.0, "voluntary", "contraction"),
            (24.0, 26.0, "artifact", "clipping"),
        ],
        duration_s=30.0,
    )
    named = gated(events, rest).frame
    assert named["category"].tolist() == [
        "fasciculation",
        "unclassified",
        "cramp",
        "voluntary",
        "artifact",
    ]
    assert named["reason"].tolist() == ["", "complex repetitive", "", "contraction", "clipping"]
