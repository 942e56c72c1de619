"""A person's corrections: what follows from them is computed anew, and the two are compared."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import emgfasc as ef
from emgfasc.errors import ParameterError
from emgfasc.pipeline.agreement import compare


@pytest.fixture(scope="module")
def automatic() -> ef.Analysis:
    rec, _ = ef.simulate.recording(kind="needle", seed=7, seconds=30)
    res = ef.analyze(rec)
    assert len(res.units) >= 2
    return res


def _with(events: ef.Events, rows: pd.Series, **values: object) -> ef.Events:
    frame = events.to_frame()
    for name, value in values.items():
        frame.loc[rows, name] = value
    return ef.Events(frame)


def test_a_review_that_changes_nothing_changes_no_figure(automatic: ef.Analysis) -> None:
    checked = ef.review(automatic, ef.Events(automatic.events.to_frame()))
    assert checked.events.frame.equals(automatic.events.frame)
    assert checked.firing.equals(automatic.firing)
    assert checked.units.frame["unit"].tolist() == automatic.units.frame["unit"].tolist()
    before, after = automatic.summary_row(), checked.summary_row()
    assert {name for name in before if before[name] != after[name]} == {"review"}
    assert before["review"] is None
    review = checked.review
    assert review is not None
    assert (review.n_recategorised, review.n_moved, review.n_added, review.n_removed) == (0,) * 4
    assert (review.category_agreement_pct, review.fp_f1, review.unit_ari) == (100, 1, 1)


def test_a_rejected_unit_leaves_count_rate_and_units(automatic: ef.Analysis) -> None:
    mine = automatic.events.frame["unit"] == 1
    n = int(mine.sum())
    corrected = _with(automatic.events, mine, category="unclassified", reason="review: rejected")
    checked = ef.review(automatic, corrected)
    before, after = automatic.summary_row(), checked.summary_row()
    assert after["n_fp"] == len(automatic.events) - n
    assert after["fp_per_min"] == pytest.approx(60 * after["n_fp"] / after["rest_s"])  # type: ignore[operator]
    assert after["n_units"] == before["n_units"] - 1  # type: ignore[operator]
    review = checked.review
    assert review is not None
    assert review.n_looked_at == review.n_recategorised == n
    assert review.fp_per_min_auto == before["fp_per_min"]
    assert review.fp_recall == 1.0
    assert review.fp_precision == pytest.approx(1 - n / len(automatic.events))
    unit = checked.units.frame.set_index("unit").loc[1]
    assert (unit["category"], unit["reason"]) == ("unclassified", "review: rejected")


def test_merged_units_lie_over_one_another(automatic: ef.Analysis) -> None:
    """A unit cut in two, one half of it 1 ms late, comes back whole and in time."""
    frame = automatic.events.to_frame()
    largest = automatic.units.frame.sort_values("n")["unit"].iloc[-1]
    rows = np.flatnonzero(frame["unit"] == largest)
    late = rows[1::3]
    split = frame.copy()
    split.loc[late, "unit"] = 99
    split.loc[late, "peak_s"] += round(0.001 * automatic.raw.fs_hz) / automatic.raw.fs_hz
    cut = ef.review(automatic, ef.Events(split))
    assert cut.review is not None
    assert cut.review.n_moved == len(late)
    assert 99 in set(cut.units.frame["unit"])
    joined = ef.Events(cut.events.frame.assign(unit=cut.events.frame["unit"].replace(99, largest)))
    whole = ef.review(cut, joined)
    back = whole.events.frame.sort_values("onset", ignore_index=True)
    want = automatic.events.frame.sort_values("onset", ignore_index=True)
    one_sample = 1.01 / automatic.raw.fs_hz
    np.testing.assert_allclose(back["peak_s"], want["peak_s"], atol=one_sample)
    assert back["unit"].tolist() == want["unit"].tolist()


def test_what_is_called_voluntary_is_no_rest(automatic: ef.Analysis) -> None:
    peak = automatic.events.peak_s[3]
    mine = automatic.events.frame["peak_s"] == peak
    checked = ef.review(automatic, _with(automatic.events, mine, category="voluntary"))
    lost = automatic.rest.rest_s - checked.rest.rest_s
    assert lost == pytest.approx(1.0)
    assert checked.rest.state_at([peak]).tolist() == ["voluntary"]
    near = np.abs(automatic.events.peak_s - peak) < 0.5
    assert checked.review is not None
    assert checked.review.n_outside_rest == near.sum() - 1
    again = ef.review(checked, automatic.events)
    assert again.rest.rest_s == automatic.rest.rest_s
    assert len(again.events.fasciculations) == len(automatic.events.fasciculations)


def test_rows_may_be_added_and_taken_away(automatic: ef.Analysis, tmp_path: Path) -> None:
    frame = automatic.events.to_frame()
    quiet = np.diff(frame["peak_s"]).argmax()
    time = float(frame["peak_s"].iloc[quiet : quiet + 2].mean())
    new = frame.iloc[[0]].assign(
        peak_s=time, onset=time, unit=0, amplitude_uv=math.nan, snr=math.nan
    )
    ef.io.write_events(ef.Events(pd.concat([frame.iloc[2:], new])), tmp_path / "S.tsv")
    checked = ef.review(automatic, ef.io.read_events(tmp_path / "S.tsv"))
    assert checked.review is not None
    assert (checked.review.n_added, checked.review.n_removed) == (1, 2)
    assert checked.summary_row()["n_fp"] == len(frame) - 1
    saved = checked.save(tmp_path, stem="S.reviewed")
    told = json.loads(saved[2].read_text())["review"]
    assert (told["n_fp_auto"], told["n_fp_corrected"]) == (len(frame), len(frame) - 1)


def test_another_recordings_table_is_refused(automatic: ef.Analysis) -> None:
    frame = automatic.events.to_frame()
    moved = frame.assign(peak_s=frame["peak_s"].iloc[0] - 0.05).iloc[:1]
    with pytest.raises(ParameterError, match="none of its 1 potential"):
        ef.review(automatic, ef.Events(moved))
    unknown = frame.assign(channel="elsewhere")
    with pytest.raises(ParameterError, match="elsewhere"):
        ef.review(automatic, ef.Events(unknown))


def test_everything_may_be_taken_away(automatic: ef.Analysis) -> None:
    checked = ef.review(automatic, ef.Events.empty())
    assert (len(checked.events), len(checked.units)) == (0, 0)
    assert checked.summary_row()["fp_per_min"] == 0
    assert compare(ef.Events.empty(), ef.Events.empty()).to_dict()["n_fp_auto"] == 0
