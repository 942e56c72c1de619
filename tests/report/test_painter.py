"""Reports may be drawn in a copy of the process; nothing else may differ."""

import os
import signal
import sys
from typing import Any

import pytest

from emgfasc.report import painter, render
from emgfasc.report.painter import Painter

forks = pytest.mark.skipif(sys.platform != "linux", reason="no copy is made elsewhere")


def test_pages_are_the_same(analyses: Any, rendered: Any) -> None:
    """Byte for byte, whoever draws, one after another."""
    with Painter() as draw:
        for name in ("normal", "silent", "grid"):
            assert render(analyses[name], draw=draw) == rendered[name]


@forks
def test_it_is_the_copy_that_draws(analyses: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with Painter() as draw:
        monkeypatch.setattr(painter, "_here", lambda _: None)
        assert draw(analyses["silent"])().traces


def test_pictures_nobody_waited_for_are_passed_over(analyses: Any, rendered: Any) -> None:
    """An error may strike between asking and waiting; the next page must get its own pictures."""
    with Painter() as draw:
        first = draw(analyses["grid"])
        assert render(analyses["silent"], draw=draw) == rendered["silent"]
        assert len(first().units) > len(draw(analyses["silent"])().units)


@forks
def test_a_killed_copy_costs_time_only(analyses: Any, rendered: Any) -> None:
    with Painter() as draw:
        waited = draw(analyses["grid"])
        copy: Any = draw._copy
        os.kill(copy.pid, signal.SIGKILL)
        assert waited().traces
        assert render(analyses["silent"], draw=draw) == rendered["silent"]


def test_what_is_long_or_cannot_be_sent_is_drawn_here(
    analyses: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(painter, "_here", lambda analysed: analysed)
    one = analyses["silent"]
    unsendable: Any = _Unsendable(one)
    with Painter() as draw:
        monkeypatch.setattr(painter, "_MOST_BYTES", 0)
        assert draw(one)() is one
        monkeypatch.undo()
        monkeypatch.setattr(painter, "_here", lambda analysed: analysed)
        assert draw(unsendable)() is unsendable


class _Unsendable:
    """An analysis whose source is bound to this process."""

    def __init__(self, analysed: Any) -> None:
        self.recording, self.raw = analysed.recording, analysed.raw

    def __reduce__(self) -> Any:
        raise TypeError("cannot pickle")
