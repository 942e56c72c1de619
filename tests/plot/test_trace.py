from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from emgfasc import plot
from emgfasc.containers import ArraySource, Events
from emgfasc.errors import ParameterError
from emgfasc.plot.style import STATE_FILLS, UNIT_COLORS


def marks(ax: Any) -> list[tuple[float, float, str]]:
    return [
        (x, y, line.get_color())
        for line in ax.lines
        if line.get_gid() == "mark"
        for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)
    ]


def test_each_potential_in_the_window_has_one_mark_at_its_time(scene: Any) -> None:
    found = scene.findings
    ax: Any = plot.trace(found.recording, found.events, start_s=0.0, gain_uv=500.0)
    expected = {
        (round(time % 1.0, 6), int(time), unit)
        for unit, times in scene.times.items()
        for time in times
        if time < 10
    }
    colors = {**dict(zip(UNIT_COLORS, (1, 2), strict=False)), "#595959": 0}
    # A mark stands at most 0.6 of a line above its own line.
    seen = {(round(x, 6), int(np.ceil(y / 500)), colors[c]) for x, y, c in marks(ax)}
    assert seen == expected
    assert len(marks(ax)) == len(expected) == 7


def test_negative_is_up_and_lines_run_downwards(scene: Any) -> None:
    ax: Any = plot.trace(scene.findings.recording, start_s=3.0, gain_uv=500.0)
    low, high = ax.get_ylim()
    assert low > high
    assert [label.get_text() for label in ax.get_yticklabels()] == [f"{k} s" for k in range(3, 13)]
    # A positive sample lies below its line on the page: at a larger y.
    line = ax.lines[0]
    first = scene.findings.recording.read(12000, 16000)[0].astype(float)
    np.testing.assert_allclose(line.get_ydata(), first - np.median(_window(scene)), atol=1e-6)


def _window(scene: Any) -> np.ndarray:
    return np.asarray(scene.findings.recording.read(12000, 52000)[0], float)


def test_axes_and_scale_bar_carry_units(scene: Any) -> None:
    ax: Any = plot.trace(scene.findings.recording, gain_uv=500.0)
    assert ax.get_xlabel() == "Time within the line (s)"
    assert "200 µV, 100 ms" in [text.get_text() for text in ax.texts]
    assert "negative up" in ax.get_title(loc="left")


def test_values_beyond_a_line_are_limited_and_said_so(scene: Any) -> None:
    found = scene.findings
    ax: Any = plot.trace(found.recording, found.events, gain_uv=50.0)
    drawn = np.concatenate([line.get_ydata() - 50 * k for k, line in enumerate(ax.lines[:10])])
    assert np.abs(drawn).max() == pytest.approx(50)
    assert "drawn up to ±50 µV" in ax.get_title(loc="left")


def test_what_is_not_rest_is_shaded_where_it_lies(scene: Any) -> None:
    found = scene.findings
    ax: Any = plot.trace(found.recording, rest=found.rest, start_s=10.0, gain_uv=100.0)
    spans = [path.get_extents() for item in ax.collections for path in item.get_paths()]
    # 12 to 14 s are the third and the fourth line of a page that starts at 10 s.
    assert [(b.x0, b.x1, b.y0, b.y1) for b in spans] == [(0, 1, 150, 250), (0, 1, 250, 350)]
    fill = ax.collections[0]
    assert fill.get_hatch() == STATE_FILLS["voluntary"][1]


def test_many_samples_keep_every_extreme(silence: Any) -> None:
    base = silence.findings.recording
    data = np.zeros((1, 16000), np.float32)
    data[0, 7001], data[0, 12002] = 90.0, -80.0
    spiked = base.replace(source=ArraySource(data))
    ax: Any = plot.trace(spiked, lines=(1, 4.0), gain_uv=100.0)
    y = ax.lines[0].get_ydata()
    assert (y.max(), y.min()) == (90.0, -80.0)
    assert y.size < 16000


def test_the_page_may_reach_past_the_recording(scene: Any) -> None:
    ax: Any = plot.trace(scene.findings.recording, scene.findings.events, start_s=15.0)
    assert len(marks(ax)) == 2
    assert sum(len(line.get_xdata()) > 100 for line in ax.lines) == 5


def test_axes_are_used_when_given_and_input_is_left_alone(scene: Any) -> None:
    given = Figure().subplots()
    before = scene.findings.recording.read().copy()
    frame = scene.findings.events.to_frame()
    assert plot.trace(scene.findings.recording, scene.findings.events, ax=given) is given
    np.testing.assert_array_equal(scene.findings.recording.read(), before)
    assert scene.findings.events.frame.equals(frame)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"channel": "none"}, "channel"),
        ({"start_s": np.nan}, "start_s"),
        ({"lines": (0, 1.0)}, "lines"),
        ({"gain_uv": -1.0}, "gain_uv"),
    ],
)
def test_what_is_not_allowed_is_named(scene: Any, options: Any, word: Any) -> None:
    with pytest.raises(ParameterError, match=word):
        plot.trace(scene.findings.recording, **options)


def test_the_busiest_channel_is_drawn(scene: Any) -> None:
    found = scene.findings
    two = found.recording.replace(
        channels=("A", "B"),
        source=ArraySource(np.repeat(found.recording.read(), 2, axis=0)),
    )
    events = Events(found.events.frame.assign(channel="B"))
    assert plot.trace(two, events).get_title(loc="left").startswith("B, ")
    assert plot.trace(two).get_title(loc="left").startswith("A, ")
