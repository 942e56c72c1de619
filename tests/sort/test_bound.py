"""The lower bound on the number of units: pieces and small classes do not count."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from emgfasc import sort
from emgfasc.containers import Units
from emgfasc.sort import AtLeast, SortRules
from emgfasc.sort.bound import _unlike
from signals import potential

Floats = NDArray[np.float64]

SHAPES = [potential(60, 100, turns) for turns in (1.2, 2.5, 4.0)]


def _units(waves: list[Floats], n: list[int], *, category: str = "fasciculation") -> Units:
    """One channel; 20 samples of silence on either side of each average."""
    frame = pd.DataFrame(
        {
            "unit": np.arange(1, len(n) + 1),
            "category": category,
            "n": n,
            "channel": "1",
            "amplitude_uv": 100.0,
            "snr": 10.0 + np.arange(len(n)),
            "rate_per_min": 1.0,
            "n_rest": n,
        }
    )
    templates = np.array([np.pad(wave, 20) for wave in waves], np.float32)[:, None]
    return Units(frame, templates, 2048.0, 50)


def test_three_different_units_are_three() -> None:
    assert sort.at_least(_units(SHAPES, [30, 20, 12])) == AtLeast(3, 12, 10.0)


@pytest.mark.parametrize(
    "piece", [SHAPES[0] * 0.4, np.roll(SHAPES[0], 12), SHAPES[0] + 0.5 * SHAPES[1]]
)
def test_a_smaller_a_shifted_and_a_changed_piece_do_not_count(piece: Floats) -> None:
    found = sort.at_least(_units([SHAPES[0], piece, SHAPES[2]], [30, 29, 28]))
    assert found == AtLeast(2, 28, 10.0)


def test_small_classes_do_not_count() -> None:
    assert sort.at_least(_units(SHAPES, [30, 20, 9])).n_units == 2  # fewer than ten
    assert sort.at_least(_units(SHAPES, [300, 200, 55])).n_units == 2  # less than a tenth
    assert sort.at_least(_units(SHAPES, [9, 9, 9])) == AtLeast(0, None, None)
    rules = replace(SortRules.for_kind("needle"), sure_discharges=5)
    assert sort.at_least(_units(SHAPES, [9, 9, 9]), rules=rules).n_units == 3


def test_other_categories_and_discharges_out_of_rest_do_not_count() -> None:
    assert sort.at_least(_units(SHAPES, [30, 20, 12], category="voluntary")).n_units == 0
    units = _units(SHAPES, [30, 20, 12])
    calm = units.frame.assign(n_rest=[30, 0, 12])
    assert sort.at_least(replace(units, frame=calm)) == AtLeast(2, 12, 10.0)


def test_an_average_of_zeros_tells_nothing() -> None:
    nothing = np.zeros(60)
    assert sort.at_least(_units([SHAPES[0], nothing], [30, 20])).n_units == 1


@given(seed=st.integers(0, 200), size=st.integers(2, 30))
def test_unlikeness_agrees_with_trying_every_shift(seed: int, size: int) -> None:
    """Ties and quantised values among them."""
    rng = np.random.default_rng(seed)
    a, b = np.round(rng.normal(0, 2, (2, 3, size)))
    energy = np.sqrt((a**2).sum() * (b**2).sum())
    products = []
    for lag in range(-(size // 2), size // 2 + 1):
        left, right = max(0, lag), min(size, size + lag)
        products.append(float((a[:, left - lag : right - lag] * b[:, left:right]).sum()))
    expected = 1 - max(products) / energy if energy else 0.0
    assert _unlike(a, b) == pytest.approx(expected, abs=1e-9)


@given(order=st.permutations(range(3)), scale=st.sampled_from([0.01, 1.0, 300.0]))
def test_order_and_gain_make_no_difference(order: list[int], scale: float) -> None:
    n = [30, 20, 12]
    units = _units([scale * SHAPES[k] for k in order], [n[k] for k in order])
    assert sort.at_least(units).n_units == 3
