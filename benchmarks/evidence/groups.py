"""Recordings of a group: features drawn from published statistics, put into Findings by hand."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgfasc.containers import ArraySource, Events, Findings, Kind, Recording, Rest, Units

__all__ = ["drawn", "figures", "phases_of_units"]

_FS_HZ: dict[Kind, float] = {"needle": 25_000.0, "surface": 2048.0, "hdsemg": 2048.0}
_FEWEST_PHASES = 2
_WOBBLE = 0.1  # share of potentials measured with a phase more or less; assumed
_WINDOW_S = 10.0


@cache
def figures(group: str, kind: str) -> dict[str, float]:
    """Return the statistics of a group, those of both groups included."""
    table = pd.read_csv(Path(__file__).with_name("groups.csv"))
    own = table[(table["kind"] == kind) & table["group"].isin([group, "both"])]
    return dict(zip(own["statistic"], own["value"].astype(float), strict=True))


def phases_of_units(
    rng: np.random.Generator, group: str, n: int, *, mean: float | None = None
) -> NDArray[np.float64]:
    """Draw how many phases each of `n` units of one muscle has.

    Counts from 2 upwards with the published mean and total SD: negative binomial where they are
    more spread than a Poisson count, binomial where less.
    """
    known = figures(group, "needle")
    middle = known["phases_mean"] if mean is None else mean
    variance = known["phases_sd_total"] ** 2 - known["phases_sd_between"] ** 2
    above = max(middle - _FEWEST_PHASES, 0.05)
    if variance > above:
        share = above / variance
        more = rng.negative_binomial(above * share / (1 - share), share, n)
        return np.asarray(_FEWEST_PHASES + more, np.float64)
    trials = max(round(above / (1 - variance / above)), 1) if variance < above else 100
    more = rng.binomial(trials, min(above / trials, 1.0), n)
    return np.asarray(_FEWEST_PHASES + more, np.float64)


def drawn(
    seed: np.random.SeedSequence,
    group: str,
    *,
    kind: Kind,
    muscle: str,
    rest_s: float,
    max_units: int | None = None,
) -> Findings:
    """Draw one recording of a group.

    Parameters
    ----------
    seed : SeedSequence
        Of this recording.
    group : str
        A group of ``groups.csv``.
    kind : {'needle', 'hdsemg'}
        What recorded it.
    muscle : str
        The muscle.
    rest_s : float
        Seconds, all of them rest.
    max_units : int, optional
        Most units at a needle site.
    """
    rng = np.random.default_rng(seed)
    known = figures(group, kind)
    rate = known["rate_per_min_median"] * np.exp(rng.normal(0, known["rate_log_sd"]))
    n = int(rng.poisson(rate * rest_s / 60))
    if kind == "needle":
        n_units = int(rng.integers(3, 1 + (max_units or int(known["units_max"]))))
        shares, firing = _needle_units(rng, group, n_units), {}
    else:
        n_units = max(1, int(rng.poisson(known["units_mean"])))
        flat = np.full(n_units, 3.0)
        shares, firing = (flat, flat), {"pct_windows_ge2_units": _windows_pct(rng, known, rest_s)}
    unit = rng.integers(0, n_units, n)
    wobble = rng.choice([-1.0, 0.0, 1.0], n, p=[_WOBBLE / 2, 1 - _WOBBLE, _WOBBLE / 2])
    events = pd.DataFrame(
        {
            "peak_s": np.sort(rng.uniform(0.1, rest_s - 0.1, n)),
            "unit": unit + 1,
            "phases": np.maximum(shares[0][unit] + wobble, 1.0),
            "turns": np.maximum(shares[1][unit] + wobble, 1.0),
        }
    )
    return _findings(events, kind, muscle, rest_s, firing)


def _needle_units(
    rng: np.random.Generator, group: str, n_units: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    known = figures(group, "needle")
    mean = rng.normal(known["phases_mean"], known["phases_sd_between"])
    phases = phases_of_units(rng, group, n_units, mean=mean)
    per_phase = known["turns_mean"] / known["phases_mean"]
    turns = np.maximum(np.round(phases * per_phase + rng.normal(0, 0.5, n_units)), 1.0)
    return phases, turns


def _windows_pct(rng: np.random.Generator, known: dict[str, float], rest_s: float) -> float:
    share, spread = known["windows_pct_mean"] / 100, known["windows_spread"]
    own = rng.beta(share * spread, (1 - share) * spread)
    windows = int(rest_s // _WINDOW_S)
    return 100.0 * float(rng.binomial(windows, own)) / windows


def _findings(
    events: pd.DataFrame, kind: Kind, muscle: str, rest_s: float, firing: dict[str, float]
) -> Findings:
    fs_hz = _FS_HZ[kind]
    rec = Recording(
        source=ArraySource(np.zeros((1, 100), np.float32)),
        fs_hz=fs_hz,
        channels=("1",),
        kind=kind,
        muscle=muscle,
        highpass_hz=10.0,
    )
    frame = events.assign(
        onset=events["peak_s"] - 0.005,
        duration=0.01,
        channel="1",
        n_channels=1,
        amplitude_uv=500.0,
        snr=20.0,
        category="fasciculation",
    )
    row = {
        "unit": "all",
        "n": len(frame),
        "rest_s": rest_s,
        "rate_per_min": 60 * len(frame) / rest_s,
    }
    return Findings(
        recording=rec,
        rest=Rest.all_rest(rest_s),
        events=Events(frame) if len(frame) else Events.empty(),
        units=Units.empty(n_channels=1, fs_hz=fs_hz),
        firing=pd.DataFrame([row | firing]),
    )
