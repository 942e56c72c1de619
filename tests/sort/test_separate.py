import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage

from emgfasc.sort.separate import separation


def _cut(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    half = fcluster(linkage(points, "ward"), 2, "maxclust")
    return points[half == 1], points[half == 2]


@pytest.mark.parametrize(("n", "d"), [(24, 4), (60, 12), (100, 24)])
def test_one_cloud_cut_in_half_rarely_looks_like_two(n: int, d: int) -> None:
    """The level that the rules state: about 1 in 100 reaches 4 nats, none of 100 reaches 8."""
    rng = np.random.default_rng(n)
    found = [separation(*_cut(rng.normal(size=(n, d))), wide=np.zeros((1, d))) for _ in range(100)]
    assert np.mean(np.array(found) > 4) <= 0.03
    assert max(found) < 8


@pytest.mark.parametrize("d", [4, 24])
def test_two_clouds_five_sd_apart_are_two(d: int) -> None:
    rng = np.random.default_rng(d)
    found = []
    for _ in range(50):
        points = rng.normal(size=(60, d))
        points[:20, 0] += 5
        found.append(separation(points[:20], points[20:], wide=np.zeros((1, d))))
    assert np.mean(np.array(found) > 5) >= 0.95


def test_what_a_unit_varies_by_does_not_part_it() -> None:
    """The same two clouds are one where a unit varies along the line between them."""
    rng = np.random.default_rng(0)
    points = rng.normal(size=(60, 6))
    points[:30, 2] += 5
    along = np.zeros((1, 6))
    assert separation(points[:30], points[30:], wide=along) > 15
    along[0, 2] = 3.0
    assert separation(points[:30], points[30:], wide=along) < 2
    across = np.zeros((1, 6))
    across[0, 4] = 3.0
    assert separation(points[:30], points[30:], wide=across) > 15
    assert separation(points[:30], points[30:], wide=across, floor=10.0) < 2


@given(seed=st.integers(0, 500), n=st.integers(1, 8), m=st.integers(1, 8))
@settings(deadline=None, max_examples=60)
def test_order_and_rotation_do_not_matter(seed: int, n: int, m: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(n, 4)), rng.normal(3, 1, size=(m, 4))
    wide = rng.normal(size=(2, 4))
    turned = np.linalg.qr(rng.normal(size=(4, 4)))[0]
    first = separation(a, b, wide=wide)
    assert np.isfinite(first)
    assert separation(b, a, wide=wide) == pytest.approx(first, abs=1e-6)
    assert separation(a @ turned, b @ turned, wide=wide @ turned) == pytest.approx(first, abs=1e-6)


def test_equal_points_are_one() -> None:
    same = np.ones((5, 3))
    assert separation(same, same, wide=np.zeros((1, 3))) == pytest.approx(0.0, abs=1e-9)
