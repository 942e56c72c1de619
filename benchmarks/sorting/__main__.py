"""``python -m benchmarks.sorting``: run the study, print its tables and write them."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import pandas as pd

from benchmarks.sorting.design import DEVELOPMENT_SEEDS, REPORT_SEEDS, kind_cells, unit_cells
from benchmarks.sorting.scaling import scaling
from benchmarks.sorting.study import confusion, kind_rows, recalls, summed_units, unit_row

HERE = Path(__file__).parent


def main() -> int:
    """Run what the command line asks for; return the exit status."""
    os.environ.setdefault("EMGFASC_NUM_THREADS", "1")
    args = _arguments()
    seeds = args.seeds or (DEVELOPMENT_SEEDS if args.development else REPORT_SEEDS)
    tables: dict[str, pd.DataFrame] = {}
    if args.part in (None, "units"):
        tables["units"] = pd.DataFrame([unit_row(cell) for cell in unit_cells(seeds)])
        print(summed_units(tables["units"]).round(1).to_string(index=False), flush=True)
    if args.part in (None, "kinds"):
        kinds = pd.concat([kind_rows(cell) for cell in kind_cells(seeds)], ignore_index=True)
        tables["kinds"] = kinds
        print(confusion(kinds).to_string())
        print(recalls(kinds).round(3).to_string(index=False), flush=True)
    if args.scaling:
        print(scaling(), flush=True)
    if args.out is not None:
        args.out.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            table.to_csv(args.out / f"{name}.csv", index=False, lineterminator="\n")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sorting", description=__doc__)
    parser.add_argument("--development", action="store_true", help="seeds rules are tuned on")
    parser.add_argument("--seeds", nargs="+", type=int, help="other seeds")
    parser.add_argument("--part", choices=("units", "kinds"), help="default: both")
    parser.add_argument("--scaling", action="store_true", help="also time 20,000 potentials")
    parser.add_argument("--out", type=Path, help="folder for units.csv and kinds.csv")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
