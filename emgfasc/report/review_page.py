"""The page on which a person corrects the events, with nothing but a browser."""

from __future__ import annotations

import hashlib
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from emgfasc.containers import CATEGORIES, Events
from emgfasc.errors import MissingExtraError
from emgfasc.io import write_events
from emgfasc.plot.style import MUTED, UNIT_COLORS
from emgfasc.report.protocol import Analysed
from emgfasc.report.review_data import likeness, snippets

__all__ = ["render_review"]

KEYS: Final = tuple(zip("1234567890-", CATEGORIES, strict=True))


def render_review(analysed: Analysed) -> str:
    """Return the review page: one file that holds all it needs and loads nothing.

    By unit first, then potential by potential; every action has a key, and can be undone. Progress
    is kept in the browser's storage. The page hands out ``S_events.reviewed.tsv``, the events
    table with the corrected `unit` and `category`; a potential that was looked at says so in
    `reason`, after ``review:``. Give that table to ``emgfasc review``.

    Parameters
    ----------
    analysed : Analysed
        The analysis, as returned by :func:`emgfasc.analyze`.

    Returns
    -------
    str
        HTML 5, to be written as UTF-8. Bokeh numbers its elements anew for each page, so the text
        of two pages of one analysis differs in those numbers.

    Raises
    ------
    MissingExtraError
        When Bokeh is not installed.

    Examples
    --------
    >>> from emgfasc.report import render_review
    >>> render_review.__name__
    'render_review'
    """
    try:
        widgets = import_module("emgfasc.report.review_widgets")  # needs Bokeh, an extra
    except ImportError as error:
        raise MissingExtraError(
            "The review page needs Bokeh; install it with: pip install 'emgfasc[review]'"
        ) from error
    name = analysed.raw.name
    environment = Environment(
        loader=PackageLoader("emgfasc.report"), autoescape=True, undefined=StrictUndefined
    )
    folder = Path(__file__).with_name("templates")
    page: str = widgets.page(
        _data(analysed),
        script=(folder / "review.js").read_text("utf-8"),
        template=environment.get_template("review.html.j2"),
        variables={"name": name, "keys": KEYS},
        title=f"Review: {name}",
    )
    return page


def _data(analysed: Analysed) -> dict[str, Any]:
    """Return all that the script needs to know."""
    events, units = _with_reason(analysed.events), analysed.units
    frame, text = events.frame, _tsv(events)
    cut = snippets(analysed.recording, events)
    alike = likeness(units)
    np.fill_diagonal(alike, -1.0)
    return {
        "name": analysed.raw.name,
        "key": hashlib.sha256(text.encode()).hexdigest()[:16],
        "tsv": text,
        "categories": list(CATEGORIES),
        "colors": {"ours": UNIT_COLORS[0], "chosen": UNIT_COLORS[1], "other": MUTED},
        "n": len(events),
        "peak_s": frame["peak_s"].to_numpy(np.float64),
        "unit": frame["unit"].to_numpy(np.int32),
        "category": np.array([CATEGORIES.index(c) for c in frame["category"]], np.int32),
        "amplitude_uv": frame["amplitude_uv"].to_numpy(np.float32),
        "snr": frame["snr"].to_numpy(np.float32),
        "channel": [str(channel) for channel in frame["channel"]],
        "numbers": [int(unit) for unit in units.frame["unit"]],
        "alike": alike.astype(np.float32).ravel(),
        "wave": cut.wave.ravel(),
        "wave_uv": cut.wave_uv,
        "wave_ms": cut.wave_ms,
        "near": cut.near.ravel(),
        "near_uv": cut.near_uv,
        "near_ms": cut.near_ms,
    }


def _with_reason(events: Events) -> Events:
    """Return events that have a `reason`, empty where none was given."""
    if "reason" in events.frame:
        return events
    return events.assign(reason=np.full(len(events), "", object))


def _tsv(events: Events) -> str:
    """Return the events table as it is written."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "events.tsv")
        write_events(events, path)
        return path.read_text("utf-8")
