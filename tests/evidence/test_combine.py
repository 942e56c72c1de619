from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from emgfasc.containers import Events, Findings, Rest, Sensitivity
from emgfasc.errors import ParameterError
from emgfasc.evidence import Combined, ManualFinding, combine


def status(combined: Combined, item: str) -> list[str]:
    rows = combined.checklist[combined.checklist["item"].str.contains(item, regex=False)]
    return [str(cell) for cell in rows["status"]]


def region(combined: Combined, name: str) -> Any:
    return combined.regions.set_index("region").loc[name]


def chronic(muscle: str, side: str = "") -> ManualFinding:
    return ManualFinding(muscle, side=side, fasciculations=True, chronic_change=True)


def test_nothing_examined_is_not_assessable_anywhere() -> None:
    combined = combine([])
    assert set(combined.checklist["status"]) == {"not assessable"}
    assert (combined.regions["n_muscles"] == 0).all()
    assert combined.muscles.empty
    assert combined.span_days is None


def test_regions_count_a_muscle_and_side_once(build: Any) -> None:
    looks = [build(side="left"), build(side="L"), build(side="right"), build(muscle="APB")]
    combined = combine(looks)
    assert region(combined, "lumbosacral")["n_muscles"] == 2
    assert region(combined, "lumbosacral")["n_with_fasciculations"] == 2
    assert region(combined, "cervical")["n_with_fasciculations"] == 1
    assert combined.rest_s == 4 * 300
    assert len(combined.to_frame()) == 4


@pytest.mark.parametrize(
    ("seen", "name", "expected"),
    [
        ([chronic("tongue")], "bulbar", "met"),
        ([chronic("thoracic paraspinal")], "thoracic", "met"),
        ([chronic("FDI")], "cervical", "not assessable"),  # a limb needs two muscles
        ([chronic("FDI", "left"), chronic("FDI", "right")], "cervical", "not assessable"),
        ([chronic("FDI"), chronic("ADM")], "cervical", "not assessable"),  # both ulnar
        ([chronic("FDI"), chronic("APB")], "cervical", "not assessable"),  # both C8, T1
        # different roots, but both radial
        ([chronic("brachioradialis"), chronic("triceps")], "cervical", "not assessable"),
        ([chronic("FDI"), chronic("biceps")], "cervical", "met"),
        ([chronic("TA"), chronic("vastus lateralis")], "lumbosacral", "met"),
        ([ManualFinding("tongue", fasciculations=True)], "bulbar", "not assessable"),
        ([ManualFinding("tongue", chronic_change=False)], "bulbar", "not met"),
        (
            [ManualFinding("tongue", fasciculations=False, chronic_change=True)],
            "bulbar",
            "not assessable",  # fibrillations were not looked for
        ),
    ],
)
def test_region_rule(seen: list[ManualFinding], name: str, expected: str) -> None:
    combined = combine([], manual=seen)
    assert region(combined, name)["status"] == expected
    assert status(combined, f"{name} region") == [expected]


def test_two_regions_meet_the_emg_part_and_nothing_more() -> None:
    seen = [chronic("tongue"), chronic("FDI"), chronic("biceps")]
    combined = combine([], manual=seen)
    assert status(combined, "in two regions (EMG part)") == ["met"]
    assert status(combined, "Progressive motor impairment") == ["not assessable"]
    assert status(combined, "Upper motor neuron") == ["not assessable"]
    assert status(combine([], manual=seen[:1]), "in two regions") == ["not assessable"]


def test_every_item_says_where_it_comes_from() -> None:
    table = combine([]).checklist
    assert list(table.columns) == [
        "criteria", "item", "status", "reason", "source", "source_tag", "verified",
    ]  # fmt: skip
    assert set(table["criteria"]) == {"Awaji", "Gold Coast"}
    assert (table["verified"] == (table["source_tag"] == "S")).all()
    assert (table.loc[table["item"].str.contains("region"), "source_tag"] == "K").all()
    assert table["source"].str.contains("doi:10.").all()


