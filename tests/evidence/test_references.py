from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from emgfasc.errors import ParameterError
from emgfasc.evidence import find_muscle, muscles, references
from emgfasc.evidence.anatomy import REGIONS, load_muscles, parse_muscles
from emgfasc.evidence.features import DESCRIPTORS
from emgfasc.evidence.literature import load_references, parse_references, read_references

GOOD: dict[str, Any] = {
    "id": "new",
    "feature": "phases",
    "study": "Someone 2030",
    "doi": "",
    "muscle": ["tibialis anterior"],
    "electrode": "concentric needle",
    "kind": ["needle"],
    "verified": True,
    "source_tag": "S",
    "source": "abstract",
    "groups": ["a", "b"],
    "sizes": ["1", "2"],
    "values": ["3", "4"],
    "unit": "",
    "direction": "neurogenic_higher",
    "low": 3,
    "high": 4.0,
    "weight": 0.5,
    "sentence": "More phases.",
}


def row(reference_id: str) -> dict[str, Any]:
    table = references().set_index("id")
    return dict(table.loc[reference_id])


def test_table_is_large_enough_and_has_the_contract_columns() -> None:
    table = references()
    assert len(table) >= 20
    contract = {"feature", "study", "doi", "muscle", "electrode", "verified", "source_tag"}
    assert contract | {"groups", "sizes", "values", "direction", "sentence"} <= set(table.columns)
    assert table["id"].is_unique
    assert (table["study"].str.len() > 0).all()


def test_de_carvalho_and_swash_2013_as_published() -> None:
    # JNNP 2013 table 3 (MRC 5 tibialis anterior) and table 1 (healthy controls).
    phases = row("dcs2013-fp-phases")
    assert phases["values"] == "3.25±1.05 (2-7); 3.82±1.97 (2-15); p = 0.02"
    assert (phases["low"], phases["high"]) == (3.25, 3.82)
    assert phases["sizes"] == "21 muscles, 77 FPs; 40 muscles, 146 FPs"
    polyphasic = row("dcs2013-fp-polyphasic")
    assert (polyphasic["low"], polyphasic["high"]) == (10.5, 22.6)
    amplitude = row("dcs2013-fp-amplitude")
    assert amplitude["values"].startswith("560.6±366.9 (123-1480); 799.1±674.5 (135-3599)")
    assert (row("dcs2013-mup-phases")["low"], row("dcs2013-mup-phases")["high"]) == (3.47, 4.19)
    assert (row("dcs2013-mup-turns")["low"], row("dcs2013-mup-turns")["high"]) == (3.35, 4.39)
    # Upper limits of normal are mean + 2 SD (table 1, footnote).
    assert row("dcs2013-mup-phases")["high"] == pytest.approx(3.47 + 2 * 0.36)
    assert row("dcs2013-mup-turns")["high"] == pytest.approx(3.35 + 2 * 0.52)


def test_sleutjes_and_rate_figures_as_published() -> None:
    windows = row("sleutjes2016-windows")
    assert (windows["low"], windows["high"], windows["doi"]) == (1.0, 24.0, "10.1002/mus.24712")
    assert row("sleutjes2016-units")["values"] == "3; 9; p < 0.001"
    rate = row("dcs2016-rate")
    # 0.28 and 0.29 Hz per minute
    assert (rate["low"], rate["high"]) == (pytest.approx(0.28 * 60), pytest.approx(0.29 * 60))


def test_recalled_rows_carry_no_weight_and_conflicting_features_neither() -> None:
    table = references()
    recalled = table["source_tag"].str.startswith("K")
    assert recalled.any()
    assert (table.loc[recalled, "weight"] == 0).all()
    assert (recalled == ~table["verified"]).all()
    assert (table.loc[table["feature"].isin(DESCRIPTORS), "weight"] == 0).all()
    assert {"rate_per_min", "duration_ms", "doublet_late_pct"} <= DESCRIPTORS


def test_rates_conflict_in_the_table_as_they_do_in_print() -> None:
    rates = references().query("feature == 'rate_per_min'")
    found = {"neurogenic_higher", "neurogenic_lower", "no_difference"}
    assert found <= set(rates["direction"])


def test_a_new_row_needs_no_code() -> None:
    (made,) = parse_references({"row": [GOOD]}, where="mine.toml")
    assert (made.low, made.high, made.weight) == (3, 4.0, 0.5)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"verified": False, "source_tag": "K-high"}, "carries no weight"),
        ({"verified": True, "source_tag": "K-low"}, "tagged K are unverified"),
        ({"feature": "rate_per_min"}, "may carry weight"),
        ({"feature": "fases"}, "may carry weight"),
        ({"muscle": ["any"]}, "must name its muscles"),
        ({"muscle": ["abductor hallucis"]}, "foot muscles never count"),
        ({"muscle": ["tibialis antrior"]}, "'muscle' must be among"),
        ({"kind": ["needel"]}, "'kind' must be among"),
        ({"direction": "up"}, "'direction' must be among"),
        ({"direction": "neurogenic_lower"}, "needs 'low', 'high'"),
        ({"low": 5.0}, "exceeds 'high'"),
        ({"weight": 2.0}, "between 0 and 1"),
        ({"weight": "1"}, "'weight' must be a number"),
        ({"doi": 10}, "'doi' must be text"),
        ({"sizes": ["1"]}, "one size per group"),
        ({"colour": "red"}, "unknown key"),
    ],
)
def test_a_wrong_row_is_named(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ParameterError, match=words) as caught:
        parse_references({"row": [GOOD | change]}, where="mine.toml")
    assert "mine.toml, row 1 ('new')" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_key_and_a_double_id_are_named() -> None:
    lacking = {key: value for key, value in GOOD.items() if key != "electrode"}
    with pytest.raises(ParameterError, match=r"row 1 \('new'\): missing key\(s\) electrode"):
        parse_references({"row": [lacking]}, where="mine.toml")
    with pytest.raises(ParameterError, match=r"row 2 .* used twice"):
        parse_references({"row": [GOOD, GOOD]}, where="mine.toml")


def test_broken_toml_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[[row]\n", encoding="utf-8")
    with pytest.raises(ParameterError, match=r"mine\.toml: not a readable TOML file"):
        read_references(path)


def test_every_named_muscle_exists_and_every_region_is_filled() -> None:
    names = set(muscles()["muscle"])
    for reference in load_references():
        assert set(reference.muscle) - {"any"} <= names
    assert set(muscles()["region"]) == set(REGIONS)
    assert not muscles()["verified"].any()
    assert {"abductor hallucis", "extensor digitorum brevis"} <= set(
        muscles().query("foot")["muscle"]
    )


@pytest.mark.parametrize("muscle", load_muscles(), ids=lambda muscle: muscle.name)
def test_every_spelling_finds_its_muscle(muscle: Any) -> None:
    for spelling in (muscle.name, *muscle.aliases):
        assert find_muscle(f"Left {spelling.upper().replace(' ', '_')}") is muscle


def test_a_wrong_muscle_row_is_named() -> None:
    good = {
        "name": "a",
        "aliases": ["b"],
        "roots": ["C5"],
        "nerve": "n",
        "region": "cervical",
        "foot": False,
    }
    with pytest.raises(ParameterError, match="region must be one of"):
        parse_muscles({"muscle": [good | {"region": "arm"}]})
    with pytest.raises(ParameterError, match="'b' already means 'a'"):
        parse_muscles({"muscle": [good, good | {"name": "c"}]})
    with pytest.raises(ParameterError, match=r"muscle 1 \('a'\): the keys"):
        parse_muscles({"muscle": [{"name": "a"}]})
