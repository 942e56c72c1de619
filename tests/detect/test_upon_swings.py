"""With a needle: potentials, spikes and nothing else upon the slow swings of a cable."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from emgfasc import detect, preprocess
from emgfasc.containers import Events
from signals import recording

FS = 2e4
ODD = "spike: its own mirror image upside down"
MOTION = "movement: a slow swing"
STARTS = np.arange(1, 29) + np.random.default_rng(1).uniform(0, 0.3, 28)  # or they are stimuli


def _swinging(size_uv: float) -> NDArray[np.float64]:
    """Return noise of 5 uV and, for 0.5 s around each of the moments, a swing of any phase."""
    rng = np.random.default_rng(2)
    data = rng.normal(0, 5, (1, int(30 * FS)))
    t = np.arange(int(0.5 * FS)) / FS
    for start in STARTS:
        wave = np.sin(2 * np.pi * 11 * t + rng.uniform(0, 2 * np.pi)) * np.sin(np.pi * t / 0.5)
        at = int((start - 0.25) * FS)
        data[0, at : at + len(wave)] += size_uv * wave
    return data


def _with(data: NDArray[np.float64], wave: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return `data` with a wave in the middle of each swing."""
    out = data.copy()
    for start in STARTS:
        at = int(start * FS) - len(wave) // 2
        out[0, at : at + len(wave)] += wave
    return out


def _judged(data: NDArray[np.float64]) -> Events:
    raw = recording(data, FS, "needle")
    clean = preprocess.clean(raw, mains_hz=None).load()
    return detect.reject(clean, detect.detect(clean), raw=raw)


def _names(found: Events) -> list[str]:
    """Return the category, or the reason, of what lies at each of the moments."""
    gap = np.abs(found.peak_s[None] - STARTS[:, None])
    assert (gap.min(axis=1) < 0.004).all()
    rows = found.frame.iloc[gap.argmin(axis=1)]
    return [why or kind for kind, why in zip(rows["category"], rows["reason"], strict=True)]


def _potential(size_uv: float) -> NDArray[np.float64]:
    """Return a potential of three phases and 8 ms."""
    t = np.arange(-0.004, 0.004, 1 / FS)
    wave = np.exp(-((t / 5e-4) ** 2)) - 0.5 * np.exp(-(((t - 1.1e-3) / 8e-4) ** 2))
    return np.asarray(size_uv * (wave - 0.2 * np.exp(-(((t + 1e-3) / 6e-4) ** 2))))


@pytest.mark.parametrize("size_uv", [200.0, 500.0])
def test_a_potential_upon_a_swing_that_decays_is_no_pop(size_uv: float) -> None:
    t = np.arange(-0.2, 0.2, 1 / FS)
    wave = gaussian_filter1d(np.where(t > 0, np.exp(-t.clip(0) / 0.05), 0), 0.008 * FS)
    swings = _with(_swinging(0), size_uv * wave)
    assert len(_judged(swings).fasciculations) <= 2
    found = _judged(_with(swings, _potential(120)))
    assert set(_names(found)) == {"fasciculation"}


@pytest.mark.parametrize("size_uv", [100.0, 200.0])
def test_a_spike_upon_a_swing_is_told_as_without_it(size_uv: float) -> None:
    t = np.arange(-6, 6, 1 / (8e-4 * FS))
    found = _judged(_with(_swinging(size_uv), -t * np.exp(0.5 - 0.5 * t**2) * 80))
    assert set(_names(found)) == {ODD}


@pytest.mark.parametrize(("size_uv", "sd_s"), [(100.0, 0.007), (200.0, 0.009), (400.0, 0.012)])
def test_a_slow_wave_with_nothing_upon_it_is_no_potential(size_uv: float, sd_s: float) -> None:
    t = np.arange(-0.1, 0.1, 1 / FS)
    wave = np.exp(-0.5 * (t / sd_s) ** 2) - 0.3 * np.exp(-0.5 * ((t - 0.03) / sd_s) ** 2)
    found = _judged(_with(_swinging(0), size_uv * wave))
    assert len(found) > 50
    assert len(found.fasciculations) <= 2
