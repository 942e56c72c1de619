"""Tables and JSON: what is written comes back, and is safe to open."""

from __future__ import annotations

import json
import math
import string
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import emgfasc as ef
from emgfasc.containers import CATEGORIES, EVENTS, UNSORTED
from emgfasc.io import read_events, write_events, write_json, write_table

QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# Any text but line breaks, tabs and what counts as missing.
texts = st.text(
    st.one_of(st.sampled_from("=+-@' \"#;,µ"), st.sampled_from(string.ascii_letters)), max_size=9
)
CELLS: dict[str, st.SearchStrategy[Any]] = {
    "float": st.floats(),
    "int": st.integers(-(2**62), 2**62),
    "str": texts,
    "bool": st.booleans(),
}


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    n_rows = draw(st.integers(0, 5))
    kept = draw(st.sets(st.sampled_from([column.name for column in EVENTS.optional])))
    table: dict[str, Any] = {}
    for column in EVENTS.columns:
        if column in EVENTS.required or column.name in kept:
            cell = CELLS[column.dtype]
            if column.name == "category":
                cell = st.sampled_from(CATEGORIES)
            if column.name == "unsorted":
                cell = st.sampled_from(["", *UNSORTED])
            if column.name == "peak_s":
                cell = st.floats(-1e9, 1e9)
            values = draw(st.lists(cell, min_size=n_rows, max_size=n_rows))
            dtype = {"float": np.float64, "int": np.int64, "str": object, "bool": bool}
            table[column.name] = pd.Series(values, dtype=dtype[column.dtype])
    return pd.DataFrame(table)


@QUICK
@given(frame=frames())
def test_events_come_back_exactly(frame: pd.DataFrame, tmp_path: Path) -> None:
    events = ef.Events(frame)
    write_events(events, tmp_path / "a.tsv")
    again = read_events(tmp_path / "a.tsv")
    pd.testing.assert_frame_equal(
        again.to_frame(), events.to_frame(), check_exact=True, check_dtype=False
    )


def one_row(**more: Any) -> pd.DataFrame:
    row = {
        "onset": 0.1, "duration": 0.01, "peak_s": 1 / 3, "channel": "EMG1", "n_channels": 1,
        "amplitude_uv": 85.25, "snr": math.nan, "unit": 0, "category": "fasciculation",
    }  # fmt: skip
    return pd.DataFrame([row | more])


def test_events_golden(tmp_path: Path) -> None:
    write_events(ef.Events(one_row(serrated=True, reason="")), tmp_path / "a.tsv")
    assert (tmp_path / "a.tsv").read_bytes() == (
        b"onset\tduration\tpeak_s\tchannel\tn_channels\tamplitude_uv\tsnr\tunit\tcategory\treason"
        b"\tserrated\n"
        b"0.1\t0.01\t0.3333333333333333\tEMG1\t1\t85.25\tn/a\t0\tfasciculation\tn/a\ttrue\n"
    )


def test_files_of_other_systems_are_read(tmp_path: Path) -> None:
    write_events(ef.Events(one_row()), tmp_path / "a.tsv")
    stored = (tmp_path / "a.tsv").read_text(encoding="utf-8")
    (tmp_path / "b.tsv").write_bytes(("\ufeff" + stored.replace("\n", "\r\n")).encode())
    pd.testing.assert_frame_equal(
        read_events(tmp_path / "b.tsv").to_frame(), read_events(tmp_path / "a.tsv").to_frame()
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "missing column"),
        ("onset\tduration\n", "missing column"),
        (EVENTS_HEAD := "\t".join(EVENTS.names) + "\n" + "1\t2\n", "line 2 has 2 cells"),
        (EVENTS_HEAD.replace("1\t2", "x\t1\t1\ta\t1\t1\t1\t1\tvoluntary"), "'onset': could not"),
        (EVENTS_HEAD.replace("1\t2", "1\t1\t1\ta\t1.5\t1\t1\t1\tvoluntary"), "'n_channels'"),
        (EVENTS_HEAD.replace("1\t2", "1\t1\t1\ta\t1\t1\t1\t1\tcramps"), "'category'"),
        (EVENTS_HEAD.replace("1\t2", "1\t1\tn/a\ta\t1\t1\t1\t1\tcramp"), "finite times"),
        ("mood\t" + EVENTS_HEAD.replace("1\t2", "z\t1\t1\t1\ta\t1\t1\t1\t1\tcramp"), "mood"),
    ],
)
def test_tables_that_hold_no_events(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "a.tsv").write_text(content)
    with pytest.raises(ef.RecordingError, match=words) as caught:
        read_events(tmp_path / "a.tsv")
    assert str(tmp_path / "a.tsv") in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["none.tsv", "folder", "latin.tsv"])