def test_manual_entries_add_to_the_recording(build: Any) -> None:
    tongue = build(muscle="tongue")
    assert region(combine([tongue]), "bulbar")["status"] == "not assessable"
    added = combine([tongue], manual=[ManualFinding("tongue", chronic_change=True)])
    assert region(added, "bulbar")["status"] == "met"
    assert region(added, "bulbar")["n_muscles"] == 1
    assert status(added, "Chronic neurogenic change in such a muscle") == ["met"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"muscle": "AH"}, "Foot muscles"),
        ({"muscle": "elbow"}, "not in the muscle table"),
        ({"muscle": None}, "not stated"),
        ({"kind": "hdsemg"}, "speak of needle EMG"),
        ({"rest": Rest.from_spans([], duration_s=300.0, verifiable=False)}, "verified"),
        (
            {"rest": Rest.from_spans([(0, 300, "voluntary", "c")], duration_s=300.0)},
            "not at rest",
        ),
        ({"phases": (), "duration_s": 30.0}, "Nothing found in 30 s of rest; 90 s"),
    ],
)
def test_what_does_not_count_is_listed_with_its_reason(
    build: Any, change: dict[str, Any], words: str
) -> None:
    combined = combine([build(**change)])
    assert not combined.muscles["counts"].any()
    assert words in combined.muscles["reason"].iloc[0]
    assert (combined.regions["n_muscles"] == 0).all()


def test_absence_counts_when_watched_long_enough(build: Any) -> None:
    combined = combine([build(phases=(), muscle="tongue")])
    row = combined.muscles.iloc[0]
    assert row["counts"]
    assert row["fasciculations"] is False
    assert region(combined, "bulbar")["n_muscles"] == 1


def test_as_many_as_the_detector_invents_are_not_fasciculations(build: Any) -> None:
    # 5 min at 0.5 false/min: 2.5 expected, Poisson P(n >= 6) = 4.2 %, P(n >= 7) = 1.4 %
    for n, present in ((6, False), (7, True)):
        findings = build(phases=(3.0,) * n)
        sensitivity = Sensitivity(np.array([5.0]), 40.0, 5.0, 0.5)
        events = Events(findings.events.frame, sensitivity)
        seen = Findings(
            recording=findings.recording,
            rest=findings.rest,
            events=events,
            units=findings.units,
            firing=findings.firing,
        )
        assert bool(combine([seen]).muscles["fasciculations"].iloc[0]) is present


def test_time_span_over_the_recordings(build: Any) -> None:
    def at(day: int) -> Findings:
        findings: Findings = build()
        start = datetime(2024, 5, day, tzinfo=UTC)
        return Findings(
            recording=findings.recording.replace(start=start),
            rest=findings.rest,
            events=findings.events,
            units=findings.units,
            firing=findings.firing,
        )

    combined = combine([at(20), at(3), build()])
    assert combined.span_days == 17.0
    assert combined.first is not None
    assert combined.first.day == 3


def test_wrong_entries_are_refused(build: Any) -> None:
    with pytest.raises(ParameterError, match="not in the muscle table"):
        ManualFinding("elbow")
    with pytest.raises(ParameterError, match="'side' parameter"):
        ManualFinding("TA", side="up")
    with pytest.raises(ParameterError, match="'fibrillations' must be True, False or None"):
        ManualFinding("TA", fibrillations="yes")  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="a list of analyses"):
        combine(build())
    with pytest.raises(ParameterError, match="must hold ManualFinding"):
        combine([], manual=[{"muscle": "TA"}])  # type: ignore[list-item]


def test_no_text_concludes_a_disease(build: Any) -> None:
    combined = combine([build(), build(muscle="FDI")], manual=[chronic("tongue")])
    text = combined.checklist.to_csv() + combined.muscles.to_csv() + combined.regions.to_csv()
    assert "ALS" not in text
    assert "diagnos" not in text
    assert "does not diagnose" in combined.limits
