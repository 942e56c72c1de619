"""Print the README's table of alternatives: figures of those installed, and what each is made for.

F1 within 15 ms on simulated recordings of 60 s without nuisance (report seeds of
``benchmarks.accuracy``, 4 units, 30 potentials a minute, SNR 12; means); CPU time over
that of the plain loop on the same recordings; CPU time of the import over that of numpy and pandas.
``--development`` takes other seeds. NeuroKit2 and BioSPPy are no part of any extra; install them to
fill their columns (``pip install neurokit2 biosppy six``).
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
        *((f"F1, {_WORDS[kind]}", *(_f1_shown(peer, f1.get((peer.name, kind))) for peer in columns))
          for kind in KINDS),
        ("time, of the plain loop's (emgfasc: whole analysis)",
         *(_shown(ratio.get(peer.name)) for peer in columns)),
        ("import, of numpy's and pandas'",
         *("-" if not peer.module else _shown(_import_s(peer.module) if peer.installed else None,
                                              over=base) for peer in columns)),
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
    installed = [peer for peer in columns if peer.installed]
    f1: dict[tuple[str, Kind], list[float]] = {}
    cpu_s: dict[tuple[str, Kind], float] = {}
    for kind in KINDS:
        for place, seed in enumerate(seeds):
            rec, truth = Cell(kind, _SNR, _RATE, "none", _UNITS, seed).simulate()
            for peer in installed:
                if kind not in peer.kinds:
                    continue
                if place == 0:
                    peer.find(_start_of(rec))  # compiles and imports
                begin = time.process_time()
                found = peer.find(rec)
                taken = time.process_time() - begin
                cpu_s[peer.name, kind] = cpu_s.get((peer.name, kind), 0.0) + taken
                f1.setdefault((peer.name, kind), []).append(_f1(truth.peak_s, found))
                print(f"{kind} {seed} {peer.name} {f1[peer.name, kind][-1]:.2f}", file=sys.stderr)
    ratio = {}
    for peer in installed:
        kinds = [kind for kind in KINDS if (peer.name, kind) in cpu_s]
        own, plain = (
            sum(cpu_s[name, kind] for kind in kinds) for name in (peer.name, "plain loop")
        )
        ratio[peer.name] = own / plain
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


def _f1_shown(peer: Peer, value: float | None) -> str:
    return "not run" if peer.installed and value is None else _shown(value)


def _shown(value: float | None, *, over: float = 1.0) -> str:
    return "not installed" if value is None else f"{value / over:.2f}"


if __name__ == "__main__":
    sys.exit(main())
