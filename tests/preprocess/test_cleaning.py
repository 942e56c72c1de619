import numpy as np
import pytest

from emgfasc import preprocess
from emgfasc.errors import ParameterError, RecordingError
from signals import recording

FS = 2048.0


def _noise(n_channels: int) -> np.ndarray:
    return np.random.default_rng(0).normal(0, 5, (n_channels, 8192))


def test_flat_missing_and_noisy_channels_are_named() -> None:
    data = _noise(8)
    data[1] = 40.0
    data[2] = np.nan
    data[5] *= 20
    clean = preprocess.clean(recording(data, FS))
    assert clean.bad_channels == ("c1", "c2", "c5")
    assert "Channel c1 is left out: flat." in clean.notes
    assert "Channel c2 is left out: mostly missing." in clean.notes
    assert "Channel c5 is left out: far noisier than the other channels." in clean.notes
    assert "bad_channels" in clean.flags


@pytest.mark.parametrize(("value", "why"), [(0.0, "flat"), (7.0, "flat"), (np.nan, "missing")])
def test_no_usable_channel_is_one_clear_line(value: float, why: str) -> None:
    with pytest.raises(RecordingError, match=f"no channel can be used.*{why}") as error:
        preprocess.clean(recording(np.full((2, 8192), value), FS))
    assert "\n" not in str(error.value)


def test_input_is_left_alone() -> None:
    data = _noise(2)
    rec = recording(data, FS)
    before = rec.read().copy()
    preprocess.clean(rec).read()
    np.testing.assert_array_equal(rec.read(), before)
    assert rec.steps == ()


def test_steps_say_what_was_done() -> None:
    assert preprocess.clean(recording(_noise(1), FS), band_hz=(30, 400), mains_hz=60.0).steps == (
        "mains 60.00 Hz fitted and subtracted (harmonics "
        + ", ".join(str(k) for k in range(1, 16))
        + ")",
        "zero-phase Butterworth band-pass 30-400 Hz, order 2 twice",
    )


@pytest.mark.parametrize("mains", ["50", -50.0, 2000.0])
def test_impossible_mains_are_refused(mains: object) -> None:
    with pytest.raises(ParameterError, match="mains_hz"):
        preprocess.clean(recording(_noise(1), FS), mains_hz=mains)  # type: ignore[arg-type]


@pytest.mark.parametrize("band_hz", [None, (20.0, 90.0)])
def test_a_rate_that_shows_no_potential_is_refused(band_hz: tuple[float, float] | None) -> None:
    with pytest.raises(RecordingError, match="250 Hz is too low for EMG; at least 400 Hz"):
        preprocess.clean(recording(_noise(1), 250.0), band_hz=band_hz)
    assert preprocess.clean(recording(_noise(1), 400.0), mains_hz=None).n_channels == 1
