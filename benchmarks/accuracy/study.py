"""Run detectors over the recordings of the study, and sum up."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable, Sequence
from dataclasses import asdict

import pandas as pd

from benchmarks.accuracy.design import SECONDS, Cell
from benchmarks.accuracy.detectors import DETECTORS
from emgfasc import evaluate

__all__ = ["COLUMNS", "KEYS", "TOLERANCE_S", "pooled", "run", "score_cell"]

TOLERANCE_S = 0.005
# A surface potential often has two peaks of nearly one size some 7 ms apart, and noise decides
# which of them is the largest; a hit on the other one is outside 5 ms though it is no false event.

KEYS = ["detector", "kind", "snr", "rate_per_min", "nuisance", "n_units", "seed"]
COLUMNS = [
    *KEYS,
    "seconds",
    "n_truth",
    "n_found",
    "n_matched",
    "recall",
    "precision",
    "f1",
    "false_per_min",  # per minute of recording, contractions included
    "timing_ms",  # mean absolute error of the pairs
    "n_matched_strict",  # by the largest deflection alone, without twins
    "f1_strict",
]


def score_cell(job: tuple[Cell, tuple[str, ...]]) -> list[dict[str, object]]:
    """Simulate one recording, run the named detectors on it and return one row each."""
    cell, names = job
    rec, truth = cell.simulate()
    plain = truth.to_frame().drop(columns="twin_peak_s", errors="ignore")
    rows: list[dict[str, object]] = []
    for name in names:
        found = DETECTORS[name](rec)
        scores = evaluate.events(truth, found, tolerance_s=TOLERANCE_S, rest_s=rec.duration_s)
        strict = evaluate.events(plain, found, tolerance_s=TOLERANCE_S)
        rows.append(
            {
                "detector": name,
                **asdict(cell),
                "seconds": SECONDS,
                "n_truth": scores.n_truth,
                "n_found": scores.n_found,
                "n_matched": scores.n_matched,
                "recall": scores.recall,
                "precision": scores.precision,
                "f1": scores.f1,
                "false_per_min": scores.false_per_min,
                "timing_ms": scores.timing_mae_ms,
                "n_matched_strict": strict.n_matched,
                "f1_strict": strict.f1,
            }
        )
    return rows


def run(
    cells: Iterable[Cell], *, detectors: Sequence[str] = tuple(DETECTORS), processes: int = 2
) -> pd.DataFrame:
    """Score every detector on every recording; one row per pair, in order of `KEYS`."""
    jobs = [(cell, tuple(detectors)) for cell in cells]
    rows: list[dict[str, object]] = []
    # Spawned, not forked: a forked child could inherit a thread pool in mid-air.
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for number, part in enumerate(pool.imap_unordered(score_cell, jobs), start=1):
            rows += part
            if number % 25 == 0 or number == len(jobs):
                print(f"{number} of {len(jobs)} recordings", flush=True)
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.sort_values(KEYS, ignore_index=True).round(
        {"recall": 4, "precision": 4, "f1": 4, "f1_strict": 4, "false_per_min": 3, "timing_ms": 3}
    )


def pooled(results: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Sum the counts over the recordings of each group and take the ratios of the sums."""
    groups = results.groupby(by, sort=True)
    sums = groups[["n_truth", "n_found", "n_matched", "n_matched_strict", "seconds"]].sum()
    matched = sums["n_matched"]
    return sums.assign(
        recordings=groups.size(),
        recall=matched / sums["n_truth"],
        precision=matched / sums["n_found"],
        f1=2 * matched / (sums["n_truth"] + sums["n_found"]),
        f1_strict=2 * sums["n_matched_strict"] / (sums["n_truth"] + sums["n_found"]),
        false_per_min=60 * (sums["n_found"] - matched) / sums["seconds"],
    ).reset_index()
