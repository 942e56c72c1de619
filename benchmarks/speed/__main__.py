"""Print the table; fail when a result is wrong, and with ``--check`` when a target is missed."""

from __future__ import annotations

import argparse
import sys

from benchmarks.speed.measures import measures


def main() -> int:
    """Run all measures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller arrays, under a minute")
    parser.add_argument("--check", action="store_true", help="fail when a target is missed")
    asked = parser.parse_args()
    lines = []
    for line in measures(quick=asked.quick):
        print(line, flush=True)
        lines.append(line)
    return int(asked.check and any(line.met is False for line in lines))


if __name__ == "__main__":
    sys.exit(main())
