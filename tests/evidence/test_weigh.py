from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest

from emgfasc.containers import Findings, Rest
from emgfasc.errors import ParameterError
from emgfasc.evidence import Evidence, weigh

CONTRACT = [
    "feature",
    "value",
    "lo95",
    "hi95",
    "unit",
    "comparator",
    "direction",
    "weight",
    "reason",
    "study",
    "doi",
    "muscle",
    "electrode",
    "verified",
]
COMPLEX = (6.0, 7.0, 5.0, 8.0, 6.0, 7.0, 5.0, 6.0, 7.0, 8.0, 6.0, 5.0)
MIXED = (3.0, 4.0, 3.0, 5.0, 4.0, 3.0, 4.0, 4.0, 3.0, 5.0, 4.0, 4.0)


def _units(n: int) -> pd.DataFrame:
    names = ["unit", "category", "n", "channel", "amplitude_uv", "snr", "rate_per_min"]
    rows = [[unit, "fasciculation", 4, "1", 200.0, 12.0, 2.0] for unit in range(1, n + 1)]
    return pd.DataFrame(rows, columns=names)


def sentences(evidence: Evidence) -> list[str]:
    said = [*evidence.reasons_for, *evidence.reasons_against, *evidence.would_change]
    return [*said, evidence.formula, *evidence.frame["reason"]]


def test_complex_potentials_in_tibialis_anterior_lean_neurogenic(build: Any) -> None:
    evidence = weigh(build(phases=COMPLEX))
    assert evidence.pattern == "neurogenic-leaning"
    # phases 0.25 + 0.5, polyphasic 0.25 + 0.5, turns 0.5: all comparisons lean
    assert evidence.index == 2.0
    frame = evidence.to_frame().set_index("feature")
    assert frame.loc["phases", "value"] == pytest.approx(sum(COMPLEX) / 12)
    assert frame.loc["phases", "direction"] == "leans_neurogenic"
    assert frame.loc["phases", "weight"] == 0.75
    assert any("healthy people, not of benign" in line for line in evidence.reasons_against)


def test_simple_potentials_lean_benign_and_say_what_stands_against_it(build: Any) -> None:
    evidence = weigh(build(phases=(3.0,) * 12))
    assert evidence.pattern == "benign-leaning"
    assert evidence.index == -1.0  # phases and turns at 0.5 each
    assert any("otherwise normal muscles of patients" in x for x in evidence.reasons_against)
    assert "Leaving out phases would make it indeterminate." in evidence.would_change


def test_values_between_the_groups_are_indeterminate(build: Any) -> None:
    evidence = weigh(build(phases=MIXED))
    assert evidence.pattern == "indeterminate"
    assert abs(evidence.index) < 1
    assert evidence.reasons_for[0].startswith("The index is")


@pytest.mark.parametrize(
    ("pct", "pattern"),
    [(40.0, "neurogenic-leaning"), (0.0, "benign-leaning"), (10.0, "indeterminate")],
)
def test_windows_with_several_units_on_a_thenar_grid(grid: Any, pct: float, pattern: str) -> None:
    evidence = weigh(grid(pct))
    assert evidence.pattern == pattern
    row = evidence.to_frame().set_index("feature").loc["pct_windows_ge2_units"]
    assert row["study"] == "Sleutjes 2016, Muscle Nerve"
    assert row["interval"] == "Wilson score, n = 60"


def test_windows_are_counted_within_stretches_of_rest(grid: Any) -> None:
    # 600 s cut into 9 s of rest and 1 s of artifact: no whole window, so no share to compare.
    spans = [(float(at), at + 1.0, "artifact", "cable") for at in range(0, 600, 10)]
    evidence = weigh(grid(40.0, rest=Rest.from_spans(spans, duration_s=600.0)))
    assert evidence.pattern == "insufficient"
    spans = [(95.0, 105.0, "artifact", "cable")]
    frame = weigh(grid(40.0, rest=Rest.from_spans(spans, duration_s=600.0))).frame
    interval = frame.set_index("feature").loc["pct_windows_ge2_units", "interval"]
    assert interval == "Wilson score, n = 58"  # 9 in 95 s, 49 in 495 s


