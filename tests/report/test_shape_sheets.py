"""The report prints the thresholds that were used, and what may not be compared."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import cast

import numpy as np
import pandas as pd
import pytest

import emgfasc as ef
from emgfasc.containers import Recording, Units
from emgfasc.measure import Rules
from emgfasc.report.protocol import Analysed
from emgfasc.report.shape_sheets import shape_rules_table, validity_table
from emgfasc.report.unit_sheets import units_table, unmeasured_table
from signals import recording


@dataclass(frozen=True)
class Stub:
    """What the tables read of an analysis."""

    raw: Recording
    settings: ef.Settings
    units: Units = field(default_factory=lambda: Units.empty(n_channels=1, fs_hz=1000.0))
    firing: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def recording(self) -> Recording:
        return self.raw

    def settings_dict(self) -> dict[str, object]:
        return self.settings.to_dict()


def analysed(settings: ef.Settings | None = None, **facts: object) -> Analysed:
    rec = recording(np.zeros(1000), 25_000.0, "needle")
    rec = rec.replace(**{"highpass_hz": 10.0, **facts})
    used = (settings or ef.Settings()).resolved(rec.kind)
    return cast("Analysed", Stub(rec, used))


def test_every_threshold_is_printed_as_it_was_used() -> None:
    changed = ef.Settings(measure=replace(Rules.for_kind("needle"), turn_uv=123.0))
    rows = {row[0]: row for row in shape_rules_table(analysed(changed)).rows}
    assert list(rows) == [rule.name for rule in fields(Rules)]
    assert rows["turn_uv"][1] == "123 µV"
    assert all(row[2] and row[3] for row in rows.values())


def test_what_is_comparable_needs_no_table_but_for_the_grid() -> None:
    table = validity_table(analysed())
    assert table is not None
    assert {row[1] for row in table.rows} == {"not valid"}
    assert {row[2] for row in table.rows} == {"needs a grid of electrodes"}


@pytest.mark.parametrize(
    ("facts", "settings", "reason"),
    [
        ({"highpass_hz": 30.0}, None, "high-pass at 30 Hz, above 20 Hz"),
        ({"highpass_hz": None}, None, "high-pass corner unknown"),
        ({"fs_hz": 4000.0}, None, "sampled at 4000 Hz, below 5000 Hz"),
        ({}, ef.Settings(band_hz=(50.0, 5000.0)), "high-pass at 50 Hz, above 20 Hz"),
    ],
)
def test_doubts_are_told(
    facts: dict[str, object], settings: ef.Settings | None, reason: str
) -> None:
    table = validity_table(analysed(settings, **facts))
    assert table is not None
    told = {row[2] for row in table.rows if row[1] == "not comparable"}
    assert told == {reason}


def test_figures_of_units_stand_with_their_limits() -> None:
    frame = pd.DataFrame(
        {
            "unit": [1, 2],
            "category": "fasciculation",
            "n": [30, 4],
            "channel": "c0",
            "amplitude_uv": [500.0, 90.0],
            "snr": [50.0, 9.0],
            "rate_per_min": [10.0, 1.0],
            "rate_per_min_lo95": [8.0, 0.5],
            "rate_per_min_hi95": [12.0, 2.0],
            "jitter_us": [94.0, np.nan],
            "jitter_us_lo95": [62.0, np.nan],
            "jitter_us_hi95": [133.0, np.nan],
            "not_measured": ["", "jitter: fewer than 5 discharges without overlap"],
        }
    )
    units = Units(frame, np.zeros((2, 1, 5), np.float32), 1000.0, 2)
    shown = cast("Analysed", replace(cast("Stub", analysed()), units=units))
    table = units_table(shown, has_rest=True)
    assert table is not None
    place = table.header.index("Jitter, MCD (µs)")
    assert [row[place] for row in table.rows] == ["94 (62 to 133)", "—"]
    rate = table.header.index("Rate (/min)")
    assert [row[rate] for row in table.rows] == ["10 (8 to 12)", "1 (0.5 to 2)"]
    assert not any("jitter us" in text.lower() for text in table.header)
    missing = unmeasured_table(shown)
    assert missing is not None
    assert missing.rows == (("jitter", "fewer than 5 discharges without overlap", "2"),)
