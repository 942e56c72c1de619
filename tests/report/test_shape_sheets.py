"""The report prints the thresholds that were used, and what may not be compared."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import cast

import numpy as np
import pytest

import emgfasc as ef
from emgfasc.containers import Recording
from emgfasc.measure import Rules
from emgfasc.report.protocol import Analysed
from emgfasc.report.shape_sheets import shape_rules_table, validity_table
from signals import recording


@dataclass(frozen=True)
class Stub:
    """What the two tables read of an analysis."""

    raw: Recording
    settings: ef.Settings

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
    assert rows["turn_uv"][1] == "123 uV"
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
