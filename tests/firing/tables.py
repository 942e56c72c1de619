"""Event tables for the firing tests."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from emgfasc.containers import Events


def table(times_s: Mapping[int, ArrayLike], **columns: object) -> Events:
    """Return fasciculations at the given times of each unit."""
    parts = []
    for unit, given in times_s.items():
        times = np.asarray(given, float)
        parts.append(
            pd.DataFrame(
                {
                    "onset": times,
                    "duration": np.full(len(times), 0.01),
                    "peak_s": times,
                    "channel": pd.Series(["c0"] * len(times), dtype=object),
                    "n_channels": np.ones(len(times), int),
                    "amplitude_uv": np.full(len(times), 300.0),
                    "snr": np.full(len(times), 30.0),
                    "unit": np.full(len(times), unit, int),
                    "category": pd.Series(["fasciculation"] * len(times), dtype=object),
                }
            ).assign(**columns)
        )
    parts = [part for part in parts if len(part)]
    return Events(pd.concat(parts, ignore_index=True)) if parts else Events.empty()
