"""Known potentials in a real recording."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgfasc.containers import ArraySource, Recording, Units
from emgfasc.errors import ParameterError, RecordingError
from emgfasc.simulate import NORMAL, REINNERVATED, Needle, hybrid, potentials, recording

WAVE = np.zeros((2, 2, 41), np.float32)
WAVE[0, 0] = np.hanning(41)
WAVE[1, 1] = -np.hanning(41) * np.cos(np.linspace(0, 6, 41))


def rest(seed: int = 0) -> Recording:
    return recording(kind="surface", seconds=10, units=0, seed=seed)[0]


def test_difference_is_exactly_the_injected_potentials() -> None:
    before = rest()
    times = [[1.0, 2.0, 2.008], [5.0]]
    after, truth = hybrid(before, 40 * WAVE, snr=None, times_s=times)
    expected = np.zeros((2, before.n_samples))
    for unit, moments in enumerate(times):
        center = int(np.abs(WAVE[unit, unit]).argmax())
        for moment in moments:
            start = round(moment * 2048) - center
            expected[:, start : start + 41] += 40 * WAVE[unit]
    np.testing.assert_allclose(after.read() - before.read(), expected, atol=1e-4)
    frame = truth.to_frame()
    np.testing.assert_allclose(frame["peak_s"], [1.0, 2.0, 2.008, 5.0], atol=0.5 / 2048)
    assert frame["unit"].tolist() == [1, 1, 1, 2]
    assert frame["channel"].tolist() == [before.channels[0]] * 3 + [before.channels[1]]
    assert set(frame["category"]) == {"fasciculation"}


def test_input_is_not_changed_and_seeds_repeat() -> None:
    before = rest()
    copy = before.read().copy()
    first, truth = hybrid(before, WAVE, seed=3)
    again, _ = hybrid(before, WAVE, seed=3)
    other, _ = hybrid(before, WAVE, seed=4)
    np.testing.assert_array_equal(before.read(), copy)
    np.testing.assert_array_equal(first.read(), again.read())
    assert not np.array_equal(first.read(), other.read())
    assert first.name == f"{before.name}-hybrid-3"
    assert f"{len(truth)} simulated potentials" in first.notes[-1]


@settings(deadline=None, max_examples=15)
@given(snr=st.floats(2, 100), scale=st.floats(1e-3, 1e3))
def test_snr_does_not_depend_on_the_templates_size(snr: float, scale: float) -> None:
    before = rest()
    noise = np.median(np.abs(before.read()[0])) / 0.6745
    _, truth = hybrid(before, scale * WAVE[:1], snr=snr, times_s=[[3.0]])
    (row,) = truth.to_frame().itertuples()
    assert row.amplitude_uv == pytest.approx(snr * noise, rel=0.02)
    assert row.snr == pytest.approx(snr, rel=0.5)  # over the local noise, which drifts


def test_potentials_from_physics_and_units_of_an_analysis_are_accepted() -> None:
    before = recording(kind="needle", seconds=5, units=0)[0]
    shapes = [potentials(unit, Needle(), variants=4) for unit in (NORMAL, REINNERVATED)]
    _, truth = hybrid(before, shapes, rate_per_min=200, seed=1)
    assert set(truth.to_frame()["unit"]) == {1, 2}
    row = {"unit": 1, "category": "fasciculation", "n": 3, "channel": "CNE"}
    row |= {"amplitude_uv": 1.0, "snr": 1.0, "rate_per_min": 1.0}
    units = Units(pd.DataFrame([row]), np.hanning(99)[None, None].astype(np.float32), 20e3, 49)
    _, from_units = hybrid(before, units, times_s=[[0.5, 1.5]])
    np.testing.assert_allclose(from_units.peak_s, [0.5, 1.5], atol=1e-4)


def test_potentials_across_the_edge_are_left_out() -> None:
    _, truth = hybrid(rest(), WAVE[:1], times_s=[[0.001, 5.0, 9.999]])
    np.testing.assert_allclose(truth.peak_s, [5.0], atol=1e-3)
    _, none = hybrid(rest(), WAVE, times_s=[[], []])
    assert len(none) == 0


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"2 channel\(s\) are needed"):
        hybrid(rest(), WAVE[:, :1])
    with pytest.raises(ParameterError, match="n_units"):
        hybrid(rest(), WAVE[0])
    with pytest.raises(ParameterError, match="2048 Hz"):
        hybrid(
            recording(kind="needle", seconds=2)[0].replace(fs_hz=2048.0),
            [potentials(NORMAL, Needle())],
        )
    with pytest.raises(ParameterError, match="times_s"):
        hybrid(rest(), WAVE, times_s=[[1.0]])
    flat = rest().replace(source=ArraySource(np.zeros((2, 20_480), np.float32)))
    with pytest.raises(RecordingError, match="flat"):
        hybrid(flat, WAVE)


def test_injection_into_real_noise_has_the_wanted_size() -> None:
    folder = os.environ.get("EMGFASC_TEST_DATA")
    if not folder:
        pytest.skip("EMGFASC_TEST_DATA is unset")
    file = sorted((Path(folder) / "emglab_n2001").glob("*.bin"))[0]
    counts = np.frombuffer(file.read_bytes()[20:], "<i2").astype(np.float32)
    real = Recording(
        source=ArraySource(counts[None] / np.float32(13.107)),
        fs_hz=23437.5,
        channels=("CNE",),
        kind="needle",
        name=file.stem,
    )
    shape = potentials(NORMAL, Needle(fs_hz=23437.5), variants=4)
    after, truth = hybrid(real, [shape], snr=30, rate_per_min=100, seed=1)
    difference = (after.read() - real.read())[0]
    noise = np.median(np.abs(real.read() - np.median(real.read()))) / 0.6745
    frame = truth.to_frame()
    assert len(frame) > 5
    assert np.median(frame["amplitude_uv"]) == pytest.approx(30 * noise, rel=0.02)
    for row in frame.itertuples():
        peak = round(row.peak_s * real.fs_hz)
        near = np.abs(difference[max(peak - 20, 0) : peak + 20])
        assert near.argmax() == min(peak, 20)
