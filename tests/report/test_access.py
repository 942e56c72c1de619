"""Pages can be read and used by everybody: WCAG 2.2 as far as a browser can tell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from browser import Browser, chromium
from emgfasc.report import render_index, render_review

PAGES = ("report", "grid", "index", "review")
# Of every text that is seen: its colour against the first fill behind it (1.4.3, AA).
CONTRAST = """
    const parts = (color) => color.match(/[\\d.]+/g).map(Number);
    const light = (color) => {
        const [r, g, b] = parts(color).map((v) => v / 255)
            .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const fill = (part) => {
        for (let box = part; box; box = box.parentElement) {
            const own = getComputedStyle(box).backgroundColor;
            if (parts(own)[3] !== 0) return own;
        }
        return "rgb(255, 255, 255)";
    };
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const part = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || !part.getClientRects().length) continue;
        if (part.closest("script, style, :disabled")) continue;
        const pair = [light(getComputedStyle(part).color), light(fill(part))].sort((a, b) => a - b);
        found.push([(pair[1] + 0.05) / (pair[0] + 0.05), walker.currentNode.data.slice(0, 40)]);
    }
    return found.sort((a, b) => a[0] - b[0]);"""
# Boxes that scroll sideways and that a keyboard cannot reach (2.1.1).
OUT_OF_REACH = """
    return [...document.querySelectorAll("body *")]
        .filter((box) => box.scrollWidth > box.clientWidth + 1 && box.getClientRects().length)
        .filter((box) => ["auto", "scroll"].includes(getComputedStyle(box).overflowX))
        .filter((box) => box.tabIndex < 0).map((box) => box.className || box.id);"""
NAMED = ("button", "checkbox", "combobox", "group", "image", "img", "link", "spinbutton", "table")


@pytest.fixture(scope="module")
def pages(
    analyses: dict[str, Any], rendered: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    row = {"status": "done", "reason": "", "fp_per_min": 20.0, "fp_per_min_lo95": 15.0,
           "fp_per_min_hi95": 26.0, "pattern": "indeterminate", "kind": "needle"}  # fmt: skip
    table = pd.DataFrame([{"recording": "a", **row}, {"recording": "b", **row, "status": "failed"}])
    made = {
        "report": rendered["normal"],
        "grid": rendered["grid"],
        "index": render_index(table),
        "review": render_review(analyses["normal"]),
    }
    folder = tmp_path_factory.mktemp("pages")
    for name, html in made.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in made}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("browser")) as started:
        yield started


def visit(browser: Browser, path: Path, width: int = 380, scheme: str = "light") -> None:
    browser.screen(width, scheme=scheme)
    browser.open(path, ready=path.stem in ("index", "review"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_text_stands_out(browser: Browser, pages: Any, name: str, scheme: str) -> None:
    visit(browser, pages[name], scheme=scheme)
    found = browser.js(CONTRAST)
    assert isinstance(found, list)
    assert len(found) > 10
    assert found[0][0] >= 4.5, found[0]
    paper = browser.js("return getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(255, 255, 255)") == (scheme == "light")


@pytest.mark.parametrize("width", [380, 1400])
@pytest.mark.parametrize("name", PAGES)
def test_only_boxes_scroll_sideways(browser: Browser, pages: Any, name: str, width: int) -> None:
    """No scrolling in two directions (1.4.10), but tables and pictures in a box of their own."""
    visit(browser, pages[name], width)
    assert browser.wider_than_the_screen() == []
    assert browser.js(OUT_OF_REACH) == []


@pytest.mark.parametrize("name", PAGES)
def test_everything_has_a_name(browser: Browser, pages: Any, name: str) -> None:
    """What a screen reader is told (4.1.2, 1.1.1)."""
    visit(browser, pages[name])
    tree = browser.told()
    roles = {role for role, _ in tree}
    assert {"heading", "main"} <= roles
    assert [pair for pair in tree if pair[0] in NAMED and not pair[1].strip()] == []


def test_a_keyboard_comes_to_the_answer_and_into_every_table(browser: Browser, pages: Any) -> None:
    visit(browser, pages["report"])
    tab = "\ue004"
    browser.keys(tab)
    assert browser.js("return document.activeElement.textContent") == "Skip to the answer"
    assert browser.js("return document.activeElement.getBoundingClientRect().left >= 0")
    seen = set()
    for _ in range(120):
        browser.keys(tab)
        label = browser.js("return document.activeElement.getAttribute('aria-label')")
        if label:
            seen.add(label)
    wanted = browser.js(
        "return [...document.querySelectorAll('.scroll, .card')].map(b => b.ariaLabel)"
    )
    assert isinstance(wanted, list)
    assert set(wanted) <= seen
