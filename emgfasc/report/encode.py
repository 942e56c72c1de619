"""Figures as data URIs, the same bytes for the same picture."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import cast

from matplotlib.axes import Axes
from matplotlib.figure import Figure

__all__ = ["png_uri", "svg_uri"]

_DPI = 130


def svg_uri(axes: Axes) -> str:
    """Return the figure of `axes` as an SVG; rasterised artists are embedded at 130 dots per inch.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from emgfasc.report.encode import svg_uri
    >>> svg_uri(Figure().subplots())[:26]
    'data:image/svg+xml;base64,'
    """
    return f"data:image/svg+xml;base64,{_saved(axes, 'svg', {'Date': None, 'Creator': None})}"


def png_uri(axes: Axes) -> str:
    """Return the figure of `axes` as a PNG of 130 dots per inch.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from emgfasc.report.encode import png_uri
    >>> png_uri(Figure().subplots())[:22]
    'data:image/png;base64,'
    """
    return f"data:image/png;base64,{_saved(axes, 'png', {'Software': None})}"


def _saved(axes: Axes, form: str, metadata: dict[str, None]) -> str:
    buffer, figure = BytesIO(), cast("Figure", axes.figure)
    figure.set_dpi(_DPI)
    if (layout := figure.get_layout_engine()) is not None:
        # Placed once and for all: with an engine in place, saving draws the whole figure twice.
        layout.execute(figure)
        figure.set_layout_engine(None)
    figure.savefig(buffer, format=form, dpi=_DPI, metadata=metadata)
    return base64.b64encode(buffer.getvalue()).decode("ascii")
