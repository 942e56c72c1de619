"""All nuisances at once: F1 by SNR, the rest gate per second, splits, doublets, false events.

``python -m benchmarks.accuracy.everything`` writes ``everything.csv`` beside this file. Recordings
last 120 s, with noise that drifts by a factor of 3, mains, ECG, cable motion, pops, common spikes,
stimuli, clipping, dropouts and contractions. With ``--free`` there are no fasciculations, no
contractions and no losses, and what is called a fasciculation is false.
"""

from __future__ import annotations

import argparse
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import emgfasc as ef
from emgfasc import evaluate
from emgfasc.containers import KINDS, Events, Kind, Rest
from emgfasc.simulate import NORMAL, REINNERVATED, UNSTABLE, Noise, Nuisance, Scenario, recording

__all__ = ["ALL", "DISTURBANCES", "free_row", "row", "scenario"]

SECONDS, DRIFT, TOLERANCE_S = 120.0, 3.0, 0.005
SNRS = (6.5, 11.5, 20.0)
REPORT_SEEDS = tuple(range(9901, 9909))
FREE_SEEDS = (9911, 9912, 9913, 9914)
ASKED_PER_MIN = (0.1, 0.5, 2.0)
DISTURBANCES: tuple[Nuisance, ...] = (
    "mains",
    "ecg",
    "cable_motion",
    "pop",
    "common_spike",
    "stimulus",
)
ALL: tuple[Nuisance, ...] = (*DISTURBANCES, "clipping", "dropout", "voluntary")
_NEAR_S = 0.03  # a second event so near one potential is a piece of it
_DOUBLET_S = (0.005, 0.010)


def scenario(kind: Kind, snr: float, seed: int) -> Scenario:
    """Return the scenario with everything in it."""
    return Scenario(
        kind=kind,
        seed=seed,
        seconds=SECONDS,
        snr=snr,
        snr_spread=1.0,
        rate_per_min=40.0,
        population=(NORMAL, REINNERVATED, UNSTABLE),
        noise=Noise(drift=DRIFT),
        nuisances=ALL,
    )


def row(kind: Kind, snr: float, seed: int) -> dict[str, object]:
    """Analyse one recording with everything in it and return its scores."""
    rec, truth = recording(scenario(kind, snr, seed))
    found = ef.analyze(rec, n_jobs=1)
    scores = evaluate.events(truth, found.events, tolerance_s=TOLERANCE_S)
    matches = scores.matches
    hit = matches["outcome"] == "matched"
    true_s = truth.fasciculations.peak_s
    false_s = matches.loc[matches["outcome"] == "false", "found_s"].to_numpy(float)
    pairs, kept = _doublets(truth, matches.loc[hit, "truth_s"].to_numpy(float))
    confusion = _per_second(truth, found.rest, rec.duration_s)
    return {
        "kind": kind,
        "snr": snr,
        "seed": seed,
        "n_truth": scores.n_truth,
        "n_found": scores.n_found,
        "n_matched": scores.n_matched,
        "n_split": int(sum(np.abs(true_s - time).min() < _NEAR_S for time in false_s)),
        "n_doublets": pairs,
        "n_doublets_kept": kept,
        **confusion,
        "n_unexplained": int(
            (found.rest.segments["reason"].eq("") & found.rest.segments["state"].ne("rest")).sum()
        ),
    }


def _doublets(truth: Events, found_s: NDArray[np.float64]) -> tuple[int, int]:
    """Count pairs of one unit 5 to 10 ms apart, and those of which both were found."""
    pairs = kept = 0
    for _, own in truth.fasciculations.frame.groupby("unit"):
        times = own["peak_s"].to_numpy(float)
        gap = np.diff(times)
        for k in np.flatnonzero((gap >= _DOUBLET_S[0]) & (gap <= _DOUBLET_S[1])):
            pairs += 1
            kept += bool(np.isin(times[k : k + 2], found_s).all())
    return pairs, kept


def _per_second(truth: Events, rest: Rest, seconds: float) -> dict[str, int]:
    """Compare seconds more than half of which are voluntary, from first to last discharge."""
    frame = truth.frame
    discharge = frame.loc[(frame["category"] == "voluntary") & (frame["unit"] > 0), "peak_s"]
    fine = np.arange(0, seconds, 0.01) + 0.005
    true = np.zeros(len(fine), bool)
    for start, length in frame.loc[
        frame["reason"] == "contraction", ["onset", "duration"]
    ].itertuples(index=False):
        own = discharge[discharge.between(start, start + length + 0.1)]
        true |= (fine >= own.min()) & (fine <= own.max())
    seen = rest.state_at(fine) == "voluntary"
    a, b = (each.reshape(-1, 100).mean(axis=1) > 0.5 for each in (true, seen))
    return {
        "s_voluntary": int(a.sum()),
        "s_voluntary_found": int((a & b).sum()),
        "s_other": int((~a).sum()),
        "s_other_kept": int((~a & ~b).sum()),
    }


def free_row(kind: Kind, asked: float, seed: int) -> dict[str, object]:
    """Analyse a recording without fasciculations; all that are found are false."""
    rec, _ = recording(
        Scenario(
            kind=kind,
            seed=seed,
            seconds=SECONDS,
            units=0,
            noise=Noise(drift=DRIFT),
            nuisances=DISTURBANCES,
        )
    )
    found = ef.analyze(rec, settings=ef.Settings(max_false_per_min=asked), n_jobs=1)
    n = len(found.events.fasciculations)
    return {"kind": kind, "asked": asked, "seed": seed, "n_false": n, "minutes": SECONDS / 60}


def main() -> int:
    """Run the study and write its rows."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy.everything")
    parser.add_argument("--free", action="store_true", help="recordings without fasciculations")
    parser.add_argument("--seeds", nargs="+", type=int, help="default: those reported")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    args = parser.parse_args()
    steps = ASKED_PER_MIN if args.free else SNRS
    one = free_row if args.free else row
    seeds = args.seeds or (FREE_SEEDS if args.free else REPORT_SEEDS)
    done = []
    for kind, step, seed in product(args.kinds, steps, seeds):
        done.append(one(kind, step, seed))
        print(done[-1], flush=True)
    rows = pd.DataFrame(done)
    sums = rows.drop(columns="seed").groupby(list(rows.columns[:2])).sum()
    if args.free:
        sums["false_per_min"] = sums["n_false"] / sums["minutes"]
    else:
        sums["f1"] = 2 * sums["n_matched"] / (sums["n_truth"] + sums["n_found"])
        sums["sensitivity"] = sums["s_voluntary_found"] / sums["s_voluntary"]
        sums["specificity"] = sums["s_other_kept"] / sums["s_other"]
    print(sums.round(3).to_string())
    name = "free.csv" if args.free else "everything.csv"
    rows.to_csv(Path(__file__).parent / name, index=False, lineterminator="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
