"""The shape of averages, and kinds of discharge that only the average shows."""

from __future__ import annotations

import numpy as np
import pytest

import emgfasc as ef
from emgfasc.containers import Units
from emgfasc.firing.shapes import average_shape, average_shapes
from emgfasc.simulate import Nuisance


def test_scale_changes_nothing_and_polarity_swaps_the_first_phase() -> None:
    wave = np.random.default_rng(0).normal(0, 1, 200).cumsum()
    shape, scaled = average_shape(wave, 10_000.0), average_shape(7 * wave, 10_000.0)
    assert shape == pytest.approx(scaled)
    turned = average_shape(-wave, 10_000.0)
    assert turned["initial_positive"] != shape["initial_positive"]
    assert (turned["duration_ms"], turned["phases"]) == (shape["duration_ms"], shape["phases"])


def test_no_units_have_no_shapes() -> None:
    assert average_shapes(None) == {}
    assert average_shapes(Units.empty(n_channels=1, fs_hz=2048.0)) == {}


@pytest.mark.parametrize("kind", ["fibrillation", "positive_sharp_wave"])
def test_single_fibres_are_named_on_a_needle(kind: Nuisance) -> None:
    # development seed 103; all of its fibres' potentials that are found
    rec, truth = ef.simulate.recording(
        kind="needle", seed=103, snr=12, seconds=60, nuisances=[kind]
    )
    res = ef.analyze(rec)
    matches = ef.evaluate.events(truth, res.events, category=None).matches
    own = matches[(matches["truth_category"] == kind) & (matches["outcome"] == "matched")]
    assert len(own) > 100
    assert (own["found_category"] == kind).mean() >= 0.9
