"""The firing table: rates, intervals, doublets and continuity, over all and per unit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgfasc._validate import positive
from emgfasc.firing import intervals as between
from emgfasc.firing import poisson
from emgfasc.firing.bursts import burst_figures
from emgfasc.firing.stretches import Stretches

if TYPE_CHECKING:
    from emgfasc.containers import Events, Rest, Units

__all__ = ["describe", "rate_over_time"]

WINDOW_S = 10.0  # Sleutjes et al. 2016, Muscle Nerve 53:227
_ALPHA = 0.05

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def describe(events: Events, rest: Rest, *, units: Units | None = None) -> pd.DataFrame:
    """Describe how fasciculations fire at rest.

    Only potentials of category ``fasciculation`` that lie in rest count. Intervals never span
    an excluded stretch. Doublets, and isolated and continual discharges, are sought within a
    unit; potentials that were not sorted (unit 0) take no part in them.

    Parameters
    ----------
    events : Events
        Potentials with `unit` and `category`.
    rest : Rest
        Rest and what is not. When it is not verifiable there is a count but no rate.
    units : Units, optional
        Adds a row for each of its fasciculating units that is silent at rest.

    Returns
    -------
    DataFrame
        First row ``unit == 'all'``, then one per unit, with

        * `n`, `rest_s`, `rate_per_min` of rest with its 95 % limits `rate_per_min_lo95` and
          `rate_per_min_hi95`, `rate_hz`; ``nan`` without rest;
        * `interval_median_s`, `interval_iqr_s`, `interval_cov` (SD over mean), `interval_cv2`
          and `interval_lv` (local variation), `pct_interval_lt100ms`;
        * `doublet_early_n` (4-10 ms) and `doublet_late_n` (30-50 ms), and as `_pct` of the
          discharges; descriptors without diagnostic weight;
        * `isolated_pct` and `continual_pct` (250 ms before and after), among the discharges
          whose neighbours are known; `pct_windows_ge2_units`: 10-s windows in which at least
          two units discharge in isolation, in row ``all`` only;
        * bursts of three discharges or more no more than 200 ms apart: `burst_n`,
          `burst_per_min`, and medians `burst_discharges`, `burst_rate_hz` within a burst and
          `burst_interval_s` from one to the next; `burst_pct` of the discharges; and
          `burst_by_chance_n`, the number that a Poisson process would show. Row ``all`` pools all
          potentials: a burst of the muscle may be of several units;
        * `fano` of the counts in blocks of `block_s` (about a minute, 10 s when rest is
          shorter than five minutes, ``nan`` below 45 s), `poisson_p` (Kolmogorov-Smirnov test
          of the intervals against a refractory exponential), `overdispersed`, and `limits`,
          the kind of 95 % limits: ``'poisson'`` (exact), or ``'bootstrap'`` over the blocks
          when they are over-dispersed, never narrower than the exact ones.

    Examples
    --------
    >>> from emgfasc.containers import Events, Rest
    >>> table = describe(Events.empty(), Rest.all_rest(60.0))
    >>> table[["unit", "n", "rate_per_min", "rate_per_min_hi95"]].round(2).values.tolist()
    [['all', 0, 0.0, 3.69]]
    """
    stretches = Stretches.of(rest)
    found = events.fasciculations
    at_rest = stretches.number(found.peak_s) >= 0
    times = found.peak_s[at_rest]
    unit = found.frame["unit"].to_numpy(np.int64)[at_rest]
    numbers = set(unit[unit > 0].tolist())
    if units is not None:
        frame = units.frame
        numbers |= set(frame.loc[frame["category"] == "fasciculation", "unit"].tolist())
    trains = {int(number): times[unit == number] for number in sorted(numbers)}
    rows = [{"unit": "all", **_row(times, trains, stretches, rest.rest_s)}]
    rows[0]["pct_windows_ge2_units"] = _shared_windows(trains, stretches)
    rows += [
        {"unit": str(number), **_row(own, {number: own}, stretches, rest.rest_s)}
        for number, own in trains.items()
    ]
    return pd.DataFrame(rows)


def rate_over_time(events: Events, rest: Rest, *, bin_s: float = 60.0) -> pd.DataFrame:
    """Count fasciculations at rest in bins of the recording.

    Parameters
    ----------
    events : Events
        Potentials with `category`.
    rest : Rest
        Rest and what is not.
    bin_s : float, default 60
        Length of a bin; the last one ends with the recording.

    Returns
    -------
    DataFrame
        Columns `start_s`, `stop_s`, `rest_s`, `n`, `rate_per_min`, `rate_per_min_lo95`,
        `rate_per_min_hi95` (exact Poisson limits); rates are ``nan`` in a bin without rest.

    Examples
    --------
    >>> from emgfasc.containers import Events, Rest
    >>> rate_over_time(Events.empty(), Rest.all_rest(90.0))["rest_s"].tolist()
    [60.0, 30.0]
    """
    width = positive("bin_s", bin_s)
    stretches = Stretches.of(rest)
    n_bins = math.ceil(rest.duration_s / width - 1e-9)
    edges = np.minimum(np.arange(n_bins + 1) * width, rest.duration_s)
    times = events.fasciculations.peak_s
    times = times[stretches.number(times) >= 0]
    index = np.clip((times / width).astype(np.int64), 0, max(n_bins - 1, 0))
    n = np.bincount(index, minlength=n_bins)[:n_bins] if n_bins else np.zeros(0, np.int64)
    rest_s = stretches.overlap(edges) if rest.verifiable else np.zeros(n_bins)
    low, high = poisson.limits(n)
    per_min = np.divide(60.0, rest_s, out=np.full(n_bins, np.nan), where=rest_s > 0)
    return pd.DataFrame(
        {
            "start_s": edges[:-1],
            "stop_s": edges[1:],
            "rest_s": rest_s,
            "n": n.astype(np.int64),
            "rate_per_min": n * per_min,
            "rate_per_min_lo95": low * per_min,
            "rate_per_min_hi95": high * per_min,
        }
    )


def _row(
    times: Floats, trains: dict[int, Floats], stretches: Stretches, rest_s: float
) -> dict[str, object]:
    """Return one row: `times` for rates and intervals, `trains` for what is within units."""
    counts, block_s = poisson.blocks(stretches.clock(times), stretches.total_s)
    overdispersed = bool(poisson.dispersion_p(counts) < _ALPHA)
    low, high = (float(limit) for limit in poisson.limits(len(times)))
    if overdispersed:
        block_low, block_high = poisson.block_limits(counts)
        low, high = min(low, block_low), max(high, block_high)
    per_min = 60.0 / rest_s if rest_s > 0 else float("nan")
    interval, follows = between.intervals(times, stretches)
    mean = counts.mean() if len(counts) else 0.0
    return {
        "n": len(times),
        "rest_s": rest_s,
        "rate_per_min": len(times) * per_min,
        "rate_per_min_lo95": low * per_min,
        "rate_per_min_hi95": high * per_min,
        "rate_hz": len(times) * per_min / 60.0,
        **between.interval_figures(interval, follows),
        **_within_units(trains, stretches),
        "pct_windows_ge2_units": float("nan"),
        **burst_figures(times, stretches, rest_s),
        "fano": float(counts.var(ddof=1) / mean) if mean > 0 else float("nan"),
        "block_s": block_s,
        "poisson_p": poisson.refractory_p(interval),
        "overdispersed": overdispersed,
        "limits": "bootstrap" if overdispersed else "poisson",
    }


def _within_units(trains: dict[int, Floats], stretches: Stretches) -> dict[str, float]:
    """Return doublets and continuity, summed over units."""
    own = [between.intervals(times, stretches)[0] for times in trains.values()]
    pooled = np.concatenate([np.zeros(0), *own])
    flags = [between.continuity(times, stretches) for times in trains.values()]
    isolated, continual, known = (sum(int(f[k].sum()) for f in flags) for k in range(3))
    discharges = sum(len(times) for times in trains.values())

    def percent(part: int, whole: int) -> float:
        return 100.0 * part / whole if whole else float("nan")

    early = between.doublets(pooled, between.EARLY_S)
    late = between.doublets(pooled, between.LATE_S)
    return {
        "doublet_early_n": early,
        "doublet_early_pct": percent(early, discharges),
        "doublet_late_n": late,
        "doublet_late_pct": percent(late, discharges),
        "isolated_pct": percent(isolated, known),
        "continual_pct": percent(continual, known),
    }


def _shared_windows(trains: dict[int, Floats], stretches: Stretches) -> float:
    """Return the percentage of whole 10-s windows with isolated discharges of two units or more."""
    whole = np.floor((stretches.stop_s - stretches.start_s) / WINDOW_S + 1e-9).astype(np.int64)
    first = np.append(0, np.cumsum(whole))
    if not trains or first[-1] == 0:
        return float("nan")
    active = np.zeros((len(trains), first[-1]), bool)
    for row, times in zip(active, trains.values(), strict=True):
        lone = times[between.continuity(times, stretches)[0]]
        number = stretches.number(lone)
        inside = ((lone - stretches.start_s[number]) / WINDOW_S).astype(np.int64)
        kept = inside < whole[number]
        row[first[number[kept]] + inside[kept]] = True
    return 100.0 * float((active.sum(axis=0) >= 2).mean())
