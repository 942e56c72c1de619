"""Does a recording without fasciculations show as many false events as were asked for?"""

from __future__ import annotations

import multiprocessing
from itertools import product

import numpy as np
import pandas as pd
from scipy.stats import chi2

from benchmarks.accuracy.design import DRIFT
from benchmarks.accuracy.detectors import engine
from emgfasc.containers import KINDS, Kind
from emgfasc.simulate import Noise, Scenario, recording

__all__ = ["ASKED_PER_MIN", "CALIBRATION_SEEDS", "run_calibration", "summed"]

ASKED_PER_MIN = (0.1, 0.5, 2.0)
# Apart from the seeds of the accuracy study, and like its report seeds never used for tuning.
CALIBRATION_SEEDS = (9985, 9986, 9987, 9988)
_SECONDS: dict[Kind, float] = {"needle": 300.0, "surface": 600.0, "hdsemg": 300.0}
_NOISES = {"steady": 1.0, "usual": Noise.drift, "drift": DRIFT}


def count_false(job: tuple[Kind, str, int]) -> list[dict[str, object]]:
    """Simulate noise alone and count what the engine finds at each setting."""
    kind, noise, seed = job
    rec, _ = recording(
        Scenario(
            kind=kind, seed=seed, seconds=_SECONDS[kind], units=0, noise=Noise(drift=_NOISES[noise])
        )
    )
    return [
        {
            "kind": kind,
            "noise": noise,
            "seed": seed,
            "asked_per_min": asked,
            "seconds": rec.duration_s,
            "n_false": len(engine(rec, max_false_per_min=asked)),
        }
        for asked in ASKED_PER_MIN
    ]


def run_calibration(
    *, seeds: tuple[int, ...] = CALIBRATION_SEEDS, processes: int = 2
) -> pd.DataFrame:
    """Count false events of the engine over noise-only recordings."""
    jobs = list(product(KINDS, _NOISES, seeds))
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        parts = pool.map(count_false, jobs, chunksize=1)
    frame = pd.DataFrame([row for part in parts for row in part])
    return frame.sort_values(["kind", "noise", "asked_per_min", "seed"], ignore_index=True)


def summed(calibration: pd.DataFrame) -> pd.DataFrame:
    """Return the rate per kind, noise and setting, with exact 95 % Poisson limits.

    The limits are those of Garwood 1936 (doi:10.1093/biomet/28.3-4.437).
    """
    groups = calibration.groupby(["kind", "noise", "asked_per_min"], sort=True)
    sums = groups[["n_false", "seconds"]].sum().reset_index()
    minutes, n = sums["seconds"] / 60, sums["n_false"]
    return sums.assign(
        false_per_min=n / minutes,
        lo95=np.nan_to_num(chi2.ppf(0.025, 2 * n)) / 2 / minutes,  # no event: the limit is 0
        hi95=chi2.ppf(0.975, 2 * (n + 1)) / 2 / minutes,
    )
