import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgfasc.detect import machine


@given(
    st.lists(st.tuples(st.integers(0, 50), st.floats(-3, 3)), min_size=2, unique_by=lambda p: p[0])
)
def test_the_line_is_that_of_least_squares(points: list[tuple[int, float]]) -> None:
    x, y = [at for at, _ in points], [value for _, value in points]
    slope, begin = machine._line(x, y)
    assert np.polyval([slope, begin], x) == pytest.approx(
        np.polyval(np.polyfit(x, y, 1), x), abs=1e-9
    )


@given(
    seed=st.integers(0, 2**32 - 1),
    period_s=st.floats(0.2, 2.5),
    jitter_s=st.sampled_from([0.0, 2e-4, 1e-3]),
    busy=st.booleans(),
)
@settings(max_examples=25, deadline=None)
def test_looking_ahead_changes_nothing(
    seed: int, period_s: float, jitter_s: float, busy: bool
) -> None:
    rng = np.random.default_rng(seed)
    train = 1 + period_s * np.arange(12) + rng.normal(0, jitter_s, 12)
    others = rng.uniform(0, 30, 200 if busy else 10)
    time = np.sort(np.concatenate([train[rng.random(12) < 0.85], others]))
    frame = pd.DataFrame({"peak_s": time, "amplitude_uv": rng.uniform(90, 110, len(time))})
    wanted = rng.random(len(time)) < 0.95
    found = machine.machine_regular(frame, wanted)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(machine, "_continued", lambda _time, _first, second: second.tolist())
        np.testing.assert_array_equal(machine.machine_regular(frame, wanted), found)
