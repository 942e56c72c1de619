"""The common change across subjects: a linear mixed-effects model of the log rate."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from emgfasc.errors import MissingExtraError

__all__ = ["mixed_effects"]

_GROUPS = ["muscle", "side", "kind"]
_MIN_SUBJECTS = 3
_HALF_COUNT = 0.5  # lets a count of 0 have a logarithm


def mixed_effects(
    points: pd.DataFrame, *, direction_of: Callable[[float, float], str]
) -> pd.DataFrame:
    """Return one row per muscle, side and kind; see ``Trend.across_subjects``."""
    models = _statsmodels()
    columns = [
        *_GROUPS,
        "n_subjects",
        "n_recordings",
        "ratio_per_month",
        "ratio_per_month_lo95",
        "ratio_per_month_hi95",
        "direction",
        "reason",
    ]
    rows = []
    for key, own in points.groupby(_GROUPS, sort=False):
        dates = own.groupby("subject")["date"].nunique()
        mine = own[own["subject"].isin(dates.index[dates > 1])]
        row: dict[str, object] = dict(zip(_GROUPS, key, strict=True))
        row |= {"n_subjects": mine["subject"].nunique(), "n_recordings": len(mine)}
        rows.append(row | _fitted(mine, models, direction_of))
    return pd.DataFrame(rows, columns=columns)


def _statsmodels() -> Any:
    try:
        return importlib.import_module("statsmodels.regression.mixed_linear_model")
    except ImportError as error:
        raise MissingExtraError(
            "across_subjects needs statsmodels; install it with: pip install 'emgfasc[trend]'."
        ) from error


def _fitted(
    own: pd.DataFrame, models: Any, direction_of: Callable[[float, float], str]
) -> dict[str, object]:
    n_subjects = own["subject"].nunique()
    nothing = dict.fromkeys(
        ("ratio_per_month", "ratio_per_month_lo95", "ratio_per_month_hi95"), np.nan
    )
    if n_subjects < _MIN_SUBJECTS:
        reason = (
            f"{n_subjects} subject(s) with at least two dates; at least {_MIN_SUBJECTS} are needed."
        )
        return nothing | {"direction": "insufficient", "reason": reason}
    log_rate = np.log((own["n_fp"] + _HALF_COUNT) / (own["rest_s"] / 60)).to_numpy(float)
    design = np.column_stack([np.ones(len(own)), own["months"].to_numpy(float)])
    # Doubts of the fit are part of the answer, not of the console.
    with warnings.catch_warnings(record=True) as doubts:
        warnings.simplefilter("always")
        try:
            fit = models.MixedLM(
                log_rate, design, groups=own["subject"].to_numpy(str), exog_re=design
            ).fit(reml=True)
            slope, error = float(fit.fe_params[1]), float(fit.bse_fe[1])
        except (np.linalg.LinAlgError, ValueError) as failure:
            reason = f"The model could not be fitted ({' '.join(str(failure).split())})."
            return nothing | {"direction": "insufficient", "reason": reason}
    if not np.isfinite([slope, error]).all():
        return nothing | {"direction": "insufficient", "reason": "The model gave no interval."}
    half = float(stdtrit(n_subjects - 1, 0.975)) * error
    ratio, low, high = np.exp([slope, slope - half, slope + half])
    said = dict.fromkeys(" ".join(str(doubt.message).split()) for doubt in doubts)
    return {
        "ratio_per_month": ratio,
        "ratio_per_month_lo95": low,
        "ratio_per_month_hi95": high,
        "direction": direction_of(low, high),
        "reason": "; ".join(["Linear mixed-effects model of the log rate.", *said]),
    }
