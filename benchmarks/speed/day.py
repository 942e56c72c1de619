"""Clean and search a long recording of a grid that is made as it is read; tell the memory used.

``python -m benchmarks.speed.day SECONDS`` prints the most memory the process ever held, what it
held before (the libraries and one minute of signal), both in GB, and how many potentials it found.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from benchmarks.speed.recordings import EndlessSource, grid_with_potentials
from emgfasc import detect, preprocess

FS = 2048.0
_SHARE = 0.9  # of the potentials


def main() -> int:
    """Detect once for what is compiled and imported on the way, then in all of it."""
    seconds = float(sys.argv[1])
    minute, times = grid_with_potentials(60.0, FS)
    detect.detect(preprocess.clean(minute))
    before = _held_gb()
    rec = minute.replace(source=EndlessSource(minute.read(), round(seconds * FS)))
    n = len(detect.detect(preprocess.clean(rec)))
    assert n >= _SHARE * len(times) * (seconds / 60 - 1), f"{n} potentials"
    print(f"{_held_gb():.3f} {before:.3f} {n}")
    return 0


def _held_gb() -> float:
    """Return the most memory this process has held so far.

    Linux's own count: what ``getrusage`` tells also holds the process that began this one.
    """
    status = Path("/proc/self/status")
    if status.exists():
        held = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(held.split()[1]) / 2**20
    held_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held_bytes * (1 if sys.platform == "darwin" else 1024) / 2**30


if __name__ == "__main__":
    sys.exit(main())
