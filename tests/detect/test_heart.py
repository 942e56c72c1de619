import numpy as np
import pytest
from numpy.typing import NDArray

from emgfasc import detect, evaluate, preprocess, simulate
from emgfasc.containers import Kind, Recording
from emgfasc.detect import find_beats, with_beats, without_beats
from signals import potential, recording

FS = 2048.0


Floats = NDArray[np.float64]


def _beating(seconds: float, *, per_min: float = 70, seed: int = 0) -> tuple[Floats, Floats]:
    """Noise of 5 uV with slow waves of 80 uV at a pace that wavers by 4 %."""
    rng = np.random.default_rng(seed)
    data = rng.normal(0, 5, (1, int(seconds * FS)))
    times = np.cumsum(rng.normal(1, 0.04, int(seconds * per_min / 60) - 1)) * 60 / per_min
    shape = np.exp(-0.5 * (np.arange(-0.06, 0.06, 1 / FS) / 0.009) ** 2)
    for time in times:
        start = int(time * FS) - len(shape) // 2
        data[0, start : start + len(shape)] += 80 * shape
    return data, times


def _clean(data: Floats, kind: Kind = "surface") -> Recording:
    return preprocess.clean(recording(data, FS, kind)).load()


@pytest.mark.parametrize("per_min", [45, 70, 140])
def test_every_beat_is_found_where_it_is(per_min: float) -> None:
    data, times = _beating(40, per_min=per_min)
    beats = find_beats(_clean(data))
    assert len(beats) == len(times)
    np.testing.assert_allclose(beats.sample / FS, times, atol=0.004)
    assert beats.per_min == pytest.approx(per_min, rel=0.03)


def test_subtraction_leaves_the_noise() -> None:
    data, times = _beating(60)
    rec = _clean(data)
    free = without_beats(rec, find_beats(rec)).read()[0]
    at = np.rint(times * FS).astype(int)[:, None] + np.arange(-60, 60)
    assert rec.read()[0][at].std() > 3 * free[at].std()
    assert free[at].std() == pytest.approx(free.std(), rel=0.1)


def test_what_is_read_does_not_depend_on_how_it_is_cut() -> None:
    data, _ = _beating(20)
    rec = _clean(data)
    free = without_beats(rec, find_beats(rec))
    whole = free.read()
    for size in (1000, 4097):
        pieces = [block for _, block in free.blocks(size)]
        np.testing.assert_array_equal(np.concatenate(pieces, axis=1), whole)


def test_a_potential_on_top_of_a_beat_survives() -> None:
    data, times = _beating(60)
    hidden = times[[10, 25, 40]]
    for time in hidden:
        start = int(time * FS) - 10
        data[0, start : start + 20] += potential(20, 120)
    rec = _clean(data)
    beats = find_beats(rec)
    free = without_beats(rec, beats)
    found = with_beats(detect.detect(free), free, beats)
    peaks = found.fasciculations.peak_s
    assert len(peaks) == len(hidden)
    assert np.abs(peaks - hidden).max() < 0.01
    ecg = found.select("ecg").frame
    assert len(ecg) == len(times)
    assert ecg["reason"].str.contains("alike").all()


def test_scale_and_polarity_do_not_matter_and_a_shift_shifts() -> None:
    data, _ = _beating(30)
    one = find_beats(_clean(data)).sample
    for gain in (-1.0, 0.1, 30.0):
        np.testing.assert_array_equal(find_beats(_clean(gain * data)).sample, one)
    lead = np.random.default_rng(5).normal(0, 5, (1, 2050))
    moved = find_beats(_clean(np.concatenate([lead, data], axis=1))).sample
    assert np.abs(moved - 2050 - one).max() <= 3


@pytest.mark.parametrize("regular", [True, False])
def test_motor_units_are_no_heart(regular: bool) -> None:
    """A unit at 1.2 Hz is too fast in shape, however regular; an irregular slow one too rare."""
    rng = np.random.default_rng(2)
    data = rng.normal(0, 5, (1, int(60 * FS)))
    gaps = rng.normal(0.85, 0.03, 68) if regular else rng.exponential(0.85, 68)
    for time in np.cumsum(gaps)[np.cumsum(gaps) < 59]:
        start = int(time * FS)
        shape = potential(20, 120) if regular else 80 * np.hanning(80)
        data[0, start : start + len(shape)] += shape
    rec = _clean(data)
    assert len(find_beats(rec)) == 0
    assert without_beats(rec, find_beats(rec)) is rec
    events = detect.detect(rec)
    assert with_beats(events, rec, find_beats(rec)) is events


@pytest.mark.parametrize("kind", ["needle", "surface", "hdsemg"])
def test_simulated_beats_cost_no_fasciculation(kind: Kind) -> None:
    scores = []
    without: tuple[simulate.Nuisance, ...] = ()
    for nuisances in (without, ("ecg",)):
        rec, truth = simulate.recording(
            kind=kind, seed=101, seconds=30, snr=15, rate_per_min=40, nuisances=nuisances
        )
        clean = preprocess.clean(rec).load()
        beats = find_beats(clean)
        clean = without_beats(clean, beats)
        found = with_beats(detect.detect(clean), clean, beats)
        scores.append(evaluate.events(truth, found, tolerance_s=0.015, rest_s=30))
        if nuisances:
            heart = evaluate.events(truth, found, tolerance_s=0.02, category="ecg")
            assert heart.f1 > 0.95
        else:
            assert len(beats) == 0
    assert scores[1].recall >= scores[0].recall - 0.05
    assert scores[1].false_per_min <= scores[0].false_per_min + 2
