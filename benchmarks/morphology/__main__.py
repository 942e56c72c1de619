"""``python -m benchmarks.morphology``: run the study, print the errors, write them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pandas as pd

from benchmarks.morphology.design import DEVELOPMENT_SEEDS, REPORT_SEEDS, SNRS, cells
from benchmarks.morphology.figure import draw
from benchmarks.morphology.speed import seconds_per_100_000
from benchmarks.morphology.study import pooled, run
from benchmarks.morphology.units import grid_units, needle_units

HERE = Path(__file__).parent
_UNIT_SNRS = (8.0, 15.0, 30.0)
_NEEDLE_SNRS = (30.0, 60.0, 120.0)


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.morphology", description=__doc__)
    parser.add_argument(
        "--development", action="store_true", help="the seeds rules may be chosen on; no file"
    )
    parser.add_argument(
        "--part", choices=("potentials", "units", "speed"), help="default: all three"
    )
    parser.add_argument("--snrs", nargs="+", type=float, help="some of them only; no file")
    args = parser.parse_args()
    seeds = DEVELOPMENT_SEEDS if args.development else REPORT_SEEDS
    pd.set_option("display.width", 200)
    tables: dict[str, pd.DataFrame] = {}
    if args.part in (None, "potentials"):
        chosen = cells(seeds, args.snrs or SNRS)
        tables["results"] = pooled(run(chosen, analysed=not args.development)).round(2)
        print(tables["results"].to_string(index=False))
    if args.part in (None, "units"):
        grids, needles = grid_units(seeds, _UNIT_SNRS), needle_units(seeds, _NEEDLE_SNRS)
        tables |= {"grid_units": grids.round(2), "needle_units": needles.round(2)}
        print(_grids(grids).round(2).to_string(), _needles(needles).round(2).to_string(), sep="\n")
    if args.part in (None, "speed"):
        print(f"100,000 potentials of 20 ms at 25 kHz: {seconds_per_100_000():.1f} s")
    if not args.development and args.snrs is None:
        for name, table in tables.items():
            table.to_csv(HERE / f"{name}.csv", index=False, lineterminator="\n")
        if "results" in tables:
            draw(tables["results"], HERE / "results.png")
    return 0


def _grids(frame: pd.DataFrame) -> pd.DataFrame:
    """Sum up the units below grids."""
    groups = frame.groupby(["grid", "snr", "outside"])
    return pd.DataFrame(
        {
            "n": groups.size(),
            "measured_pct": 100 * groups["measured"].mean(),
            "speed_bias_pct": groups["speed_error_pct"].median(),
            "speed_error_pct": groups["speed_error_pct"].agg(lambda x: x.abs().median()),
            "speed_worst_pct": groups["speed_error_pct"].agg(lambda x: x.abs().max()),
            "endplate_told_pct": 100 * groups["endplate_error_mm"].agg(lambda x: x.notna().mean()),
            "endplate_error_mm": groups["endplate_error_mm"].agg(lambda x: x.abs().median()),
            "endplate_worst_mm": groups["endplate_error_mm"].agg(lambda x: x.abs().max()),
        }
    )


def _needles(frame: pd.DataFrame) -> pd.DataFrame:
    """Sum up the units around a needle."""
    groups = frame.groupby(["set_jitter_us", "snr"])
    columns = ("jitter_us", "jitter_us_without_noise", "blocking_pct", "blocking_pct_without_noise")
    return pd.DataFrame(
        {
            "n": groups.size(),
            "measured_pct": 100 * groups["jitter_us"].agg(lambda x: x.notna().mean()),
            **{name: groups[name].median() for name in columns},
        }
    )


if __name__ == "__main__":
    sys.exit(main())
