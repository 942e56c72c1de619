"""How well found units agree with true ones."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgfasc.containers import Events
from emgfasc.evaluate.scores import FALSE, MATCHED, MISSED, ratio
from emgfasc.evaluate.scoring import events

__all__ = ["UnitAgreement", "units"]

# The classes follow SpikeInterface (Buccino et al. 2020, doi:10.7554/eLife.61834), which calls a
# unit well detected from an accuracy of 0.8 and pairs units from 0.5. The two shares below are
# this library's own: unlike an accuracy they also see a small unit merged into a large one.
_WELL_DETECTED = 0.8
_PAIRED = 0.5  # above one half a pair is the only one for both of its units
_SWALLOWED = 0.2  # share of a true unit that must lie in a found one to count as merged into it
_MOSTLY = 0.5  # share of a found unit that must come from one true unit to be a piece of it


@dataclass(frozen=True, kw_only=True, eq=False)
class UnitAgreement:
    """Agreement of found units with true ones; made by :func:`emgfasc.evaluate.units`.

    Attributes
    ----------
    truth : DataFrame
        One row per true unit: ``unit, n, best`` (found unit of highest accuracy, 0 for none),
        ``n_matched, accuracy, recall, precision`` of that pair, ``well_detected, missed``.
    found : DataFrame
        One row per found unit: ``unit, n, best`` (true unit of highest accuracy, 0 for none),
        ``n_matched, accuracy``, ``n_merged`` (true units of which it holds a fifth or more),
        ``over_merged, redundant, false``.
    counts : DataFrame
        Matched events per true unit (rows) and found unit (columns); 0 stands for no unit.
    ari, homogeneity, completeness, v_measure : float
        Over the matched events that have a unit on both sides; ``nan`` without any.
    n_compared : int
        How many such events there are.
    """

    truth: pd.DataFrame
    found: pd.DataFrame
    counts: pd.DataFrame
    ari: float
    homogeneity: float
    completeness: float
    n_compared: int

    @property
    def v_measure(self) -> float:
        """Harmonic mean of homogeneity and completeness."""
        total = self.homogeneity + self.completeness
        return 2 * self.homogeneity * self.completeness / total if total else 0.0

    def to_frame(self) -> pd.DataFrame:
        """Return the counts of units and the agreement as one row."""
        return pd.DataFrame(
            [
                {
                    "n_truth_units": len(self.truth),
                    "n_found_units": len(self.found),
                    "n_well_detected": int(self.truth["well_detected"].sum()),
                    "n_missed": int(self.truth["missed"].sum()),
                    "n_over_merged": int(self.found["over_merged"].sum()),
                    "n_redundant": int(self.found["redundant"].sum()),
                    "n_false": int(self.found["false"].sum()),
                    "ari": self.ari,
                    "homogeneity": self.homogeneity,
                    "completeness": self.completeness,
                    "v_measure": self.v_measure,
                    "n_compared": self.n_compared,
                }
            ]
        )


def units(
    truth: Events | pd.DataFrame,
    found: Events | pd.DataFrame,
    *,
    tolerance_s: float = 0.005,
    category: str | None = "fasciculation",
) -> UnitAgreement:
    """Compare the units of found events with those of the truth.

    Events are paired as in :func:`emgfasc.evaluate.events`, once, whatever their unit. The
    accuracy of a pair of units is ``n_matched / (n_true + n_found - n_matched)``; missed and
    false events count in it. Unit 0 means unsorted and is no unit.

    * *well detected*: a true unit with a found one of accuracy 0.8 or more;
    * *missed*: a true unit without a found one of accuracy above 0.5;
    * *over-merged*: a found unit that holds a fifth or more of two or more true units;
    * *redundant*: a found unit that is no true unit's pair (accuracy above 0.5) although half or
      more of its events belong to one true unit: a piece of it;
    * *false*: a found unit that is no pair, no piece and not over-merged.

    Parameters
    ----------
    truth, found : Events or DataFrame
        True and found events with their units, schema ``emgfasc.containers.EVENTS``.
    tolerance_s : float
        Largest error of a pair of events in seconds.
    category : str or None
        The category that counts; ``None`` for all.

    Returns
    -------
    UnitAgreement
        One row per unit on each side, adjusted Rand index (Hubert & Arabie 1985,
        doi:10.1007/BF01908075) and V-measure (Rosenberg & Hirschberg 2007, D07-1043).

    Examples
    --------
    >>> from emgfasc.containers import Events
    >>> from emgfasc.evaluate import units
    >>> units(Events.empty(), Events.empty()).to_frame()["n_missed"].item()
    0
    """
    rows = events(truth, found, tolerance_s=tolerance_s, category=category).matches
    true = rows.loc[rows["outcome"] != FALSE, "truth_unit"].to_numpy(np.int64)
    seen = rows.loc[rows["outcome"] != MISSED, "found_unit"].to_numpy(np.int64)
    both = rows[rows["outcome"] == MATCHED]
    true_units, n_true = np.unique(true[true > 0], return_counts=True)
    found_units, n_found = np.unique(seen[seen > 0], return_counts=True)
    counts = (
        pd.crosstab(both["truth_unit"], both["found_unit"])
        .reindex(index=[0, *true_units], columns=[0, *found_units], fill_value=0)
        .astype(np.int64)
    )
    table = counts.to_numpy(np.int64)[1:, 1:]
    accuracy = table / (n_true[:, None] + n_found[None, :] - table)
    homogeneity, completeness = _homogeneity(table), _homogeneity(table.T)
    return UnitAgreement(
        truth=_true_rows(table, accuracy, true_units, found_units, n_true, n_found),
        found=_found_rows(table, accuracy, true_units, found_units, n_true, n_found),
        counts=counts,
        ari=_adjusted_rand(table),
        homogeneity=homogeneity,
        completeness=completeness,
        n_compared=int(table.sum()),
    )


def _best(
    table: NDArray[np.int64], accuracy: NDArray[np.float64], names: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return, for each row, the column of highest accuracy: its unit, matches and accuracy."""
    if not names.size:
        none = np.zeros(len(table), np.int64)
        return none, none, none.astype(np.float64)
    best = accuracy.argmax(axis=1)
    each = np.arange(len(table))
    value = accuracy[each, best]
    return np.where(value > 0, names[best], 0), table[each, best], value


