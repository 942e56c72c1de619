"""The settings object and the table of what is valid where."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import pytest

from emgfasc.containers import EVENTS, KINDS, UNITS
from emgfasc.errors import ParameterError
from emgfasc.measure import Rules, validity


def test_every_rule_is_printed_with_its_source() -> None:
    frame = Rules().to_frame()
    assert list(frame.index) == [rule.name for rule in fields(Rules)]
    assert (frame["source"].str.len() > 0).all()
    assert (frame["sentence"].str.len() > 0).all()


def test_needle_values_of_the_rule_table() -> None:
    # section 2.1 of the science notes: 3 sigma or 20 uV for 0.3 ms, 2 ms inside, phase 20 uV and
    # 0.24 ms, turn 50 uV
    rules = Rules.for_kind("needle")
    assert (rules.onset_sigma, rules.onset_uv, rules.onset_run_ms) == (3, 20, 0.3)
    assert (rules.quiet_ms, rules.phase_uv, rules.phase_ms, rules.turn_uv) == (2, 20, 0.24, 50)


def test_rules_are_frozen_and_checked() -> None:
    with pytest.raises(FrozenInstanceError):
        Rules().turn_uv = 1.0  # type: ignore[misc]
    with pytest.raises(ParameterError, match="'quiet_ms'"):
        Rules(quiet_ms=0)
    with pytest.raises(ParameterError, match="'onset_uv'"):
        Rules(onset_uv=-1)


@pytest.mark.parametrize(
    ("fs_hz", "highpass_hz", "status"),
    [
        (25_000, 10, "valid"),
        (5_000, 20, "valid"),
        (4_999, 20, "not comparable"),
        (25_000, 20.1, "not comparable"),
        (25_000, None, "not comparable"),
    ],
)
def test_needle_limits(fs_hz: float, highpass_hz: float | None, status: str) -> None:
    row = validity("needle", fs_hz, highpass_hz).loc["duration_ms"]
    assert row["status"] == status
    assert (row["reason"] == "") == (status == "valid")


def test_surface_is_judged_by_kind_alone() -> None:
    table = validity("surface", 2048, 20)
    assert table.loc["size_index", "status"] == "not valid"
    assert table.loc["polyphasic", "status"] == "not comparable"
    assert table.loc["amplitude_uv", "status"] == "valid"
    assert table.loc["centroid_x_mm", "status"] == "not valid"
    assert table.loc["speed_m_s", "status"] == "not valid"
    grid = validity("hdsemg", 2048, 20)
    assert (grid.loc[["centroid_x_mm", "speed_m_s", "endplate_mm"], "status"] == "valid").all()


def test_jitter_needs_a_fast_needle() -> None:
    assert validity("needle", 25_000, 10).loc["jitter_us", "status"] == "valid"
    for table in (validity("needle", 4_000, 10), validity("surface", 25_000, 10)):
        assert table.loc["blocking_pct", "status"] == "not valid"
        assert "5000 Hz" in table.loc["blocking_pct", "reason"]


@pytest.mark.parametrize("kind", KINDS)
def test_features_are_columns(kind: str) -> None:
    known = {column.name for column in (*EVENTS.columns, *UNITS.columns)}
    assert set(validity(kind, 25_000, 10).index) <= known  # type: ignore[arg-type]
