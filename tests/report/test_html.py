from __future__ import annotations

import base64
import re
from dataclasses import replace
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pytest

from emgfasc.report import render
from emgfasc.report.answer import answer
from emgfasc.report.page_table import side_by_side
from emgfasc.report.plain import plain
from emgfasc.report.unit_sheets import units_table, unmeasured_table

CASES = ("normal", "silent", "contraction", "unverifiable", "grid", "hostile")
RATE = re.compile(r"\d\s*/\s*min")


@pytest.fixture(scope="module")
def pages(rendered: Any, parse: Any) -> dict[str, Any]:
    return {name: parse(rendered[name]) for name in CASES}


@pytest.mark.parametrize("name", CASES)
def test_structure(pages: Any, name: str) -> None:
    page = pages[name]
    assert page.open == []
    levels = [level for level, _ in page.headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    steps = [after - before for before, after in pairwise(levels)]
    assert max(steps) == 1  # no level is skipped on the way down
    assert all(text.strip() for _, text in page.headings)
    (html,) = page.having("html")
    assert html["lang"] == "en"
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    inside = {a["href"][1:] for a in page.having("a") if a["href"].startswith("#")}
    assert inside == set(ids)


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_loaded_and_nothing_runs(pages: Any, name: str) -> None:
    page = pages[name]
    assert {tag for tag, _ in page.tags} & {"script", "link", "iframe", "object", "base"} == set()
    assert not any(key.startswith("on") for _, attrs in page.tags for key in attrs)
    for _, attrs in page.tags:
        for key in ("src", "href", "srcset", "action"):
            target = attrs.get(key) or "#"
            assert target.startswith(("#", "data:image/", "https://doi.org/10.")), target


@pytest.mark.parametrize("name", CASES)
def test_pictures_have_text_and_are_whole(pages: Any, name: str) -> None:
    images = pages[name].having("img")
    assert len(images) >= 4
    for image in images:
        assert len(image["alt"]) > 30
        kind, _, body = image["src"].partition(";base64,")
        data = base64.b64decode(body, validate=True)
        if kind == "data:image/png":
            assert data.startswith(b"\x89PNG")
        else:
            assert ET.fromstring(data).tag == "{http://www.w3.org/2000/svg}svg"
            assert b"<dc:date>" not in data


def test_tables_have_headers_and_captions(pages: Any) -> None:
    page = pages["normal"]
    assert len(page.having("caption")) == len(page.having("table")) >= 8
    assert {th.get("scope") for th in page.having("th")} == {"col", "row"}


def test_the_answer_comes_first_with_its_limits(pages: Any, analyses: Any) -> None:
    row = analyses["normal"].summary_row()
    text = pages["normal"].text
    said = f"{row['n_fp']} in 106 s: {row['fp_per_min']:.1f}/min (95 % limits "
    assert said in text
    assert text.index(said) < text.index("Reasons for") < text.index("Trace, cleaned")
    for words in ("106 s of 120 s", "11 s voluntary, 3 s artifact", "5 found", "24 µV", "mains"):
        assert words in text
    assert "indeterminate" in text


def test_none_found_is_said_with_its_time_and_upper_limit(pages: Any) -> None:
    # -ln(0.025) = 3.69 expected in 2 min: the exact upper limit of no event at all.
    assert "0 in 120 s, upper 95 % limit 1.84/min" in pages["silent"].text


@pytest.mark.parametrize("name", ["contraction", "unverifiable"])
def test_without_rest_no_rate_is_claimed_anywhere(pages: Any, analyses: Any, name: str) -> None:
    page = pages[name]
    texts = [page.text, *(image["alt"] for image in page.having("img"))]
    for text in texts:
        assert not RATE.search(text), RATE.search(text)
    assert "no rate may be claimed" in page.text
    assert "Rate over time" not in page.text
    reason = analyses[name].rest.segments["reason"].iloc[0]
    assert reason in page.text
    assert RATE.search("12.5/min")  # the pattern finds what it must


def test_without_rest_no_unit_and_no_unit_rate_is_claimed(analyses: Any, pages: Any) -> None:
    flat = " ".join(pages["unverifiable"].text.split())
    assert "Units none" in flat.replace("Unitsnone", "Units none")
    made = analyses["unverifiable"]
    rated = made.units.frame.assign(rate_per_min=12.5)
    odd = replace(made, units=replace(made.units, frame=rated))
    table = units_table(odd, has_rest=False)
    assert table is not None
    assert not any("min" in name for name in table.header)
    assert "Rate (/min)" in sheet_header(odd)


def sheet_header(made: Any) -> tuple[str, ...]:
    table = units_table(made, has_rest=True)
    assert table is not None
    return table.header


def test_why_there_is_no_rest_is_said(pages: Any) -> None:
    assert "Why it is not rest: regular firing throughout." in pages["contraction"].text
    assert "Rest could not be verified" in pages["unverifiable"].text


def test_every_exclusion_has_its_reason(pages: Any) -> None:
    text = pages["normal"].text
    for words in ("30.00", "41.00", "regular firing of unit 4", "80.00", "83.00", "motion"):
        assert words in text


def test_every_category_is_counted(pages: Any, analyses: Any) -> None:
    flat = " ".join(pages["normal"].text.split())
    frame = analyses["normal"].events.frame
    for category, n in frame["category"].value_counts().items():
        assert re.search(rf"{category} ?{n} ?\d+", flat.replace("\n", " ")), category


def test_hostile_text_stays_text(analyses: Any, rendered: Any, pages: Any) -> None:
    html, page = rendered["hostile"], pages["hostile"]
    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 10
    hostile = analyses["hostile"].raw.name
    (heading,) = [text for level, text in page.headings if level == 1]
    assert heading == f"Fasciculation potentials: {hostile}"


def _section(page: Any, heading: str) -> str:
    """Return the text between a heading of level 2 and the next."""
    names = [text for level, text in page.headings if level == 2]
    start = page.text.rindex(heading)
    after = [page.text.find(name, start + 1) for name in names]
    return str(page.text[start : min([at for at in after if at > 0], default=None)])


def test_context_stands_beside_the_evidence(pages: Any, analyses: Any) -> None:
    hostile, note = pages["hostile"], analyses["hostile"].raw.name
    said = _section(hostile, "Asked beside the recording")
    for words in (
        f"Reported: weakness ({note}). Such signs call for prompt medical assessment.",
        f"caffeine ({note})",
        f"diabetes ({note})",
        "neuropathy or root lesion: nerve conduction studies and needle EMG",
        "They change nothing in the evidence",
        "Not asked: muscle wasting; difficulty breathing",
    ):
        assert words in said, words
    assert "alcohol" not in said
    assert "thyroid" not in said
    order = [text for _, text in hostile.headings]
    assert order.index("Asked beside the recording") < order.index("Evidence")
    for name in set(CASES) - {"hostile"}:
        assert "Asked beside the recording" not in pages[name].text


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("normal", "of them were found in 106 seconds of rest."),
        ("silent", "none was found in 2 minutes of rest."),
        ("contraction", "the muscle was not resting"),
        ("unverifiable", "could not be told whether the muscle was resting"),
    ],
)
def test_the_plain_page_tells_what_was_found(
    pages: Any, analyses: Any, name: str, found: str
) -> None:
    told = _section(pages[name], "In plain language")
    assert found in told
    n = analyses[name].summary_row()["n_fp"]
    assert (f"{n} of them" in told) == (name == "normal")


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("neurogenic-leaning", "not the name of an illness"),
        ("benign-leaning", "does not show that everything is well"),
        ("indeterminate", "neither a good nor a bad sign"),
        ("insufficient", "too little to compare"),
    ],
)
def test_the_plain_page_says_what_the_pattern_means(
    analyses: Any, pattern: Any, words: str
) -> None:
    made = analyses["silent"]
    told = plain(replace(made, evidence=replace(made.evidence, pattern=pattern))).meaning
    assert words in told
    assert not re.search(r"\bALS\b|motor neuron disease|diagnos|probab|you have", told)


