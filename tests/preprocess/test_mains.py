import numpy as np
import pytest
from numpy.typing import NDArray

from emgfasc.containers import Recording
from emgfasc.preprocess import Mains, find_mains
from emgfasc.preprocess.mains import _middle
from emgfasc.preprocess.mains_fit import MainsFreeSource, without_mains
from signals import potential, recording

FS = 2048.0


def _hum(seconds: float, frequency: float, *, wander: float = 0.0) -> NDArray[np.float64]:
    t = np.arange(int(seconds * FS)) / FS
    phase = 2 * np.pi * np.cumsum(frequency + wander * np.sin(2 * np.pi * t / 10)) / FS
    return np.asarray(30 * np.sin(phase) + 10 * np.sin(3 * phase + 1) + 5 * np.sin(5 * phase))


def _noise(seconds: float) -> NDArray[np.float64]:
    return np.random.default_rng(0).normal(0, 5, (2, int(seconds * FS)))


@pytest.mark.parametrize("frequency", [49.93, 50.0, 60.04])
def test_finds_frequency_and_harmonics(frequency: float) -> None:
    found = find_mains(recording(_noise(30) + _hum(30, frequency), FS))
    assert found is not None
    assert found.frequency_hz == pytest.approx(frequency, abs=0.02)
    assert found.harmonics == (1, 3, 5)


def test_finds_nothing_in_noise_and_potentials() -> None:
    data = _noise(30)
    for start in range(1000, 60_000, 1700):
        data[:, start : start + 40] += potential(40, 400)
    assert find_mains(recording(data, FS)) is None


def test_too_short_to_tell_is_none() -> None:
    assert find_mains(recording(_noise(0.5), FS)) is None


def test_removes_wandering_mains_and_spares_potentials() -> None:
    data = _noise(30)
    for start in range(1000, 60_000, 3000):
        data[:, start : start + 40] += potential(40, 400)
    hum = _hum(30, 50.0, wander=0.03)
    noisy = recording(data + hum, FS)
    left = without_mains(noisy, find_mains(noisy)).read() - data
    assert left.std() < 0.05 * hum.std()
    # What is taken from the potentials themselves is far below the noise.
    spared = without_mains(recording(data, FS), Mains(50.0, (1, 3, 5))).read() - data
    assert np.abs(spared).max() < 5.0


@pytest.mark.parametrize("wander", [0.06, 0.1])
def test_follows_the_higher_harmonics_of_mains_that_wanders(wander: float) -> None:
    data, hum = _noise(40), _hum(40, 50.0, wander=wander)
    noisy = recording(data + hum, FS)
    left = without_mains(noisy, find_mains(noisy)).read() - data
    inner = left[:, int(FS) : -int(FS)]
    # With one frequency for all windows 5.3 and 11.7 % of it were left; 2.9 and 4.7 % now.
    assert inner.std() < 0.05 * hum.std()


def test_steps_of_frequency_turn_with_the_phase() -> None:
    t = np.arange(int(2 * FS)) / FS - 1
    for off in (-0.2, -0.03, 0.0, 0.05, 0.3):
        wave = 3 * np.cos(2 * np.pi * (50 + off) * t + 0.4) + np.sin(6 * np.pi * (50 + off) * t)
        source = MainsFreeSource(recording(wave[None], FS).source, Mains(50.0, (1, 3)), FS)
        assert np.abs(source.read(0, len(t))).max() < 0.02


def test_does_not_depend_on_how_it_is_cut() -> None:
    rec = recording(_noise(7) + _hum(7, 50.0), FS)
    clean = without_mains(rec, Mains(50.0, (1, 3, 5)))
    whole = clean.read()
    parts = np.concatenate([block for _, block in clean.blocks(777)], axis=1)
    np.testing.assert_array_equal(parts, whole)


def _tiny() -> Recording:
    return recording(np.ones((1, 3)), FS)


def test_tiny_recordings_pass_through() -> None:
    assert without_mains(_tiny(), Mains(50.0, (1,))).read().shape == (1, 3)


def test_an_amplifier_at_its_rail_does_not_spoil_the_fit_around_it() -> None:
    rng = np.random.default_rng(4)
    fs = 2048.0
    t = np.arange(int(12 * fs)) / fs
    data = rng.normal(0, 5, (1, len(t))) + 12 * np.sin(2 * np.pi * 50 * t)
    data[0, int(5.05 * fs) : int(6.03 * fs)] = 8192
    rec = recording(data, fs)
    free = without_mains(rec, Mains(50.0, (1,))).read()[0]
    around = np.r_[int(3.5 * fs) : int(5.0 * fs), int(6.1 * fs) : int(7.6 * fs)]
    assert np.sqrt(np.mean(free[around] ** 2)) < 5.6


@pytest.mark.parametrize(
    ("start_s", "stop_s", "level"),
    [
        (5.05, 6.03, 8192.0),
        (5.05, 6.01, 8192.0),  # the next window begins with the end of it, less than a cell long
        (4.99, 5.6, -8192.0),  # a window ends with the beginning of it
        (4.6, 6.12, 80.0),  # most of two windows stand still
    ],
)
def test_what_stands_still_does_not_spoil_the_fit_around_it(
    start_s: float, stop_s: float, level: float
) -> None:
    fs = 2048.0
    t = np.arange(int(12 * fs)) / fs
    noise = np.random.default_rng(4).normal(0, 5, (1, len(t)))
    waves = ((1, 4.0), (3, 2.0), (5, 1.0), (7, 0.5))
    hum = sum(size * np.sin(2 * np.pi * 50 * harmonic * t) for harmonic, size in waves)
    data = noise + hum
    data[0, int(start_s * fs) : int(stop_s * fs)] = level
    left = without_mains(recording(data, fs), Mains(50.0, (1, 3, 5, 7))).read() - noise
    before = slice(int((start_s - 0.5) * fs), int((start_s - 0.05) * fs))
    after = slice(int((stop_s + 0.07) * fs), int((stop_s + 0.57) * fs))
    for around in (before, after):
        assert left[0, around].std() < 0.3 * np.std(hum)


@pytest.mark.parametrize(
    ("start", "length"), [(0.5, 1.3), (9.82, 0.6), (9.82, 1.4), (9.1, 1.9), (9.5, 6.0)]
)
def test_mains_goes_right_up_to_where_the_signal_stands_still(start: float, length: float) -> None:
    data, hum = _noise(30), _hum(30, 50.0, wander=0.03)
    noisy = (data + hum).astype(np.float32)
    first, stop = round(start * FS), round((start + length) * FS)
    noisy[:, first:stop] = 90  # held in the middle of a potential
    rec = recording(noisy, FS)
    cleaned = without_mains(rec, find_mains(rec))
    left = cleaned.read() - data
    near = round(0.4 * FS)
    for beside in (left[:, first - near : first], left[:, stop : stop + near]):
        assert beside.std() < 0.1 * hum.std()
    parts = [cleaned.read(k, min(k + 3000, len(hum))) for k in range(0, len(hum), 3000)]
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), cleaned.read())


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6])
def test_the_middle_is_the_median(n: int) -> None:
    arrays = list(np.random.default_rng(n).integers(0, 4, (n, 3, 50)).astype(np.float32))
    np.testing.assert_array_equal(_middle(arrays), np.median(arrays, axis=0))
