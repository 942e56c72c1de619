from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from emgfasc.containers import ArraySource, Kind
from emgfasc.errors import ParameterError, RecordingError
from emgfasc.preprocess.filters import Band, band_for, filtered
from signals import recording


def _reference(data: np.ndarray, band: Band) -> np.ndarray:
    return np.asarray(signal.sosfiltfilt(band.sos, data.astype(np.float64)))


@pytest.mark.parametrize(
    ("n_channels", "seconds", "fs_hz", "kind"),
    [(20, 12.0, 2048.0, "surface"), (1, 3.0, 50_000.0, "needle"), (3, 7.3, 1259.259, "surface")],
)
def test_agrees_with_scipy_to_a_ten_thousandth_of_the_signal(
    n_channels: int, seconds: float, fs_hz: float, kind: Kind
) -> None:
    rng = np.random.default_rng(0)
    data = rng.normal(0, 10, (n_channels, int(seconds * fs_hz))).astype(np.float32)
    data += np.linspace(0, 500, data.shape[1], dtype=np.float32)  # drift and offset
    band = band_for(kind, fs_hz)
    reference = _reference(data, band)
    found = filtered(recording(data, fs_hz, kind), band).read()
    assert np.abs(found - reference).max() < 1e-4 * reference.std()


@pytest.mark.parametrize("fs_hz", [1000.0, 5119.0, 5121.0])
def test_large_potentials_and_drift_cost_no_precision(fs_hz: float) -> None:
    """On either side of the rate up to which float32 is precise enough."""
    n = 60_000
    data = np.random.default_rng(6).normal(0, 5, (4, n)).astype(np.float32)
    data += (3000 * np.sin(np.arange(n) / fs_hz * np.pi)).astype(np.float32) - 20_000
    for start in range(1000, n - 100, 5000):
        data[:, start : start + 20] += 300 * np.hanning(20).astype(np.float32)
    band = band_for("surface", fs_hz)
    reference = _reference(data, band)
    found = filtered(recording(data, fs_hz), band).read()
    assert np.abs(found - reference).max() < 1e-4 * reference.std()


def test_part_of_a_larger_array_is_filtered_where_it_lies() -> None:
    data = np.random.default_rng(7).normal(0, 10, (6, 9000)).astype(np.float32)
    band = band_for("surface", 2048.0)
    whole = filtered(recording(data.copy(), 2048.0), band).read()
    for some in (slice(1, 5), slice(None, None, 2), slice(None, None, -1)):
        part = recording(data[some], 2048.0).replace(source=ArraySource(data[some]))
        np.testing.assert_array_equal(filtered(part, band).read(), whole[some])
    columns = recording(np.asfortranarray(data), 2048.0)
    np.testing.assert_array_equal(filtered(columns, band).read(), whole)


@pytest.mark.parametrize("n", [16, 17, 40, 1000, 4095, 4096, 4097])
def test_agrees_with_scipy_at_any_length(n: int) -> None:
    data = np.random.default_rng(n).normal(0, 10, (2, n)).astype(np.float32) + 300
    band = band_for("surface", 2048.0)
    reference = _reference(data, band)
    assert np.abs(filtered(recording(data, 2048.0), band).read() - reference).max() < 2e-3


@given(cuts=st.lists(st.integers(0, 9000), min_size=1, max_size=5), gaps=st.booleans())
@settings(deadline=None, max_examples=25)
def test_does_not_depend_on_how_it_is_cut(cuts: list[int], gaps: bool) -> None:
    data = np.random.default_rng(1).normal(0, 10, (3, 9000)).astype(np.float32)
    if gaps:
        data[1, 4000:4200] = np.nan
        data[:, 8990:] = np.nan
    rec = filtered(recording(data, 2048.0), band_for("surface", 2048.0))
    edges = [0, *sorted(cuts), 9000]
    pieces = [rec.read(a, b) for a, b in pairwise(edges)]
    np.testing.assert_array_equal(np.concatenate(pieces, axis=1), rec.read())


def test_does_not_depend_on_threads_or_channel_order() -> None:
    data = np.random.default_rng(2).normal(0, 10, (37, 20_000)).astype(np.float32)
    band = band_for("surface", 2048.0)
    one = filtered(recording(data, 2048.0), band, n_jobs=1).read()
    np.testing.assert_array_equal(filtered(recording(data, 2048.0), band, n_jobs=3).read(), one)
    order = np.random.default_rng(3).permutation(37)
    np.testing.assert_array_equal(filtered(recording(data[order], 2048.0), band).read(), one[order])


def test_gaps_stay_gaps_and_do_not_ring() -> None:
    data = np.random.default_rng(4).normal(0, 1, (1, 8192)).astype(np.float32) + 1000
    data[0, 4000:4100] = np.nan
    out = filtered(recording(data, 2048.0), band_for("surface", 2048.0)).read()
    np.testing.assert_array_equal(np.isnan(out), np.isnan(data))
    assert np.nanmax(np.abs(out)) < 6


def test_impossible_bands_are_refused() -> None:
    with pytest.raises(ParameterError, match="stay below half the sampling rate"):
        Band(20.0, 600.0, 1000.0)


@pytest.mark.parametrize("where", [0, 3000, 8191])
def test_infinite_values_are_refused_in_one_line(where: int) -> None:
    data = np.random.default_rng(5).normal(0, 1, (2, 8192)).astype(np.float32)
    data[1, where] = np.inf
    with pytest.raises(RecordingError, match="hold infinite values"):
        filtered(recording(data, 2048.0), band_for("surface", 2048.0)).read()
