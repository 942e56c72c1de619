"""Findings built by hand: every number in them is chosen by the test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from emgfasc.containers import ArraySource, Events, Findings, Recording, Rest, Units

Builder = Callable[..., Findings]


def build(
    *,
    kind: str = "needle",
    muscle: str | None = "tibialis anterior",
    side: str | None = None,
    fs_hz: float = 25_000.0,
    highpass_hz: float | None = 10.0,
    duration_s: float = 300.0,
    rest: Rest | None = None,
    phases: Sequence[float] = (3.0,) * 12,
    turns: Sequence[float] | None = None,
    times: Sequence[float] | None = None,
    unit: Sequence[int] | None = None,
    units: pd.DataFrame | None = None,
    firing: dict[str, Any] | None = None,
) -> Findings:
    """Return findings with one fasciculation per entry of `phases`, each its own waveform."""
    n = len(phases)
    rec = Recording(
        source=ArraySource(np.zeros((1, 100), np.float32)),
        fs_hz=fs_hz,
        channels=("1",),
        kind=kind,  # type: ignore[arg-type]
        muscle=muscle,
        side=side,
        highpass_hz=highpass_hz,
    )
    at = np.linspace(1.0, 60.0, n) if times is None else np.asarray(times, float)
    frame = pd.DataFrame(
        {
            "onset": at - 0.005,
            "duration": np.full(n, 0.01),
            "peak_s": at,
            "channel": ["1"] * n,
            "n_channels": np.ones(n, int),
            "amplitude_uv": np.full(n, 500.0),
            "snr": np.full(n, 20.0),
            "unit": np.zeros(n, int) if unit is None else np.asarray(unit, int),
            "category": ["fasciculation"] * n,
            "duration_ms": np.full(n, 10.0),
            "phases": np.asarray(phases, float),
            "turns": np.asarray(phases if turns is None else turns, float),
        }
    )
    resting = Rest.all_rest(duration_s) if rest is None else rest
    minutes = resting.rest_s / 60
    row: dict[str, Any] = {
        "unit": "all",
        "n": n,
        "rest_s": resting.rest_s,
        "rate_per_min": n / minutes if minutes else np.nan,
    }
    return Findings(
        recording=rec,
        rest=resting,
        events=Events(frame) if n else Events.empty(),
        units=Units.empty(n_channels=1, fs_hz=fs_hz) if units is None else bare_units(units),
        firing=pd.DataFrame([row | (firing or {})]),
    )


def bare_units(frame: pd.DataFrame) -> Units:
    return Units(frame, np.zeros((len(frame), 1, 4), np.float32), 2048.0, 2)


def units_frame(n_units: int, *, category: str = "fasciculation", n: int = 20) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "unit": np.arange(1, n_units + 1),
            "category": [category] * n_units,
            "n": [n] * n_units,
            "channel": ["1"] * n_units,
            "amplitude_uv": [200.0] * n_units,
            "snr": [12.0] * n_units,
            "rate_per_min": [2.0] * n_units,
        }
    )


@pytest.fixture(name="build")
def _build() -> Builder:
    return build


@pytest.fixture(name="grid")
def _grid() -> Builder:
    """Grid recording over the thenar muscles with a given share of windows."""

    def made(pct: float, *, n_units: int = 6, duration_s: float = 600.0, **more: Any) -> Findings:
        n = 60
        defaults: dict[str, Any] = {
            "kind": "hdsemg",
            "muscle": "thenar",
            "fs_hz": 2048.0,
            "duration_s": duration_s,
            "phases": (3.0,) * n,
            "unit": [1 + i % n_units for i in range(n)],
            "units": units_frame(n_units),
            "firing": {"pct_windows_ge2_units": pct, "isolated_pct": 90.0},
        }
        return build(**(defaults | more))

    return made
