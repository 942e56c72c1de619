"""``python -m benchmarks.integrity [alarms | unwrap | drops | thresholds]``.

``alarms``, the default: false alarms of the integrity report, by kind and flag. For the others see
their modules.

Clean means: simulated without nuisances (no mains, ECG, motion, clipping or dropouts). Every flag
on such a recording is a false alarm. The seeds are not those the thresholds were set on (100-199).
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from typing import Literal

from scipy.stats import beta

import emgfasc as ef
from benchmarks.integrity import drops, thresholds, unwrapping

OTHERS: dict[str, Callable[[float], int]] = {
    "unwrap": lambda _: unwrapping.main(),
    "thresholds": lambda _: thresholds.main(),
    "drops": drops.main,
}
FIRST_SEED = 9300
TARGET = 0.01
# How many, and how long: a grid costs most, and has most channels to raise an alarm on.
DESIGN: tuple[tuple[Literal["needle", "surface", "hdsemg"], int, float], ...] = (
    ("needle", 200, 10.0),
    ("surface", 200, 15.0),
    ("hdsemg", 60, 5.0),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", default="alarms", choices=["alarms", *OTHERS])
    parser.add_argument("--share", type=float, default=1.0, help="of the recordings, to be quick")
    asked = parser.parse_args()
    return OTHERS[asked.what](asked.share) if asked.what in OTHERS else alarms(asked.share)


def alarms(share: float) -> int:
    total = hit = 0
    for kind, number, seconds in DESIGN:
        flags: Counter[str] = Counter()
        count = max(1, round(number * share))
        flagged = 0
        for seed in range(FIRST_SEED, FIRST_SEED + count):
            rec, _ = ef.simulate.recording(kind=kind, seed=seed, seconds=seconds)
            found = ef.integrity.check(rec).flags
            flags.update(found)
            flagged += bool(found)
        total, hit = total + count, hit + flagged
        print(f"{kind}: {flagged} of {count} flagged {dict(flags) or ''}", flush=True)
    # Clopper-Pearson: the rate that this many of this many would still allow, at 95 %
    upper = float(beta.ppf(0.95, hit + 1, total - hit)) if hit < total else 1.0
    print(f"all: {hit} of {total} ({100 * hit / total:.2f} %), below {100 * upper:.2f} % at 95 %")
    return 0 if hit / total < TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
