"""The long sweep: a trace on lines of a second, with every potential marked."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from emgfasc._validate import finite, one_of, positive
from emgfasc.containers import Events, Recording, Rest
from emgfasc.plot.style import (
    CATEGORY_MARKS,
    INK,
    STATE_FILLS,
    axes_or_new,
    nice,
    plain,
    scale_bar,
    unit_color,
)

__all__ = ["trace"]

_COLUMNS = 2000  # a line holds more samples than a page has columns: draw each column's range
_MAX_NAMES = 27  # units named in the legend; all carry their number while marks do
_MAX_NUMBERS = 80  # beyond this, unit numbers over the marks only hide each other


_Samples = NDArray[np.float64]


class _Page(NamedTuple):
    """Where time and amplitude lie on the page."""

    start_s: float
    line_s: float
    n_lines: int
    gain_uv: float

    @property
    def stop_s(self) -> float:
        return self.start_s + self.n_lines * self.line_s

    def line(self, time_s: float) -> int:
        return min(int((time_s - self.start_s) / self.line_s), self.n_lines - 1)

    def x(self, time_s: NDArray[np.float64], line: int) -> NDArray[np.float64]:
        return time_s - self.start_s - line * self.line_s


def trace(
    recording: Recording,
    events: Events | None = None,
    *,
    rest: Rest | None = None,
    channel: str | None = None,
    start_s: float = 0.0,
    lines: tuple[int, float] = (10, 1.0),
    gain_uv: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw one channel over several lines, as on the screen of an EMG machine.

    Ten lines of 1 s show the firing pattern of fasciculations (a habit of the field, `unverified`).

    Parameters
    ----------
    recording : Recording
        What to draw, in uV.
    events : Events, optional
        Potentials to colour by unit and mark; categories other than ``fasciculation`` are grey,
        each with a mark of its own.
    rest : Rest, optional
        Stretches that are not rest are shaded and hatched.
    channel : str, optional
        Channel to draw. By default the one with most of the `events` shown, else the first
        that is not bad.
    start_s : float
        First moment drawn.
    lines : (int, float)
        Number of lines and the seconds on each.
    gain_uv : float, optional
        Distance between two lines. By default taken from the potentials shown and the noise.
        Values beyond one line's distance are drawn at that distance, and the page says so.
    ax : Axes, optional
        Where to draw; a new figure without it.

    Returns
    -------
    Axes
        Seconds to the right, negative up; the median of what is drawn lies on the line.

    Raises
    ------
    ParameterError
        When the channel is unknown, or a time, a number of lines or the gain is not allowed.

    Examples
    --------
    >>> import numpy as np
    >>> from emgfasc import plot
    >>> from emgfasc.containers import ArraySource, Recording
    >>> data = np.zeros((1, 4000), np.float32)
    >>> rec = Recording(source=ArraySource(data), fs_hz=2000, channels=("EMG",), kind="needle")
    >>> ax = plot.trace(rec, lines=(2, 1.0))
    >>> bool(ax.yaxis_inverted()), ax.get_xlabel()
    (True, 'Time within the line (s)')
    """
    finite("start_s", start_s)
    n_lines, line_s = int(positive("lines", lines[0])), positive("lines", lines[1])
    stop_s = start_s + n_lines * line_s
    shown = pd.DataFrame() if events is None else events.frame
    if len(shown):
        shown = shown[(shown["peak_s"] >= start_s) & (shown["peak_s"] < stop_s)]
    if channel is None:
        channel = _busiest(recording, shown)
    one_of("channel", channel, recording.channels)

    first = max(round(start_s * recording.fs_hz), 0)
    values = recording.read(first, round(stop_s * recording.fs_hz))
    signal = values[recording.channels.index(channel)].astype(np.float64)
    if np.isfinite(signal).any():
        signal -= np.nanmedian(signal)  # an amplifier's offset is no potential
    time_s = (first + np.arange(signal.size)) / recording.fs_hz
    gain = _gain(signal, shown) if gain_uv is None else positive("gain_uv", gain_uv)
    page = _Page(start_s, line_s, n_lines, gain)

    ax = axes_or_new(ax, (9.0, 0.55 * n_lines + 1.1))
    limited = bool((np.abs(signal) > gain).any())
    signal = np.clip(signal, -gain, gain)
    _shade(ax, page, rest)
    for line in range(n_lines):
        start, stop = np.searchsorted(time_s, start_s + line_s * np.array([line, line + 1]))
        x, y = _envelope(page.x(time_s[start:stop], line), signal[start:stop])
        ax.plot(x, y + line * gain, color=INK, lw=0.5, zorder=2)
    if len(shown):
        _mark(ax, page, shown, (time_s, signal))
    _dress(ax, page, f"{plain(channel)}, {recording.kind}", limited=limited)
    _legend(ax, shown)
    return ax


def _busiest(recording: Recording, shown: pd.DataFrame) -> str:
    """Return the channel most of the shown potentials lie on, fasciculations first."""
    if len(shown):
        ours = shown[shown["category"] == "fasciculation"]
        counts = (ours if len(ours) else shown)["channel"].value_counts(sort=False)
        known = [name for name in recording.channels if name in counts.index]
        if known:
            return max(known, key=lambda name: int(counts[name]))
    good = recording.good
    return recording.channels[int(good[0]) if good.size else 0]


