"""Figures as data URIs, the same bytes for the same picture."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any, cast

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

__all__ = ["png_uri", "svg_uri"]

_DPI = 130
_LEVEL = 3  # of zlib; above it pictures of lines become larger, and take half as long again
_PAD_INCHES = 3 / 72  # around the picture, as matplotlib's engine leaves it


def svg_uri(axes: Axes) -> str:
    """Return the figure of `axes` as an SVG; rasterised artists are embedded at 130 dots per inch.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from emgfasc.report.encode import svg_uri
    >>> svg_uri(Figure().subplots())[:26]
    'data:image/svg+xml;base64,'
    """
    made = _saved(axes, "svg", metadata={"Date": None, "Creator": None})
    return f"data:image/svg+xml;base64,{made}"


def png_uri(axes: Axes) -> str:
    """Return the figure of `axes` as a PNG of 130 dots per inch.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from emgfasc.report.encode import png_uri
    >>> png_uri(Figure().subplots())[:22]
    'data:image/png;base64,'
    """
    packed = {"compress_level": _LEVEL}
    made = _saved(axes, "png", metadata={"Software": None}, pil_kwargs=packed)
    return f"data:image/png;base64,{made}"


def _saved(axes: Axes, form: str, **options: Any) -> str:
    buffer, figure = BytesIO(), cast("Figure", axes.figure)
    figure.set_dpi(_DPI)
    _place(figure)
    figure.savefig(buffer, format=form, dpi=_DPI, **options)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def _place(figure: Figure) -> None:
    """Make room for labels once and for all.

    With an engine in place, saving draws the whole figure twice, and the engine measures twice.
    One look is enough for one pair of axes, as their labels hardly change when they are moved.
    """
    layout = figure.get_layout_engine()
    if layout is None:
        return
    figure.set_layout_engine(None)
    if len(figure.axes) > 1:
        layout.execute(figure)
        return
    (axes,) = figure.axes
    inside = axes.get_window_extent()
    around = axes.get_tightbbox(FigureCanvasAgg(figure).get_renderer(), for_layout_only=True)
    if around is None:  # nothing is visible
        return
    pad, page = _PAD_INCHES * figure.dpi, figure.bbox
    left, bottom = inside.x0 - around.x0 + pad, inside.y0 - around.y0 + pad
    right, top = around.x1 - inside.x1 + pad, around.y1 - inside.y1 + pad
    axes.set_position(
        (
            left / page.width,
            bottom / page.height,
            1 - (left + right) / page.width,
            1 - (top + bottom) / page.height,
        )
    )
