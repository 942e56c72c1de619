from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection, PatchCollection

from emgfasc import plot
from emgfasc.containers import ArraySource, Events, Units
from emgfasc.errors import ParameterError


def curves(ax: Any) -> list[np.ndarray]:
    (lines,) = [item for item in ax.collections if isinstance(item, LineCollection)]
    return lines.get_segments()


def test_overlay_shows_each_potential_of_the_unit(scene: Any) -> None:
    found = scene.findings
    ax: Any = plot.unit_overlay(found.recording, found.events, found.units, 2)
    drawn = curves(ax)
    assert len(drawn) == 3
    template = found.units.templates_uv[1, 0]
    for curve in drawn:
        # noise of 3 uV; a potential put a sample off would miss by more than 20 uV
        assert np.abs(curve[:, 1] - template).max() < 15
    np.testing.assert_allclose(ax.lines[-1].get_ydata(), template)
    assert ax.get_ylim()[0] > ax.get_ylim()[1]
    assert ax.get_xlabel() == "Time from the peak (ms)"
    assert "µV" in ax.get_ylabel()


def test_potentials_a_millisecond_off_are_slid_onto_the_average(scene: Any) -> None:
    found = scene.findings
    late = Events(found.events.frame.assign(peak_s=found.events.peak_s + 0.001))
    straight = curves(plot.unit_overlay(found.recording, found.events, found.units, 2))
    slid = curves(plot.unit_overlay(found.recording, late, found.units, 2))
    np.testing.assert_allclose(slid, straight)


def test_potentials_are_found_where_the_averages_own_peak_lies(scene: Any) -> None:
    """Times are those of the largest deflection, which lies 6 ms off the average's middle."""
    found = scene.findings
    center, shapes = found.units.center, np.roll(found.units.templates_uv, 16, axis=2)
    off = int(np.abs(found.units.templates_uv[1, 0]).argmax()) - center
    peaks = Events(found.events.frame.assign(peak_s=found.events.peak_s + off / 4000))
    late = Units(found.units.frame, shapes, 4000.0, center)
    drawn = curves(plot.unit_overlay(found.recording, peaks, late, 2))
    assert len(drawn) == 3
    for curve in drawn:
        assert np.abs(curve[16:, 1] - shapes[1, 0, 16:]).max() < 15


def test_the_band_holds_the_middle_of_the_potentials(scene: Any) -> None:
    found = scene.findings
    ax: Any = plot.unit_overlay(found.recording, found.events, found.units, 1)
    (band,) = [item for item in ax.collections if item.get_gid() == "spread"]
    box = band.get_paths()[0].vertices
    drawn = np.array([curve[:, 1] for curve in curves(ax)])
    time_ms = found.units.time_ms
    for k in (10, 40, 60):
        ends = box[np.isclose(box[:, 0], time_ms[k]), 1]
        expected = np.quantile(drawn[:, k], [0.1, 0.9])
        assert [ends.min(), ends.max()] == pytest.approx(expected, abs=1e-3)
    few: Any = plot.unit_overlay(found.recording, found.events, found.units, 2)
    assert not [item for item in few.collections if item.get_gid() == "spread"]


def test_at_most_so_many_are_drawn_and_the_title_counts_them(scene: Any) -> None:
    found = scene.findings
    ax: Any = plot.unit_overlay(found.recording, found.events, found.units, 1, max_drawn=2)
    assert len(curves(ax)) == 2
    assert ax.get_title(loc="left").endswith("2 of 5 drawn")


def test_potentials_cut_by_the_edge_are_not_drawn(scene: Any) -> None:
    found = scene.findings
    edge = Events(found.events.frame.assign(peak_s=[0.0, *found.events.peak_s[1:]], unit=1))
    ax: Any = plot.unit_overlay(found.recording, edge, found.units, 1)
    assert len(curves(ax)) == len(edge) - 1


def test_one_huge_neighbour_does_not_flatten_the_average(scene: Any) -> None:
    found = scene.findings
    data = found.recording.read().copy()
    data[0, round(3.4 * 4000) : round(3.41 * 4000)] += 1e5
    loud = found.recording.replace(source=ArraySource(data))
    ax: Any = plot.unit_overlay(loud, found.events, found.units, 2)
    assert ax.get_ylim()[0] <= 2 * np.abs(found.units.templates_uv[1]).max() + 1e-6


def test_overlay_names_what_is_not_there(scene: Any, silence: Any) -> None:
    found = scene.findings
    with pytest.raises(ParameterError, match="no unit 9; allowed are 1, 2"):
        plot.unit_overlay(found.recording, found.events, found.units, 9)
    hollow = Units(found.units.frame, np.zeros((2, 1, 0), np.float32), 4000.0, 0)
    with pytest.raises(ParameterError, match="without samples"):
        plot.unit_overlay(found.recording, found.events, hollow, 1)
    with pytest.raises(ParameterError, match="allowed are none"):
        plot.unit_overlay(
            silence.findings.recording, silence.findings.events, silence.findings.units, 1
        )


