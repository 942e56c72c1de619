"""The site has a page for every room, made from what it exports."""

import importlib.util
import inspect
from pathlib import Path
from types import ModuleType

import pytest

import emgfasc as ef


@pytest.fixture(scope="module")
def make_api() -> ModuleType:
    path = Path(__file__).parents[1] / "docs" / "make_api.py"
    spec = importlib.util.spec_from_file_location("make_api", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_public_name_has_its_place(make_api: ModuleType) -> None:
    pages = make_api.pages()
    text = "\n".join(pages.values())
    for name in vars(ef)["__all__"]:
        item = getattr(ef, name)
        if not inspect.ismodule(item):
            assert f"::: {item.__module__}.{item.__qualname__}\n" in text, name
            continue
        assert name in pages, f"docs/make_api.py names no page for emgfasc.{name}"
        for inner in getattr(item, "__all__", ()):
            part = getattr(item, inner)
            if inspect.isfunction(part) or inspect.isclass(part):
                assert f"::: {part.__module__}.{part.__qualname__}\n" in pages[name], inner
