from datetime import datetime, timedelta

import numpy as np
import pytest

from emgfasc.containers import Recording
from emgfasc.errors import ParameterError
from signals import recording


@pytest.fixture
def rec() -> Recording:
    data = np.random.default_rng(0).normal(0, 5, (3, 1000))
    return recording(data, 100.0).replace(
        start=datetime(2026, 1, 1),
        positions_mm=np.arange(6.0).reshape(3, 2),
        bad_channels=("c1",),
    )


def test_a_crop_is_the_same_samples_from_a_later_start(rec: Recording) -> None:
    part = rec.crop(2.5, 7)
    np.testing.assert_array_equal(part.read(), rec.read(250, 700))
    np.testing.assert_array_equal(part.read(10, 20), rec.read(260, 270))
    np.testing.assert_array_equal(part.crop(1).read(), rec.read(350, 700))
    assert part.start == datetime(2026, 1, 1) + timedelta(seconds=2.5)
    assert part.steps == ("cropped to 2.5-7 s",)
    assert rec.crop().n_samples == rec.n_samples


@pytest.mark.parametrize("span", [(-1, 5), (5, 5), (6, 5), (0, 10.01), (float("nan"), 5)])
def test_a_crop_outside_is_refused(rec: Recording, span: tuple[float, float]) -> None:
    with pytest.raises(ParameterError, match=r"lie within the 10 s of the recording"):
        rec.crop(*span)


def test_picked_channels_keep_what_belongs_to_them(rec: Recording) -> None:
    part = rec.pick(["c2", "c1"])
    np.testing.assert_array_equal(part.read(5, 50), rec.read(5, 50)[[2, 1]])
    assert part.positions_mm is not None
    np.testing.assert_array_equal(part.positions_mm, [[4, 5], [2, 3]])
    assert (part.channels, part.bad_channels) == (("c2", "c1"), ("c1",))
    assert rec.pick("c0").channels == ("c0",)
    assert rec.pick(["c0"]).bad_channels == ()


def test_a_channel_that_is_not_there_is_named(rec: Recording) -> None:
    with pytest.raises(ParameterError, match=r"x not among the channels \(c0, c1, c2\)"):
        rec.pick(["c0", "x"])
