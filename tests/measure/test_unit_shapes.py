"""The table of whole units gathers what the single functions measure."""

from __future__ import annotations

import numpy as np
import pandas as pd
from measure.test_jitter import unit

from emgfasc.containers import UNITS, Events
from emgfasc.measure import averages, instability, jitter, satellites, units


def test_it_holds_what_the_single_functions_return() -> None:
    rec, events = unit(n=30, jitter_us=60.0, blocking=0.1)
    row = units(rec, events).iloc[0]
    assert row["average_area_uvms"] == averages(rec, events)["area_uvms"].iloc[0]
    assert row["cad_pct_hi95"] == instability(rec, events)["cad_pct_hi95"].iloc[0]
    assert row["jitter_us_lo95"] == jitter(rec, events)["jitter_us_lo95"].iloc[0]
    assert row["n_satellites"] == len(satellites(rec, events))
    assert row["not_measured"] == ""


def test_every_column_belongs_to_the_units_table() -> None:
    rec, events = unit(n=6)
    known = {column.name for column in UNITS.columns}
    assert set(units(rec, events).columns) <= known
    assert set(units(rec, Events.empty()).columns) <= known


def test_what_is_not_measured_is_said() -> None:
    rec, events = unit(n=6)
    two = events.assign(unit=np.array([1, 1, 1, 2, 2, 2]))
    table = units(rec, two)
    assert table.index.tolist() == [1, 2]
    assert table["cad_pct"].isna().all()
    assert table.loc[1, "not_measured"].startswith("average: fewer than 5 discharges")
    assert "jitter: fewer than 5" in table.loc[2, "not_measured"]
    assert "grid" not in table.loc[1, "not_measured"]
    pd.testing.assert_frame_equal(table, units(rec, two))
