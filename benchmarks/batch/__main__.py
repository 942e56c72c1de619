"""Run one study and print what it found; fail when something was lost or wrong."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.batch.killing import kill_and_resume
from benchmarks.batch.measuring import load, speedup, throughput
from benchmarks.batch.recordings import small_files


def main() -> int:
    """Run the study asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.batch", description=__doc__)
    studies = parser.add_subparsers(dest="study", required=True)
    kill = studies.add_parser("kill", help="kill -9 at random moments and go on")
    kill.add_argument("--rounds", type=int, default=30)
    kill.add_argument("--files", type=int, default=40)
    kill.add_argument("--seed", type=int, default=1)
    fast = studies.add_parser("speedup", help="two workers against one, 16 equal files")
    fast.add_argument("--files", type=int, default=16)
    fast.add_argument("--pairs", type=int, default=3)
    much = studies.add_parser("throughput", help="against a plain loop with mne and scipy")
    much.add_argument("--files", type=int, default=32)
    much.add_argument("--seconds", type=float, default=60.0)
    heavy = studies.add_parser("load", help="many, long, wide and busy files")
    heavy.add_argument("--hours", type=float, default=2.0)
    heavy.add_argument("--small", type=int, default=1000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="emgfasc-batch-") as name:
        folder = Path(name)
        if asked.study == "kill":
            return _kill(folder, asked)
        if asked.study == "speedup":
            ratio = speedup(folder, n_files=asked.files, n_pairs=asked.pairs)
            print(f"two workers / one: {ratio:.2f} (1.8 asked)")
        elif asked.study == "throughput":
            ratio, shares = throughput(folder, n_files=asked.files, seconds=asked.seconds)
            print(f"batch / plain loop: {ratio:.2f}")
            print(", ".join(f"{stage} {100 * share:.0f} %" for stage, share in shares.items()))
        else:
            load(folder, hours=asked.hours, n_small=asked.small)
    return 0


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
