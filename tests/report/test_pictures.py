from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from emgfasc.report.encode import svg_uri
from emgfasc.report.pictures import unit_pictures


@pytest.fixture
def pair(analyses: Any) -> Any:
    """The units of the grid as two electrodes see them, the second 2 ms later and half as large."""
    grid = analyses["grid"]
    recording = grid.recording.replace(
        source=type(grid.recording.source)(grid.recording.read()[32:34]),
        channels=("near", "far"),
        positions_mm=np.array([[0.0, 0.0], [8.0, 0.0]]),
        bad_channels=(),
    )
    shape = grid.units.templates_uv[:, 32]
    late = np.roll(shape, round(2e-3 * grid.units.fs_hz), axis=1) / 2
    units = replace(
        grid.units,
        frame=grid.units.frame.assign(channel="near"),
        templates_uv=np.stack([shape, late], axis=1),
        spread_uv=grid.units.spread_uv[:, 32:34],
    )
    return replace(grid, recording=recording, units=units)


def test_two_electrodes_are_told_in_words_instead_of_maps(pair: Any) -> None:
    pictures = unit_pictures(pair)
    assert [picture.title for picture in pictures] == ["Unit 1", "Unit 2"]
    assert "100 µV on near; 50 µV on far, 2.0 ms later" in pictures[0].caption
    assert "200 µV on near; 100 µV on far, 2.0 ms later" in pictures[1].alt


def test_no_lag_is_told_where_too_little_is_seen(pair: Any) -> None:
    faint = pair.units.templates_uv * np.array([1.0, 0.3])[:, None]
    quiet = replace(pair, units=replace(pair.units, templates_uv=faint))
    assert "15 µV on far." in unit_pictures(quiet)[0].caption


def test_a_picture_is_laid_out_as_saving_it_would() -> None:
    laid, plain = (Figure(figsize=(3, 2), layout="constrained").subplots() for _ in range(2))
    for axes in (laid, plain):
        axes.set_ylabel("a label\nof two lines")
    assert isinstance(plain.figure, Figure)
    plain.figure.draw_without_rendering()
    drawn = base64.b64decode(svg_uri(laid).partition(",")[2])
    assert drawn.startswith(b"<?xml")
    np.testing.assert_allclose(laid.get_position().bounds, plain.get_position().bounds, atol=0.01)
    assert laid.get_position().x0 > 0.15
