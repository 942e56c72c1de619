"""What a contraction of 0.6 to 4 s is called, when nothing else goes on."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import pandas as pd

import emgfasc as ef
from benchmarks.sorting.design import KIND_SNR, POPULATION
from emgfasc.containers import ArraySource, Recording
from emgfasc.simulate import Nuisance, Scenario, recording

__all__ = ["BRIEF_REPORT_SEEDS", "brief_rows", "contracted", "summed_brief"]

BRIEF_REPORT_SEEDS = tuple(range(9961, 9971))
LENGTHS_S = (0.6, 0.8, 1.0, 1.5, 2.5, 4.0)
_REST_S = 40.0
_SLOT = 0.6  # the share of a recording with one episode that the episode takes at most


def contracted(seed: int, length_s: float) -> tuple[Recording, float, float]:
    """Return a needle recording with one contraction between two rests, and where it lies."""
    rest = recording(_scenario(seed, _REST_S))[0]
    rec, truth = recording(_scenario(seed, length_s / _SLOT, "voluntary"))
    half = rest.n_samples // 2
    quiet = rest.read()
    data = np.concatenate([quiet[:, :half], rec.read(), quiet[:, half:]], axis=1)
    own = truth.frame[(truth.frame["category"] == "voluntary") & (truth.frame["unit"] > 0)]
    offset = half / rest.fs_hz
    joined = rest.replace(source=ArraySource(data))
    return joined, offset + own["peak_s"].min(), offset + own["peak_s"].max()


def _scenario(seed: int, seconds: float, *activity: Nuisance) -> Scenario:
    return Scenario(
        kind="needle",
        seed=seed,
        seconds=seconds,
        units=3,
        snr=KIND_SNR,
        snr_spread=2.0,
        rate_per_min=30.0,
        population=POPULATION,
        nuisances=activity,
    )


def brief_rows(seeds: Sequence[int]) -> pd.DataFrame:
    """Return, for each recording and category, how many potentials of the contraction bear it."""
    rows = []
    for length, seed in product(LENGTHS_S, seeds):
        rec, start, stop = contracted(seed, length)
        res = ef.analyze(rec)
        frame = res.events.frame
        inside = frame[frame["peak_s"].between(start - 0.01, stop + 0.01)]
        moments = np.arange(start, stop, 0.01)
        at_rest = float((res.rest.state_at(moments) == "rest").mean())
        for category, n in inside["category"].value_counts().items():
            rows.append((length, seed, str(category), int(n), round(at_rest, 3)))
    return pd.DataFrame(rows, columns=["length_s", "seed", "category", "n", "at_rest"])


def summed_brief(rows: pd.DataFrame) -> pd.DataFrame:
    """Return potentials by length and category, and recordings in which not all are voluntary."""
    table = rows.pivot_table(
        index="length_s", columns="category", values="n", aggfunc="sum", fill_value=0
    )
    by_recording = rows.groupby(["length_s", "seed"])
    other = by_recording["category"].agg(lambda names: bool((names != "voluntary").any()))
    at_rest = by_recording["at_rest"].first()
    return table.assign(
        recordings=other.groupby("length_s").size(),
        not_all_voluntary=other.groupby("length_s").sum(),
        at_rest_pct=(100 * at_rest.groupby("length_s").mean()).round(1),
    ).reset_index()
