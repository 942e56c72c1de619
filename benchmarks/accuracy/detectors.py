"""Every detector of the study under its name: a recording as it was made in, events out."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

import emgfasc as ef
from benchmarks.accuracy.baselines import BASELINES
from emgfasc.containers import Events, Recording

__all__ = ["DETECTORS", "SHIPPED", "Detector"]

Detector = Callable[[Recording], Events | pd.DataFrame]


def analysis(rec: Recording) -> Events:
    """Run everything a user gets: rest, categories and all."""
    events: Events = ef.analyze(rec, n_jobs=1).events
    return events


def engine(rec: Recording, *, max_false_per_min: float = 0.5) -> Events:
    """Run the bare engine, without rest and categories."""
    events: Events = ef.detect.detect(
        ef.preprocess.clean(rec, n_jobs=1), max_false_per_min=max_false_per_min, n_jobs=1
    )
    return events


SHIPPED: dict[str, Detector] = {"emgfasc": analysis, "emgfasc_engine": engine}
DETECTORS: dict[str, Detector] = {**SHIPPED, **BASELINES}
