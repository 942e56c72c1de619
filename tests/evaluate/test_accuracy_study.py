"""The machinery of the accuracy study; the study itself is too long for the test suite."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgfasc.containers import EVENTS, ArraySource, Recording

pytest.importorskip("benchmarks.accuracy", reason="benchmarks are not part of the sdist")

from benchmarks.accuracy import baselines, calibration, design, regression, study


def test_seeds_for_tuning_and_for_reporting_are_apart() -> None:
    report = {*design.REPORT_SEEDS, *calibration.CALIBRATION_SEEDS}
    assert not report & set(design.DEVELOPMENT_SEEDS)
    assert len(report) == len(design.REPORT_SEEDS) + len(calibration.CALIBRATION_SEEDS)
    assert {cell.seed for cell in design.full_study()} == set(design.REPORT_SEEDS)


def test_the_slice_is_part_of_the_study_and_covers_every_kind() -> None:
    cells = design.slice_study()
    assert set(cells) <= set(design.full_study())
    assert {cell.kind for cell in cells} == {"needle", "surface", "hdsemg"}
    assert len(design.full_study()) == len(set(design.full_study()))


def naive_joined(hits: list[tuple[int, float, int]], gap: int) -> list[tuple[int, int]]:
    """Return (sample of the largest hit, number of channels) of each event, one hit at a time."""
    events: list[list[tuple[int, float, int]]] = []
    for hit in sorted(hits, key=lambda h: h[0]):
        if events and hit[0] - events[-1][-1][0] <= gap:
            events[-1].append(hit)
        else:
            events.append([hit])
    return [
        (max(event, key=lambda h: (h[1], -h[0]))[0], len({h[2] for h in event})) for event in events
    ]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 3).map(float), st.integers(0, 3))),
    st.integers(0, 8),
)
def test_joined_hits_agree_with_a_plain_loop(hits: list[tuple[int, float, int]], gap: int) -> None:
    samples, sizes, channels = zip(*hits, strict=True) if hits else ((), (), ())
    peaks, _, n_channels = baselines.joined(
        np.array(samples, np.intp), np.array(sizes), np.array(channels, np.intp), gap=gap
    )
    found = list(zip(peaks.tolist(), n_channels.tolist(), strict=True))
    assert found == naive_joined(hits, gap)


def made(x: np.ndarray) -> Recording:
    data = np.atleast_2d(x).astype(np.float32)
    names = tuple(f"{n}" for n in range(len(data)))
    return Recording(source=ArraySource(data), fs_hz=2048.0, channels=names, kind="surface")


@pytest.mark.parametrize("name", list(baselines.BASELINES))
def test_each_baseline_finds_clear_potentials_once_on_their_largest_channel(name: str) -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(0, 4, (3, 20 * 2048))
    at = np.array([3000, 9000, 15000, 30000])
    t = np.arange(-20, 21) / 4
    for sample in at:
        x[:, sample - 20 : sample + 21] += np.outer([0.3, 1.0, 0.5], 200 * np.exp(-0.5 * t**2))
    found = EVENTS.validated(baselines.BASELINES[name](made(x)))
    near = found[[bool((np.abs(at / 2048 - peak) < 0.003).any()) for peak in found["peak_s"]]]
    assert len(near) == len(at)
    assert (near["channel"] == "1").all()
    assert len(found) - len(near) <= 2


@pytest.mark.parametrize("name", list(baselines.BASELINES))
def test_a_flat_recording_gives_an_empty_table(name: str) -> None:
    found = baselines.BASELINES[name](made(np.zeros((2, 4096))))
    assert len(EVENTS.validated(found)) == 0


def results(f1_of: dict[str, tuple[int, int, int]]) -> pd.DataFrame:
    rows = [
        {
            **dict.fromkeys(study.COLUMNS, 0.0),
            "detector": name,
            "kind": "needle",
            "nuisance": "none",
            "seed": seed,
            "seconds": 60.0,
            "n_truth": truth,
            "n_found": found,
            "n_matched": matched,
        }
        for name, (truth, found, matched) in f1_of.items()
        for seed in (1, 2)
    ]
    return pd.DataFrame(rows, columns=study.COLUMNS)


def test_a_fall_of_more_than_two_hundredths_is_reported_and_a_smaller_one_is_not() -> None:
    committed = results({"emgfasc": (100, 100, 90), "mad_5": (100, 100, 90)})
    assert regression.worse_than(committed, committed) == []
    slightly = results({"emgfasc": (100, 100, 89), "mad_5": (100, 100, 10)})
    assert regression.worse_than(committed, slightly) == []
    clearly = results({"emgfasc": (100, 100, 87)})
    lines = regression.worse_than(committed, clearly)
    assert len(lines) == 1
    assert "from 0.900 to 0.870" in lines[0]
    silent = results({"emgfasc": (100, 0, 0)})
    assert "to 0.000" in regression.worse_than(committed, silent)[0]


def test_another_truth_is_reported_as_another_recording() -> None:
    committed = results({"emgfasc": (100, 100, 90)})
    other = results({"emgfasc": (101, 101, 91)})
    lines = regression.worse_than(committed, other)
    assert len(lines) == 2
    assert all("run the whole study again" in line for line in lines)
    assert len(regression.worse_than(committed.iloc[:0], committed)) == 2


def test_poisson_limits_against_published_ones() -> None:
    # Garwood 1936 / Ulm 1990 (Am J Epidemiol 131:373): 0 -> (0, 3.69), 10 -> (4.80, 18.39).
    frame = pd.DataFrame(
        {
            "kind": ["needle", "needle"],
            "noise": ["steady", "drift"],
            "asked_per_min": 0.5,
            "n_false": [0, 10],
            "seconds": 60.0,
        }
    )
    limits = calibration.summed(frame).set_index("noise")
    assert limits.loc["steady", ["lo95", "hi95"]].tolist() == pytest.approx([0, 3.69], abs=0.005)
    assert limits.loc["drift", ["lo95", "hi95"]].tolist() == pytest.approx([4.80, 18.39], abs=0.005)
