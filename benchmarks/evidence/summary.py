"""What the answers add up to: shares by group, calibration, separation, and shuffled labels."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.evidence.study import BENIGN, NEUROGENIC
from emgfasc.evidence.intervals import wilson_pct

__all__ = ["auc", "summarised"]

_PATTERNS = ("neurogenic-leaning", "benign-leaning", "indeterminate", "insufficient")
_OWN = {"neurogenic-leaning": NEUROGENIC, "benign-leaning": BENIGN}
_SHUFFLES = 500
_RESAMPLES = 500
_SEED = 7
Row = tuple[str, str, str, float, float, float, int]
COLUMNS = ["scenario", "group", "measure", "value", "lo95", "hi95", "n"]


def summarised(answers: pd.DataFrame) -> pd.DataFrame:
    """Return one row per scenario, group and measure, shares in per cent with Wilson limits."""
    rows: list[Row] = []
    for name, own in answers.groupby("scenario", sort=False):
        scenario = str(name)
        rows += [(scenario, *row) for row in _shares(own)]
        pair = own[own["group"].isin([BENIGN, NEUROGENIC])]
        rows += [(scenario, *row) for row in _calibration(pair)]
        rows += [(scenario, *row) for row in _separation(pair)]
    return pd.DataFrame(rows, columns=COLUMNS)


def auc(index: NDArray[np.float64], neurogenic: NDArray[np.bool_]) -> float:
    """Return how often a neurogenic-like index exceeds a benign-like one; ties count half."""
    high, low = index[neurogenic], index[~neurogenic]
    if not len(high) or not len(low):
        return float("nan")
    above = (high[:, None] > low[None, :]).mean() + 0.5 * (high[:, None] == low[None, :]).mean()
    return float(above)


def _shares(own: pd.DataFrame) -> Iterator[tuple[str, str, float, float, float, int]]:
    for group, rows in own.groupby("group", sort=False):
        for pattern in _PATTERNS:
            yield (str(group), f"pattern {pattern}", *_share(rows["pattern"] == pattern))
        features = [name for name in rows.columns if name not in (*COLUMNS, "pattern", "index")]
        for feature in features:
            for direction in ("leans_neurogenic", "leans_benign"):
                hits = rows[feature] == direction
                if (rows[feature] != "not_comparable").any():
                    yield (str(group), f"{feature} {direction}", *_share(hits))


def _calibration(pair: pd.DataFrame) -> Iterator[tuple[str, str, float, float, float, int]]:
    """Say from which group the leaning answers came, at equal group sizes."""
    for pattern, group in _OWN.items():
        told = pair[pair["pattern"] == pattern]
        if len(told):
            yield (group, f"share of {pattern} from here", *_share(told["group"] == group))
    known = pair[np.isfinite(pair["index"])]
    edges = [-np.inf, -1 + 1e-9, -1e-9, 1e-9, 1 - 1e-9, np.inf]
    words = ["-1 or less", "-1 to 0", "0", "0 to 1", "1 or more"]
    bins = pd.cut(known["index"], edges, labels=words)
    for word in words:
        told = known[bins == word]
        if len(told):
            share = _share(told["group"] == NEUROGENIC)
            yield (NEUROGENIC, f"share of index {word} from here", *share)


def _separation(pair: pd.DataFrame) -> Iterator[tuple[str, str, float, float, float, int]]:
    known = pair[np.isfinite(pair["index"])]
    index = known["index"].to_numpy(float)
    label = (known["group"] == NEUROGENIC).to_numpy(bool)
    if not label.any() or label.all():
        return
    rng = np.random.default_rng(_SEED)

    def resampled() -> float:
        pick = rng.integers(0, len(index), len(index))
        return auc(index[pick], label[pick])

    def shuffled() -> float:
        return auc(index, rng.permutation(label))

    low, high = _ends(resampled, _RESAMPLES)
    yield ("both", "AUC of the index", auc(index, label), low, high, len(index))
    null = [shuffled() for _ in range(_SHUFFLES)]
    ends = np.nanquantile(null, [0.025, 0.975])
    middle = float(np.nanmean(null))
    yield ("both", "AUC, labels shuffled", middle, float(ends[0]), float(ends[1]), len(index))


def _ends(draw: Callable[[], float], n: int) -> tuple[float, float]:
    low, high = np.nanquantile([draw() for _ in range(n)], [0.025, 0.975])
    return float(low), float(high)


def _share(hits: pd.Series) -> tuple[float, float, float, int]:
    n = len(hits)
    share = float(hits.mean())
    return (100 * share, *wilson_pct(share, n), n)
