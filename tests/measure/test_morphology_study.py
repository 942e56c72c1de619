"""The study's seeds are apart, and its truth is met where noise is small."""

from __future__ import annotations

import pytest

from benchmarks.morphology.design import DEVELOPMENT_SEEDS, REPORT_SEEDS, Cell
from benchmarks.morphology.study import pooled, run
from emgfasc.containers import Kind


def test_rules_are_not_chosen_on_the_seeds_of_the_report() -> None:
    assert not set(DEVELOPMENT_SEEDS) & set(REPORT_SEEDS)
    assert all(100 <= seed < 200 for seed in DEVELOPMENT_SEEDS)
    assert all(seed >= 9000 for seed in REPORT_SEEDS)


@pytest.mark.parametrize("kind", ["needle", "surface"])
def test_targets_at_an_snr_of_40(kind: Kind) -> None:
    # 5 % of amplitude and area, 1 ms of duration, as asked from an SNR of 15
    cells = [Cell(kind, 40.0, seed) for seed in DEVELOPMENT_SEEDS]
    table = pooled(run(cells, analysed=False))
    error = table.set_index(["of", "feature"])["error"]
    for of in ("potential", "average"):
        assert error[of, "amplitude_uv"] < 5
        assert error[of, "area_uvms"] < 5
        assert error[of, "duration_ms"] < 1