def test_windows_need_sorted_potentials(grid: Any) -> None:
    # No window holds two units when nothing was sorted: that must not count as benign.
    evidence = weigh(grid(0.0, unit=[0] * 60))
    assert evidence.pattern == "insufficient"
    assert "have a unit" in evidence.reasons_for[0]


def test_only_units_with_a_potential_at_rest_are_counted(build: Any) -> None:
    times = [*range(1, 9), 201, 202, 203, 204]
    unit = [1, 1, 1, 1, 2, 2, 2, 0, 2, 3, 3, 3]
    span = [(200.0, 300.0, "voluntary", "contraction")]
    more = {"phases": (3.0,) * 12, "times": times, "unit": unit, "units": _units(3)}
    for rest, n in (
        (Rest.all_rest(300.0), 3),
        (Rest.from_spans(span, duration_s=300.0), 2),
        (Rest.from_spans([(0, 300, *span[0][2:])], duration_s=300.0), 0),
        (Rest.from_spans([], duration_s=300.0, verifiable=False), 0),
    ):
        row = weigh(build(rest=rest, **more)).to_frame().set_index("feature").loc["n_units"]
        assert (row["value"], row["lo95"]) == (n, n)


def test_rate_and_duration_never_decide(build: Any) -> None:
    for rate in (0.1, 20.0, 400.0):
        evidence = weigh(build(phases=MIXED, firing={"rate_per_min": rate}))
        rows = evidence.comparisons.query("feature in ['rate_per_min', 'duration_ms']")
        assert (rows["weight"] == 0).all()
        assert not rows["direction"].str.startswith("leans").any()
        assert evidence.pattern == "indeterminate"


def test_the_frame_keeps_the_contract(build: Any) -> None:
    evidence = weigh(build())
    frame = evidence.to_frame()
    assert list(frame.columns[: len(CONTRACT)]) == CONTRACT
    assert frame["feature"].is_unique
    allowed = {"leans_neurogenic", "leans_benign", "not_informative", "not_comparable"}
    assert set(frame["direction"]) <= allowed
    assert frame["reason"].str.len().gt(0).all()
    frame["value"] = -1.0
    assert (evidence.to_frame()["value"] != -1.0).any()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"muscle": "left abductor hallucis"}, "foot muscle"),
        ({"muscle": None}, "muscle not stated"),
        ({"muscle": "biceps brachii"}, "tibialis anterior"),
        ({"kind": "surface", "fs_hz": 2048.0}, "No published comparison with verified figures"),
        ({"rest": Rest.all_rest(89.0)}, "at least 90 s are needed"),
        (
            {"rest": Rest.from_spans([(0, 300, "voluntary", "contraction")], duration_s=300.0)},
            "not at rest",
        ),
        ({"rest": Rest.from_spans([], duration_s=300.0, verifiable=False)}, "not be verified"),
        ({"phases": (6.0,) * 4}, "4 fasciculation potential"),
        ({"phases": ()}, "upper 95 % limit 0.74/min"),
        ({"fs_hz": 4000.0}, "comparable from 5000 Hz"),
        ({"highpass_hz": 30.0}, "20 Hz high-pass"),
        ({"unit": (1,) * 6 + (2,) * 6}, "2 distinct waveform"),
    ],
)
def test_insufficient_with_the_reason(build: Any, change: dict[str, Any], words: str) -> None:
    evidence = weigh(build(**({"phases": COMPLEX} | change)))
    assert evidence.pattern == "insufficient"
    assert any(words in reason for reason in evidence.reasons_for), evidence.reasons_for
    frame = evidence.to_frame()
    assert (frame["weight"] == 0).all()
    assert not frame["direction"].str.startswith("leans").any()
    assert evidence.sensitivity.empty
    assert evidence.would_change


def test_minimum_rest_for_grids_is_two_minutes(grid: Any) -> None:
    assert weigh(grid(60.0, duration_s=119.0)).pattern == "insufficient"
    assert weigh(grid(60.0, duration_s=120.0)).pattern == "neurogenic-leaning"


