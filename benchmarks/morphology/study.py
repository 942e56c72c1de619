"""Measure the recordings and compare with the same potentials without noise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import emgfasc as ef
from benchmarks.morphology.design import ANALYSED_SNRS, Cell
from emgfasc import evaluate, measure, preprocess
from emgfasc.containers import Events, Recording

__all__ = ["compared", "pooled", "run"]

_RELATIVE = ("amplitude_uv", "area_uvms")
_COUNTS = ("phases", "turns")
_FEATURES = (*_RELATIVE, "duration_ms", *_COUNTS)
_MIN_AVERAGED = 10  # discharges of the averages that are compared
_NEAR_S = 0.005  # of a true potential that stands alone


def run(cells: Iterable[Cell], *, analysed: bool) -> pd.DataFrame:
    """Return one row per potential or average and feature."""
    return pd.concat([compared(cell, analysed=analysed) for cell in cells], ignore_index=True)


def compared(cell: Cell, *, analysed: bool) -> pd.DataFrame:
    """Return what was measured beside its truth, for one recording.

    ``potential`` is what :func:`emgfasc.measure.morphology` gives of sorted potentials, ``single``
    what it gives when no unit is known. The truth of both is the potential itself, without noise.
    """
    rec, silent, truth = cell.simulate()
    sources = {"given": truth}
    if analysed and cell.snr in ANALYSED_SNRS:
        sources["found"] = _found(rec, truth)
    parts = []
    for source, events in sources.items():
        alone = events.assign(unit=np.zeros(len(events), np.int64))
        for of, measured, given, true in (
            ("potential", _potentials, events, alone),
            ("single", _potentials, alone, alone),
            ("average", _averages, events, events),
        ):
            found, same, ideal = (
                measured(rec, given),
                measured(silent, true),
                measured(silent, true.assign(snr=np.full(len(true), np.inf))),
            )
            parts += [
                pd.DataFrame(
                    {
                        **asdict(cell),
                        "source": source,
                        "of": of,
                        "feature": feature,
                        "found": found[feature],
                        "same": same[feature],
                        "ideal": ideal[feature],
                    }
                )
                for feature in _FEATURES
            ]
    return pd.concat(parts, ignore_index=True)


def _found(rec: Recording, truth: Events) -> Events:
    """Return what the analysis found of the true potentials, with its own channels and units."""
    events = ef.analyze(rec, n_jobs=1).events
    matches = evaluate.events(truth, events, tolerance_s=_NEAR_S).matches
    rows = matches.loc[matches["outcome"] == "matched", "found_row"].to_numpy(np.int64)
    return events.where(np.isin(np.arange(len(events)), rows))


def _potentials(rec: Recording, events: Events) -> pd.DataFrame:
    return measure.morphology(_clean(rec), events).to_frame()


def _averages(rec: Recording, events: Events) -> pd.DataFrame:
    frame = measure.averages(_clean(rec), events)
    return frame[frame["n_averaged"] >= _MIN_AVERAGED]


def _clean(rec: Recording) -> Recording:
    return preprocess.clean(rec, mains_hz=None, n_jobs=1).load()


def pooled(results: pd.DataFrame) -> pd.DataFrame:
    """Return the errors per source, kind, SNR, feature and kind of potential.

    ``error`` is the median absolute error and ``bias`` the median error against the truth named in
    ``truth``: in percent for amplitude and area, in ms for duration, in counts for phases and
    turns, of which ``exact_pct`` is the share that is exact. ``error_ideal`` is the median
    absolute error against the rules at no noise. A potential that the truth has and that was not
    measured counts as infinitely wrong.
    """
    keys = ["source", "of", "kind", "feature", "snr"]
    rows = []
    for key, part in results.groupby(keys, sort=True):
        feature = str(key[3])
        # the true amplitude depends on no threshold
        truth = "ideal" if feature == "amplitude_uv" else "same"
        seen = part[np.isfinite(part["same"])]
        if seen.empty:
            continue
        error, ideal = (_errors(seen, name, feature) for name in (truth, "ideal"))
        size = np.where(np.isfinite(error), np.abs(error), np.inf)
        exact = 100 * np.mean(size == 0) if feature in _COUNTS else np.nan
        rows.append(
            {
                **dict(zip(keys, key, strict=True)),
                "n": len(seen),
                "truth": truth,
                "bias": np.nanmedian(error),
                "error": np.median(size),
                "exact_pct": exact,
                "error_ideal": np.nanmedian(np.abs(ideal)),
            }
        )
    return pd.DataFrame(rows)


def _errors(rows: pd.DataFrame, truth: str, feature: str) -> NDArray[np.float64]:
    error: NDArray[np.float64] = (rows["found"] - rows[truth]).to_numpy(float)
    return 100 * error / rows[truth].to_numpy(float) if feature in _RELATIVE else error