def test_gallery_draws_each_unit_at_the_same_gain(scene: Any) -> None:
    units = scene.findings.units
    ax: Any = plot.templates(units)
    drawn = [line for line in ax.lines if len(line.get_xdata()) == units.templates_uv.shape[2]]
    heights = [np.ptp(line.get_ydata()) for line in drawn]
    np.testing.assert_allclose(heights, [100.0, 200.0], rtol=1e-4)
    assert ax.get_ylim()[0] > ax.get_ylim()[1]
    labels = [text.get_text() for text in ax.texts]
    assert labels[:2] == ["unit 1 (n = 5)", "unit 2 (n = 3)"]
    assert "µV" in labels[2]
    assert "ms" in labels[2]


def test_gallery_says_what_it_leaves_out(scene: Any) -> None:
    ax: Any = plot.templates(scene.findings.units, max_units=1)
    assert "1 smaller ones not drawn" in ax.get_title(loc="left")


def test_grid_places_each_value() -> None:
    places = np.array([[0.0, 0], [8, 0], [0, 8], [8, 8], [np.nan, 0]])
    ax: Any = plot.grid_map([1.0, 2.0, np.nan, 4.0, 9.0], places)
    squares: Any
    (squares,) = [item for item in ax.collections if isinstance(item, PatchCollection)]
    boxes = [path.get_extents() for path in squares.get_paths()]
    centers = [((b.x0 + b.x1) / 2, (b.y0 + b.y1) / 2) for b in boxes]
    assert dict(zip(centers, squares.get_array(), strict=True)) == {
        (0, 0): 1.0,
        (8, 0): 2.0,
        (8, 8): 4.0,
    }
    by_label = {line.get_label(): line.get_xydata().tolist() for line in ax.lines}
    assert by_label["no value"] == [[0.0, 8.0]]
    assert by_label["largest"] == [[8.0, 8.0]]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x (mm)", "y (mm)")


def test_grid_needs_positions_that_fit() -> None:
    with pytest.raises(ParameterError, match="one \\(x, y\\) per value"):
        plot.grid_map([1.0, 2.0], [[0.0, 0.0]])
    with pytest.raises(ParameterError, match="no electrode has a known position"):
        plot.grid_map([1.0], [[np.nan, 0.0]])


def test_a_lag_is_that_of_the_same_deflection(scene: Any) -> None:
    """Past the fibres' end the potential turns over: its other lobe comes first and is larger."""
    units, one = scene.findings.units, np.zeros(81, np.float32)
    one[[40, 44]] = 90.0, -60.0
    end = np.zeros(81, np.float32)
    end[[20, 48]] = -50.0, 30.0
    faint = one / 10
    lone = Units(
        units.frame.iloc[:1], -np.stack([one, np.roll(one, 6), end, faint])[None], 4000, 40
    )
    ax: Any = plot.lag_map(lone, 1, [[0, 0], [8, 0], [16, 0], [24, 0]])
    assert ax.collections[0].get_array().tolist() == [0.0, 1.5, 2.0]
    (cross,) = [line for line in ax.lines if line.get_label() == "no value"]
    assert cross.get_xydata().tolist() == [[24.0, 0.0]]


def test_evidence_leans_to_its_side() -> None:
    frame = pd.DataFrame(
        {
            "feature": ["turns", "phases", "rate", "duration"],
            "direction": ["leans_neurogenic", "leans_benign", "not_informative", "not_comparable"],
            "weight": [0.5, 0.25, 0.0, np.nan],
        }
    )
    ax: Any = plot.evidence_strip(frame)
    assert [bar.get_width() for bar in ax.patches] == [0.5, -0.25, 0.0, 0.0]
    (silent,) = [line for line in ax.lines if line.get_marker() == "o"]
    assert list(silent.get_ydata()) == [2, 3]
    assert [label.get_text() for label in ax.get_yticklabels()] == frame["feature"].tolist()


def test_evidence_refuses_what_it_does_not_know() -> None:
    with pytest.raises(ParameterError, match="missing column\\(s\\) weight"):
        plot.evidence_strip(pd.DataFrame({"feature": ["a"], "direction": ["leans_benign"]}))
    odd = pd.DataFrame({"feature": ["a"], "direction": ["up"], "weight": [1.0]})
    with pytest.raises(ParameterError, match="unknown direction\\(s\\) up"):
        plot.evidence_strip(odd)