def _gain(signal: NDArray[np.float64], shown: pd.DataFrame) -> float:
    """Choose the distance of lines: room for most potentials, and never mere noise blown up."""
    steady = signal[np.isfinite(signal)]
    noise = float(np.median(np.abs(steady))) / 0.6745 if steady.size else 0.0
    room = 12 * noise
    if len(shown):
        room = max(room, float(shown["amplitude_uv"].quantile(0.9)))
    elif steady.size:
        room = max(room, float(np.quantile(np.abs(steady), 0.999)))
    return nice(room)


def _envelope(
    x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Replace many samples by the lowest and highest of each column of the page."""
    per = x.size // _COLUMNS
    if per < 3:
        return x, y
    whole = x.size // per * per
    blocks = y[:whole].reshape(-1, per)
    ends = np.stack([blocks.min(axis=1), blocks.max(axis=1)], axis=1)
    columns = np.repeat(x[:whole:per], 2)
    return np.append(columns, x[whole:]), np.append(ends.ravel(), y[whole:])


def _shade(ax: Axes, page: _Page, rest: Rest | None) -> None:
    """Fill what is not rest, line by line."""
    if rest is None:
        return
    for row in rest.segments.itertuples():
        if row.state == "rest":
            continue
        fill, hatch = STATE_FILLS[row.state]
        for line in range(page.n_lines):
            left = page.start_s + line * page.line_s
            start = max(row.start_s, left) - left
            stop = min(row.stop_s, left + page.line_s) - left
            if stop > start:
                ax.broken_barh(
                    [(start, stop - start)],
                    ((line - 0.5) * page.gain_uv, page.gain_uv),
                    facecolor=fill,
                    hatch=hatch,
                    edgecolor="#b5b5b5",
                    linewidth=0,
                    zorder=0,
                )


def _mark(ax: Axes, page: _Page, shown: pd.DataFrame, drawn: tuple[_Samples, _Samples]) -> None:
    """Colour each potential and put a mark above it: its unit's colour, its category's shape."""
    time_s, signal = drawn
    numbered = len(shown) <= _MAX_NUMBERS
    for (category, unit), rows in shown.groupby(["category", "unit"]):
        ours = category == "fasciculation"
        color = unit_color(int(unit) if ours else 0)
        segments, marks = [], []
        for row in rows.itertuples():
            line = page.line(row.peak_s)
            top = line * page.gain_uv
            start, stop = np.searchsorted(time_s, [row.onset, row.onset + row.duration])
            x = page.x(time_s[start:stop], line)
            on_line = x <= page.line_s  # one that runs on into the next line keeps its first part
            segments.append(np.column_stack([x, signal[start:stop] + top])[on_line])
            above = top + min(float(np.nanmin(signal[start:stop], initial=0.0)), 0.0)
            y = max(above - 0.2 * page.gain_uv, -0.6 * page.gain_uv)
            marks.append((row.peak_s - page.start_s - line * page.line_s, y))
        ax.add_collection(LineCollection(segments, colors=color, lw=0.9, zorder=3))
        ax.plot(
            *np.transpose(marks), CATEGORY_MARKS[category], color=color, ms=4, zorder=4, gid="mark"
        )
        if numbered and ours and unit > 0:
            for x, y in marks:
                ax.text(x + 0.004 * page.line_s, y, str(unit), fontsize=7, color=INK, va="center")


def _dress(ax: Axes, page: _Page, title: str, *, limited: bool) -> None:
    """Label lines with their times, turn the axis so that negative is up, add the scale bar."""
    ax.set_xlim(0, page.line_s)
    ax.set_ylim((page.n_lines + 0.15) * page.gain_uv, -0.75 * page.gain_uv)
    starts = page.start_s + page.line_s * np.arange(page.n_lines)
    ax.set_yticks(page.gain_uv * np.arange(page.n_lines), [f"{start:g} s" for start in starts])
    ax.set_xlabel("Time within the line (s)")
    ax.set_ylabel("Start of the line")
    note = f"; drawn up to ±{page.gain_uv:g} µV" if limited else ""
    ax.set_title(f"{title}, negative up{note}", loc="left")
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    bar_s = nice(0.06 * page.line_s)
    corner = (0.74 * page.line_s, page.n_lines * page.gain_uv)
    label = f"{bar_s * 1e3:g} ms" if bar_s < 1 else f"{bar_s:g} s"
    scale_bar(ax, corner, width=(bar_s, label), height_uv=nice(0.4 * page.gain_uv))


def _legend(ax: Axes, shown: pd.DataFrame) -> None:
    """Name the colours and marks that are on the page."""
    if not len(shown):
        return
    ours = shown[shown["category"] == "fasciculation"]
    entries = [
        (unit_color(int(unit)), "v", f"unit {unit}" if unit else "no unit")
        for unit in sorted(ours["unit"].unique())[:_MAX_NAMES]
    ]
    others = shown["category"].unique()
    entries += [
        (unit_color(0), marker, name.replace("_", " "))
        for name, marker in CATEGORY_MARKS.items()
        if name != "fasciculation" and name in others
    ]
    handles = [
        Line2D([], [], color=color, marker=marker, ls="", ms=5, label=label)
        for color, marker, label in entries
    ]
    ax.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0, -0.09),
        ncols=min(len(handles), 9),
        handletextpad=0.1,
        columnspacing=1.0,
    )
