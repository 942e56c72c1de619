"""Units that fire faster than by will, and activity that is explained by its names."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from emgfasc import preprocess, rest, simulate
from emgfasc.containers import Kind
from emgfasc.rest.cells import power_cells
from emgfasc.rest.repeats import pace
from signals import potential, recording

FS = 20_000.0
Floats = NDArray[np.float64]


def _noise(seconds: float, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).normal(0, 5, (1, int(seconds * FS)))


def _active(
    data: Floats, span: tuple[float, float], rate_hz: float, cov: float, units: int = 6
) -> Floats:
    """Add units that fire at one rate, with gamma-distributed intervals."""
    rng = np.random.default_rng(1)
    for _ in range(units):
        n = int(rng.uniform(0.006, 0.012) * FS)
        wave = potential(n, rng.uniform(100, 400), 3)
        at = span[0] + rng.uniform(0, 1 / rate_hz)
        while at < span[1]:
            start = int(at * FS)
            data[0, start : start + n] += wave
            at += rng.gamma(cov**-2, cov**2) / rate_hz
    return data


def _states(data: Floats) -> list[tuple[str, str]]:
    found = rest.find(preprocess.clean(recording(data, FS, "needle"))).to_frame()
    return [(str(row.state), str(row.reason)) for row in found.itertuples() if row.state != "rest"]


# The last three are reached in strong efforts.
@pytest.mark.parametrize("rate_hz", [8.0, 15.0, 18.0, 22.0, 26.0, 30.0, 33.0])
def test_units_at_voluntary_rates_are_voluntary(rate_hz: float) -> None:
    data = _active(_noise(20), (6, 14), rate_hz, 0.2)
    assert _states(data) == [("voluntary", "motor unit activity")]


@pytest.mark.parametrize("rate_hz", [40.0, 45.0])
@pytest.mark.parametrize("gain", [1.0, -0.3])
def test_units_at_the_rates_of_a_cramp_are_not(rate_hz: float, gain: float) -> None:
    data = _active(_noise(20), (6, 14), rate_hz, 0.5)
    assert _states(gain * data) == [("spontaneous", "cramp: motor units fire faster than by will")]


@pytest.mark.parametrize(("rate_hz", "cov"), [(30.0, 0.005), (9.0, 0.01), (40.0, 0.01)])
def test_what_repeats_like_a_machine_is_neither_a_cramp_nor_a_contraction(
    rate_hz: float, cov: float
) -> None:
    data = _active(_noise(20), (6, 9), rate_hz, cov, units=5)
    assert _states(data) == [("spontaneous", "complex repetitive: as regular as a machine")]


@pytest.mark.parametrize("rate_hz", [7.0, 12.0, 20.0])
def test_one_steady_voluntary_unit_is_no_machine(rate_hz: float) -> None:
    data = _active(_noise(20), (6, 14), rate_hz, 0.1, units=1)
    data = _active(data, (6, 14), 9.0, 0.2, units=4)  # enough for the gate
    assert _states(data) == [("voluntary", "motor unit activity")]


def test_noise_tells_no_rate_and_neither_does_a_short_stretch() -> None:
    loud = _noise(20)
    loud[:, int(6 * FS) : int(14 * FS)] *= 12
    assert _states(loud) == [("voluntary", "motor unit activity")]
    brief = _active(_noise(20), (6, 9), 50, 0.5)
    assert [state for state, _ in _states(brief)] == ["voluntary"]


@pytest.mark.parametrize("span", [(0, 1), (0, 81), (719, 800), (0, 800)])
def test_flat_and_missing_signal_claims_nothing(span: tuple[int, int]) -> None:
    for value in (0.0, np.nan):
        rec = recording(np.full((1, int(20 * FS)), value), FS, "needle")
        assert pace(rec, power_cells(rec), span) == "willed"


# A cramp below the skin is not told: its potentials are too long to show the pause.
@pytest.mark.parametrize(
    ("kind", "name", "state"),
    [
        ("needle", "voluntary", "voluntary"),
        ("needle", "cramp", "spontaneous"),
        ("surface", "voluntary", "voluntary"),
        ("surface", "cramp", "voluntary"),
    ],
)
def test_simulated_contractions_and_cramps_are_told_apart(
    kind: Kind, name: simulate.Nuisance, state: str
) -> None:
    rec, _ = simulate.recording(kind=kind, seed=131, seconds=25, units=1, nuisances=[name])
    states = rest.find(preprocess.clean(rec)).segments["state"]
    assert set(states) == {"rest", state}


def test_a_cramp_of_long_potentials_is_told_by_their_sharp_part() -> None:
    rec, _ = simulate.recording(
        simulate.Scenario(
            kind="needle", seed=109, seconds=60, units=3, snr=12, nuisances=("cramp",)
        )
    )
    states = rest.find(preprocess.clean(rec)).segments["state"]
    assert set(states) == {"rest", "spontaneous"}


def _fibres(data: Floats) -> tuple[Floats, list[tuple[float, float]]]:
    """Add two trains of short spikes, 20 a second together, and say where they lie."""
    n, spans = int(0.003 * FS), []
    for rate, size in ((9.0, 120.0), (11.0, 90.0)):
        for at in np.arange(0.02, data.shape[1] / FS - 0.1, 1 / rate):
            start = int(at * FS)
            data[0, start : start + n] += potential(n, size, 3)
            spans.append((start / FS, (start + n) / FS))
    return data, spans


def test_explained_fibrillations_leave_rest_and_contractions_in_them_do_not() -> None:
    data, spans = _fibres(_noise(30))
    clean = preprocess.clean(recording(data, FS, "needle"))
    assert rest.find(clean).status == "not_at_rest"
    assert rest.find(clean, explained=spans).status == "rest"
    busy = preprocess.clean(recording(_active(data.copy(), (12, 18), 12, 0.2), FS, "needle"))
    left = rest.find(busy, explained=spans)
    assert left.seconds("voluntary") == pytest.approx(6, abs=0.8)
    assert left.state_at([12.5, 15.0, 17.5]).tolist() == ["voluntary"] * 3


def test_a_contraction_of_which_half_is_explained_stays_one() -> None:
    data = _active(_noise(20), (6, 14), 12, 0.2)
    clean = preprocess.clean(recording(data, FS, "needle"))
    half = [(at, at + 0.02) for at in np.arange(0, 19.9, 0.08)]
    found, plain = (rest.find(clean, explained=spans) for spans in (half, []))
    assert found.seconds("voluntary") == pytest.approx(plain.seconds("voluntary"), abs=0.3)
