"""The units' table, completed with shape, firing and instability."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from emgfasc.containers import Events, Rest, Units

__all__ = ["completed"]


def completed(
    units: Units, events: Events, rest: Rest, firing: pd.DataFrame, shapes: pd.DataFrame
) -> Units:
    """Return the units with one column for each figure a neurophysiologist reads.

    Rates are of fasciculation potentials at rest; a unit of another category has none.
    """
    if not len(units):
        return units
    frame = units.to_frame().set_index("unit")
    own = events.frame[events.frame["unit"] > 0]
    by_unit = own.groupby("unit")
    counted = own[(own["category"] == "fasciculation") & (rest.state_at(own["peak_s"]) == "rest")]
    frame["n_rest"] = counted.groupby("unit").size().reindex(frame.index, fill_value=0)
    amplitude = by_unit["amplitude_uv"]
    frame["amplitude_iqr_uv"] = amplitude.quantile(0.75) - amplitude.quantile(0.25)
    for column in ("duration_ms", "area_uvms", "phases", "turns"):
        frame[column] = by_unit[column].median()
    frame["pct_polyphasic"] = 100.0 * by_unit["polyphasic"].mean()
    rates = firing[firing["unit"] != "all"]
    rates = rates.set_index(rates["unit"].astype("int64"))
    for column in ("rate_per_min", "rate_per_min_lo95", "rate_per_min_hi95"):
        frame[column] = rates[column].reindex(frame.index)
    frame["idi_median_s"] = rates["interval_median_s"].reindex(frame.index)
    frame["idi_cov"] = rates["interval_cov"].reindex(frame.index)
    for column in shapes.columns:
        frame[column] = shapes[column].reindex(frame.index)
    # a unit none of whose potentials is left has no row there
    frame["n_satellites"] = frame["n_satellites"].fillna(0).astype("int64")
    frame["not_measured"] = frame["not_measured"].fillna("all: no potential")
    return replace(units, frame=frame.rename_axis("unit").reset_index())
