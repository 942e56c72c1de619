"""``python -m benchmarks.sorting``: run the study, print its tables and write them."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import pandas as pd

from benchmarks.sorting.bound import BOUND_REPORT_SEEDS, bound_rows, summed_bound
from benchmarks.sorting.brief import BRIEF_REPORT_SEEDS, brief_rows, summed_brief
from benchmarks.sorting.contraction import FILE, contraction
from benchmarks.sorting.design import (
    DEVELOPMENT_SEEDS,
    REPORT_SEEDS,
    UNIT_REPORT_SEEDS,
    kind_cells,
    slice_cells,
    unit_cells,
)
from benchmarks.sorting.scaling import scaling
from benchmarks.sorting.study import (
    confusion,
    kind_rows,
    recalls,
    summed_units,
    unit_row,
    worse_units,
)

HERE = Path(__file__).parent


def main() -> int:
    """Run what the command line asks for; return the exit status."""
    os.environ.setdefault("EMGFASC_NUM_THREADS", "1")
    args = _arguments()
    given = args.seeds or (DEVELOPMENT_SEEDS if args.development else None)
    if args.slice:
        return _check(args.check)
    parts = args.part or ["units", "kinds", "brief", "bound", "contraction"]
    if args.out is not None:
        args.out.mkdir(parents=True, exist_ok=True)
    if "units" in parts:
        units = pd.DataFrame([unit_row(cell) for cell in unit_cells(given or UNIT_REPORT_SEEDS)])
        print(summed_units(units).round(1).to_string(index=False), flush=True)
        _write(units, args.out, "units.csv")
    if "kinds" in parts:
        cells = kind_cells(given or REPORT_SEEDS)
        kinds = pd.concat([kind_rows(cell) for cell in cells], ignore_index=True)
        print(confusion(kinds).to_string())
        print(recalls(kinds).round(3).to_string(index=False), flush=True)
        _write(kinds, args.out, "kinds.csv")
    if "brief" in parts:
        brief = brief_rows(given or BRIEF_REPORT_SEEDS)
        print(summed_brief(brief).to_string(index=False), flush=True)
        _write(brief, args.out, "brief.csv")
    if "bound" in parts:
        bound = bound_rows(given or BOUND_REPORT_SEEDS)
        print(summed_bound(bound).round(1).to_string(index=False), flush=True)
        _write(bound, args.out, "bound.csv")
    if "contraction" in parts:
        _contraction(args.out)
    if "scaling" in parts:
        print(scaling(), flush=True)
    return 0


def _check(check: bool) -> int:
    """Run the slice; with `check`, compare it with the committed results."""
    units = pd.DataFrame([unit_row(cell) for cell in slice_cells()])
    print(units.to_string(index=False))
    if not check:
        return 0
    worse = worse_units(pd.read_csv(HERE / "units.csv"), units)
    print("\n".join(worse) or "Nothing has become worse.")
    return 1 if worse else 0


def _contraction(out: Path | None) -> None:
    """Compare with the real decomposition, where its file is at hand."""
    data = os.environ.get("EMGFASC_TEST_DATA")
    if not data or not (Path(data) / FILE).exists():
        print(f"No {FILE} below EMGFASC_TEST_DATA: the real contraction is left out.")
        return
    table = contraction(Path(data) / FILE)
    print(table.round(1).to_string(index=False), flush=True)
    _write(table.round(2), out, "contraction.csv")


def _write(table: pd.DataFrame, out: Path | None, name: str) -> None:
    if out is not None:
        table.to_csv(out / name, index=False, lineterminator="\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sorting", description=__doc__)
    parser.add_argument("--development", action="store_true", help="seeds rules are tuned on")
    parser.add_argument("--seeds", nargs="+", type=int, help="other seeds")
    parser.add_argument(
        "--part",
        nargs="+",
        choices=("units", "kinds", "brief", "bound", "contraction", "scaling"),
        help="parts to run; default: all but scaling",
    )
    parser.add_argument("--slice", action="store_true", help="run three recordings; write nothing")
    parser.add_argument(
        "--check", action="store_true", help="with --slice: exit 1 if worse than units.csv"
    )
    parser.add_argument("--out", type=Path, help="folder for the tables")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
