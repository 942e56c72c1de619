import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgfasc._kernels.levels import network, quantile_levels, running_medians

POWERS = st.lists(st.sampled_from([0.0, 1e-9, 1.0, 2.0, 2.0, 7.5, 400.0]), min_size=1, max_size=30)


@settings(deadline=None)  # the first call compiles
@given(values=POWERS, reach=st.integers(0, 4), least=st.sampled_from([0.0, 0.5, 1e3]))
def test_running_median_agrees_with_its_twin(values: list[float], reach: int, least: float) -> None:
    both = np.empty((2, len(values)))
    running_medians(np.array([values[::-1], values]), np.array([1.0, least]), reach, both)
    out = both[1]
    known: dict[int, float] = {}
    for i in range(len(values)):
        near = [v for v in values[max(0, i - reach) : i + reach + 1] if v > least]
        if near:
            known[i] = float(np.median(near))
    for i, value in enumerate(out):
        nearest = min(known, key=lambda j: (abs(j - i), j), default=None)
        assert value == (0.0 if nearest is None else known[nearest])


@pytest.mark.parametrize("n_cells", [1, 2, 3, 4, 7, 8, 49, 50, 51, 99, 174, 205, 260])
@pytest.mark.parametrize("pool", [1, 4])
def test_levels_take_numpys_quantiles_of_pooled_cells(n_cells: int, pool: int) -> None:
    """From the quantiles, the level follows by the rule of Wilson and Hilferty."""
    power = np.random.default_rng(n_cells).gamma(5, 1, (n_cells, 16)).astype(np.float32)
    power[:, 3] = np.round(power[:, 3])  # ties
    power[:, 4] = 2.0
    each = min(pool, n_cells)
    n = n_cells // each
    levels, columns = np.empty(16), np.empty(16 * n, np.float32)
    quantile_levels(power.reshape(-1), each, network(n), columns, levels)
    pooled = power[: n * each].astype(float).reshape(n, each, 16).mean(axis=1)
    low, mid = np.cbrt(np.quantile(pooled, (0.2, 0.4), axis=0))
    spread = (mid - low) / 0.5883
    centre = mid + 0.2533 * spread
    twin = ((centre + np.sqrt(centre**2 + 4 * spread**2)) / 2) ** 3
    np.testing.assert_allclose(levels, twin, rtol=1e-5)


@given(st.integers(1, 64), st.integers(0, 2**32 - 1))
def test_the_network_leaves_the_smallest_in_order(n: int, seed: int) -> None:
    """By the 0-1 principle (Knuth), zeros and ones tell of all values."""
    values = np.random.default_rng(seed).integers(0, 2, n).tolist()
    right = sorted(values)
    for low, high in network(n).tolist():
        values[low], values[high] = sorted((values[low], values[high]))
    lowest = int(0.4 * (n - 1)) + 2
    assert values[:lowest] == right[:lowest]
