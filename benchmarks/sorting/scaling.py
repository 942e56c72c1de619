"""How long sorting many potentials takes."""

from __future__ import annotations

import time

import emgfasc as ef
from emgfasc.simulate import Scenario, recording

__all__ = ["scaling"]

N_EVENTS, SECONDS, UNITS = 20_000, 600.0, 20


def scaling() -> str:
    """Sort 20,000 true potentials of 20 units on a 64-channel grid, and say how long it took."""
    rec, truth = recording(
        Scenario(
            kind="hdsemg",
            seed=9199,
            seconds=SECONDS,
            units=UNITS,
            rate_per_min=1.05 * N_EVENTS * 60 / SECONDS,
        )
    )
    frame = truth.to_frame().iloc[:N_EVENTS]
    events = ef.Events(frame.drop(columns="twin_peak_s"))
    rest = ef.Rest.all_rest(rec.duration_s)
    started = time.perf_counter()
    _, units = ef.sort.units(rec, events, rest=rest)
    took = time.perf_counter() - started
    return (
        f"{len(events)} potentials on {rec.n_channels} channels: {took:.1f} s, {len(units)} units"
    )
