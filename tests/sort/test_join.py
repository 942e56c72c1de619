from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import gammaln
from scipy.stats import multivariate_normal

from emgfasc.sort import SortRules
from emgfasc.sort.join import _score, _spreads, join

D, ENERGY = 12, 1200.0

Floats = NDArray[np.float64]


def _rules(unit_nats: float = 25.0, varies: float = 0.5, gap_nats: float = 7.0) -> SortRules:
    return SortRules(
        before_ms=5.0, after_ms=5.0, unit_nats=unit_nats, varies=varies, gap_nats=gap_nats
    )


def _mean(rng: np.random.Generator) -> Floats:
    return rng.normal(0, np.sqrt(ENERGY / D), D)


def _cloud(rng: np.random.Generator, mean: Floats, n: int, share: float) -> Floats:
    """Return potentials of a unit that vary by a share of its energy, and by noise."""
    return np.asarray(mean + rng.normal(0, np.sqrt(1 + share * ENERGY / D), (n, D)))


def _alone(points: Floats) -> NDArray[np.int64]:
    return np.arange(len(points))


@pytest.mark.parametrize("share", [0.0, 0.03, 0.1, 0.2])
def test_single_potentials_of_two_units_become_two(share: float) -> None:
    rng = np.random.default_rng(0)
    one, two = (_cloud(rng, _mean(rng), 20, share) for _ in range(2))
    unit = join(np.concatenate([one, two]), np.arange(40), _rules())
    assert len(set(unit[:20])) == len(set(unit[20:])) == 1
    assert unit[0] != unit[20]


def test_a_stable_unit_is_not_taken_into_a_changing_one() -> None:
    """At the same distance a potential of the changing unit is one of its own."""
    rng = np.random.default_rng(1)
    middle = _mean(rng)
    changing = _cloud(rng, middle, 25, 0.3)
    away = np.sqrt(0.3 * ENERGY / D) * rng.normal(size=D)
    stable = _cloud(rng, middle + away, 25, 0.01)
    points = np.concatenate([changing, stable])
    unit = join(points, _alone(points), _rules())
    assert len(set(unit[:25])) == len(set(unit[25:])) == 1
    assert unit[0] != unit[25]


def test_a_gap_parts_two_units_that_a_cloud_would_hold() -> None:
    """Seven SD of noise in one of twelve directions: a cloud equally wide in all hides it."""
    rng = np.random.default_rng(2)
    mean = _mean(rng)
    other = mean + 7.0 * np.eye(D)[0]
    points = np.concatenate([_cloud(rng, mean, 15, 0.0), _cloud(rng, other, 15, 0.0)])
    group = np.repeat([0, 1], 15)
    assert len(set(join(points, group, _rules(unit_nats=100.0, gap_nats=1e9)))) == 1
    assert len(set(join(points, group, _rules(unit_nats=100.0)))) == 2


def test_a_gap_within_a_unit_that_varies_much_parts_nothing() -> None:
    """When a branch fails now and then, the potentials lie in two heaps, each as wide."""
    rng = np.random.default_rng(3)
    mean = _mean(rng)
    fails = mean + np.sqrt(0.5 * ENERGY) * np.eye(D)[0]
    points = np.concatenate([_cloud(rng, mean, 20, 0.3), _cloud(rng, fails, 6, 0.3)])
    assert len(set(join(points, np.repeat([0, 1], [20, 6]), _rules(unit_nats=40.0)))) == 1


def test_half_of_a_stable_unit_is_not_a_unit() -> None:
    rng = np.random.default_rng(4)
    for _ in range(20):
        points = _cloud(rng, _mean(rng), 40, 0.01)
        assert len(set(join(points, (points[:, 0] > points[0, 0]).astype(np.int64), _rules()))) == 1


def test_size_does_not_matter_for_how_much_a_unit_may_vary() -> None:
    """Shares are of a unit's own energy: a small unit beside a large one is no piece of it."""
    rng = np.random.default_rng(5)
    small, large = _mean(rng), 8 * _mean(rng)
    points = np.concatenate(
        [
            small + rng.normal(0, np.sqrt(1 + 0.02 * ENERGY / D), (15, D)),
            large + rng.normal(0, 8 * np.sqrt(0.02 * ENERGY / D), (15, D)),
        ]
    )
    unit = join(points, _alone(points), _rules())
    assert len(set(unit[:15])) == len(set(unit[15:])) == 1
    assert unit[0] != unit[15]


def test_the_order_of_groups_does_not_matter() -> None:
    rng = np.random.default_rng(6)
    points = np.concatenate(
        [_cloud(rng, _mean(rng), 12, 0.3), _cloud(rng, _mean(rng), 8, 0.1), _mean(rng)[None]]
    )
    unit = join(points, _alone(points), _rules())
    order = rng.permutation(len(points))
    other = join(points[order], _alone(points), _rules())
    for i, j in pairwise(range(len(points))):
        assert (other[i] == other[j]) == (unit[order[i]] == unit[order[j]])


def test_one_group_is_one_unit() -> None:
    assert join(np.ones((7, D)), np.zeros(7, np.int64), _rules()).tolist() == [0]


def test_shares_go_down_by_halves_and_end_with_none() -> None:
    assert _spreads(0.012).tolist() == [0.0, 0.012, 0.006, 0.003]
    assert _spreads(0.0).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("n", [1, 2, 9])
def test_the_score_is_that_of_its_definition(n: int) -> None:
    """Against a plain twin: the joint normal of all potentials, written out."""
    rng = np.random.default_rng(n)
    points = _cloud(rng, _mean(rng), n, 0.1)
    rules = _rules(unit_nats=3.0)
    sums = np.array([[n, (points**2).sum(), *points.sum(axis=0)]])
    energy = (points**2).sum() / n / D - 1
    ways = []
    for share in _spreads(rules.varies):
        covariance = energy + np.diag(np.full(n, 1 + share * energy))
        normal = multivariate_normal(cov=covariance)
        ways.append(sum(normal.logpdf(points[:, k]) for k in range(D)) - np.log(9))
    constant = 0.5 * n * D * np.log(2 * np.pi)  # the same for all ways to join
    expected = np.logaddexp.reduce(ways) + constant + gammaln(n) - 3.0
    assert _score(sums, rules)[0] == pytest.approx(expected, abs=1e-6)
