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


def test_sphinx_roles_become_links_or_plain_code(make_api: ModuleType) -> None:
    html = (
        "See :func:<code>emgfasc.read</code>, :func:<code>lag_map</code>, "
        ":meth:<code>emgfasc.containers.Rest.excluding</code> and :func:<code>json.dumps</code>."
    )
    assert make_api.linked(html, "plot") == (
        f'See <a href="../emgfasc/#{ef.read.__module__}.read"><code>emgfasc.read</code></a>, '
        '<a href="../plot/#emgfasc.plot.grids.lag_map"><code>lag_map</code></a>, '
        f'<a href="../containers/#{ef.Rest.__module__}.Rest.excluding">'
        "<code>emgfasc.containers.Rest.excluding</code></a> and <code>json.dumps</code>."
    )
