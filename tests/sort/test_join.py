from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import gammaln
from scipy.stats import multivariate_normal

from emgfasc.sort import SortRules
from emgfasc.sort.join import _SPREADS, _Model, join

D, ENERGY = 6, 600.0


def _rules(shapes: float = 15.0) -> SortRules:
    return SortRules(before_ms=5.0, after_ms=5.0, shapes=shapes)


def _changing(rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    """Return single potentials of a unit whose shapes vary by a fifth of its energy."""
    mean = rng.normal(0, np.sqrt(ENERGY / D), D)
    return np.asarray(mean + rng.normal(0, np.sqrt(0.2 * ENERGY / D), (n, D)))


def test_single_potentials_in_a_cloud_of_their_own_are_one_unit() -> None:
    rng = np.random.default_rng(0)
    one, two = _changing(rng, 15), _changing(rng, 15)
    unit = join(np.concatenate([one, two]), np.ones(30, np.int64), ENERGY, _rules())
    assert len(set(unit[:15])) == len(set(unit[15:])) == 1
    assert unit[0] != unit[15]


def test_two_large_groups_as_far_apart_stay_two() -> None:
    """What would be two shapes among many are two units when each is large."""
    rng = np.random.default_rng(1)
    cloud = _changing(rng, 15)
    both = cloud[:2]
    assert len(set(join(both, np.array([30, 25]), ENERGY, _rules()))) == 2
    size = np.ones(15, np.int64)
    assert len(set(join(cloud, size, ENERGY, _rules()))) == 1


def test_a_changing_unit_keeps_a_shape_that_comes_more_often() -> None:
    rng = np.random.default_rng(2)
    size = np.ones(15, np.int64)
    size[4] = 4
    assert len(set(join(_changing(rng, 15), size, ENERGY, _rules()))) == 1


def test_the_order_of_groups_does_not_matter() -> None:
    rng = np.random.default_rng(3)
    points = np.concatenate([_changing(rng, 8), _changing(rng, 5), _changing(rng, 1)])
    size = rng.integers(1, 4, len(points))
    unit = join(points, size, ENERGY, _rules())
    order = rng.permutation(len(points))
    other = join(points[order], size[order], ENERGY, _rules())
    for i, j in pairwise(range(len(points))):
        assert (other[i] == other[j]) == (unit[order[i]] == unit[order[j]])


def test_one_group_is_one_unit() -> None:
    assert join(np.ones((1, D)), np.array([7]), ENERGY, _rules()).tolist() == [0]


@pytest.mark.parametrize("size", [[3], [2, 1], [4, 1, 2]])
def test_the_score_is_that_of_its_definition(size: list[int]) -> None:
    """Against a plain twin: the joint normal of all group means, written out."""
    rng = np.random.default_rng(len(size))
    centres, sizes = rng.normal(0, 8, (len(size), D)), np.array(size)
    model = _Model(centres, sizes, ENERGY, _rules())
    found = model.score(model.parts.sum(axis=0, keepdims=True))[0]
    base, n, shapes = ENERGY / D, sizes.sum(), 15.0
    constant = 0.5 * D * len(size) * np.log(2 * np.pi)  # the same for all ways to join

    def place(spread: float) -> float:
        covariance = base + np.diag(spread + 1 / sizes)
        return float(
            sum(multivariate_normal(cov=covariance).logpdf(centres[:, k]) for k in range(D))
        )

    partition = (
        len(size) * np.log(shapes) + gammaln(sizes).sum() + gammaln(shapes) - gammaln(shapes + n)
    )
    ways = [place(share * ENERGY / D) + partition - np.log(len(_SPREADS)) for share in _SPREADS]
    if len(size) == 1:
        ways.append(place(0.0))
    expected = gammaln(n) + np.logaddexp.reduce(ways) + constant
    assert found == pytest.approx(expected, abs=1e-6)
