"""How often the lower bound on the number of units exceeds the truth."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pandas as pd

import emgfasc as ef
from emgfasc.containers import Kind
from emgfasc.simulate import NORMAL, REINNERVATED, UNSTABLE, MotorUnit, Scenario, recording

__all__ = ["BOUND_REPORT_SEEDS", "bound_rows", "summed_bound"]

BOUND_REPORT_SEEDS = tuple(range(9951, 9957))
_SNRS = (8.0, 20.0)

# seconds, units, rate of all together per minute, populations in turn, kinds
_SCENES: dict[str, tuple[float, int, float, tuple[MotorUnit, ...], tuple[Kind, ...]]] = {
    "usual": (180.0, 4, 40.0, (NORMAL, REINNERVATED, UNSTABLE), ("needle", "surface", "hdsemg")),
    "many discharges": (400.0, 3, 150.0, (NORMAL, REINNERVATED, UNSTABLE), ("needle", "surface")),
    "unstable only": (180.0, 2, 60.0, (UNSTABLE,), ("needle", "surface")),
}


def bound_rows(seeds: Sequence[int]) -> pd.DataFrame:
    """Return one row per recording: true units, found ones, and the bound."""
    rows = []
    for (scene, (seconds, units, rate, population, kinds)), snr, seed in product(
        _SCENES.items(), _SNRS, seeds
    ):
        for kind in kinds:
            rec, truth = recording(
                Scenario(
                    kind=kind,
                    seed=seed,
                    seconds=seconds,
                    units=units,
                    snr=snr,
                    snr_spread=1.0,
                    rate_per_min=rate,
                    population=population,
                )
            )
            row = ef.analyze(rec).summary_row()
            rows.append(
                {
                    "scene": scene,
                    "kind": kind,
                    "snr": snr,
                    "seed": seed,
                    "n_true": int(truth.frame.loc[truth.frame["unit"] > 0, "unit"].nunique()),
                    "n_units": row["n_units"],
                    "n_units_at_least": row["n_units_at_least"],
                }
            )
    return pd.DataFrame(rows)


def summed_bound(rows: pd.DataFrame) -> pd.DataFrame:
    """Count the recordings in which the number found, and the bound, exceed the truth."""
    marked = rows.assign(
        found_above=rows["n_units"] > rows["n_true"],
        bound_above=rows["n_units_at_least"] > rows["n_true"],
        bound_pct=100 * rows["n_units_at_least"] / rows["n_true"],
    )
    keys = ["scene", "kind"]
    return (
        marked.groupby(keys)
        .agg(
            recordings=("seed", "size"),
            found_above=("found_above", "sum"),
            bound_above=("bound_above", "sum"),
            bound_pct=("bound_pct", "mean"),
        )
        .reset_index()
    )
