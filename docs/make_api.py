"""Write a page for each room of the package from what it exports, whenever the site is built."""

from __future__ import annotations

import inspect
import re
from functools import cache
from pathlib import Path
from typing import Any

import emgfasc as ef

TITLES = {
    "io": "Reading and writing",
    "preprocess": "Cleaning",
    "rest": "Rest",
    "detect": "Detection",
    "sort": "Units",
    "measure": "Shape",
    "firing": "Firing",
    "evidence": "Evidence",
    "plot": "Pictures",
    "report": "Report and review",
    "batch": "Many recordings",
    "simulate": "Simulation",
    "evaluate": "Scoring",
    "integrity": "Integrity",
    "datasets": "Datasets",
    "containers": "Containers",
    "export": "Export",
}
TOP = (
    ef.read, ef.analyze, ef.review, ef.Settings, ef.Analysis,
    ef.EmgfascError, ef.MissingExtraError, ef.ParameterError, ef.RecordingError,
)  # fmt: skip


def pages() -> dict[str, str]:
    """Return the text of each page by its name."""
    top = {f"emgfasc.{item.__qualname__}": item for item in TOP}
    made = {"emgfasc": _page("The whole way: `emgfasc`", "A recording in, an analysis out.", top)}
    for room, title in TITLES.items():
        about = (getattr(ef, room).__doc__ or "").split("\n\n")[0].strip()
        own = {f"emgfasc.{room}.{name}": item for name, item in _public(room).items()}
        made[room] = _page(f"{title}: `emgfasc.{room}`", about, own)
    return made


def linked(html: str, room: str) -> str:
    """Turn the docstrings' Sphinx roles into links, or into plain code where there is no page."""

    def link(found: re.Match[str]) -> str:
        name = found[1]
        place = _places().get(name) or _places().get(f"emgfasc.{room}.{name}")
        code = f"<code>{name}</code>"
        return code if place is None else f'<a href="../{place}">{code}</a>'

    return re.sub(r":(?:func|class|meth|mod|attr):<code>([^<]+)</code>", link, html)


def _public(room: str) -> dict[str, Any]:
    """Return the functions and classes a room exports, by name."""
    module = getattr(ef, room)
    found = {name: getattr(module, name) for name in sorted(module.__all__)}
    return {name: x for name, x in found.items() if inspect.isfunction(x) or inspect.isclass(x)}


def _anchor(item: Any) -> str:
    return f"{item.__module__}.{item.__qualname__}"


@cache
def _places() -> dict[str, str]:
    """Return page and anchor of every public name, methods too."""
    named = [("emgfasc", f"emgfasc.{item.__qualname__}", item) for item in TOP]
    for room in TITLES:
        named += [(room, f"emgfasc.{room}.{name}", item) for name, item in _public(room).items()]
    places = {}
    for page, name, item in named:
        places[name] = f"{page}/#{_anchor(item)}"
        for inner in vars(item) if inspect.isclass(item) else ():
            if not inner.startswith("_"):
                places[f"{name}.{inner}"] = f"{page}/#{_anchor(item)}.{inner}"
    return places


def _page(title: str, about: str, public: dict[str, Any]) -> str:
    """Return a page's text; its headings are the names one calls, wherever they are defined."""
    parts = [
        f"::: {_anchor(item)}\n    options: {{heading: {name}, toc_label: {item.__name__}}}"
        for name, item in public.items()
    ]
    return "\n\n".join([f"# {title}", about, *parts]) + "\n"


def on_page_content(html: str, page: Any, **_: object) -> str:
    """Link the names on the pages made here."""
    folder, _, room = page.file.src_uri.removesuffix(".md").rpartition("/")
    return linked(html, room) if folder == "api" else html


def on_pre_build(config: object) -> None:  # noqa: ARG001 (the name MkDocs passes it by)
    """Write the pages before MkDocs looks for them."""
    folder = Path(__file__).with_name("api")
    folder.mkdir(exist_ok=True)
    for name, text in pages().items():
        page = folder / f"{name}.md"
        if not page.exists() or page.read_text("utf-8") != text:
            page.write_text(text, encoding="utf-8")
