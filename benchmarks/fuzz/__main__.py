"""Fuzz by hand; print inputs tried and distinct failures."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path

from benchmarks.fuzz.guided import guided


def main() -> int:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    parser.add_argument("how", choices=["random", "atheris"])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", nargs="*", help="names in seeds.py; default: all")
    parser.add_argument("--data", type=Path, help="folder of real recordings, for more formats")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-found"))
    parser.add_argument("--start", type=int, default=0, help="number of the random sequence")
    asked = parser.parse_args()
    if asked.how == "atheris":  # imports what it instruments, so nothing before it may
        guided(asked.seed[0], seconds=60 * asked.minutes, keep=asked.keep)
        return 0
    edits, seeds = (import_module(f"benchmarks.fuzz.{name}") for name in ("random_edits", "seeds"))
    found = edits.run(
        asked.seed or sorted(seeds.SEEDS),
        data=asked.data,
        seconds=60 * asked.minutes,
        keep=asked.keep,
        start=asked.start,
    )
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
