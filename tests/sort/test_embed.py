import numpy as np
import pytest
from scipy.signal import lfilter

from emgfasc.containers import Recording
from emgfasc.sort.embed import embed
from emgfasc.sort.noise import ORDER, quiet_stretches, whitening
from emgfasc.sort.waveforms import cut_out
from signals import potential, recording

FS = 2048.0


def _coloured(seed: int = 0, seconds: float = 40.0) -> Recording:
    """Noise that remembers, partly shared by three channels of different contact."""
    rng = np.random.default_rng(seed)
    own = lfilter([1.0], [1.0, -1.3, 0.6], rng.normal(size=(3, int(seconds * FS))), axis=1)
    mixed = np.array([[1, 0.2, 0], [0.2, 1, 0.1], [0, 0.2, 1]]) @ own
    return recording(np.array([[3.0], [9.0], [1.0]]) * mixed, FS)


def test_noise_becomes_white_in_time_and_space() -> None:
    rec = _coloured()
    peaks = np.arange(1000, rec.n_samples, 2000)
    white = whitening(quiet_stretches(rec, peaks, size=120))
    other = _coloured(seed=1)
    stretches = cut_out(other, peaks[:30], before=200, after=1000)
    flat = white.apply(stretches)
    assert flat.shape == (30, 3, 1200 - ORDER)
    covariance = np.cov(flat.transpose(1, 0, 2).reshape(3, -1))
    # 5 % of the mean variance are added to each before: the smallest, 0.5, becomes 0.95 for it.
    assert np.linalg.eigvalsh(covariance) == pytest.approx(np.ones(3), abs=0.12)
    for lag in (1, 2, 5, 20):
        assert abs((flat[..., lag:] * flat[..., :-lag]).mean()) < 0.1  # 0.8 before, at lag 1


def test_points_have_noise_of_sd_one_and_potentials_their_whole_energy() -> None:
    rec = _coloured()
    data = rec.read().astype(np.float64)
    times = np.arange(2000, rec.n_samples - 2000, 1500)
    for k, time in enumerate(times):
        shape = potential(40, 120, (1.2, 2.5)[k % 2])
        data[:, time - 20 : time + 20] += np.array([[1.0], [0.6], [0.2]]) * shape
    loud = recording(data, FS)
    noise = quiet_stretches(loud, times, size=100 + ORDER)
    waves = cut_out(loud, times, before=40 + ORDER, after=60)
    found = embed(waves, noise, whitening(noise), dimensions=10)
    one, two = found.points[::2], found.points[1::2]
    assert 2 <= found.points.shape[1] <= 10
    for group in (one, two):
        assert 0.8 < group.std(axis=0, ddof=1).mean() < 1.3
        point = group.mean(axis=0)
        assert found.project(found.waveform(point)[None].astype(np.float32))[0] == pytest.approx(
            point, rel=1e-3, abs=1e-2
        )
    assert np.linalg.norm(one.mean(axis=0) - two.mean(axis=0)) > 10


def test_the_derivative_is_what_a_shift_does() -> None:
    rec = _coloured()
    times = np.arange(2000, rec.n_samples - 2000, 1500)
    data = 0.05 * rec.read().astype(np.float64)
    for k, time in enumerate(times):
        first = time - 20 + k % 3 - 1
        data[:, first : first + 40] += potential(40, 120, 1.2)
    noise = quiet_stretches(recording(data, FS), times, size=100 + ORDER)
    waves = cut_out(recording(data, FS), times, before=40 + ORDER, after=60)
    found = embed(waves, noise, whitening(noise), dimensions=10)
    early, middle, late = (found.points[k::3].mean(axis=0) for k in range(3))
    step = 0.5 * (early - late)
    slope = found.derivative(middle)
    assert step @ slope / np.linalg.norm(step) / np.linalg.norm(slope) > 0.95
    assert np.linalg.norm(slope) == pytest.approx(np.linalg.norm(step), rel=0.2)


def test_silence_and_a_flat_channel_are_no_trouble() -> None:
    data = np.zeros((2, 8192), np.float32)
    data[0] = np.random.default_rng(0).normal(0, 5, 8192)
    for rec in (recording(data, FS), recording(np.zeros((2, 8192), np.float32), FS)):
        peaks = np.array([1000, 3000, 5000])
        noise = quiet_stretches(rec, peaks, size=100)
        waves = cut_out(rec, peaks, before=60, after=40)
        found = embed(waves, noise, whitening(noise), dimensions=5)
        assert np.isfinite(found.points).all()
