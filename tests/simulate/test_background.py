"""The noise has the colour, the size, the drift and the spatial share it is said to have."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from emgfasc.errors import ParameterError
from emgfasc.simulate import GRID_8X8, NEEDLE, Grid, Needle, Noise, coloured, drift
from emgfasc.simulate.background import background, channel_noise_uv


def test_colour_is_the_stated_one() -> None:
    rng = np.random.default_rng(0)
    x = coloured(rng, n_samples=400_000, fs_hz=2048, band_hz=(10, 500), knee_hz=80)
    frequency, power = signal.welch(x.astype(float), 2048, nperseg=2048)
    inside = (frequency >= 30) & (frequency <= 350)
    ratio = power[inside] / (1 + 80 / frequency[inside])
    assert ratio.std() / ratio.mean() < 0.15
    at = {f: power[np.abs(frequency - f).argmin()] for f in (2, 30, 250, 900)}
    assert at[2] < 0.1 * at[30]
    assert at[900] < 0.12 * at[250]
    assert x.dtype == np.float32
    assert x.std() == pytest.approx(1, abs=0.01)
    assert abs(((x / x.std()) ** 4).mean() - 3) < 0.1  # Gaussian


@pytest.mark.parametrize("n_samples", [2, 3, 17, 1000, 1009])
def test_any_length(n_samples: int) -> None:
    x = coloured(np.random.default_rng(0), n_samples=n_samples, fs_hz=2048, band_hz=(10, 500))
    assert x.shape == (n_samples,)
    assert np.isfinite(x).all()


@pytest.mark.parametrize("factor", [1.0, 1.5, 5.0])
def test_drift_has_the_stated_extent_and_unit_rms(factor: float) -> None:
    knots, gain = drift(np.random.default_rng(3), seconds=120, factor=factor)
    assert gain.max() / gain.min() == pytest.approx(factor)
    assert np.mean(gain**2) == pytest.approx(1)
    assert knots[0] == 0
    assert knots[-1] == 120
    assert np.abs(np.diff(np.log(gain))).max() < 0.2  # slow


def test_neighbours_share_noise_and_all_channels_have_their_rms() -> None:
    noise = Noise(shared=0.5, channel_spread=0.3)
    size = channel_noise_uv(np.random.default_rng(0), electrode=GRID_8X8, noise=noise)
    x = background(1, electrode=GRID_8X8, noise=noise, noise_uv=size, n_samples=20_000)
    np.testing.assert_allclose(x.std(axis=1), size, rtol=0.06)
    assert size.std() > 0.5
    r = np.asarray(np.corrcoef(x))
    place = GRID_8X8.positions_mm
    distance = np.linalg.norm(place[:, None] - place, axis=2)
    near = r[(distance > 0) & (distance < 9)].mean()
    assert near == pytest.approx(0.5, abs=0.1)
    assert r[distance > 45].mean() < near - 0.1
    alone = background(
        1, electrode=GRID_8X8, noise=Noise(shared=0), noise_uv=size, n_samples=20_000
    )
    off = ~np.eye(64, dtype=bool)
    assert np.abs(np.asarray(np.corrcoef(alone))[off]).max() < 0.08


def test_nominal_size_comes_from_the_electrode_unless_given() -> None:
    rng = np.random.default_rng(0)
    assert channel_noise_uv(rng, electrode=NEEDLE, noise=Noise()).tolist() == [5.0]
    loud = Needle(noise_uv=9.0)
    assert channel_noise_uv(rng, electrode=loud, noise=Noise()).tolist() == [9.0]
    assert channel_noise_uv(rng, electrode=loud, noise=Noise(rms_uv=3)).tolist() == [3.0]
    one = Grid(rows=1, columns=1)
    x = background(0, electrode=one, noise=Noise(), noise_uv=np.array([4.0]), n_samples=20_000)
    assert x.std() == pytest.approx(4, rel=0.05)


@pytest.mark.parametrize("wrong", [{"drift": 0.5}, {"shared": 1.5}, {"rms_uv": 0}])
def test_wrong_parameters_are_refused_by_name(wrong: dict[str, float]) -> None:
    with pytest.raises(ParameterError, match=next(iter(wrong))):
        Noise(**wrong)