def _true_rows(
    table: NDArray[np.int64],
    accuracy: NDArray[np.float64],
    true_units: NDArray[np.int64],
    found_units: NDArray[np.int64],
    n_true: NDArray[np.int64],
    n_found: NDArray[np.int64],
) -> pd.DataFrame:
    best, matched, value = _best(table, accuracy, found_units)
    size = dict(zip(found_units.tolist(), n_found.tolist(), strict=True))
    return pd.DataFrame(
        {
            "unit": true_units,
            "n": n_true,
            "best": best,
            "n_matched": matched,
            "accuracy": value,
            "recall": matched / n_true,
            "precision": np.array(
                [ratio(m, size.get(b, 0)) for m, b in zip(matched, best.tolist(), strict=True)],
                dtype=np.float64,
            ),
            "well_detected": value >= _WELL_DETECTED,
            "missed": value <= _PAIRED,
        }
    )


def _found_rows(
    table: NDArray[np.int64],
    accuracy: NDArray[np.float64],
    true_units: NDArray[np.int64],
    found_units: NDArray[np.int64],
    n_true: NDArray[np.int64],
    n_found: NDArray[np.int64],
) -> pd.DataFrame:
    best, matched, value = _best(table.T, accuracy.T, true_units)
    merged = (table >= _SWALLOWED * n_true[:, None]).sum(axis=0)
    paired = value > _PAIRED
    piece = table.max(axis=0, initial=0) >= _MOSTLY * n_found
    return pd.DataFrame(
        {
            "unit": found_units,
            "n": n_found,
            "best": best,
            "n_matched": matched,
            "accuracy": value,
            "n_merged": merged,
            "over_merged": merged >= 2,
            "redundant": ~paired & piece & (merged < 2),
            "false": ~paired & ~piece & (merged < 2),
        }
    )


def _adjusted_rand(table: NDArray[np.int64]) -> float:
    """Return the adjusted Rand index of a contingency table."""
    n = table.sum()
    if n == 0:
        return math.nan
    cells, rows, columns, every = (
        float((count * (count - 1) / 2).sum())
        for count in (table, table.sum(axis=1), table.sum(axis=0), n)
    )
    if rows == columns == cells:  # identical partitions, one unit or only single events
        return 1.0
    expected = rows * columns / every
    return (cells - expected) / ((rows + columns) / 2 - expected)


def _homogeneity(table: NDArray[np.int64]) -> float:
    """Return ``1 - H(rows | columns) / H(rows)``; of the transposed table it is completeness."""
    n = table.sum()
    if n == 0:
        return math.nan
    whole = _entropy(table.sum(axis=1))
    within = sum(column.sum() / n * _entropy(column) for column in table.T)
    return 1.0 - float(within) / whole if whole else 1.0


def _entropy(counts: NDArray[np.int64]) -> float:
    share = counts[counts > 0] / counts.sum() if counts.sum() else np.zeros(0)
    return float(-(share * np.log(share)).sum())
