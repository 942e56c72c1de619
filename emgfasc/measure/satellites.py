"""Late and early components that are time-locked to a unit's main potential."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgfasc.measure.align import median_potential, units_of
from emgfasc.measure.given import peak_samples
from emgfasc.measure.rules import Rules

if TYPE_CHECKING:
    from emgfasc.containers import Events, Recording

__all__ = ["satellites"]

_COLUMNS = {
    "unit": "int64",
    "n": "int64",
    "latency_ms": "float64",
    "gap_ms": "float64",
    "duration_ms": "float64",
    "amplitude_uv": "float64",
}


def satellites(rec: Recording, events: Events, *, rules: Rules | None = None) -> pd.DataFrame:
    """Find components of a unit's median potential that flat baseline parts from the rest.

    One discharge cannot prove that a late component belongs to it; the median of at least
    ``rules.satellite_discharges`` can. The main potential ends where `duration` ends it, so the
    flat baseline in between is at least ``rules.quiet_ms`` long.

    Parameters
    ----------
    rec : Recording
        The cleaned recording.
    events : Events
        Potentials with `unit`.
    rules : Rules, optional
        Thresholds; by default those of the recording's kind.

    Returns
    -------
    DataFrame
        One row per satellite: `unit`, `n` discharges averaged, `latency_ms` from the main peak
        to the satellite's (negative before it), `gap_ms` of flat baseline, `duration_ms`, and
        peak-to-peak `amplitude_uv`. No satellite gives no row.

    Notes
    -----
    Satellite: a time-locked component after (or before) flat baseline; Stalberg et al. 1996
    (unverified).

    Examples
    --------
    >>> import numpy as np, emgfasc as ef
    >>> from emgfasc.containers import Events
    >>> rec = ef.read(np.zeros((1, 2048), np.float32), fs=2048, kind="surface")
    >>> len(ef.measure.satellites(rec, Events.empty()))
    0
    """
    rules = Rules.for_kind(rec.kind) if rules is None else rules
    ms = rec.fs_hz / 1e3
    before, after = round(rules.before_ms * ms), round(rules.after_ms * ms)
    peaks = peak_samples(rec, events)
    rows: list[dict[str, float]] = []
    for unit in units_of(rec, events):
        average, n = median_potential(rec, unit.channel, peaks[unit.rows], before, after)
        if n >= max(rules.satellite_discharges, 1):
            parts = _components(average, before, rules, ms)
            rows += [{"unit": unit.unit, "n": n, **part} for part in parts]
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_COLUMNS)


def _components(
    x: NDArray[np.float64], center: int, rules: Rules, ms: float
) -> list[dict[str, float]]:
    """Return the components of a median potential other than the one at `center`."""
    x = x - np.median(x)
    # the potential fills a small part of the window, so this is the noise left by the median
    noise = float(np.median(np.abs(x))) / 0.6745
    outside = np.abs(x) > max(rules.onset_uv, rules.onset_sigma * noise)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], outside.astype(np.int8), [0]])))
    runs = edges.reshape(-1, 2)
    runs = runs[np.diff(runs, axis=1)[:, 0] >= max(1, round(rules.onset_run_ms * ms))]
    if not len(runs):
        return []
    breaks = np.flatnonzero(runs[1:, 0] - runs[:-1, 1] >= max(1, round(rules.quiet_ms * ms)))
    starts = runs[np.append(0, breaks + 1), 0]
    stops = runs[np.append(breaks, len(runs) - 1), 1]
    tops = [int(a + np.abs(x[a:b]).argmax()) for a, b in zip(starts, stops, strict=True)]
    beside = round(rules.shoulder_ms * ms)
    # no further than halfway to the next component
    halves = (stops[:-1] + starts[1:]) // 2
    lows = np.maximum(starts - beside, np.append(0, halves))
    highs = np.minimum(stops + beside, np.append(halves, len(x)))
    main = int(np.argmin(np.maximum(starts - center, 0) + np.maximum(center - stops + 1, 0)))
    return [
        {
            "latency_ms": (tops[k] - tops[main]) / ms,
            "gap_ms": (starts[k] - stops[k - 1] if k > main else starts[k + 1] - stops[k]) / ms,
            "duration_ms": (stops[k] - starts[k]) / ms,
            "amplitude_uv": float(np.ptp(x[lows[k] : highs[k]])),
        }
        for k in range(len(starts))
        if k != main
    ]