def test_files_that_hold_no_text(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "latin.tsv").write_bytes(b"\xff\xfe\xb5")
    with pytest.raises(ef.RecordingError, match="cannot be read as an events table"):
        read_events(tmp_path / name)


def test_no_cell_is_a_formula_and_no_cell_breaks_the_table(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"=a\tb": ["=cmd()", "+1", "-1", "@x", "a\tb\r\nc", "'=x", None, "n"], "x": -1.5}
    )
    write_table(frame, tmp_path / "a.tsv")
    lines = (tmp_path / "a.tsv").read_text(encoding="utf-8").splitlines()
    cells = [line.split("\t")[0] for line in lines]
    assert cells == ["'=a b", "'=cmd()", "'+1", "'-1", "'@x", "a b c", "''=x", "n/a", "n"]
    assert {line.split("\t")[1] for line in lines[1:]} == {"-1.5"}, "a number is no formula"


def test_every_type_of_cell(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "f32": np.array([0.1, np.nan], np.float32),
            "i": pd.array([1, None], dtype="Int64"),
            "b": [True, False],
            "c": pd.Categorical(["x", None]),
            "d": [pd.Timestamp("2024-02-29"), pd.NaT],
            "o": [np.inf, ("a", 1)],
        }
    )
    write_table(frame, tmp_path / "a.tsv")
    header, first, second = (tmp_path / "a.tsv").read_text().splitlines()
    assert header == "f32\ti\tb\tc\td\to"
    cells = first.split("\t")
    assert np.float32(cells[0]) == np.float32(0.1)
    assert cells[1:] == ["1", "true", "x", "2024-02-29 00:00:00", "inf"]
    assert second.split("\t") == ["n/a", "n/a", "false", "n/a", "n/a", "('a', 1)"]


def test_a_frame_without_rows_or_columns(tmp_path: Path) -> None:
    write_table(pd.DataFrame({"a": []}), tmp_path / "a.tsv")
    assert (tmp_path / "a.tsv").read_text() == "a\n"
    write_table(pd.DataFrame(), tmp_path / "b.tsv")
    assert (tmp_path / "b.tsv").read_text().strip() == ""


def test_json_of_every_type(tmp_path: Path) -> None:
    mapping = {
        "z": np.float32(0.5), "a": np.int64(3), "nan": np.nan, "inf": [math.inf, -math.inf, 1],
        "array": np.array([[1.0, np.nan]]), "flag": np.bool_(True), "none": None, "na": pd.NA,
        "path": Path("x"), "date": date(2024, 2, 29), "nested": {"µ": ("a", {1: 2})},
    }  # fmt: skip
    write_json(mapping, tmp_path / "a.json")
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    again = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert again == {
        "z": 0.5, "a": 3, "nan": None, "inf": [None, None, 1], "array": [[1.0, None]],
        "flag": True, "none": None, "na": None, "path": "x", "date": "2024-02-29",
        "nested": {"µ": ["a", {"1": 2}]},
    }  # fmt: skip
    assert list(again) == list(mapping), "in the mapping's own order"
    assert text.endswith("}\n")
    assert "µ" in text


def test_json_of_what_has_no_form(tmp_path: Path) -> None:
    with pytest.raises(ef.ParameterError, match="complex has no JSON form"):
        write_json({"a": 1j}, tmp_path / "a.json")
    assert list(tmp_path.iterdir()) == []


def test_an_old_table_survives_a_failure(tmp_path: Path) -> None:
    write_json({"a": 1}, tmp_path / "a.json")

    class Nasty:
        def __str__(self) -> str:
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError):
        write_table(pd.DataFrame({"a": [Nasty()]}), tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text()) == {"a": 1}
    with pytest.raises(ef.ParameterError, match="cannot be written"):
        write_json({"a": 1}, tmp_path / "none" / "a.json")
