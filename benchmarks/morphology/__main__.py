"""``python -m benchmarks.morphology``: run the study, print the errors, write them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pandas as pd

from benchmarks.morphology.design import DEVELOPMENT_SEEDS, REPORT_SEEDS, cells
from benchmarks.morphology.study import pooled, run

HERE = Path(__file__).parent


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.morphology", description=__doc__)
    parser.add_argument(
        "--development", action="store_true", help="the seeds rules may be chosen on; no file"
    )
    args = parser.parse_args()
    pd.set_option("display.width", 200)
    table = pooled(run(cells(DEVELOPMENT_SEEDS if args.development else REPORT_SEEDS))).round(2)
    print(table.to_string(index=False))
    if not args.development:
        table.to_csv(HERE / "results.csv", index=False, lineterminator="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
