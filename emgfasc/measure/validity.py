"""Which waveform features mean something for which recording."""

from __future__ import annotations

import pandas as pd

from emgfasc._validate import non_negative, one_of, positive
from emgfasc.containers import KINDS, Kind

__all__ = ["validity"]

MIN_RATE_HZ = 5000.0
MAX_HIGHPASS_HZ = 20.0

FEATURES = (
    "amplitude_uv",
    "negative_peak_uv",
    "rise_time_ms",
    "duration_ms",
    "spike_duration_ms",
    "area_uvms",
    "thickness_ms",
    "size_index",
    "phases",
    "turns",
    "polyphasic",
    "serrated",
    "active_channels",
    "centroid_x_mm",
    "centroid_y_mm",
    "cad_pct",
    "ccc",
    "jitter_us",
    "blocking_pct",
    "speed_m_s",
    "endplate_mm",
)
_GRID = frozenset({"active_channels", "centroid_x_mm", "centroid_y_mm", "speed_m_s", "endplate_mm"})
_SHARP = frozenset({"jitter_us", "blocking_pct"})  # components need the rate of a needle
_NEEDLE = frozenset({"rise_time_ms", "size_index"})
_NEEDLE_CUTOFF = frozenset({"polyphasic", "serrated", "thickness_ms"})


def validity(kind: Kind, fs_hz: float, highpass_hz: float | None) -> pd.DataFrame:
    """Tell for each feature whether it is valid, not comparable or not valid, and why.

    Parameters
    ----------
    kind : {'needle', 'surface', 'hdsemg'}
        What recorded the potentials.
    fs_hz : float
        Sampling rate.
    highpass_hz : float or None
        Highest high-pass corner of the recording and of the cleaning; ``None`` when unknown.

    Returns
    -------
    DataFrame
        Index `feature`; columns `status` (``'valid'``, ``'not comparable'`` with published
        values, or ``'not valid'``: the feature is ``nan``) and `reason`, empty when valid.

    Notes
    -----
    Needle features need a sampling rate of at least 5 kHz and a high-pass corner of at most
    20 Hz to be set beside reference values; the limits are emgfasc's own, after the settings
    common in quantitative needle EMG (2-20 Hz to 10 kHz, unverified).

    Examples
    --------
    >>> from emgfasc.measure import validity
    >>> validity("surface", 2048.0, 20.0).loc["size_index", "status"]
    'not valid'
    >>> validity("needle", 4000.0, 10.0).loc["duration_ms", "reason"]
    'sampled at 4000 Hz, below 5000 Hz'
    """
    one_of("kind", kind, KINDS)
    rate = positive("fs_hz", fs_hz)
    corner = None if highpass_hz is None else non_negative("highpass_hz", highpass_hz)
    doubt = _needle_doubt(rate, corner) if kind == "needle" else ""
    slow = rate < MIN_RATE_HZ
    rows = [(feature, *_status(feature, kind, doubt, slow=slow)) for feature in FEATURES]
    return pd.DataFrame(rows, columns=["feature", "status", "reason"]).set_index("feature")


def _needle_doubt(fs_hz: float, highpass_hz: float | None) -> str:
    reasons = []
    if fs_hz < MIN_RATE_HZ:
        reasons.append(f"sampled at {fs_hz:g} Hz, below {MIN_RATE_HZ:g} Hz")
    if highpass_hz is None:
        reasons.append("high-pass corner unknown")
    elif highpass_hz > MAX_HIGHPASS_HZ:
        reasons.append(f"high-pass at {highpass_hz:g} Hz, above {MAX_HIGHPASS_HZ:g} Hz")
    return "; ".join(reasons)


def _status(feature: str, kind: Kind, doubt: str, *, slow: bool) -> tuple[str, str]:
    if feature in _SHARP and (kind != "needle" or slow):
        return "not valid", f"needs a needle sampled at {MIN_RATE_HZ:g} Hz or more"
    if feature in _GRID and kind != "hdsemg":
        return "not valid", "needs a grid of electrodes"
    if feature in _NEEDLE and kind != "needle":
        return "not valid", "defined for the concentric needle only"
    if feature in _NEEDLE_CUTOFF and kind != "needle":
        return "not comparable", "its limit was set for the concentric needle"
    if doubt:
        return "not comparable", doubt
    return "valid", ""
