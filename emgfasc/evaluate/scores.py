"""How well found events agree with a truth: counts, ratios and errors."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgfasc.errors import ParameterError

__all__ = ["MATCHED", "Scores", "pool"]

MATCHED, MISSED, FALSE = "matched", "missed", "false"

# Peak-to-peak over noise SD; the bins asked for in free-response curves of detectors.
_SNR_EDGES = (0.0, 2.0, 3.0, 4.0, 6.0, 10.0, 20.0, math.inf)
_Z95 = 1.959963984540054  # 97.5th percentile of the standard normal

_COLUMNS = (
    "n_truth",
    "n_found",
    "n_matched",
    "recall",
    "precision",
    "f1",
    "rate_of_agreement",
    "false_per_min",
    "missed_per_min",
    "timing_median_ms",
    "timing_iqr_ms",
    "timing_mae_ms",
    "count_bias",
    "count_bias_pct",
    "rest_s",
    "tolerance_ms",
)


def ratio(part: float, whole: float) -> float:
    """Return ``part / whole``, or ``nan`` when there is nothing to divide by."""
    return part / whole if whole else math.nan


@dataclass(frozen=True, kw_only=True, eq=False)
class Scores:
    """Agreement of found events with a truth.

    Made by :func:`emgfasc.evaluate.events`. Every ratio is ``nan`` when it has nothing to divide
    by: `recall` without truth, `precision` without found events, `f1` and `rate_of_agreement`
    without either, rates without `rest_s`, timing without a pair.

    Attributes
    ----------
    matches : DataFrame
        One row per pair, missed and false event, in order of time: ``outcome`` (``matched``,
        ``missed`` or ``false``), ``truth_s, found_s`` (s), ``error_ms`` (found minus truth),
        ``truth_category, found_category, truth_unit, found_unit, truth_snr, truth_row,
        found_row``. A false event that lies on a truth of another category shows that truth
        beside it, and a missed one the found event of another category. Where there is none:
        ``nan``, an empty string, unit 0, row -1. Rows count from 0 in order of `peak_s`.
    tolerance_s : float
        Largest error of a pair.
    category : str or None
        The category that was scored; ``None`` when all were scored as one.
    rest_s : float
        Seconds of rest the events lie in; ``nan`` when not known.

    Examples
    --------
    >>> import pandas as pd, emgfasc as ef
    >>> def table(times):
    ...     row = {"onset": 0.0, "duration": 0.01, "channel": "1", "n_channels": 1,
    ...            "amplitude_uv": 50.0, "snr": 8.0, "unit": 1, "category": "fasciculation"}
    ...     return pd.DataFrame([row | {"peak_s": time} for time in times])
    >>> found = table([1.001, 1.004, 1.0045])
    >>> scores = ef.evaluate.events(table([1.000]), found, rest_s=60.0)
    >>> scores.recall, scores.precision, scores.f1, scores.false_per_min
    (1.0, 0.333..., 0.5, 2.0)
    """

    matches: pd.DataFrame
    tolerance_s: float
    category: str | None = "fasciculation"
    rest_s: float = math.nan

    @cached_property
    def _counts(self) -> Counter[str]:
        return Counter(self.matches["outcome"])

    @property
    def n_matched(self) -> int:
        """Number of pairs."""
        return self._counts[MATCHED]

    @property
    def n_missed(self) -> int:
        """True events without a found one."""
        return self._counts[MISSED]

    @property
    def n_false(self) -> int:
        """Found events without a true one."""
        return self._counts[FALSE]

    @property
    def n_truth(self) -> int:
        """Number of true events."""
        return self.n_matched + self.n_missed

    @property
    def n_found(self) -> int:
        """Number of found events."""
        return self.n_matched + self.n_false

    @property
    def recall(self) -> float:
        """Share of the true events that were found (sensitivity)."""
        return ratio(self.n_matched, self.n_truth)

    @property
    def precision(self) -> float:
        """Share of the found events that are true (positive predictive value)."""
        return ratio(self.n_matched, self.n_found)

    @property
    def f1(self) -> float:
        """Harmonic mean of recall and precision, ``2 TP / (2 TP + FP + FN)``."""
        return ratio(2 * self.n_matched, self.n_truth + self.n_found)

    @property
    def rate_of_agreement(self) -> float:
        """``TP / (TP + FP + FN)``, the standard of grid decomposition."""
        return ratio(self.n_matched, len(self.matches))

    @property
    def false_per_min(self) -> float:
        """False events per minute of rest."""
        return ratio(60.0 * self.n_false, self.rest_s)

    @property
    def missed_per_min(self) -> float:
        """Missed events per minute of rest."""
        return ratio(60.0 * self.n_missed, self.rest_s)

    @property
    def errors_ms(self) -> NDArray[np.float64]:
        """Found minus true time of each pair, in ms."""
        rows = self.matches["outcome"] == MATCHED
        return np.asarray(self.matches.loc[rows, "error_ms"], dtype=np.float64)

    @property
    def timing_median_ms(self) -> float:
        """Median error of time in ms; positive when found late."""
        errors = self.errors_ms
        return float(np.median(errors)) if errors.size else math.nan

    @property
    def timing_iqr_ms(self) -> float:
        """Interquartile range of the error of time in ms."""
        errors = self.errors_ms
        return float(np.subtract(*np.percentile(errors, [75, 25]))) if errors.size else math.nan

    @property
    def timing_mae_ms(self) -> float:
        """Mean absolute error of time in ms."""
        errors = self.errors_ms
        return float(np.abs(errors).mean()) if errors.size else math.nan

    @property
    def count_bias(self) -> int:
        """Found minus true number of events."""
        return self.n_found - self.n_truth

    @property
    def count_bias_pct(self) -> float:
        """Bias of the count in percent of the true number."""
        return 100.0 * ratio(self.count_bias, self.n_truth)

    @property
    def tolerance_ms(self) -> float:
        """Largest error of a pair in ms."""
        return self.tolerance_s * 1e3

    def recall_by_snr(self, *, edges: Sequence[float] = _SNR_EDGES) -> pd.DataFrame:
        """Return recall in bins of the truth's SNR (peak-to-peak over noise SD).

        Parameters
        ----------
        edges : sequence of float
            Ascending bin edges; a bin holds its lower edge.

        Returns
        -------
        DataFrame
            ``snr_lo, snr_hi, n_truth, n_matched, recall`` and the 95 % Wilson limits
            ``recall_lo95, recall_hi95`` (Wilson 1927, doi:10.1080/01621459.1927.10502953). True
            events in no bin, or without an SNR, are a last row with ``nan`` edges.

        Raises
        ------
        ParameterError
            When the edges do not ascend.
        """
        limits = np.asarray(edges, dtype=np.float64)
        if limits.ndim != 1 or limits.size < 2 or not (np.diff(limits) > 0).all():
            raise ParameterError(
                "Invalid value for the 'edges' parameter: "
                f"two or more ascending numbers are needed, but got {edges!r} instead."
            )
        true = self.matches[self.matches["outcome"] != FALSE]
        snr = true["truth_snr"].to_numpy(np.float64)
        bins = np.searchsorted(limits, snr, side="right") - 1  # nan sorts after the last edge
        outside = (bins < 0) | (bins >= limits.size - 1)
        bins[outside] = limits.size - 1
        hit = (true["outcome"] == MATCHED).to_numpy()
        total = np.bincount(bins, minlength=limits.size)
        matched = np.bincount(bins[hit], minlength=limits.size)
        rows = [
            {"snr_lo": lo, "snr_hi": hi, "n_truth": int(n), "n_matched": int(k), **_wilson(k, n)}
            for lo, hi, n, k in zip(
                np.append(limits[:-1], math.nan),
                np.append(limits[1:], math.nan),
                total,
                matched,
                strict=True,
            )
        ]
        return pd.DataFrame(rows if outside.any() else rows[:-1])

    def confusion(self) -> pd.DataFrame:
        """Return how often each true category was given each found category.

        Returns
        -------
        DataFrame
            Counts; index ``truth``, columns ``found``; ``(none)`` where there is no event.
        """
        sides = self.matches[["truth_category", "found_category"]].replace("", "(none)")
        return pd.crosstab(
            sides["truth_category"],
            sides["found_category"],
            rownames=["truth"],
            colnames=["found"],
        )

    def to_frame(self) -> pd.DataFrame:
        """Return all counts, ratios and errors as one row, units in the column names."""
        return pd.DataFrame([{name: getattr(self, name) for name in _COLUMNS}])

    def summary(self) -> str:
        """Return the scores as a few plain lines."""
        return (
            f"{self.n_matched} of {self.n_truth} true events found, {self.n_false} false "
            f"(within {self.tolerance_ms:g} ms)\n"
            f"recall {self.recall:.3f}, precision {self.precision:.3f}, F1 {self.f1:.3f}, "
            f"rate of agreement {self.rate_of_agreement:.3f}\n"
            f"false {self.false_per_min:.2f}/min of rest, missed {self.missed_per_min:.2f}/min\n"
            f"timing error: median {self.timing_median_ms:.2f} ms, IQR {self.timing_iqr_ms:.2f} "
            f"ms, mean absolute {self.timing_mae_ms:.2f} ms\n"
            f"count bias {self.count_bias:+d} ({self.count_bias_pct:+.1f} %)"
        )

    def __repr__(self) -> str:
        """Show the three numbers most asked for."""
        return (
            f"<Scores: recall {self.recall:.3f}, precision {self.precision:.3f}, F1 {self.f1:.3f}>"
        )


def pool(scores: Sequence[Scores]) -> Scores:
    """Return the scores of several recordings taken together: counts and rest are summed.

    Parameters
    ----------
    scores : sequence of Scores
        At least one, all scored with the same tolerance and category.

    Returns
    -------
    Scores
        `rest_s` is ``nan`` when it is not known for one of them. Row numbers and times in
        `matches` still refer to each recording.

    Raises
    ------
    ParameterError
        When the list is empty or tolerance or category differ.

    Examples
    --------
    >>> from emgfasc.containers import Events
    >>> from emgfasc.evaluate import events, pool
    >>> nothing = events(Events.empty(), Events.empty(), rest_s=30.0)
    >>> pool([nothing, nothing]).rest_s
    60.0
    """
    if len({(item.tolerance_s, item.category) for item in scores}) != 1:
        raise ParameterError(
            "Invalid value for the 'scores' parameter: "
            "one or more scores with the same tolerance and category are needed."
        )
    filled = [item.matches for item in scores if len(item.matches)]
    return Scores(
        matches=pd.concat(filled, ignore_index=True) if filled else scores[0].matches,
        tolerance_s=scores[0].tolerance_s,
        category=scores[0].category,
        rest_s=float(sum(item.rest_s for item in scores)),
    )


def _wilson(hits: int, total: int) -> dict[str, float]:
    """Return a share and its 95 % Wilson limits."""
    if not total:
        return {"recall": math.nan, "recall_lo95": math.nan, "recall_hi95": math.nan}
    share, z2 = hits / total, _Z95**2
    centre = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = _Z95 / (1 + z2 / total) * math.sqrt(share * (1 - share) / total + z2 / (4 * total**2))
    return {"recall": share, "recall_lo95": centre - half, "recall_hi95": centre + half}
