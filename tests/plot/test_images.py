"""Every picture as it should look; made anew with ``pytest --mpl-generate-path``.

Baselines are small. The tolerance is a root mean square of grey levels that a missing mark, label
or axis exceeds, and so does the other layout of text in matplotlib 3.10 (21 to 39, measured): the
pictures are compared where the baselines' version or a later one is installed.
"""

from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from emgfasc import firing, plot
from emgfasc.containers import Sensitivity
from emgfasc.evidence import trend
from emgfasc.plot.sheet import intervals_within_units
from emgfasc.plot.style import house

pytestmark = pytest.mark.skipif(
    tuple(map(int, mpl.__version__.split(".")[:2])) < (3, 11),
    reason="the baselines were made with matplotlib 3.11, which lays text out otherwise",
)
seen = pytest.mark.mpl_image_compare(
    baseline_dir="baseline", tolerance=8, style="default", savefig_kwargs={"dpi": 50}
)


def _figure(ax: Axes) -> Figure:
    assert isinstance(ax.figure, Figure)
    return ax.figure


@seen
def test_trace(scene: Any) -> Figure:
    found = scene.findings
    return _figure(plot.trace(found.recording, found.events, rest=found.rest, start_s=5.0))


@seen
def test_raster(scene: Any) -> Figure:
    return _figure(plot.raster(scene.findings.events, scene.findings.rest))


@seen
def test_rest_timeline(scene: Any) -> Figure:
    return _figure(plot.rest_timeline(scene.findings.rest))


@seen
def test_rate(scene: Any) -> Figure:
    found = scene.findings
    table = firing.rate_over_time(found.events, found.rest, bin_s=5.0)
    return _figure(plot.rate(table, found.rest))


@seen
def test_intervals(scene: Any) -> Figure:
    found = scene.findings
    return _figure(plot.intervals(intervals_within_units(found.events, found.rest)))


@seen
def test_unit_overlay(scene: Any) -> Figure:
    found = scene.findings
    return _figure(plot.unit_overlay(found.recording, found.events, found.units, 1))


@seen
def test_templates(scene: Any) -> Figure:
    return _figure(plot.templates(scene.findings.units))


@seen
def test_noise(scene: Any) -> Figure:
    course = np.array([[3, 3, 4, 6, 9, 5, 3, 3, 3, 3], [4, 4, 4, 7, 12, 6, 4, 4, 4, 4]], np.float32)
    known = Sensitivity(np.array([3.0, 4.0]), 24.0, 5.0, 0.5, course, 2.0)
    return _figure(plot.noise(known, scene.findings.rest))


def _places() -> np.ndarray:
    return np.stack(np.meshgrid(np.arange(4) * 8.0, np.arange(6) * 8.0), -1).reshape(-1, 2)


@seen
def test_grid_map() -> Figure:
    places = _places()
    size = 90.0 * np.exp(-((places - [8.0, 16.0]) ** 2).sum(axis=1) / 300)
    size[5] = np.nan
    with house():
        return _figure(plot.grid_map(size, places))


@seen
def test_lag_map(scene: Any) -> Figure:
    units, places = scene.findings.units, _places()
    late = np.abs(places[:, 1] - 16.0).astype(int) // 2
    one = units.templates_uv[0, 0]
    travelling = np.stack([np.roll(one, k) * np.float32(1 - k / 20) for k in late])[None]
    moved = type(units)(units.frame.iloc[:1], travelling, units.fs_hz, units.center)
    return _figure(plot.lag_map(moved, 1, places))


@seen
def test_evidence_strip() -> Figure:
    rows = [
        ("turns", "leans_neurogenic", 0.5), ("phases", "leans_benign", 0.25),
        ("rate_per_min", "not_informative", 0.0),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["feature", "direction", "weight"])
    return _figure(plot.evidence_strip(table.assign(value=1.0, verified=True)))


@seen
def test_overview(scene: Any) -> Figure:
    rows = [("turns", "leans_neurogenic", 0.5), ("phases", "leans_benign", 0.25)]
    table = pd.DataFrame(rows, columns=["feature", "direction", "weight"])
    return plot.overview(scene.findings, evidence=table)


@seen
def test_rate_trend() -> Figure:
    days = pd.to_timedelta([0, 30, 61, 92, 120], unit="D")
    one = pd.DataFrame(
        {
            "subject": "S1",
            "muscle": "biceps",
            "date": pd.Timestamp("2024-01-01") + days,
            "n_fp": [900, 600, 400, 280, 200],
            "rest_s": 1800.0,
        }
    )
    two = one.iloc[1:4].assign(muscle="FDI", n_fp=[30, 45, 20], rest_s=300.0)
    found = trend(pd.concat([one, two], ignore_index=True))
    return _figure(plot.rate_trend(found.points, found.series))


def test_every_picture_has_its_image() -> None:
    """A picture added to the room comes with a baseline."""
    here = globals()
    assert [name for name in vars(plot)["__all__"] if f"test_{name}" not in here] == []