def test_the_muscle_parameter_overrides_the_file(build: Any) -> None:
    unnamed = build(phases=COMPLEX, muscle=None)
    assert weigh(unnamed, muscle="TA").pattern == "neurogenic-leaning"
    assert weigh(build(phases=COMPLEX), muscle="AH").pattern == "insufficient"


def test_potentials_outside_rest_weaken_a_lean_and_never_make_one(build: Any) -> None:
    rest = Rest.from_spans([(200.0, 300.0, "voluntary", "contraction")], duration_s=300.0)
    times = [*range(10, 34, 2), *range(210, 270, 5)]
    complex_at_rest = build(phases=COMPLEX + (2.0,) * 12, times=times, rest=rest)
    evidence = weigh(complex_at_rest)
    assert evidence.pattern == "indeterminate"
    assert "outside verified rest" in evidence.reasons_for[0]
    simple_at_rest = build(phases=MIXED + (9.0,) * 12, times=times, rest=rest)
    assert weigh(simple_at_rest).pattern == "indeterminate"


def test_each_unit_counts_once(build: Any) -> None:
    # 97 potentials of one simple unit do not outvote 3 complex ones.
    phases = [3.0] * 97 + [7.0, 7.0, 7.0]
    unit = [1] * 97 + [2, 3, 4]
    row = weigh(build(phases=phases, unit=unit)).to_frame().set_index("feature").loc["phases"]
    assert row["value"] == pytest.approx((3 + 7 + 7 + 7) / 4)


def test_unsorted_potentials_have_no_say_once_units_are_known(build: Any) -> None:
    # Superpositions look complex and noise looks simple; neither is a waveform of its own.
    simple, unit = [3.0] * 12, [1, 2, 3, 4] * 3
    alone = weigh(build(phases=simple, unit=unit))
    for odd in (9.0, 0.0):
        more = weigh(build(phases=[*simple, *[odd] * 8], unit=[*unit, *[0] * 8]))
        assert more.pattern == alone.pattern == "benign-leaning"
        row = more.to_frame().set_index("feature").loc["phases"]
        assert (row["value"], row["interval"]) == (3.0, "bootstrap over 4 distinct waveforms")


def test_sensitivity_names_what_the_verdict_hangs_on(build: Any) -> None:
    table = weigh(build(phases=COMPLEX)).sensitivity.set_index("change")
    assert set(table.index) == {
        "as measured",
        "without phases",
        "without turns",
        "without pct_polyphasic",
        "lower interval ends",
        "upper interval ends",
    }
    assert table.loc["without phases", "index"] == 1.25
    assert not table.loc["as measured", "changes_pattern"]


def test_no_conclusion_names_a_disease(build: Any, grid: Any) -> None:
    cases = [
        build(phases=COMPLEX),
        build(),
        build(phases=MIXED),
        build(muscle=None),
        build(kind="surface", fs_hz=2048.0),
        grid(40.0),
        grid(0.0),
        build(phases=()),
    ]
    for findings in cases:
        evidence = weigh(findings)
        for line in sentences(evidence):
            assert not re.search(r"\bALS\b|diagnos|probabilit", line), line
        assert len(re.findall("diagnos", evidence.limits)) == 1
        assert "does not diagnose" in evidence.limits
        text = repr(evidence) + evidence.to_frame().to_csv() + evidence.comparisons.to_csv()
        assert "diagnos" not in text


def test_same_findings_same_evidence(build: Any) -> None:
    one, two = weigh(build(phases=MIXED)), weigh(build(phases=MIXED))
    assert one.frame.equals(two.frame)
    assert one.index == two.index


def test_wrong_parameters_are_refused(build: Any) -> None:
    findings: Findings = build()
    with pytest.raises(ParameterError, match="'context' parameter"):
        weigh(findings, context={"red_flags": {}})  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="'muscle' parameter"):
        weigh(findings, muscle=3)  # type: ignore[arg-type]
