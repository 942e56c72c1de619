"""The pages of the API site name what the package exports."""

import runpy
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = runpy.run_path(str(DOCS / "make_api.py"))["pages"]()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_up_to_date(name: str) -> None:
    """Else run ``python docs/make_api.py``."""
    assert (DOCS / "api" / f"{name}.md").read_text(encoding="utf-8") == PAGES[name]


def test_no_page_is_left_over() -> None:
    assert {path.stem for path in (DOCS / "api").glob("*.md")} == set(PAGES)
