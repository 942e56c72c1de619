"""Tables and plots of the review page, drawn by Bokeh; imported only where Bokeh is installed."""

from __future__ import annotations

from typing import Any

from bokeh.document import Document
from bokeh.embed import file_html
from bokeh.models import ColumnDataSource, CustomJS, DataTable, Range1d, TableColumn
from bokeh.plotting import figure
from bokeh.resources import INLINE
from jinja2 import Template

from emgfasc.plot.style import INK, UNIT_COLORS

__all__ = ["page"]

_UNIT_COLUMNS = (
    ("unit", "Unit", 70),
    ("n", "Potentials", 70),
    ("open", "Open", 50),
    ("category", "Category", 110),
    ("amplitude_uv", "Median µV", 80),
    ("snr", "Median SNR", 80),
    ("like", "Most like", 130),
)
_EVENT_COLUMNS = (
    ("number", "No.", 50),
    ("peak_s", "Time (s)", 80),
    ("unit", "Unit", 50),
    ("category", "Category", 110),
    ("amplitude_uv", "µV", 70),
    ("snr", "SNR", 60),
    ("channel", "Channel", 80),
    ("mark", "Review", 90),
)


def page(
    data: dict[str, Any], *, script: str, template: Template, variables: dict[str, Any], title: str
) -> str:
    """Return the page: Bokeh with all its parts inline, the data, and the script that moves them.

    Parameters
    ----------
    data : dict
        What the script knows as ``data``; arrays of numbers go as bytes.
    script : str
        JavaScript, run when the tables and plots are there.
    template : Template
        Extends Bokeh's page and has places for the roots ``units, events, shapes, one, around``.
    variables : dict
        For the template.
    title : str
        Of the page.
    """
    tables = {"units": _table("units", _UNIT_COLUMNS), "events": _table("events", _EVENT_COLUMNS)}
    lines = {
        "many": ColumnDataSource({"xs": [], "ys": []}),
        "mean": ColumnDataSource({"x": [], "y": []}),
        "this": ColumnDataSource({"x": [], "y": []}),
        "trace": ColumnDataSource({"x": [], "y": []}),
        "marks": ColumnDataSource({"x": [], "y": [], "label": [], "color": []}),
    }
    plots = _plots(lines, data)
    ranges = {name: plot.y_range for name, plot in plots.items()}
    document = Document(title=title)
    for root in (*tables.values(), *plots.values()):
        document.add_root(root)
    start = CustomJS(
        args={"data": data, "tables": tables, "lines": lines, "ranges": ranges}, code=script
    )
    document.js_on_event("document_ready", start)
    html: str = file_html(document, INLINE, title, template=template, template_variables=variables)
    return html


def _table(name: str, columns: tuple[tuple[str, str, int], ...]) -> DataTable:
    """Make an empty table; the script fills and sorts it."""
    return DataTable(
        name=name,
        source=ColumnDataSource({field: [] for field, _, _ in columns}),
        columns=[
            TableColumn(field=field, title=title, width=width, sortable=False)
            for field, title, width in columns
        ],
        index_position=None,
        reorderable=False,
        sizing_mode="stretch_width",
        min_width=sum(width for _, _, width in columns),  # on a narrow screen its box scrolls
        height=300,
    )


def _plots(lines: dict[str, ColumnDataSource], data: dict[str, Any]) -> dict[str, Any]:
    """Make the three plots: a unit's potentials, one potential, and the trace around it."""
    times = {"shapes": data["wave_ms"], "one": data["wave_ms"], "around": data["near_ms"]}
    plots = {name: _figure(name, time_ms) for name, time_ms in times.items()}
    thin = {"line_color": INK, "line_width": 1.0}
    plots["shapes"].multi_line(
        "xs", "ys", source=lines["many"], line_alpha=0.35, line_color=UNIT_COLORS[0]
    )
    plots["shapes"].line("x", "y", source=lines["mean"], line_color=INK, line_width=2.0)
    plots["one"].line("x", "y", source=lines["mean"], line_dash="4 3", **thin)
    plots["one"].line("x", "y", source=lines["this"], line_width=2.0, line_color=UNIT_COLORS[1])
    plots["around"].line("x", "y", source=lines["trace"], **thin)
    plots["around"].scatter(
        "x", "y", source=lines["marks"], marker="inverted_triangle", size=8, color="color"
    )
    plots["around"].text(
        "x",
        "y",
        text="label",
        source=lines["marks"],
        text_font_size="11px",
        text_align="center",
        text_baseline="bottom",
        y_offset=-5,
        text_color=INK,
    )
    return plots


def _figure(name: str, time_ms: Any) -> Any:
    """Make an empty plot, negative up."""
    made = figure(
        name=name,
        height=220,
        sizing_mode="stretch_width",
        toolbar_location=None,
        tools="",
        x_range=Range1d(float(time_ms[0]), float(time_ms[-1])),
        y_range=Range1d(1.0, -1.0),
        x_axis_label="Time from the peak (ms)",
        y_axis_label="µV, negative up",
    )
    made.xgrid.visible = False
    return made
