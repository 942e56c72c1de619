"""Run the analysis over the recordings, and count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import emgfasc as ef
from benchmarks.sorting.design import KindCell, UnitCell
from benchmarks.sorting.oracle import oracle, undetected
from emgfasc.containers import Rest

__all__ = [
    "MIN_DISCHARGES",
    "confusion",
    "kind_rows",
    "recalls",
    "summed_units",
    "unit_row",
    "worse_units",
]

MIN_DISCHARGES = 10  # true units with fewer are not judged
TOLERANCE_S = 0.005
_NONE = "not found"


def unit_row(cell: UnitCell) -> dict[str, object]:
    """Return one row: true units judged and well detected, found units and the false ones.

    A false unit is one that is neither a true unit's pair nor a piece of one, or holds several.
    Every judged unit that is not well detected is lost to one of three: too few of its discharges
    are detected, it shares a found unit with another, or it lies in pieces. The columns `best`
    are those of :func:`benchmarks.sorting.oracle.oracle` on the same detections.
    """
    rec, truth = cell.simulate()
    res = ef.analyze(rec)
    detected = ef.detect.detect(res.recording)
    best = _Counts.of(truth, oracle(cell.scenario, res.recording, detected, truth))
    own = _Counts.of(truth, res.events)
    missing = undetected(truth, detected, tolerance_s=TOLERANCE_S, min_n=MIN_DISCHARGES)
    return {
        "kind": cell.kind,
        "snr": cell.snr,
        "seed": cell.seed,
        "n_true": own.n_true,
        "n_judged": own.n_judged,
        "n_well": own.n_well,
        "n_found": own.n_found,
        "n_false": own.n_false,
        "n_redundant": own.n_redundant,
        "n_above_true": max(0, own.n_found - own.n_true),
        "n_merged": own.n_merged,
        "n_undetected": missing,
        "n_well_best": best.n_well,
        "n_found_best": best.n_found,
        "n_false_best": best.n_false,
    }


@dataclass(frozen=True)
class _Counts:
    """Counts of units in one recording."""

    n_true: int
    n_judged: int
    n_well: int
    n_found: int
    n_false: int
    n_redundant: int
    n_merged: int

    @classmethod
    def of(cls, truth: ef.Events, events: ef.Events) -> _Counts:
        """Count what was found."""
        scores = ef.evaluate.units(truth, events, tolerance_s=TOLERANCE_S)
        judged = scores.truth[scores.truth["n"] >= MIN_DISCHARGES]
        found = scores.found
        shared = found.loc[found["over_merged"], "unit"]
        lost = judged.loc[~judged["well_detected"], ["unit", "n"]]
        inside = scores.counts.loc[lost["unit"], shared].max(axis=1).fillna(0).to_numpy()
        return cls(
            n_true=len(scores.truth),
            n_judged=len(judged),
            n_well=int(judged["well_detected"].sum()),
            n_found=len(found),
            n_false=int((found["false"] | found["over_merged"]).sum()),
            n_redundant=int(found["redundant"].sum()),
            n_merged=int((inside >= 0.2 * lost["n"].to_numpy()).sum()),
        )


def summed_units(rows: pd.DataFrame) -> pd.DataFrame:
    """Sum over the seeds and give the shares that are asked for."""
    sums = rows.groupby(["kind", "snr"]).agg(
        recordings=("seed", "size"),
        n_judged=("n_judged", "sum"),
        n_well=("n_well", "sum"),
        n_merged=("n_merged", "sum"),
        n_undetected=("n_undetected", "sum"),
        n_well_best=("n_well_best", "sum"),
        n_found=("n_found", "sum"),
        n_false=("n_false", "sum"),
        n_redundant=("n_redundant", "sum"),
        not_a_lower_bound=("n_above_true", lambda n: int((n > 0).sum())),
        n_found_best=("n_found_best", "sum"),
        n_false_best=("n_false_best", "sum"),
    )
    return sums.assign(
        well_pct=100 * sums["n_well"] / sums["n_judged"],
        best_well_pct=100 * sums["n_well_best"] / sums["n_judged"],
        false_pct=100 * sums["n_false"] / sums["n_found"],
        best_false_pct=100 * sums["n_false_best"] / sums["n_found_best"],
    ).reset_index()


def worse_units(committed: pd.DataFrame, fresh: pd.DataFrame) -> list[str]:
    """Return what became worse by more than one unit: rounding on another machine may tip one.

    Parameters
    ----------
    committed, fresh : DataFrame
        Rows of ``units.csv`` and those just measured, of recordings among the committed ones.
    """
    keys = ["kind", "snr", "seed"]
    both = fresh.merge(committed, on=keys, how="left", suffixes=("", "_then"))
    lines = [
        f"{row.kind} SNR {row.snr:g}, seed {row.seed}: not the recording of units.csv; run the "
        "whole study again and commit it."
        for row in both.itertuples()
        if (row.n_true, row.n_judged) != (row.n_true_then, row.n_judged_then)
    ]
    total = both.sum(numeric_only=True)
    if total["n_well"] < total["n_well_then"] - 1:
        lines.append(f"{total['n_well']:g} units well detected, not {total['n_well_then']:g}.")
    if total["n_false"] > total["n_false_then"] + 1:
        lines.append(f"{total['n_false']:g} false units, not {total['n_false_then']:g}.")
    return lines


def kind_rows(cell: KindCell) -> pd.DataFrame:
    """Return the counts of true and found category; stretches are no discharges and left out.

    A discharge that overlaps others is often not found as such: when it lies in a stretch that
    was excluded by a name, ``found`` is that name in brackets.
    """
    rec, truth = cell.simulate()
    true = truth.to_frame()
    potentials = true[~true["reason"].isin(["contraction", "mains", "clipping", "dropout"])]
    res = ef.analyze(rec)
    matches = ef.evaluate.events(
        potentials, res.events, tolerance_s=TOLERANCE_S, category=None
    ).matches
    found = np.array(matches["found_category"].replace("", _NONE).fillna(_NONE), object)
    missed = found == _NONE
    found[missed] = _stretch_names(res.rest, matches.loc[missed, "truth_s"].to_numpy(float))
    pairs = pd.DataFrame(
        {
            "activity": cell.activity,
            "seed": cell.seed,
            "true": matches["truth_category"].replace("", _NONE).fillna("nothing"),
            "found": found,
        }
    )
    return pairs.groupby(list(pairs), as_index=False).size().rename(columns={"size": "n"})


def _stretch_names(rest: Rest, times_s: NDArray[np.float64]) -> list[str]:
    """Return the name of the excluded stretch each time lies in, in brackets."""
    starts = rest.segments["start_s"].to_numpy(float)
    index = np.searchsorted(starts, times_s, side="right") - 1
    rows = rest.segments.iloc[np.maximum(index, 0)]
    names = []
    for state, reason in zip(rows["state"], rows["reason"], strict=True):
        name = reason.split(":")[0].replace(" ", "_") if state == "spontaneous" else state
        names.append(f"({name})" if state in ("voluntary", "spontaneous") else _NONE)
    return names


def confusion(rows: pd.DataFrame) -> pd.DataFrame:
    """Return discharges by true (rows) and found category (columns)."""
    return rows.pivot_table(
        index="true", columns="found", values="n", aggfunc="sum", fill_value=0
    ).astype("int64")


def recalls(rows: pd.DataFrame) -> pd.DataFrame:
    """Return each kind's recall: of all its discharges, and of those that were found at all.

    ``recall_with_stretches`` counts those as well that lie in a stretch of that name.
    """
    own = rows[rows["true"] == rows["activity"]]
    seen = own[(own["found"] != _NONE) & ~own["found"].str.startswith("(")]
    within = own[own["found"] == "(" + own["true"] + ")"].groupby("true")["n"].sum()
    right = own[own["found"] == own["true"]].groupby("true")["n"].sum()
    table = pd.DataFrame(
        {"n": own.groupby("true")["n"].sum(), "n_found": seen.groupby("true")["n"].sum()}
    )
    table["n_right"] = right.reindex(table.index, fill_value=0)
    table["recall"] = table["n_right"] / table["n"]
    table["recall_of_found"] = table["n_right"] / table["n_found"]
    within = within.reindex(table.index, fill_value=0)
    table["recall_with_stretches"] = (table["n_right"] + within) / table["n"]
    return table.reset_index(names="category")
