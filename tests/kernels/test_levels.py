import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgfasc._kernels.levels import exceeding, quantile_levels, running_medians
from emgfasc.detect.noise import n_groups

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


@settings(deadline=None)
@given(
    peak=st.lists(st.floats(0, 10, width=32), min_size=1, max_size=40),
    limit=st.lists(st.floats(0, 10, width=32), min_size=1, max_size=5),
    group=st.integers(1, 12),
)
def test_exceeding_agrees_with_its_twin(peak: list[float], limit: list[float], group: int) -> None:
    rows = [peak, peak[::-1]]
    found = exceeding(np.array(rows, np.float32), np.array([limit, limit], np.float32), group)
    twin = [
        (r, k)
        for r, row in enumerate(rows)
        for k, v in enumerate(row)
        if v > limit[min(k // group, len(limit) - 1)]
    ]
    assert list(zip(*(part.tolist() for part in found), strict=True)) == twin


def test_exceeding_makes_room_for_every_cell() -> None:
    rows, cells = exceeding(np.ones((3, 5000), np.float32), np.zeros((3, 2), np.float32), 2000)
    assert np.array_equal(rows, np.repeat([0, 1, 2], 5000))
    assert np.array_equal(cells, np.tile(np.arange(5000), 3))


@pytest.mark.parametrize("n_cells", [1, 3, 49, 50, 51, 99, 100, 149, 174, 175, 176, 260])
def test_levels_take_numpys_quantiles_of_pooled_cells(n_cells: int) -> None:
    """From the quantiles, the level follows by the rule of Wilson and Hilferty."""
    group, pool = 50, 4
    power = np.random.default_rng(n_cells).gamma(5, 1, (2, 3, n_cells)).astype(np.float32)
    levels = np.empty((2, 3, n_groups(n_cells, group)))
    quantile_levels(power.reshape(6, -1), group, pool, levels.reshape(6, -1))
    for k in range(levels.shape[2]):
        stop = n_cells if k == levels.shape[2] - 1 else (k + 1) * group
        cells = power[:, :, k * group : stop].astype(float)
        n = cells.shape[2] // pool
        each = pool if n else cells.shape[2]
        n = max(n, 1)
        pooled = cells[:, :, : n * each].reshape(2, 3, n, each).mean(axis=3)
        low, mid = np.cbrt(np.quantile(pooled, (0.2, 0.4), axis=2))
        spread = (mid - low) / 0.5883
        centre = mid + 0.2533 * spread
        twin = ((centre + np.sqrt(centre**2 + 4 * spread**2)) / 2) ** 3
        np.testing.assert_allclose(levels[:, :, k], twin, rtol=1e-5)
