import numpy as np
import pytest

from emgfasc.containers import Rest
from emgfasc.sort.hum import Hum
from emgfasc.sort.noise import quiet_stretches, whitening
from signals import potential, recording

FS = 2048.0


def test_it_is_the_usual_power_of_a_stretch_without_rest() -> None:
    rng = np.random.default_rng(0)
    data = rng.normal(0, 5, (2, round(30 * FS)))
    data[:, round(10 * FS) : round(15 * FS)] *= 4
    for start in range(round(20 * FS), round(25 * FS), 700):  # 6 % of the time
        data[:, start : start + 40] += potential(40, 400)
    rec = recording(data, FS)
    white = whitening(quiet_stretches(rec, np.array([], np.int64), size=100))
    spans = [(10.0, 15.0, "voluntary", "loud"), (20.0, 25.0, "spontaneous", "sparse")]
    hum = Hum(rec, white, Rest.from_spans(spans, duration_s=30.0))
    assert hum.at(5.0) == hum.at(15.0) == hum.at(29.9) == 1.0
    assert hum.at(12.0) == pytest.approx(16.0, rel=0.1)
    assert hum.at(22.0) == pytest.approx(1.1, abs=0.1)  # some large potentials do not count


@pytest.mark.parametrize("spans", [[], [(0.0, 0.004, "artifact", "short")]])
def test_it_has_a_value_however_short_the_stretch(
    spans: list[tuple[float, float, str, str]],
) -> None:
    rec = recording(np.random.default_rng(1).normal(0, 5, (1, round(4 * FS))), FS)
    white = whitening(quiet_stretches(rec, np.array([], np.int64), size=100))
    assert Hum(rec, white, Rest.from_spans(spans, duration_s=4.0)).at(0.001) >= 1.0
