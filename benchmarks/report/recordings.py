"""The recordings whose pages are made: samples, a grid, half an hour, and 5,000 potentials."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import emgfasc as ef
from emgfasc.containers import Kind

__all__ = ["recordings"]

_SAMPLES = Path(__file__).parents[2] / "sample_data"


def recordings(*, long: bool) -> dict[str, Callable[[], ef.Recording]]:
    """Return what makes each recording, by name; the long ones only when asked for."""

    def sample(name: str) -> Callable[[], ef.Recording]:
        return lambda: ef.read(_SAMPLES / f"{name}.edf")

    def made(
        pattern: Literal["benign", "neurogenic"], kind: Kind, **options: Any
    ) -> Callable[[], ef.Recording]:
        return lambda: ef.simulate.recording(pattern, kind=kind, **options)[0]

    names = ("needle_benign", "needle_neurogenic", "surface_pair", "grid_64")
    found = {name: sample(name) for name in names}
    found["grid, 1 min"] = made("neurogenic", "hdsemg", seed=31, seconds=60.0, units=6)
    if long:

        def half_hour(seed: int, rate_per_min: float) -> Callable[[], ef.Recording]:
            return made("neurogenic", "surface", seed=seed, seconds=1800.0, units=8,
                        rate_per_min=rate_per_min)  # fmt: skip

        found |= {
            "surface, 30 min": half_hour(32, 60.0),
            "5,000 potentials": half_hour(33, 185.0),
            "grid, 10 min": made("neurogenic", "hdsemg", seed=34, seconds=600.0, units=8),
        }
    return found
