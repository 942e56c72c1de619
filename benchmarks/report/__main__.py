"""Make the report and the review page of several recordings; print time, size and key times.

Times are CPU seconds. ``python -m benchmarks.report --long`` adds half an hour and 5,000
potentials; ``--pictures DIR`` keeps the pages and how they look: light and dark, on a wide and on a
narrow screen, and printed. Fails when a page is 10 MB or larger, complains in the browser, or is
wider than the screen.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any

import emgfasc as ef
from benchmarks.report.recordings import recordings

_LARGEST_MB = 10.0
_WIDTHS = (1400, 380)


def main() -> int:
    """Measure every page asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description=__doc__)
    parser.add_argument("--long", action="store_true", help="30 min, 10 min of grid, 5,000 FP too")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="keep pages and pictures here")
    asked = parser.parse_args()
    wrong = 0
    print(f"{'recording':<20}{'s':>6}{'found':>7}{'units':>7}{'report':>9}{'MB':>7}"
          f"{'review':>9}{'MB':>7}   key, median and 95 % (ms)")  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="emgfasc-report-") as name:
        scratch = Path(name)
        folder = scratch / "pages" if asked.pictures is None else asked.pictures
        folder.mkdir(parents=True, exist_ok=True)
        with _browser(scratch) as browser:
            for label, make in recordings(long=asked.long).items():
                wrong += _one(label, ef.analyze(make()), folder, browser, asked.pictures)
    return int(wrong > 0)


def _one(label: str, res: ef.Analysis, folder: Path, browser: Any, kept: Path | None) -> int:
    """Make both pages of one analysis, print their line, and count what is wrong with them."""
    stem = label.replace(", ", "_").replace(" ", "_")
    begin = time.process_time()
    report = res.to_html(folder / f"{stem}.html")
    half = time.process_time()
    review = res.to_review_html(folder / f"{stem}.review.html")
    took = (half - begin, time.process_time() - half)
    size = [page.stat().st_size / 1e6 for page in (report, review)]
    keys, wrong = "no browser", int(max(size) >= _LARGEST_MB)
    if browser is not None:
        wrong += _faults(browser, report, review)
        times = browser.key_times_ms()
        keys = f"{times[len(times) // 2]:.1f}, {times[int(0.95 * len(times))]:.1f}"
        if kept is not None:
            for page in (report, review):
                _pictures(browser, page)
    print(f"{label:<20}{res.recording.duration_s:>6.0f}{len(res.events):>7}{len(res.units):>7}"
          f"{took[0]:>7.1f} s{size[0]:>7.2f}{took[1]:>7.1f} s{size[1]:>7.2f}   {keys}"
          f"{'   WRONG' if wrong else ''}", flush=True)  # fmt: skip
    return wrong


def _faults(browser: Any, report: Path, review: Path) -> int:
    """Count complaints of the browser and screens that a page is too wide for."""
    found = 0
    for page, ready in ((report, False), (review, True)):
        for width in _WIDTHS:
            browser.screen(width)
            browser.open(page, ready=ready)
            found += len(browser.wider_than_the_screen())
        found += len(browser.complaints())
    return found


def _pictures(browser: Any, page: Path) -> None:
    """Keep how a page looks on screens and on paper."""
    for width in _WIDTHS:
        for scheme in ("light", "dark"):
            browser.screen(width, scheme=scheme)
            browser.open(page, ready=page.name.endswith(".review.html"))
            browser.pictures(page.with_suffix(f".{width}.{scheme}"))
    browser.printed(page.with_suffix(".pdf"))


def _browser(scratch: Path) -> AbstractContextManager[Any]:
    """Start the browser of the tests; without one give ``None``."""
    if shutil.which("chromium") is None or shutil.which("chromedriver") is None:
        return nullcontext()
    sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
    started: AbstractContextManager[Any] = import_module("browser").chromium(scratch)
    return started


if __name__ == "__main__":
    sys.exit(main())
