"""A real contraction, decomposed by others: how well do the units found agree with its trains?

The file is openhdemg's test file (a ramp of the vastus lateralis on 64 channels). Its five trains
come from a decomposition, so they are no independent truth, and units it does not hold are not
false. Rest is not asked for: the sorter is given all that the detector finds.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import scipy.io
from numpy.typing import NDArray

import emgfasc as ef

__all__ = ["FILE", "agreement", "contraction"]

FILE = "openhdemg/otb_testfile.mat"
REACH_S = 0.03  # a train may mark another moment of the potential than its peak
TOLERANCE_S = 0.0025

Times = NDArray[np.float64]


def contraction(path: Path) -> pd.DataFrame:
    """Return one row per train of the decomposition: the unit that agrees best, and how well.

    Agreement is the share of matched discharges in all of either; the worst train comes first.
    """
    rec = ef.preprocess.clean(ef.read(path)).load()
    rest = ef.Rest.all_rest(rec.duration_s)
    events, units = ef.sort.units(rec, ef.detect.detect(rec), rest=rest)
    events, _ = ef.sort.rediscover(rec, events, units, rest=rest)
    unit = events.frame["unit"].to_numpy()
    found = {int(k): events.peak_s[unit == k] for k in np.unique(unit[unit > 0])}
    rows = []
    for number, train in enumerate(_trains(path, rec.fs_hz), start=1):
        pairs = [(*agreement(train, times), name) for name, times in found.items()]
        share, matched, offset, best = max(pairs, default=(0.0, 0, 0.0, 0))
        rows.append(
            {
                "train": number,
                "n": len(train),
                "unit": best,
                "n_found": len(found.get(best, ())),
                "n_matched": matched,
                "offset_ms": 1e3 * offset,
                "agreement_pct": 100 * share,
            }
        )
    table = pd.DataFrame(rows).sort_values("agreement_pct", kind="stable", ignore_index=True)
    return table.assign(n_units=len(found), n_events=len(events))


def agreement(train: Times, times: Times) -> tuple[float, int, float]:
    """Return share and number of matched discharges at the constant offset that matches most."""
    gaps = np.sort((times[:, None] - train[None]).ravel())
    gaps = gaps[np.abs(gaps) <= REACH_S]
    if not gaps.size:
        return 0.0, 0, 0.0
    within = np.searchsorted(gaps, gaps + 2 * TOLERANCE_S, "right") - np.arange(len(gaps))
    first = int(within.argmax())
    offset = float(np.median(gaps[first : first + int(within[first])]))
    pairs, _ = ef.evaluate.match(train, times - offset, tolerance_s=TOLERANCE_S)
    matched = len(pairs)
    return matched / (len(train) + len(times) - matched), matched, offset


def _trains(path: Path, fs_hz: float) -> list[Times]:
    """Return the discharge times of the decomposition."""
    stored = scipy.io.loadmat(path, squeeze_me=True)
    is_train = np.array(["Decomposition of" in str(text) for text in stored["Description"]])
    return [np.flatnonzero(train > 0.5) / fs_hz for train in stored["Data"][:, is_train].T]
