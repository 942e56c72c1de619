"""``python -m benchmarks.evidence``: run the study, or a slice of it, and write what it gives."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import pandas as pd

from benchmarks.evidence.study import FULL, SLICE, recordings, simulated
from benchmarks.evidence.summary import summarised

HERE = Path(__file__).parent
_SIMULATED = 8  # recordings of either pattern


def main() -> int:
    """Run what the command line asks for; return the exit status."""
    os.environ.setdefault("EMGFASC_NUM_THREADS", "1")
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evidence", description=__doc__)
    parser.add_argument("--slice", action="store_true", help="run a small part; write nothing")
    parser.add_argument("--out", type=Path, default=HERE, help="folder of the written file")
    args = parser.parse_args()
    started = time.perf_counter()
    answers = recordings(SLICE if args.slice else FULL)
    if not args.slice:
        answers = pd.concat([answers, simulated(_SIMULATED)], ignore_index=True)
    table = summarised(answers)
    print(table.round(2).to_string(index=False))
    print(f"{time.perf_counter() - started:.0f} s for {len(answers)} recordings")
    if not args.slice:
        args.out.mkdir(parents=True, exist_ok=True)
        table.round(3).to_csv(args.out / "results.csv", index=False, lineterminator="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
