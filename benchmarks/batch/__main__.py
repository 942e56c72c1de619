"""Run one study and print what it found; fail when something was lost or wrong."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.batch.killing import kill_and_resume
from benchmarks.batch.recordings import small_files


def main() -> int:
    """Run the study asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.batch", description=__doc__)
    studies = parser.add_subparsers(dest="study", required=True)
    kill = studies.add_parser("kill", help="kill -9 at random moments and go on")
    kill.add_argument("--rounds", type=int, default=30)
    kill.add_argument("--files", type=int, default=40)
    kill.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="emgfasc-batch-") as folder:
        return _kill(Path(folder), asked)


def _kill(folder: Path, asked: argparse.Namespace) -> int:
    small_files(folder / "in", asked.files)
    seen = kill_and_resume(folder, rounds=asked.rounds, seed=asked.seed, longest_s=8.0)
    print(f"{seen.rounds} kills, finished of {asked.files} at each: {seen.struck}")
    print(
        f"half {seen.half}, lost {seen.lost}, redone {seen.redone}, "
        f"orphans {seen.orphans}, wrong {seen.wrong}"
    )
    return int(not seen.clean)


if __name__ == "__main__":
    sys.exit(main())