def test_only_dois_become_links(pages: Any) -> None:
    links = [a["href"] for a in pages["normal"].having("a") if not a["href"].startswith("#")]
    assert "https://doi.org/10.1136/x%3Cy%3E%3B2-b" in links
    assert "https://doi.org/10.1002/mus.24712" in links
    assert not any("javascript" in link for link in links)


def test_grid_recordings_show_a_map_for_each_unit(pages: Any) -> None:
    alts = [image["alt"] for image in pages["grid"].having("img")]
    assert sum("at each electrode" in alt for alt in alts) == 2
    assert not any("at each electrode" in i["alt"] for i in pages["normal"].having("img"))


@pytest.mark.parametrize(
    "words",
    [
        "never diagnoses",
        "No public recordings with labelled fasciculation potentials exist",
        "What is a fasciculation?",
        "Seek medical assessment promptly",
        "trouble swallowing",
        "Trouble breathing",
        "call the emergency number",
        "How often such a comparison is right is not known",
        "muscle that gets thinner",
        "max_false_per_min",
        "rest.window_s",
        "abababab",
        "Garwood 1936",
    ],
)
def test_every_page_says(pages: Any, words: str) -> None:
    for page in pages.values():
        assert words in page.text or words == "abababab"
    assert words in pages["normal"].text


