"""The page over many recordings."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from browser import chromium
from emgfasc.errors import ParameterError
from emgfasc.report import render_index

HOSTILE = "<img src=x onerror=alert(1)>"


def _table() -> pd.DataFrame:
    none = (None, None, None)
    rows: list[dict[str, Any]] = [
        {"recording": "b", "n_fp": 30, "rate": (20.0, 15.0, 26.0), "report": "b c/b.html"},
        {"recording": "a", "n_fp": 4, "rate": (2.0, 0.5, 5.0), "report": "a/a.html"},
        {"recording": HOSTILE, "n_fp": 100, "rate": none, "report": None},
        {"recording": "broken", "rate": none, "status": "failed", "reason": HOSTILE},
    ]
    for row in rows:
        row["fp_per_min"], row["fp_per_min_lo95"], row["fp_per_min_hi95"] = row.pop("rate")
        row.setdefault("reason", "")
        row.setdefault("status", "done")
    return pd.DataFrame(rows)


def test_every_recording_has_its_row_or_its_reason(parse: Any) -> None:
    page = parse(render_index(_table(), title="Night of 4 May"))
    assert page.headings[0] == (1, "Night of 4 May")
    assert [link["href"] for link in page.having("a")] == ["b%20c/b.html", "a/a.html"]
    assert page.having("img") == []
    assert page.text.count(HOSTILE) == 2
    rates = [svg["aria-label"] for svg in page.having("svg")]
    assert rates == [
        "20 per minute, 95 % limits 15 to 26", "2 per minute, 95 % limits 0.5 to 5", "no rate",
    ]  # fmt: skip


def test_a_batch_without_a_row_and_a_missing_column(parse: Any) -> None:
    assert "No recording was analysed" in parse(render_index(_table().iloc[:0])).text
    with pytest.raises(ParameterError, match="fp_per_min"):
        render_index(_table().drop(columns="fp_per_min"))


def test_the_course_counts_each_part_of_the_recording(parse: Any) -> None:
    table = _table().assign(events=["b.tsv", "a.tsv", "gone.tsv", None], duration_s=80.0)
    peaks = {"b.tsv": np.array([0.5, 0.6, 0.7, 79.9]), "a.tsv": np.zeros(0)}
    page = parse(render_index(table, peaks_s=peaks))
    drawn = [svg["aria-label"] for svg in page.having("svg")]
    assert [label for label in drawn if str(label).startswith("Course")] == [
        "Course: at most 3 in 2 s"
    ]
    (path,) = page.having("path")
    # 120 pixels hold 40 parts: three potentials in the first, one in the last.
    assert path["d"] == "M0 22v-22.0h3V22zM117 22v-7.3h3V22z"
    assert "none" in page.text
    assert "not known" in page.text


def test_headings_sort(tmp_path: Path) -> None:
    path = tmp_path / "index.html"
    path.write_text(render_index(_table()), encoding="utf-8")
    with chromium(tmp_path) as browser:
        browser.open(path)
        press = """
            const find = (words) => [...document.querySelectorAll("th button")]
                .find((button) => button.textContent === words);
            find(arguments[0]).click();
            return [...document.querySelectorAll("tbody th")].map((cell) => cell.textContent);"""
        assert browser.js(press, "FP") == ["a", "b", HOSTILE]
        assert browser.js(press, "FP") == [HOSTILE, "b", "a"]
        assert browser.js(press, "FP per min") == [HOSTILE, "a", "b"]
        assert browser.complaints() == []
