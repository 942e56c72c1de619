"""Run one study and print what it found; fail when something was lost or wrong."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.batch.killing import kill_and_resume
from benchmarks.batch.loading import LARGEST_GB, load
from benchmarks.batch.measuring import speedup, throughput
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
    fast.add_argument("--channels", type=int, default=64)
    fast.add_argument("--minutes", type=int, default=4)
    fast.add_argument("--rounds", type=int, default=3)
    much = studies.add_parser("throughput", help="against a plain loop with mne and scipy")
    much.add_argument("--files", type=int, default=32)
    much.add_argument("--seconds", type=float, default=60.0)
    heavy = studies.add_parser("load", help="many, long, wide and busy files")
    heavy.add_argument("kinds", nargs="*", default=list(LARGEST_GB), metavar="kind")
    heavy.add_argument("--minutes", type=int, default=120, help="of the long file, 64 channels")
    heavy.add_argument("--small", type=int, default=1000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="emgfasc-batch-") as name:
        folder = Path(name)
        if asked.study == "kill":
            return _kill(folder, asked)
        if asked.study == "speedup":
            _speedup(folder, asked)
        elif asked.study == "throughput":
            ratio, shares = throughput(folder, n_files=asked.files, seconds=asked.seconds)
            print(f"batch / plain loop: {ratio:.2f}")
            print(", ".join(f"{stage} {100 * share:.0f} %" for stage, share in shares.items()))
        else:
            for line in load(folder, asked.kinds, minutes=asked.minutes, n_small=asked.small):
                print(line, flush=True)
    return 0


def _speedup(folder: Path, asked: argparse.Namespace) -> None:
    print(f"{asked.files} files of {asked.channels} channels x {asked.minutes} min")
    found = speedup(
        folder,
        n_files=asked.files,
        n_channels=asked.channels,
        minutes=asked.minutes,
        rounds=asked.rounds,
    )
    print(f"two workers / one with one thread: {found.over_one_core:.2f} (1.8 asked)")
    print(f"two workers / one with a thread per core: {found.over_both_cores:.2f}")
    print(f"a batch of one tiny recording: {found.start_s:.1f} s, of which every batch has most")


def _kill(folder: Path, asked: argparse.Namespace) -> int:
    small_files(folder / "in", asked.files)
    seen = kill_and_resume(folder, rounds=asked.rounds, seed=asked.seed)
    print(f"{seen.rounds} kills, finished of {asked.files} at each: {seen.struck}")
    print(
        f"half {seen.half}, lost {seen.lost}, redone {seen.redone}, "
        f"orphans {seen.orphans}, wrong {seen.wrong}"
    )
    return int(not seen.clean)


if __name__ == "__main__":
    sys.exit(main())
