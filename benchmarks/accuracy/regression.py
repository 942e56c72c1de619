"""Has the shipped detector become worse than the committed results say?"""

from __future__ import annotations

import pandas as pd

from benchmarks.accuracy.detectors import SHIPPED
from benchmarks.accuracy.study import KEYS, pooled

__all__ = ["ALLOWED_DROP", "worse_than"]

ALLOWED_DROP = 0.02
_CELL = ["detector", "kind", "snr", "rate_per_min", "nuisance", "n_units"]


def worse_than(committed: pd.DataFrame, fresh: pd.DataFrame) -> list[str]:
    """Return one line per cell whose F1 fell by more than `ALLOWED_DROP`, on the same recordings.

    Parameters
    ----------
    committed, fresh : DataFrame
        Rows of ``results.csv`` and those just measured. Every fresh recording must be among the
        committed ones with the same number of true events, or its cell is reported too: then the
        design or the simulator has changed and the study must be run again.
    """
    fresh = fresh[fresh["detector"].isin(list(SHIPPED))]
    both = fresh[[*KEYS, "n_truth"]].merge(committed, on=KEYS, how="left", suffixes=("", "_then"))
    changed = both[both["n_truth"] != both["n_truth_then"]]
    lines = [
        f"{row.detector} {row.kind} SNR {row.snr:g} {row.nuisance}, seed {row.seed}: not the "
        "recording of results.csv; run the whole study again and commit it."
        for row in changed.itertuples()
    ]
    same = both[both["n_truth"] == both["n_truth_then"]]
    before = pooled(same, _CELL).set_index(_CELL)["f1"]
    after = pooled(fresh, _CELL).set_index(_CELL)["f1"].reindex(before.index)
    fallen = after[before.fillna(1.0) - after.fillna(1.0) > ALLOWED_DROP]
    return lines + [
        f"{' '.join(str(part) for part in cell)}: F1 fell from {before[cell]:.3f} to {value:.3f}"
        for cell, value in fallen.items()
    ]
