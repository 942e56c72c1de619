"""``python -m benchmarks.accuracy``: run the study, or a slice of it, and write or check it."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import pandas as pd

from benchmarks.accuracy.calibration import run_calibration, summed
from benchmarks.accuracy.design import full_study, slice_study
from benchmarks.accuracy.detectors import DETECTORS, SHIPPED
from benchmarks.accuracy.figure import draw
from benchmarks.accuracy.regression import worse_than
from benchmarks.accuracy.study import pooled, run

HERE = Path(__file__).parent


def main() -> int:
    """Run what the command line asks for; return the exit status."""
    # Two processes share the work; threads inside them would only get in each other's way.
    os.environ.setdefault("EMGFASC_NUM_THREADS", "1")
    args = _arguments(list(DETECTORS))
    if args.check and not (HERE / "results.csv").exists():
        print(f"{HERE / 'results.csv'} is missing: run the whole study first.", file=sys.stderr)
        return 1
    started = time.perf_counter()
    cells = slice_study() if args.slice else full_study()
    names = args.detectors or (list(SHIPPED) if args.check else list(DETECTORS))
    results = run(cells, detectors=names, processes=args.processes)
    table = pooled(results, ["kind", "snr", "nuisance", "detector"])
    print(table.round(3).to_string(index=False))
    print(f"{time.perf_counter() - started:.0f} s for {len(cells)} recordings")
    if args.check:
        worse = worse_than(pd.read_csv(HERE / "results.csv"), results)
        print("\n".join(worse) or "Nothing has become worse.")
        return 1 if worse else 0
    if args.slice:
        return 0
    calibration = run_calibration(processes=args.processes)
    print(summed(calibration).round(3).to_string(index=False))
    args.out.mkdir(parents=True, exist_ok=True)
    results.to_csv(args.out / "results.csv", index=False, lineterminator="\n")
    calibration.to_csv(args.out / "calibration.csv", index=False, lineterminator="\n")
    draw(results, calibration, args.out / "results.png")
    print(f"{time.perf_counter() - started:.0f} s in all; written to {args.out}")
    return 0


def _arguments(detectors: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__)
    parser.add_argument("--slice", action="store_true", help="run a few recordings; write nothing")
    parser.add_argument(
        "--check",
        action="store_true",
        help="with --slice: exit 1 if the shipped detector is worse than results.csv",
    )
    parser.add_argument("--detectors", nargs="+", choices=detectors, help="default: all")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, default=HERE, help="folder of the written files")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
