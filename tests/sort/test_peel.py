import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgfasc.sort.peel import Bank, Part, bank_of, doublet, peel
from signals import potential

N = 50


def _bank() -> Bank:
    gains = np.array([[1.0, 0.4], [0.3, 1.0], [0.8, 0.8]])
    shapes = np.stack([potential(N, 100, turns) for turns in (1.0, 1.9, 3.0)])
    return bank_of((gains[:, :, None] * shapes[:, None]).astype(np.float32))


def _stretch(bank: Bank, parts: list[Part], noise: float, seed: int = 0) -> np.ndarray:
    out = np.random.default_rng(seed).normal(0, noise, (2, 300)) if noise else np.zeros((2, 300))
    for part in parts:
        out[:, part.lag : part.lag + N] += bank.templates[part.unit]
    return out.astype(np.float32)


def _peeled(bank: Bank, stretch: np.ndarray) -> list[Part]:
    found = bank.correlate(stretch)
    energy = float((stretch.astype(float) ** 2).sum())
    return peel(bank, found, energy, lags=slice(0, found.shape[1]), apart=6, near=8)


def test_overlaps_agree_with_their_definition() -> None:
    bank = _bank()
    for u in range(3):
        for v in range(3):
            for d in (-49, -20, -1, 0, 3, 30, 49):
                one, two = np.zeros((2, 200)), np.zeros((2, 200))
                one[:, 70 : 70 + N] = bank.templates[u]
                two[:, 70 + d : 70 + d + N] = bank.templates[v]
                product = (one * two).sum()
                assert bank.overlap[u, v, N - 1 + d] == pytest.approx(product, abs=1e-3)


@given(u=st.integers(0, 2), lag=st.integers(0, 250))
@settings(deadline=None)
def test_taking_a_potential_out_of_the_correlation_is_taking_it_out_of_the_signal(
    u: int, lag: int
) -> None:
    bank = _bank()
    stretch = _stretch(bank, [], 5.0)
    before = bank.correlate(stretch)
    bank.without(before, Part(u, lag))
    gone = stretch.copy()
    gone[:, lag : lag + N] -= bank.templates[u]
    np.testing.assert_allclose(before, bank.correlate(gone), atol=0.5)


@pytest.mark.parametrize("gap", [10, 15, 20, 40])
@pytest.mark.parametrize("unit", [0, 1, 2])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_two_overlapping_discharges_of_one_unit_stay_two(gap: int, unit: int, seed: int) -> None:
    bank = _bank()
    true = [Part(unit, 100), Part(unit, 100 + gap)]
    found = _peeled(bank, _stretch(bank, true, 5.0, seed))
    assert [part.unit for part in found] == [unit, unit]
    assert all(abs(a.lag - b.lag) <= 2 for a, b in zip(found, true, strict=True))


@pytest.mark.parametrize("gap", [0, 7, 25])
def test_two_units_at_once_are_told_apart(gap: int) -> None:
    bank = _bank()
    true = [Part(1, 100), Part(2, 100 + gap)]
    found = _peeled(bank, _stretch(bank, true, 5.0))
    assert sorted(part.unit for part in found) == [1, 2]
    lags = {part.unit: part.lag for part in found}
    assert abs(lags[1] - 100) <= 2
    assert abs(lags[2] - 100 - gap) <= 2


@pytest.mark.parametrize("unit", [0, 1, 2])
@pytest.mark.parametrize("gain", [0.85, 1.0, 1.2])
def test_one_potential_stays_one_though_it_varies(unit: int, gain: float) -> None:
    bank = _bank()
    stretch = gain * _stretch(bank, [Part(unit, 120)], 0.0) + _stretch(bank, [], 5.0)
    assert [part.unit for part in _peeled(bank, stretch)] == [unit]


def test_noise_and_foreign_potentials_are_nothing_known() -> None:
    bank = _bank()
    assert _peeled(bank, _stretch(bank, [], 5.0)) == []
    foreign = _stretch(bank, [], 5.0)
    foreign[:, 100:130] += np.array([[1.0], [-1.0]]) * potential(30, 120, 5.0)
    assert _peeled(bank, foreign.astype(np.float32)) == []


@pytest.mark.parametrize("size", [0.8, 1.3, 1.6])
@pytest.mark.parametrize("unit", [0, 1, 2])
def test_a_discharge_smaller_or_larger_than_its_average_does_not_come_apart(
    size: float, unit: int
) -> None:
    bank = _bank()
    stretch = _stretch(bank, [], 2.0)
    stretch[:, 120 : 120 + N] += size * bank.templates[unit]
    assert [part.unit for part in _peeled(bank, stretch)] == [unit]


def _doublet(bank: Bank, stretch: np.ndarray) -> list[Part]:
    found = bank.correlate(stretch)
    energy = float((stretch.astype(float) ** 2).sum())
    return doublet(bank, found, energy, lags=slice(0, found.shape[1]), apart=6, near=8)


@pytest.mark.parametrize("gap", [10, 25, 40])
@pytest.mark.parametrize("unit", [0, 1, 2])
def test_a_doublet_is_two_of_one_unit_and_nothing_else_is(gap: int, unit: int) -> None:
    bank = _bank()
    true = [Part(unit, 100), Part(unit, 100 + gap)]
    found = _doublet(bank, _stretch(bank, true, 5.0))
    assert [part.unit for part in found] == [unit, unit]
    assert all(abs(a.lag - b.lag) <= 2 for a, b in zip(found, true, strict=True))
    assert _doublet(bank, _stretch(bank, true[:1], 5.0)) == []
    assert _doublet(bank, 1.7 * _stretch(bank, true[:1], 5.0)) == []
    assert _doublet(bank, _stretch(bank, [], 5.0)) == []
    loud = _stretch(bank, true, 5.0)
    loud[:, 200:280] += 20 * potential(80, 100, 0.8)  # what a pair explains little of
    assert _doublet(bank, loud) == []


def test_some_of_a_bank_are_the_bank_of_some() -> None:
    bank = _bank()
    some, made = bank.some(np.array([2, 0])), bank_of(bank.templates[[2, 0]])
    np.testing.assert_array_equal(some.templates, made.templates)
    np.testing.assert_allclose(some.energy, made.energy)
    np.testing.assert_allclose(some.overlap, made.overlap, atol=1e-6)
