import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import solve_toeplitz
from scipy.signal import lfilter

from emgfasc.sort.noise import ORDER, Whitening, quiet_stretches, whitening
from signals import recording

FS = 2048.0


@given(n=st.integers(1, 200), rows=st.integers(1, 4), seed=st.integers(0, 99))
def test_what_is_filtered_in_pieces_is_what_the_whole_would_be(
    n: int, rows: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    past = rng.normal(size=ORDER + 1)
    waves = rng.normal(size=(3, 2, ORDER + n)).astype(np.float32)
    mix = rng.normal(size=(rows, 2))
    expected = lfilter(past, [1.0], mix @ waves.astype(np.float64), axis=-1)[..., ORDER:]
    found = Whitening(mix, past).apply(waves)
    assert found.dtype == np.float32
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-4)


def test_the_filter_is_the_one_of_yule_and_walker() -> None:
    rng = np.random.default_rng(0)
    noise = lfilter([1.0], [1.0, -1.3, 0.6], rng.normal(size=(40, 3, 150)), axis=2)
    noise /= np.sqrt((noise**2).mean(axis=(0, 2)))[:, None]
    size = noise.shape[2]
    each = [(noise[..., : size - k] * noise[..., k:]).mean() for k in range(ORDER + 1)]
    each[0] *= 1.01
    weights = solve_toeplitz(each[:-1], each[1:])
    found = whitening(noise).past
    assert -found[1:] / found[0] == pytest.approx(weights, abs=1e-9)


def test_stimuli_and_a_contraction_are_no_noise() -> None:
    rng = np.random.default_rng(1)
    data = rng.normal(0, 5, (2, round(60 * FS)))
    for start in np.linspace(1000, data.shape[1] - 1000, 20).astype(int):
        data[:, start : start + 30] += 1500.0
    data[:, round(20 * FS) : round(35 * FS)] *= 12
    rec = recording(data, FS)
    noise = quiet_stretches(rec, np.array([], np.int64), size=100)
    assert np.sqrt((noise**2).mean(axis=(0, 2))) == pytest.approx(5.0, rel=0.03)


def test_noise_that_drifts_by_a_factor_of_three_is_noise() -> None:
    rng = np.random.default_rng(2)
    drift = 5.0 * 3.0 ** np.linspace(-0.5, 0.5, round(60 * FS))
    data = (drift * rng.normal(size=(2, len(drift)))).astype(np.float32)
    rec = recording(data, FS)
    noise = quiet_stretches(rec, np.array([], np.int64), size=100)
    assert noise.std() == pytest.approx(data.std(), rel=0.02)


@pytest.mark.parametrize("silent", [0.3, 0.6, 1.0])
def test_lost_signal_leaves_stretches(silent: float) -> None:
    data = np.random.default_rng(3).normal(0, 5, (2, round(60 * FS))).astype(np.float32)
    data[:, : round(silent * data.shape[1])] = 0
    rec = recording(data, FS)
    noise = quiet_stretches(rec, np.array([], np.int64), size=100)
    assert len(noise) > 0
    assert np.isfinite(whitening(noise).apply(noise)).all()
