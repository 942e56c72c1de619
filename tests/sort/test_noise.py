import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import solve_toeplitz
from scipy.signal import lfilter

from emgfasc.sort.noise import ORDER, Whitening, whitening


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
