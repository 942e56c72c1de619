from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from emgfasc.errors import ParameterError
from emgfasc.evidence import Context
from emgfasc.evidence.context_keys import TABLES

EXAMPLE = """
[benign_contributors]
stress = true
caffeine = "5 cups a day"
alcohol = false
potassium = { value = 3.1, low = 3.5, high = 5.1, unit = "mmol/L" }
calcium = { value = 2.4, low = 2.2, high = 2.6, unit = "mmol/L" }

[medical_causes]
thyroid = false
diabetes = true

[red_flags]
weakness = true
swallowing = false
"""


def test_a_file_becomes_plain_sentences(tmp_path: Path) -> None:
    path = tmp_path / "context.toml"
    path.write_text(EXAMPLE, encoding="utf-8")
    report = Context.from_toml(path).report()
    assert report.contributors == (
        "stress",
        "caffeine (5 cups a day)",
        "potassium 3.1 mmol/L, below the limits 3.5 to 5.1",
    )
    assert report.causes_present == ("diabetes",)
    assert "neuropathy or root lesion: nerve conduction studies and needle EMG" in (
        report.causes_open
    )
    assert "magnesium out of its limits: blood test" in report.causes_open
    assert not any("thyroid" in line for line in report.causes_open)
    assert report.red_flags == ("weakness",)
    assert report.notice.startswith(
        "Reported: weakness. Such signs call for prompt medical assessment. Not asked: muscle"
    )
    assert report.notice in report.statements
    assert set(report.to_frame()["group"]) == {
        "contributors", "causes_present", "causes_open", "red_flags", "statements",
    }  # fmt: skip


def test_nothing_asked_is_not_nothing_there() -> None:
    report = Context().report()
    assert report.contributors == report.red_flags == ()
    assert len(report.causes_open) == 9  # six causes and three electrolytes
    assert any("would call for prompt medical assessment" in line for line in report.statements)
    assert report.notice in report.statements
    assert "Not asked: weakness; muscle wasting; difficulty swallowing;" in report.notice


def test_what_was_answered_is_not_listed_as_not_asked() -> None:
    flags = dict.fromkeys(TABLES["red_flags"], False)
    notice = Context(red_flags=flags).report().notice
    assert notice.startswith("No red flag was reported. Weakness, wasting")
    assert "Not asked" not in notice
    notice = Context(red_flags=flags | {"weakness": True}).report().notice
    assert notice == "Reported: weakness. Such signs call for prompt medical assessment."


def test_no_sentence_names_a_disease_as_conclusion() -> None:
    full = {
        table: {
            key: {"value": 1, "low": 2, "high": 3, "unit": "u"}
            if key in ("potassium", "magnesium", "calcium")
            else True
            for key in keys
        }
        for table, keys in TABLES.items()
    }
    for report in (Context().report(), Context.from_mapping(full).report()):
        text = " ".join(report.to_frame()["item"])
        assert not re.search(r"\bALS\b|diagnos|probabilit|you should", text)


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"red_flag": {}}, r"unknown table\(s\) red_flag; known are benign_contributors, medical"),
        ({"red_flags": {"weaknes": True}}, r"unknown key\(s\) weaknes; known are weakness, wast"),
        ({"benign_contributors": {"thyroid": True}}, "known are stress, anxiety, .*potassium"),
        ({"red_flags": {"weakness": "no"}}, "true or false without quotes"),
        ({"red_flags": {"weakness": 1}}, "true, false or a short note"),
        ({"red_flags": {"weakness": ""}}, "true, false or a short note"),
        ({"red_flags": ["weakness"]}, "a table of answers"),
        ({"benign_contributors": {"potassium": 3.1}}, "value, low, high, unit"),
        (
            {"benign_contributors": {"potassium": {"value": 1, "low": 2, "unit": "x"}}},
            "value, low, high, unit",
        ),
        (
            {"benign_contributors": {"calcium": {"value": 1, "low": 3, "high": 2, "unit": "x"}}},
            "must lie below",
        ),
        (
            {
                "benign_contributors": {
                    "calcium": {"value": float("nan"), "low": 1, "high": 2, "unit": "x"}
                }
            },
            "calcium.value",
        ),
        (
            {"benign_contributors": {"calcium": {"value": 1, "low": 1, "high": 2, "unit": 5}}},
            "'unit' must be text",
        ),
    ],
)
def test_wrong_answers_are_named(mapping: dict[str, Any], words: str) -> None:
    with pytest.raises(ParameterError, match=words) as caught:
        Context.from_mapping(mapping)
    assert "\n" not in str(caught.value)


def test_the_file_is_named_in_errors(tmp_path: Path) -> None:
    path = tmp_path / "context.toml"
    with pytest.raises(ParameterError, match=r"context\.toml: cannot be read"):
        Context.from_toml(path)
    path.write_text("[red_flags\n", encoding="utf-8")
    with pytest.raises(ParameterError, match=r"context\.toml: not valid TOML"):
        Context.from_toml(path)
    path.write_text("[red_flags]\nspasm = true\n", encoding="utf-8")
    with pytest.raises(ParameterError, match=r"context\.toml: .*unknown key\(s\) spasm; known"):
        Context.from_toml(path)


def test_a_context_cannot_be_changed() -> None:
    context = Context.from_mapping({"red_flags": {"weakness": False}})
    with pytest.raises(TypeError):
        context.red_flags["weakness"] = True  # type: ignore[index]


def test_limits_belong_to_the_normal_range() -> None:
    for value, words in ((3.5, ()), (5.1, ()), (5.2, "above"), (3.4, "below")):
        item = {"value": value, "low": 3.5, "high": 5.1, "unit": "mmol/L"}
        found = Context.from_mapping({"benign_contributors": {"potassium": item}}).report()
        assert found.contributors == () if words == () else str(words) in found.contributors[0]