def test_the_same_analysis_gives_the_same_bytes(analyses: Any, rendered: Any) -> None:
    assert render(analyses["unverifiable"]) == rendered["unverifiable"]
    with mpl.rc_context({"font.size": 22, "svg.hashsalt": None, "axes.facecolor": "black"}):
        assert render(analyses["silent"]) == rendered["silent"]


def test_half_an_hour_with_5000_potentials_stays_small(long_analysis: Any, parse: Any) -> None:
    html = render(long_analysis)
    assert len(long_analysis.events) == 5000
    assert len(html.encode()) < 3_000_000
    page = parse(html)
    assert "the 12 units with most potentials of 20" in page.text
    assert "365 later ones are not listed here" in page.text
    assert sum("superimposed" in image["alt"] for image in page.having("img")) == 12


def _luminance(color: str) -> float:
    parts = [int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_text_contrast_is_at_least_4_5(rendered: Any) -> None:
    """WCAG 2.2, success criterion 1.4.3 (AA), in both colour schemes."""
    css = rendered["silent"].partition("<style>")[2].partition("</style>")[0]
    schemes = re.findall(r":root \{([^}]*)\}", css)[:2]
    assert len(schemes) == 2
    for scheme in schemes:
        colors = dict(re.findall(r"--(\w+):(#\w{6})", scheme))
        for ink in ("ink", "soft", "link", "mark"):
            for paper in ("page", "panel"):
                pair = sorted((_luminance(colors[ink]), _luminance(colors[paper])))
                assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5, (ink, paper)


def test_a_part_of_a_table_is_no_wider_than_the_page(analyses: dict[str, Any]) -> None:
    table = units_table(analyses["normal"], has_rest=True)
    assert table is not None
    for part in side_by_side(table, width=60):
        longest = [max(map(len, column)) for column in zip(*part.rows, strict=True)]
        words = [max(map(len, name.split())) for name in part.header]
        needed = sum(max(pair) + 3 for pair in zip(longest, words, strict=True))
        assert needed <= 60 or len(part.header) == 2


def test_what_could_not_be_measured_is_listed_by_reason(analyses: dict[str, Any]) -> None:
    made = analyses["normal"]
    few = "average: fewer than 5 discharges; jitter: no second component"
    frame = made.units.frame.assign(not_measured=[few, "", "jitter: no second component", "", few])
    odd = replace(made, units=replace(made.units, frame=frame))
    table = unmeasured_table(odd)
    assert table is not None
    assert table.rows == (
        ("average", "fewer than 5 discharges", "1, 5"),
        ("jitter", "no second component", "1, 3, 5"),
    )
    assert "What could not be measured" in render(odd)
    assert "Not measured" not in sheet_header(odd)
    assert unmeasured_table(made) is None


def test_a_units_rate_carries_its_limits(analyses: dict[str, Any]) -> None:
    made = analyses["normal"]
    frame = made.units.frame.assign(rate_per_min_lo95=1.25, rate_per_min_hi95=7.5)
    table = units_table(replace(made, units=replace(made.units, frame=frame)), has_rest=True)
    assert table is not None
    at = table.header.index("Rate (/min)")
    assert all(row[at].endswith(" (1.25 to 7.5)") for row in table.rows)
    assert not any("limit" in name for name in table.header)


def test_a_wide_table_is_cut_without_losing_a_column(analyses: dict[str, Any]) -> None:
    table = units_table(analyses["normal"], has_rest=True)
    assert table is not None
    parts = side_by_side(table, width=40)
    assert len(parts) > 1
    assert [name for part in parts for name in part.header[1:]] == list(table.header[1:])
    for k, row in enumerate(table.rows):
        assert [cell for part in parts for cell in part.rows[k][1:]] == list(row[1:])
        assert {part.rows[k][0] for part in parts} == {row[0]}


def test_the_number_of_units_has_its_bound_and_their_sizes(
    analyses: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    analysed = analyses["normal"]
    bound = {"n_units_at_least": 1, "n_units_at_least_discharges": 12, "n_units_at_least_snr": 9.4}
    row = analysed.summary_row() | bound
    monkeypatch.setattr(type(analysed), "summary_row", lambda _: row)
    fact = next(item for item in answer(analysed).facts if item.name == "Units")
    frame = analysed.units.frame
    assert fact.value == f"{len(frame)} found, at least 1"
    n, snr = frame["n"].min(), frame["snr"].min()
    assert fact.note.startswith(
        f"Those found have {n} discharges or more and SNR {snr:.0f} or more"
    )
    assert "The lower bound counts units of 12 discharges or more and SNR 9 or more." in fact.note
