"""The shape of a unit's average potential, in which most of the noise is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgfasc._kernels import shape
from emgfasc.measure.align import Discharges, clear, lag_margin, median_potential, units_of
from emgfasc.measure.features import bands_of, features, smoothing, spans_of
from emgfasc.measure.given import noise_uv, peak_samples
from emgfasc.measure.rules import Rules

if TYPE_CHECKING:
    from emgfasc.containers import Events, Recording

__all__ = ["averages"]

_OF_MEDIAN = np.sqrt(np.pi / 2)  # SD of a median over that of a mean, for normal noise

Floats = NDArray[np.float64]


def averages(rec: Recording, events: Events, *, rules: Rules | None = None) -> pd.DataFrame:
    """Measure the average potential of every unit, by the same rules as single potentials.

    A single potential at an SNR of 15 carries an error of several percent of its own; the
    average of `n` has ``sqrt(n)`` times less noise, which is why quantitative EMG measures
    averaged potentials. The average is the median over the unit's discharges, laid over each
    other to a fraction of a sample on the unit's main channel. Thresholds that follow the noise
    follow what is left of it in the average, so that low and late parts count that no single
    discharge shows: `duration_ms` and `phases` may be larger than those of the single potentials.
    Averaging flattens what changes from discharge to discharge: see
    :func:`emgfasc.measure.instability` for units whose shape does.

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
        One row per unit: `unit`, `channel`, `n_averaged`, `noise_uv` left in the average, the
        features of :func:`emgfasc.measure.morphology`, and `reason`, which says why a unit has
        ``nan``: fewer than ``rules.average_discharges`` discharges without another potential in
        their window, or nothing that leaves the noise.

    Examples
    --------
    >>> import numpy as np, emgfasc as ef
    >>> from emgfasc.containers import Events
    >>> rec = ef.read(np.zeros((1, 2048), np.float32), fs=2048, kind="surface")
    >>> len(ef.measure.averages(rec, Events.empty()))
    0
    """
    rules = Rules.for_kind(rec.kind) if rules is None else rules
    units = units_of(rec, events)
    rows, measured = [], np.full((len(units), shape.N_MEASURES), np.nan)
    noise = noise_uv(events)
    for number, unit in enumerate(units):
        average, n, center = _average(rec, events, unit, rules)
        left = float(np.median(noise[unit.rows])) * _OF_MEDIAN / np.sqrt(max(n, 1))
        row = {"unit": unit.unit, "channel": rec.channels[unit.channel], "n_averaged": n}
        if n < max(rules.average_discharges, 1):
            reason = f"fewer than {rules.average_discharges:g} discharges without overlap"
            rows.append(row | {"noise_uv": np.nan, "reason": reason})
            continue
        measured[number] = _measured(average, center, left, rec.fs_hz, rules)
        seen = np.isfinite(measured[number, shape.ONSET])
        reason = "" if seen else "the average stays inside the noise"
        rows.append(row | {"noise_uv": left, "reason": reason})
    frame = pd.DataFrame(rows, columns=["unit", "channel", "n_averaged", "noise_uv", "reason"])
    frame = frame.astype({"unit": "int64", "n_averaged": "int64", "noise_uv": "float64"})
    found = pd.DataFrame(features(measured, rec.kind, rec.fs_hz, rules))
    reason = frame.pop("reason")
    return pd.concat([frame, found], axis=1).assign(reason=reason.astype(object))


def _average(
    rec: Recording, events: Events, unit: Discharges, rules: Rules
) -> tuple[Floats, int, int]:
    """Return the median potential, of how many discharges, and the sample its peak lies at."""
    ms = rec.fs_hz / 1e3
    margin = lag_margin(rec.fs_hz)
    before = round(max(rules.baseline_ms + rules.baseline_gap_ms, rules.before_ms) * ms)
    after = round(rules.after_ms * ms)
    peaks = peak_samples(rec, events)
    rows = clear(peaks, unit.rows, before + margin, after + margin, rec.n_samples)
    average, n = median_potential(rec, unit.channel, peaks[rows], before, after)
    return average, n, before


def _measured(average: Floats, center: int, noise: float, fs_hz: float, rules: Rules) -> Floats:
    """Run the kernel on one average."""
    here = np.array([center])
    found: Floats = shape.shapes(
        average.astype(np.float32)[None],
        np.zeros(1, np.int64),
        here,
        np.maximum(here - round(rules.before_ms * fs_hz / 1e3), 0),
        np.array([len(average)]),
        bands_of(np.array([noise]), rules),
        spans_of(fs_hz, rules),
        smoothing(round(rules.smooth_ms * fs_hz / 1e3)),
        rules.onset_share,
    )[0]
    return found
