"""Print the README's table of alternatives: figures of those installed, and what each is made for.

F1 within 15 ms on simulated recordings of 60 s without nuisance (report seeds of
``benchmarks.accuracy``, 4 units, 30 potentials a minute, SNR 12; means); CPU time over
that of the plain loop on the same recordings; CPU time of the import over that of numpy and pandas.
``--development`` takes other seeds. NeuroKit2 and BioSPPy are no part of any extra; install them to
fill their columns (``pip install neurokit2 biosppy six peakutils``).
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import time
import warnings

import numpy as np

from benchmarks.accuracy.design import DEVELOPMENT_SEEDS, REPORT_SEEDS, Cell
from benchmarks.alternatives.peers import Peer, peers
from emgfasc.containers import KINDS, ArraySource, Kind, Recording
from emgfasc.evaluate import match

_SNR, _RATE, _UNITS, _TOLERANCE_S = 12.0, 30.0, 4, 0.015
_N_IMPORTS = 5
_WORDS = {"needle": "needle", "surface": "surface pair", "hdsemg": "grid, 64 channels"}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.alternatives", description=__doc__)
    parser.add_argument("--development", action="store_true", help="seeds that may be looked at")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")  # of the others
    columns = peers()
    seeds = DEVELOPMENT_SEEDS[:2] if asked.development else REPORT_SEEDS
    f1, ratio = _accuracy(columns, seeds)
    base = _import_s("numpy, pandas")
    rows = [
        ("made for", *(peer.made_for for peer in columns)),
        *((f"F1, {_WORDS[kind]}", *(_shown(peer, f1.get((peer.name, kind))) for peer in columns))
          for kind in KINDS),
        ("time, of the plain loop's (emgfasc: whole analysis)",
         *(_shown(peer, ratio.get(peer.name)) for peer in columns)),
        ("import (lazy where below 1), of numpy's and pandas'",
         *(_import_shown(peer, base) for peer in columns)),
        ("rest and contraction", *(peer.rest for peer in columns)),
        ("several channels", *(peer.channels for peer in columns)),
        ("units", *(peer.units for peer in columns)),
        ("gives", *(peer.answer for peer in columns)),
    ]  # fmt: skip
    heading = ("", *(peer.heading if peer.installed else peer.name for peer in columns))
    for row in (heading, ("---",) * len(heading), *rows):
        print("| " + " | ".join(row) + " |")
    # A peer that finds more on the same recordings would be the better choice: say so by failing.
    return int(any(value > f1["emgfasc", kind] for (_, kind), value in f1.items()))


def _accuracy(
    columns: tuple[Peer, ...], seeds: tuple[int, ...]
) -> tuple[dict[tuple[str, Kind], float], dict[str, float]]:
    """Return F1 by peer and kind, and time by peer over the plain loop's, compiled before."""
    run = {peer.name: peer.find for peer in columns if peer.installed and peer.find}
    f1: dict[tuple[str, Kind], list[float]] = {}
    cpu_s = dict.fromkeys(run, 0.0)
    for kind in KINDS:
        for place, seed in enumerate(seeds):
            rec, truth = Cell(kind, _SNR, _RATE, "none", _UNITS, seed).simulate()
            for name, find in run.items():
                if place == 0:
                    find(_start_of(rec))  # compiles and imports
                begin = time.process_time()
                found = find(rec)
                cpu_s[name] += time.process_time() - begin
                f1.setdefault((name, kind), []).append(_f1(truth.peak_s, found))
                print(f"{kind} {seed} {name} {f1[name, kind][-1]:.2f}", file=sys.stderr)
    ratio = {name: taken / cpu_s["plain loop"] for name, taken in cpu_s.items()}
    return {key: float(np.mean(values)) for key, values in f1.items()}, ratio


def _f1(true_s: np.ndarray, found_s: np.ndarray) -> float:
    """Match one to one; nothing found of something is 0."""
    paired, _ = match(true_s, found_s, tolerance_s=_TOLERANCE_S)
    return 2 * len(paired) / max(len(true_s) + len(found_s), 1)


def _start_of(rec: Recording) -> Recording:
    """Return the first five seconds."""
    return rec.replace(source=ArraySource(rec.read(0, round(5 * rec.fs_hz))))


def _import_s(modules: str) -> float:
    """Return the CPU seconds of a fresh Python that imports `modules`."""
    taken = []
    for _ in range(_N_IMPORTS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-W", "ignore", "-c", f"import {modules}"]
        subprocess.run(command, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(taken)


def _shown(peer: Peer, value: float | None) -> str:
    if not peer.find:
        return "-"
    return "not installed" if value is None else f"{value:.2f}"


def _import_shown(peer: Peer, base_s: float) -> str:
    if not peer.module:
        return "-"
    return f"{_import_s(peer.module) / base_s:.2f}" if peer.installed else "not installed"


if __name__ == "__main__":
    sys.exit(main())
