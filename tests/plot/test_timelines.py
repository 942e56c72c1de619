from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgfasc import firing, plot
from emgfasc.containers import Events, Rest
from emgfasc.errors import ParameterError
from emgfasc.plot.sheet import busiest_window_s, intervals_within_units
from emgfasc.plot.style import MUTED, unit_color


def rows(ax: Any) -> dict[str, list[float]]:
    """Times by row label, as drawn."""
    labels = [label.get_text() for label in ax.get_yticklabels()]
    lines = [item for item in ax.collections if hasattr(item, "get_positions")]
    drawn = {round(item.get_lineoffset()): list(item.get_positions()) for item in lines}
    return {label: drawn[place] for place, label in zip(ax.get_yticks(), labels, strict=True)}


def test_raster_draws_every_potential_in_its_row(scene: Any) -> None:
    found = scene.findings
    frame = found.events.to_frame()
    frame.loc[frame["unit"] == 2, "category"] = "voluntary"
    ax: Any = plot.raster(Events(frame), found.rest)
    assert rows(ax) == {
        "unit 1 (5)": scene.times[1].tolist(),
        "no unit (1)": scene.times[0].tolist(),
        "voluntary (3)": scene.times[2].tolist(),
    }
    low, high = ax.get_ylim()
    assert low > high  # first unit on top


def test_a_single_row_lies_within_the_axes(scene: Any) -> None:
    frame = scene.findings.events.frame
    ax: Any = plot.raster(Events(frame[frame["unit"] == 2]), scene.findings.rest)
    (line,) = [item for item in ax.collections if hasattr(item, "get_positions")]
    low, high = sorted(ax.get_ylim())
    assert low < line.get_lineoffset() < high


def test_units_beyond_the_limit_share_one_row(scene: Any) -> None:
    ax: Any = plot.raster(scene.findings.events, scene.findings.rest, max_rows=1)
    assert list(rows(ax)) == ["unit 1 (5)", "1 more units (3)", "no unit (1)"]


def test_raster_without_potentials_says_so(silence: Any) -> None:
    ax: Any = plot.raster(silence.findings.events, silence.findings.rest)
    assert [text.get_text() for text in ax.texts] == ["no potential"]
    assert ax.get_xlim() == (0.0, 20.0)


def test_many_marks_become_a_bitmap(scene: Any) -> None:
    times = np.linspace(0.1, 19, 2000)
    frame = scene.findings.events.frame
    many = pd.concat([frame.iloc[[0]]] * 2000, ignore_index=True).assign(peak_s=times)
    for events, expected in ((Events(many), True), (scene.findings.events, False)):
        lines = [c for c in plot.raster(events).collections if hasattr(c, "get_positions")]
        assert {bool(line.get_rasterized()) for line in lines} == {expected}


def test_rest_timeline_tiles_the_recording(scene: Any) -> None:
    ax: Any = plot.rest_timeline(scene.findings.rest)
    spans = {
        item.get_gid(): [(p.get_extents().x0, p.get_extents().x1) for p in item.get_paths()]
        for item in ax.collections
    }
    assert spans == {"rest": [(0, 12), (14, 20)], "voluntary": [(12, 14)]}
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == ["rest 18 s", "voluntary 2 s"]


def test_unverified_rest_is_named() -> None:
    rest = Rest.from_spans([], duration_s=9.0, verifiable=False)
    assert "could not be verified" in plot.rest_timeline(rest).get_title(loc="left")


def test_rate_points_and_limits_are_those_of_the_table(scene: Any) -> None:
    found = scene.findings
    table = firing.rate_over_time(found.events, found.rest, bin_s=10.0)
    ax: Any = plot.rate(table, found.rest)
    (points,) = [line for line in ax.lines if line.get_marker() == "o"]
    np.testing.assert_allclose(points.get_xdata(), [5.0, 15.0])
    np.testing.assert_allclose(points.get_ydata(), table["rate_per_min"])
    bars = ax.collections[-1].get_segments()
    np.testing.assert_allclose([bar[0][1] for bar in bars], table["rate_per_min_lo95"])
    np.testing.assert_allclose([bar[1][1] for bar in bars], table["rate_per_min_hi95"])
    assert ax.get_ylabel() == "FP per minute of rest"
    assert ax.get_ylim()[0] == 0


def test_bins_with_hardly_any_rest_are_left_empty() -> None:
    rest = Rest.from_spans([(10, 19.5, "artifact", "motion")], duration_s=20.0)
    ax: Any = plot.rate(firing.rate_over_time(Events.empty(), rest, bin_s=10.0), rest)
    (points,) = [line for line in ax.lines if line.get_marker() == "o"]
    assert list(points.get_xdata()) == [5.0]


def test_no_rest_gives_no_rate() -> None:
    rest = Rest.from_spans([(0, 20, "voluntary", "contraction")], duration_s=20.0)
    ax: Any = plot.rate(firing.rate_over_time(Events.empty(), rest), rest)
    assert [text.get_text() for text in ax.texts] == ["no rest: no rate"]
    assert not ax.lines
    assert not len(ax.get_yticks())


def test_rate_needs_its_columns() -> None:
    with pytest.raises(ParameterError, match="rate_per_min"):
        plot.rate(pd.DataFrame({"start_s": [0.0]}))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(1e-4, 1e3), max_size=50))
def test_every_interval_is_in_a_bar(values: list[float]) -> None:
    ax: Any = plot.intervals(values)
    assert sum(bar.get_height() for bar in ax.patches if not bar.get_gid()) == len(values)
    bands = [p.get_extents() for p in ax.patches if p.get_gid() == "doublets"]
    assert len(bands) == 2


def test_the_doublet_bands_are_4_to_10_and_30_to_50_ms() -> None:
    ax: Any = plot.intervals([0.005, 1.0, np.nan, -1.0])
    bands = [(p.get_x(), p.get_x() + p.get_width()) for p in ax.patches if p.get_gid()]
    np.testing.assert_allclose(bands, [(0.004, 0.010), (0.030, 0.050)])
    assert ax.get_title(loc="left").startswith("2 intervals")


def test_intervals_stay_within_a_unit_and_a_stretch(scene: Any) -> None:
    found = scene.findings
    gaps = np.sort(intervals_within_units(found.events, found.rest))
    # unit 1: 0.5 2.25 2.256 7.0 | 15.0; unit 2: 3.4 9.9 | 18.0, with no rest from 12 to 14 s
    np.testing.assert_allclose(gaps, [0.006, 1.75, 4.744, 6.5], atol=1e-9)


def test_the_busiest_window_is_a_whole_multiple(scene: Any) -> None:
    assert busiest_window_s(scene.findings.events, scene.findings.rest) == 0.0
    late = Events(scene.findings.events.frame.query("peak_s > 10"))
    assert busiest_window_s(late, scene.findings.rest) == 10.0


def test_without_fasciculations_the_window_with_most_rest_is_taken() -> None:
    rest = Rest.from_spans([(0, 11, "artifact", "motion")], duration_s=30.0)
    assert busiest_window_s(Events.empty(), rest) == 20.0


def test_colors_are_by_unit_and_grey_without_one() -> None:
    assert unit_color(0) == MUTED
    assert len({unit_color(unit) for unit in range(1, 7)}) == 6
    assert unit_color(8) == unit_color(2)
