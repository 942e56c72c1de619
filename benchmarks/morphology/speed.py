"""How long measuring takes: 100,000 potentials of 20 ms at 25 kHz."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from emgfasc import measure, read
from emgfasc.containers import Events, Recording

__all__ = ["seconds_per_100_000"]

_FS, _N, _APART_S = 25_000.0, 100_000, 0.02


def seconds_per_100_000() -> float:
    """Measure that many potentials, check the result, and return the seconds it took."""
    rec, events = _crowd()
    measure.morphology(rec, events.where(np.arange(_N) < 10))  # compile
    began = time.perf_counter()
    frame = measure.morphology(rec, events).frame
    took = time.perf_counter() - began
    if not (len(frame) == _N and (frame["amplitude_uv"] - 300).abs().median() < 20):
        raise AssertionError("the potentials were not measured")
    return took


def _crowd() -> tuple[Recording, Events]:
    rng = np.random.default_rng(0)
    x = rng.normal(0, 5, round((_N * _APART_S + 0.2) * _FS)).astype(np.float32)
    wave = np.diff(np.exp(-(np.linspace(-3, 3, 201) ** 2)))
    wave *= 300 / np.ptp(wave)
    onset = 0.05 + _APART_S * np.arange(_N)
    for start in np.rint(onset * _FS).astype(int):
        x[start : start + len(wave)] += wave
    rec = read(x[None], fs=_FS, kind="needle")
    frame = pd.DataFrame(
        {
            "onset": onset,
            "duration": 0.008,
            "peak_s": onset + np.abs(wave).argmax() / _FS,
            "channel": rec.channels[0],
            "n_channels": 1,
            "amplitude_uv": 300.0,
            "snr": 60.0,
            "unit": 0,
            "category": "fasciculation",
        }
    )
    return rec, Events(frame)
