"""One look for every picture: colours, marks, axes and scale bars."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font

__all__ = [
    "CATEGORY_MARKS",
    "INK",
    "MUTED",
    "PAPER",
    "STATE_FILLS",
    "UNIT_COLORS",
    "amplitude_label",
    "axes_or_new",
    "house",
    "nice",
    "plain",
    "scale_bar",
    "unit_color",
]

INK: Final = "#1a1a1a"
MUTED: Final = "#595959"  # 7:1 on white
PAPER: Final = "#ffffff"

# At least 3:1 on paper (WCAG 2.2, 1.4.11), and apart from each other, from the trace and from the
# grey for protanopes, deuteranopes and tritanopes (tests/plot/test_colors.py). Okabe and Ito's
# palette has two colours that are too pale for thin lines (2.3:1).
UNIT_COLORS: Final = ("#2D40A5", "#A81211", "#00AB59", "#939905", "#8A5092", "#4A7CF0")

# Shape and grey tell other categories apart, so that colour is left to the units.
CATEGORY_MARKS: Final[dict[str, str]] = {
    "fasciculation": "v",
    "voluntary": "s",
    "artifact": "x",
    "ecg": "h",
    "fibrillation": "d",
    "positive_sharp_wave": "<",
    "complex_repetitive": "P",
    "myokymia": "p",
    "neuromyotonia": "^",
    "cramp": "*",
    "unclassified": "o",
}

# Fill and hatch: the hatch carries the meaning in a black and white print.
STATE_FILLS: Final[dict[str, tuple[str, str]]] = {
    "rest": ("#dff2ea", ""),
    "voluntary": ("#fbe3cf", "////"),
    "spontaneous": ("#efe0f0", "\\\\\\\\"),
    "artifact": ("#dedede", "xxxx"),
}

_HOUSE: Final[dict[str, object]] = {
    "figure.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
    "axes.labelsize": 9,
    "font.family": ["DejaVu Sans"],  # comes with matplotlib: the same picture everywhere
    "font.size": 9,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "hatch.linewidth": 0.4,
    "svg.fonttype": "path",
    "svg.hashsalt": "emgfasc",
    "path.simplify": True,
}


@contextmanager
def house() -> Iterator[None]:
    """Draw in the house style whatever the user's own settings are, and put those back."""
    with matplotlib.style.context(["default", _HOUSE]):
        yield


def axes_or_new(ax: Axes | None, size: tuple[float, float]) -> Axes:
    """Return `ax`, or the axes of a new figure of `size` inches that no window manager knows."""
    if ax is not None:
        return ax
    with house():
        return Figure(figsize=size, layout="constrained").subplots()


def unit_color(unit: int) -> str:
    """Return the colour of a unit; grey for 0, the potentials that no unit took.

    Colours come round again after six units; labels and rows carry the number as well.

    Examples
    --------
    >>> from emgfasc.plot.style import unit_color
    >>> unit_color(1), unit_color(7), unit_color(0)
    ('#2D40A5', '#2D40A5', '#595959')
    """
    return UNIT_COLORS[(unit - 1) % len(UNIT_COLORS)] if unit > 0 else MUTED


def nice(value: float) -> float:
    """Round up to 1, 2 or 5 times a power of ten.

    Examples
    --------
    >>> from emgfasc.plot.style import nice
    >>> nice(0.13), nice(340.0), nice(1000.0)
    (0.2, 500.0, 1000.0)
    """
    if not math.isfinite(value) or value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    for step in (1.0, 2.0, 5.0):
        if value <= step * power * (1 + 1e-9):
            return float(f"{step * power:.6g}")
    return float(f"{10 * power:.6g}")


def amplitude_label(value_uv: float) -> str:
    """Write an amplitude as a reader of EMG would: uV, and mV from 1000 uV up."""
    return f"{value_uv / 1e3:g} mV" if value_uv >= 1e3 else f"{value_uv:g} µV"


def plain(text: object, length: int = 48) -> str:
    r"""Return text from a file so that it can be drawn as it stands.

    A dollar sign is not taken for mathematics, characters the font does not hold become a box, and
    what is longer than `length` is cut.

    Examples
    --------
    >>> from emgfasc.plot.style import plain
    >>> print(plain("cost $5$"), plain("a\x00b"), plain("x" * 99, 5))
    cost \$5\$ a□b xxxx…
    """
    known = _glyphs()
    drawn = "".join(mark if ord(mark) in known else "□" for mark in str(text))
    short = drawn if len(drawn) <= length else f"{drawn[: length - 1]}…"
    return short.replace("$", r"\$")


@cache
def _glyphs() -> frozenset[int]:
    """Return the characters that the house font holds."""
    font = FT2Font(str(Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")))
    return frozenset(font.get_charmap())


def scale_bar(
    ax: Axes, corner: tuple[float, float], *, width: tuple[float, str], height_uv: float
) -> None:
    """Draw an L of `width` (data units, label) and `height_uv` whose corner lies at `corner`."""
    x, y = corner
    wide, label = width
    # Upwards on the page is negative: the vertical arm goes to smaller values.
    ax.plot([x, x, x + wide], [y - height_uv, y, y], color=INK, lw=1.4, clip_on=False, zorder=5)
    ax.annotate(
        f"{amplitude_label(height_uv)}, {label}",
        (x + wide, y),
        xytext=(4, 0),
        textcoords="offset points",
        ha="left",
        va="bottom",
        fontsize=8,
        annotation_clip=False,
    )
