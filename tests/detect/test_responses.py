"""What is decided of a recording once all of its blocks were looked at."""

import numpy as np
import pytest

from emgfasc.detect import responses
from emgfasc.detect.noise import smoothed
from emgfasc.detect.responses import _Plan, _settle

PLAN = _Plan(
    fs_hz=100.0,
    widths=(0, 2),
    cell=5,
    group=20,
    pool=1,
    reach=3,
    block=2000,
    around=10,
    max_false_per_min=0.5,
)
GROUPS = 20  # in a block


@pytest.mark.parametrize("at_once", [1, 300, 1 << 18])
@pytest.mark.parametrize("n", [7, 20, 75, 80])
def test_blocks_whose_own_limit_was_too_high_are_read_again(
    monkeypatch: pytest.MonkeyPatch, n: int, at_once: int
) -> None:
    rng = np.random.default_rng(n)
    power = rng.gamma(40, 0.1, (5, 2, n)).astype(np.float32)
    power[2, 1, 3:6] = 0.0  # a dropout
    own = rng.uniform(4.0, 4.4, max(1, -(-n // GROUPS)))
    smooth = np.array([[smoothed(row, 3) for row in lane] for lane in power], np.float32)
    final = PLAN.final(smooth, 4.2)
    limits = [PLAN.loose(power[..., 20 * k : 20 * k + 20], z)[0] for k, z in enumerate(own)]
    late = [
        bool((limit > final[..., 20 * k : 20 * k + 20]).any()) for k, limit in enumerate(limits)
    ]
    monkeypatch.setattr(responses, "_AT_ONCE", at_once)
    assert _settle(power, PLAN, own, 4.2, 2) == np.flatnonzero(late).tolist()
    np.testing.assert_array_equal(power, smooth)


@pytest.mark.parametrize("n", [20, 60])
def test_no_block_is_read_again_where_its_noise_is_that_of_the_whole(n: int) -> None:
    power = np.full((3, 2, n), 2.0, np.float32)
    assert _settle(power, PLAN, np.full(n // GROUPS, 4.2), 4.2, 1) == []
    assert _settle(power, PLAN, np.full(n // GROUPS, 4.5), 4.2, 1) == list(range(n // GROUPS))
