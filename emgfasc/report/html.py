"""The report: one page that opens anywhere, needs no network and prints."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from emgfasc.containers import EVENTS
from emgfasc.report import shape_sheets, sheets, unit_sheets
from emgfasc.report.answer import answer
from emgfasc.report.corrections import review_table
from emgfasc.report.drawing import Draw, Drawn
from emgfasc.report.page_table import side_by_side
from emgfasc.report.plain import plain
from emgfasc.report.protocol import Analysed
from emgfasc.report.words import flat, unit_words

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["render"]

_DOI = re.compile(r"10\.\d{4,9}/\S+")

# Keys of the summary row that the answer already shows.
_ANSWERED = frozenset(
    {
        "rest_s",
        "n_fp",
        "fp_per_min",
        "fp_per_min_lo95",
        "fp_per_min_hi95",
        "n_units",
        "n_units_at_least",
        "n_units_at_least_discharges",
        "n_units_at_least_snr",
        "noise_uv",
        "detection_limit_uv",
        "sufficient_observation",
        "flags",
        "pattern",
        "settings",
        "review",
    }
)


class _Citation(NamedTuple):
    """One source, with a link where its DOI is known."""

    text: str
    doi: str
    verified: bool

    @property
    def link(self) -> str:
        """Address of the DOI; old ones hold signs an address must not."""
        return f"https://doi.org/{quote(self.doi, safe='/')}" if self.doi else ""


def render(analysed: Analysed, *, draw: Draw | None = None) -> str:
    """Return the report as one self-contained HTML page.

    The same analysis gives the same text, byte by byte. Nothing in it is loaded from elsewhere; all
    text that comes from a file is escaped.

    Parameters
    ----------
    analysed : Analysed
        The analysis, as returned by :func:`emgfasc.analyze`.
    draw : callable, optional
        What begins to draw the pictures and returns what waits for them, for a program whose other
        threads are idle: a :class:`emgfasc.report.painter.Painter`. The page is the same.

    Returns
    -------
    str
        HTML 5, to be written as UTF-8.

    Examples
    --------
    >>> from emgfasc.report import render
    >>> render.__name__
    'render'
    """
    waited = (draw or _draw)(analysed)
    template, said = _template(), _said(analysed)  # meanwhile
    drawn = waited()
    return template.render(
        traces=drawn.traces,
        firing_pictures=drawn.firing,
        unit_pictures=drawn.units,
        leaning=drawn.leaning,
        **said,
    )


def _said(analysed: Analysed) -> dict[str, object]:
    """Return all that stands on the page beside the pictures."""
    told = answer(analysed)
    units = unit_sheets.units_table(analysed, has_rest=told.has_rest)
    summary = analysed.summary_row()
    rest = {key: value for key, value in summary.items() if key not in _ANSWERED}
    if not told.has_rest:
        rest = {key: value for key, value in rest.items() if "per_min" not in key}
    return {
        "name": analysed.raw.name,
        "answer": told,
        "review": review_table(analysed),
        "evidence": analysed.evidence,
        "plain": plain(analysed),
        "identity": sheets.identity_table(analysed),
        "quality": sheets.quality_table(analysed),
        "units": units,
        "unit_parts": () if units is None else side_by_side(units),
        "unmeasured": unit_sheets.unmeasured_table(analysed),
        "firing": unit_sheets.firing_table(analysed, has_rest=told.has_rest),
        "categories": sheets.categories_table(analysed),
        "unsorted": sheets.unsorted_table(analysed),
        "rest": sheets.rest_table(analysed),
        "evidence_table": sheets.evidence_table(analysed, has_rest=told.has_rest),
        "settings": flat(analysed.settings_dict()),
        "provenance": flat(rest),
        "columns": [column for column in EVENTS.columns if column.name in analysed.events.frame],
        "rules": sheets.rules_table(),
        "shape_rules": shape_sheets.shape_rules_table(analysed),
        "validity": shape_sheets.validity_table(analysed),
        "citations": _citations(analysed),
    }


def _draw(analysed: Analysed) -> Callable[[], Drawn]:
    """Draw when it is waited for."""
    from emgfasc.report.pictures import drawn  # noqa: PLC0415 - slow to import

    return partial(drawn, analysed)


@cache
def _template() -> Template:
    """Load the template; everything put into it is escaped, whatever its type."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - slow to import

    environment = Environment(
        loader=PackageLoader("emgfasc.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["unit_words"] = unit_words
    return environment.get_template("report.html.j2")


# Sources of the rules used on every page.
_METHODS = (
    _Citation(
        "Garwood 1936, Biometrika 28:437-442: exact limits of a Poisson rate",
        "10.1093/biomet/28.3-4.437",
        verified=True,
    ),
    _Citation("Mills 2010, Brain 133:3458-69: doublets, firing and shape", "", verified=True),
    _Citation("Mills 2011, J Neurol Neurosurg Psychiatry: observation time", "", verified=True),
    _Citation(
        "Zhou 2012, J NeuroEng Rehabil 9:78: observation time",
        "10.1186/1743-0003-9-78",
        verified=True,
    ),
    _Citation("Sleutjes 2016, Muscle Nerve 53:227-33: isolated discharges", "", verified=True),
    _Citation("Blexrud 1993: long-term course of benign fasciculations", "", verified=True),
)


def _citations(analysed: Analysed) -> tuple[_Citation, ...]:
    """Collect the studies compared with, once each, then the sources of the rules."""
    frame = analysed.evidence.to_frame()
    found: dict[str, _Citation] = {}
    for place in range(len(frame)):
        row = frame.iloc[place]
        text, doi = str(row.get("study") or ""), str(row.get("doi") or "")
        known = _DOI.fullmatch(doi)
        if text:
            before = found.get(text)
            found[text] = _Citation(
                text,
                doi if known else (before.doi if before else ""),
                bool(row.get("verified")) or bool(before and before.verified),
            )
    return (*found.values(), *_METHODS)
