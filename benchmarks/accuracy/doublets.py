"""Do two discharges of one unit 5 to 10 ms apart stay two?

``python -m benchmarks.accuracy.doublets`` writes ``doublets.csv`` beside this file. One
discharge in five is followed by a second one after 4 to 10 ms; noise drifts by a factor of 1.5, and
nothing else disturbs. A pair is kept when each of its discharges has an event of its own within
5 ms, after the whole analysis and after the bare engine, which parts events by their gap alone.
"""

from __future__ import annotations

import argparse
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

import emgfasc as ef
from benchmarks.accuracy.detectors import engine
from emgfasc import evaluate
from emgfasc.containers import KINDS, Events, Kind
from emgfasc.simulate import NORMAL, REINNERVATED, UNSTABLE, Firing, Scenario, recording

__all__ = ["kept_pairs", "row", "scenario"]

SECONDS, TOLERANCE_S = 120.0, 0.005
SNRS = (10.0, 20.0)
SEEDS = (9971, 9972, 9973, 9974)
PAIR_S = (0.005, 0.010)


def scenario(kind: Kind, snr: float, seed: int) -> Scenario:
    """Return a scenario in which one discharge in five is followed by a second one."""
    return Scenario(
        kind=kind,
        seed=seed,
        seconds=SECONDS,
        units=3,
        snr=snr,
        snr_spread=1.0,
        rate_per_min=120.0,
        population=(NORMAL, REINNERVATED, UNSTABLE),
        firing=Firing(early=0.2, late=0.0),
    )


def kept_pairs(truth: Events, found: Events) -> tuple[int, int]:
    """Count pairs of one unit 5 to 10 ms apart that no other unit reaches, and those found whole.

    Parameters
    ----------
    truth, found : Events
        What is there and what was found.

    Returns
    -------
    pairs, kept : int
    """
    matches = evaluate.events(truth, found, tolerance_s=TOLERANCE_S).matches
    hit = matches.loc[matches["outcome"] == "matched", "truth_row"].to_numpy(int)
    frame = truth.frame
    mine = np.flatnonzero((frame["category"] == "fasciculation").to_numpy())
    unit, time = frame["unit"].to_numpy()[mine], frame["peak_s"].to_numpy(float)[mine]
    gap = np.diff(time)
    pair = (np.diff(unit) == 0) & (gap >= PAIR_S[0]) & (gap <= PAIR_S[1])
    first = np.flatnonzero(pair)
    both = np.isin(mine[first], hit) & np.isin(mine[first + 1], hit)
    return len(first), int(both.sum())


def row(kind: Kind, snr: float, seed: int) -> dict[str, object]:
    """Count the pairs in one recording, and those kept."""
    rec, truth = recording(scenario(kind, snr, seed))
    found = ef.analyze(rec, n_jobs=1)
    scores = evaluate.events(truth, found.events)
    pairs, kept = kept_pairs(truth, found.events)
    return {
        "kind": kind,
        "snr": snr,
        "seed": seed,
        "n_pairs": pairs,
        "n_kept": kept,
        "n_kept_engine": kept_pairs(truth, engine(rec))[1],
        "n_truth": scores.n_truth,
        "n_found": scores.n_found,
        "n_matched": scores.n_matched,
    }


def main() -> int:
    """Run the study and write its rows."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy.doublets")
    parser.add_argument("--seeds", nargs="+", type=int, default=list(SEEDS))
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--snrs", nargs="+", type=float, default=list(SNRS))
    args = parser.parse_args()
    rows = pd.DataFrame([row(*each) for each in product(args.kinds, args.snrs, args.seeds)])
    sums = rows.drop(columns="seed").groupby(["kind", "snr"]).sum()
    sums["kept"] = sums["n_kept"] / sums["n_pairs"]
    sums["kept_engine"] = sums["n_kept_engine"] / sums["n_pairs"]
    sums["f1"] = 2 * sums["n_matched"] / (sums["n_truth"] + sums["n_found"])
    print(sums.round(3).to_string())
    if args.seeds == list(SEEDS):
        path = Path(__file__).parent / "doublets.csv"
        rows.to_csv(path, index=False, lineterminator="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
