"""Write a page for each room of the package from what it exports, whenever the site is built."""

from __future__ import annotations

import inspect
from pathlib import Path

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
    made = {"emgfasc": _page("The whole way: `emgfasc`", "A recording in, an analysis out.", TOP)}
    for room, title in TITLES.items():
        module = getattr(ef, room)
        found = [getattr(module, name) for name in sorted(module.__all__)]
        public = [item for item in found if inspect.isfunction(item) or inspect.isclass(item)]
        about = (module.__doc__ or "").split("\n\n")[0].strip()
        made[room] = _page(f"{title}: `emgfasc.{room}`", about, tuple(public))
    return made


def _page(title: str, about: str, public: tuple[object, ...]) -> str:
    names = [f"::: {item.__module__}.{item.__qualname__}" for item in public]  # type: ignore[attr-defined]
    return "\n\n".join([f"# {title}", about, *names]) + "\n"


def on_pre_build(config: object) -> None:  # noqa: ARG001 (the name MkDocs passes it by)
    """Write the pages before MkDocs looks for them."""
    folder = Path(__file__).with_name("api")
    folder.mkdir(exist_ok=True)
    for name, text in pages().items():
        page = folder / f"{name}.md"
        if not page.exists() or page.read_text("utf-8") != text:
            page.write_text(text, encoding="utf-8")
