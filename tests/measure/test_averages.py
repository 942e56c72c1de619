"""Units' averages: less noise than any discharge, by the same rules."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from measure.test_instability import FS, unit

from emgfasc.containers import Events
from emgfasc.measure import Rules, averages, morphology
from signals import recording


def test_average_is_closer_to_the_potential_than_single_discharges() -> None:
    clean = morphology(*unit(n=1, noise=0.0)).frame.iloc[0]
    rec, events = unit(n=60, noise=25.0)
    single = morphology(rec, events).frame
    average = averages(rec, events).iloc[0]
    for name in ("amplitude_uv", "area_uvms"):
        spread = (single[name] / clean[name] - 1).abs().median()
        error = abs(average[name] / clean[name] - 1)
        assert error < 0.03
        assert error < spread / 2
    assert average["phases"] == clean["phases"]
    assert average["n_averaged"] == 60


def test_noise_that_is_left_is_that_of_a_median() -> None:
    rec, events = unit(n=60, noise=25.0)
    given = events.replace(frame=events.frame.assign(amplitude_uv=250.0, snr=10.0))
    told = averages(rec, given).iloc[0]
    assert told["noise_uv"] == pytest.approx(25.0 * np.sqrt(np.pi / 2 / 60))


def test_a_small_part_shows_only_in_the_average() -> None:
    # 50 uV lies within 3 SD of the noise in most single discharges
    rec, events = unit(n=50, noise=20.0, late=50.0)
    rules = Rules(quiet_ms=12.0)
    single = morphology(rec, events, rules=rules).frame["duration_ms"].median()
    average = averages(rec, events, rules=rules)["duration_ms"].iloc[0]
    assert average > 10.0 > single


def test_too_few_or_overlapped_say_why_and_nothing_gives_no_row() -> None:
    rec, events = unit(n=4)
    told = averages(rec, events).iloc[0]
    assert told["reason"] == "fewer than 5 discharges without overlap"
    assert told[["amplitude_uv", "duration_ms", "phases"]].isna().all()
    none = averages(rec, events.assign(unit=np.zeros(4, int)))
    assert len(none) == 0
    assert {"amplitude_uv", "phases", "reason"} <= set(none.columns)
    assert averages(rec, Events.empty())["unit"].dtype == np.int64


def test_silence_says_so() -> None:
    rec, events = unit(n=8)
    told = averages(recording(0 * rec.read(), FS, "needle"), events).iloc[0]
    assert told["reason"] == "the average stays inside the noise"
    assert told["n_averaged"] == 8


def test_scale_and_label_do_not_matter() -> None:
    rec, events = unit(n=20, noise=1.0)
    first = averages(rec, events)
    again = averages(rec, events.assign(unit=np.full(20, 3)))
    pd.testing.assert_frame_equal(first.drop(columns="unit"), again.drop(columns="unit"))
