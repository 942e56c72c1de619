"""Change over time: rates of one muscle from recording to recording, and their direction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from emgfasc._validate import has_columns
from emgfasc.errors import ParameterError
from emgfasc.evidence.literature import references
from emgfasc.evidence.log_linear import fit_line
from emgfasc.evidence.mixed import mixed_effects
from emgfasc.firing.poisson import limits

__all__ = ["DAYS_PER_MONTH", "Trend", "trend"]

DAYS_PER_MONTH = 365.25 / 12
_NEEDED = ("subject", "muscle", "date", "n_fp", "rest_s")
_SERIES = ("subject", "muscle", "side", "kind")  # what must be the same to be compared over time
_MIN_DATES = 3  # two leave nothing to judge the scatter from day to day by


@dataclass(frozen=True, kw_only=True, eq=False)
class Trend:
    """Rates over time, one series for each subject, muscle, side and kind of recording.

    Attributes
    ----------
    points : DataFrame
        One row per recording, none left out: ``subject, muscle, side, kind, date, months`` (since
        the first recording of the series), ``n_fp, rest_s, rate_per_min, rate_per_min_lo95,
        rate_per_min_hi95`` (exact Poisson limits), ``used`` and ``reason`` why not.
    series : DataFrame
        One row per series: ``n_recordings`` (those used), ``n_dates``, ``span_months``,
        ``ratio_per_month`` with ``ratio_per_month_lo95`` and ``_hi95`` (rate after a month over
        rate before), ``change_per_min_per_month`` (fitted rate at the last date minus that at the
        first, per month; no interval), ``rate_at_start_per_min``, ``dispersion``, ``direction``
        and ``reason``.
    """

    points: pd.DataFrame
    series: pd.DataFrame

    def across_subjects(self) -> pd.DataFrame:
        """Return the common change in each muscle by a mixed-effects model; needs statsmodels.

        The logarithm of ``(n_fp + 0.5) / rest`` is modelled as a straight line in time, with an
        intercept and a slope of its own for each subject (sides and kinds count as separate
        muscles). The interval uses Student's t with the number of subjects - 1 degrees of freedom.

        Returns
        -------
        DataFrame
            ``muscle, side, kind, n_subjects, n_recordings, ratio_per_month,
            ratio_per_month_lo95, ratio_per_month_hi95, direction, reason``; fewer than three
            subjects with at least two dates each are ``insufficient``.

        Raises
        ------
        MissingExtraError
            When statsmodels is not installed.
        """
        return mixed_effects(self.points[self.points["used"]], direction_of=_direction)

    @property
    def published(self) -> pd.DataFrame:
        """Published changes over time, to look at; they carry no weight."""
        table = references()
        return table[table["feature"] == "rate_change_per_month"].reset_index(drop=True)


def trend(table: pd.DataFrame) -> Trend:
    """Follow the rate of fasciculation potentials over time.

    Parameters
    ----------
    table : DataFrame
        Batch rows as given by ``Analysis.summary()``, with ``subject`` and ``date`` (a date or
        ISO text) added, and ``muscle`` filled in. Used are ``subject, muscle, date, n_fp,
        rest_s`` and, where present, ``side`` and ``kind``. Valid for every kind of recording.

    Returns
    -------
    Trend
        An empty table gives empty tables.

    Raises
    ------
    ParameterError
        When a column is missing, a subject, muscle or date is empty, or a number is negative.

    Notes
    -----
    The direction is ``rise`` or ``fall`` when the 95 % interval of the ratio per month leaves 1
    out, ``no_clear_change`` otherwise, and ``insufficient`` with fewer than three dates, or when
    no potential was found at all. The line is straight in the logarithm of the rate: a rise
    followed by a fall comes out as no clear change, so look at the picture too. A change of the
    electrode's place, of the voluntary-activity gate or of the settings changes the rate as well.

    Examples
    --------
    >>> import pandas as pd
    >>> visits = pd.DataFrame({
    ...     "subject": "S1", "muscle": "biceps brachii",
    ...     "date": ["2024-01-01", "2024-04-01", "2024-07-01", "2024-10-01"],
    ...     "n_fp": [1200, 800, 500, 330], "rest_s": 1800.0,
    ... })
    >>> found = trend(visits).series.iloc[0]
    >>> found["direction"], round(float(found["ratio_per_month"]), 2)
    ('fall', 0.87)
    """
    points = _points(table)
    keys = list(_SERIES)
    rows = [
        dict(zip(keys, key, strict=True)) | _series(own)
        for key, own in points.groupby(keys, sort=False)
    ]
    return Trend(points=points, series=pd.DataFrame(rows, columns=[*keys, *_COLUMNS]))


_COLUMNS = (
    "n_recordings",
    "n_dates",
    "span_months",
    "ratio_per_month",
    "ratio_per_month_lo95",
    "ratio_per_month_hi95",
    "change_per_min_per_month",
    "rate_at_start_per_min",
    "dispersion",
    "direction",
    "reason",
)


def _points(table: pd.DataFrame) -> pd.DataFrame:
    mend = "rows of Analysis.summary() with subject, muscle and date are needed."
    has_columns("trend", table, _NEEDED, mend)
    points = pd.DataFrame({name: _named(table, name) for name in _SERIES})
    points["date"] = _dates(table["date"])
    points["n_fp"] = _numbers(table, "n_fp")
    points["rest_s"] = _numbers(table, "rest_s")
    points = points.sort_values([*_SERIES, "date"], kind="stable", ignore_index=True)
    first = points.groupby(list(_SERIES))["date"].transform("min")
    points["months"] = (points["date"] - first).dt.total_seconds() / 86_400 / DAYS_PER_MONTH
    known = np.isfinite(points["n_fp"]) & np.isfinite(points["rest_s"])
    usable = known & (points["rest_s"] > 0)
    minutes = points["rest_s"].where(usable) / 60
    counts = points["n_fp"].where(usable)
    low, high = limits(counts.fillna(0).to_numpy(float))
    points["rate_per_min"] = counts / minutes
    points["rate_per_min_lo95"], points["rate_per_min_hi95"] = low / minutes, high / minutes
    points["used"] = usable
    points["reason"] = np.select([usable, known], ["", "no rest"], "no count or no rest is given")
    return points


def _named(table: pd.DataFrame, name: str) -> pd.Series:
    if name not in table:
        return pd.Series("", index=table.index, dtype=object)
    column = table[name]
    blank = column.isna() | (column.astype(str).str.strip() == "")
    if name in _NEEDED and blank.any():
        raise ParameterError(
            f"trend: '{name}' is empty in row {int(np.flatnonzero(blank)[0])}; every row needs one."
        )
    return column.astype(object).where(~blank, "").astype(str).str.strip().astype(object)


def _dates(column: pd.Series) -> pd.Series:
    # A number or 03/04/2024 could be read in more ways than one, so neither is read at all.
    if pd.api.types.is_numeric_dtype(column) and len(column):
        raise ParameterError(
            f"trend: 'date' holds the number {column.iloc[0]}; dates such as 2024-05-31 are needed."
        )
    try:
        dates = pd.to_datetime(column, utc=True, format="ISO8601")
    except (ValueError, TypeError) as error:
        raise ParameterError(
            f"trend: 'date' holds what is no date ({' '.join(str(error).split())}); "
            "dates such as 2024-05-31 are needed."
        ) from error
    if dates.isna().any():
        row = int(np.flatnonzero(dates.isna())[0])
        raise ParameterError(f"trend: 'date' is empty in row {row}; every row needs one.")
    return dates


def _numbers(table: pd.DataFrame, name: str) -> pd.Series:
    numbers = pd.to_numeric(table[name], errors="coerce").astype(float)
    wrong = (numbers.isna() & table[name].notna()) | (numbers < 0) | np.isinf(numbers)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise ParameterError(
            f"trend: '{name}' must be a number of 0 or more, but row {row} holds "
            f"'{table[name].iloc[row]}'."
        )
    return numbers


def _series(own: pd.DataFrame) -> dict[str, object]:
    """Fit one series; a reason instead where it cannot be done."""
    used = own[own["used"]]
    n_dates = int(used["date"].nunique())
    months = used["months"].to_numpy(float)
    row: dict[str, object] = dict.fromkeys(_COLUMNS, np.nan)
    row |= {
        "n_recordings": len(used),
        "n_dates": n_dates,
        "span_months": float(np.ptp(months)) if len(used) else 0.0,
        "direction": "insufficient",
    }
    if n_dates < _MIN_DATES:
        reason = f"{n_dates} date(s) with rest; at least {_MIN_DATES} are needed."
        return row | {"reason": reason}
    if not used["n_fp"].sum():
        return row | {"reason": "No fasciculation potential in any of the recordings."}
    line = fit_line(used["n_fp"].to_numpy(float), used["rest_s"].to_numpy(float) / 60, months)
    start, stop = np.exp(line.intercept + line.slope * np.array([months.min(), months.max()]))
    with np.errstate(over="ignore"):  # a wide interval may end at infinity
        ratio, low, high = np.exp([line.slope, line.lo95, line.hi95])
    return row | {
        "ratio_per_month": ratio,
        "ratio_per_month_lo95": low,
        "ratio_per_month_hi95": high,
        "change_per_min_per_month": (stop - start) / np.ptp(months),
        "rate_at_start_per_min": start,
        "dispersion": line.dispersion,
        "direction": _direction(low, high),
        "reason": f"Rate times {ratio:.3g} each month ({low:.3g} to {high:.3g}).",
    }


def _direction(low: float, high: float) -> str:
    """Name the direction of a ratio with its interval."""
    if low > 1:
        return "rise"
    return "fall" if high < 1 else "no_clear_change"
