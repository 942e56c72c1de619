"""A headless Chromium that reads pages of this machine and nothing else."""

from __future__ import annotations

import base64
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver import ActionChains
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

_QUIET = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--window-size=1500,1000",
)  # fmt: skip


class Browser:
    """A page under test: keys in, what it says and what it complains of out."""

    def __init__(self, driver: webdriver.Chrome, downloads: Path) -> None:
        self.driver = driver
        self.downloads = downloads

    def open(self, page: Path, *, ready: bool = True) -> None:
        """Open a page and wait until its script says that it is `ready`, if it has one."""
        self.driver.get(page.resolve().as_uri())
        if ready:
            self.until("document.body.dataset.ready === 'yes'")

    def screen(self, width: int, *, scheme: str = "light") -> None:
        """Give the page a screen of so many pixels, and a light or dark surrounding."""
        self._cdp("Emulation.setDeviceMetricsOverride",
                  width=width, height=900, deviceScaleFactor=1, mobile=False)  # fmt: skip
        scheme_wanted = {"name": "prefers-color-scheme", "value": scheme}
        self._cdp("Emulation.setEmulatedMedia", features=[scheme_wanted])

    def told(self) -> list[tuple[str, str]]:
        """Return role and name of all that a screen reader is told of."""
        nodes = self._cdp("Accessibility.getFullAXTree")["nodes"]
        told = [node for node in nodes if not node.get("ignored")]
        facts = [
            [str(node.get(key, {}).get("value", "")) for node in told] for key in ("role", "name")
        ]
        return list(zip(*facts, strict=True))

    def pictures(self, stem: Path, *, tall: int = 2400) -> None:
        """Write the whole page as ``STEM.0.png`` and on, each `tall` pixels at most."""
        wide, high = (
            int(str(self.js(f"return document.documentElement.scroll{side}")))
            for side in ("Width", "Height")
        )
        for place, top in enumerate(range(0, high, tall)):
            box = {"x": 0, "y": top, "width": wide, "height": min(tall, high - top), "scale": 1}
            shot = self._cdp("Page.captureScreenshot", captureBeyondViewport=True, clip=box)
            path = stem.with_name(f"{stem.name}.{place}.png")
            path.write_bytes(base64.b64decode(shot["data"]))

    def printed(self, path: Path) -> None:
        """Write the page as it is printed on A4."""
        self._cdp("Emulation.clearDeviceMetricsOverride")
        paper = {"paperWidth": 8.27, "paperHeight": 11.69, "preferCSSPageSize": True}
        path.write_bytes(base64.b64decode(self._cdp("Page.printToPDF", **paper)["data"]))

    def key_times_ms(self) -> list[float]:
        """Press accept, next, reject and undo of a review page; time each until it is taken in.

        Tables and plots have their new content then; the browser paints it with its next frame.
        """
        self.keys("e")
        times = self.js("""
            const times = [];
            for (const key of "ajrz".repeat(15)) {
                const start = performance.now();
                document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
                times.push(performance.now() - start);
            }
            return times.sort((a, b) => a - b);""")
        assert isinstance(times, list)
        return times

    def _cdp(self, command: str, **values: object) -> dict[str, Any]:
        found: dict[str, Any] = self.driver.execute_cdp_cmd(command, values)
        return found

    def wider_than_the_screen(self) -> list[str]:
        """Return what reaches beyond the right edge and lies in no box that scrolls."""
        found = self.js("""
            const boxed = (part) => {
                for (let box = part.parentElement; box; box = box.parentElement)
                    if (getComputedStyle(box).overflowX !== "visible") return true;
                return false;
            };
            const wide = [...document.querySelectorAll("body *")].filter((part) => {
                const place = part.getBoundingClientRect();
                return place.width && place.right > innerWidth + 1 && !boxed(part);
            });
            const page = document.documentElement.scrollWidth > innerWidth ? ["page"] : [];
            return [...page, ...wide.map((part) => part.tagName)];
        """)
        assert isinstance(found, list)
        return found

    def until(self, condition: str, seconds: float = 30.0) -> None:
        end = time.monotonic() + seconds
        while not self.js(f"return {condition}"):
            assert time.monotonic() < end, f"{condition} never held; {self.complaints()}"
            time.sleep(0.05)

    def keys(self, *keys: str) -> None:
        for key in keys:
            ActionChains(self.driver).send_keys(key).perform()

    def js(self, code: str, *values: object) -> object:
        return self.driver.execute_script(code, *values)

    def text(self, name: str) -> str:
        return str(self.js("return document.getElementById(arguments[0]).textContent", name))

    def listed(self, table: str, column: str) -> list[object]:
        found = self.js(
            "return Array.from(Bokeh.documents[0].get_model_by_name(arguments[0])"
            ".source.data[arguments[1]])",
            table,
            column,
        )
        assert isinstance(found, list)
        return found

    def complaints(self) -> list[str]:
        log = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [entry["message"] for entry in log if entry["level"] != "INFO"]

    def loaded_from_elsewhere(self) -> object:
        return self.js(
            "return performance.getEntriesByType('resource').map(e => e.name)"
            ".filter(name => !/^(data|blob):/.test(name))"
        )

    def downloaded(self, seconds: float = 20.0) -> Path:
        end = time.monotonic() + seconds
        while True:
            found = sorted(self.downloads.glob("*.tsv"))  # a part of one has another name
            if found:
                return found[0]
            assert time.monotonic() < end, f"nothing was downloaded; {self.complaints()}"
            time.sleep(0.05)


@contextmanager
def chromium(folder: Path) -> Iterator[Browser]:
    """Start a browser with a profile of its own; skip where none is installed."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        pytest.skip("no browser: apt-get install chromium chromium-driver")
    downloads = folder / "downloads"
    downloads.mkdir()
    options = Options()
    options.binary_location = program
    for word in (*_QUIET, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(word)
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    session = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield Browser(session, downloads)
    finally:
        session.quit()
