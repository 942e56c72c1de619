"""Which recordings the study is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import cast

from emgfasc.containers import KINDS, Events, Kind, Recording
from emgfasc.simulate import (
    NORMAL,
    REINNERVATED,
    UNSTABLE,
    Nuisance,
    Scenario,
    recording,
)

__all__ = [
    "DEVELOPMENT_SEEDS",
    "REPORT_SEEDS",
    "UNIT_REPORT_SEEDS",
    "KindCell",
    "UnitCell",
    "kind_cells",
    "slice_cells",
    "unit_cells",
]

# Rules may be chosen on the development seeds only.
DEVELOPMENT_SEEDS = tuple(range(101, 107))
REPORT_SEEDS = tuple(range(9921, 9933))  # of the study of kinds
UNIT_REPORT_SEEDS = tuple(range(9933, 9947))
SLICE_SEEDS = UNIT_REPORT_SEEDS[:3]  # one for each kind of recording

UNIT_SECONDS = 180.0
UNIT_SNRS = (8.0, 12.0, 20.0)
KIND_SECONDS = 60.0
KIND_SNR = 12.0  # of the smallest fasciculating unit; other activity has its own sizes
POPULATION = (NORMAL, REINNERVATED, UNSTABLE)

# What is simulated, and the nuisances that make it. ECG and artifacts are disturbances.
ACTIVITIES: dict[str, tuple[str, ...]] = {
    "fasciculation": (),
    "voluntary": ("voluntary",),
    "fibrillation": ("fibrillation",),
    "positive_sharp_wave": ("positive_sharp_wave",),
    "complex_repetitive": ("complex_repetitive",),
    "myokymia": ("myokymia",),
    "neuromyotonia": ("neuromyotonia",),
    "cramp": ("cramp",),
    "ecg": ("ecg",),
    "artifact": ("pop", "common_spike"),
}


@dataclass(frozen=True, order=True)
class UnitCell:
    """A recording of four units of one size: normal, reinnervated, unstable, normal."""

    kind: Kind
    snr: float
    seed: int

    @property
    def scenario(self) -> Scenario:
        """What is simulated."""
        return Scenario(
            kind=self.kind,
            seed=self.seed,
            seconds=UNIT_SECONDS,
            units=4,
            snr=self.snr,
            snr_spread=1.0,
            rate_per_min=40.0,
            population=POPULATION,
        )

    def simulate(self) -> tuple[Recording, Events]:
        """Return the recording and its truth."""
        return recording(self.scenario)


@dataclass(frozen=True, order=True)
class KindCell:
    """A needle recording of three fasciculating units and one other kind of activity."""

    activity: str
    seed: int

    def simulate(self) -> tuple[Recording, Events]:
        """Return the recording and its truth."""
        return recording(
            Scenario(
                kind="needle",
                seed=self.seed,
                seconds=KIND_SECONDS,
                units=3,
                snr=KIND_SNR,
                snr_spread=2.0,
                rate_per_min=30.0,
                population=POPULATION,
                nuisances=cast("tuple[Nuisance, ...]", ACTIVITIES[self.activity]),
            )
        )


def unit_cells(seeds: Sequence[int], snrs: tuple[float, ...] = UNIT_SNRS) -> list[UnitCell]:
    """Return every recording of the study of units."""
    return [UnitCell(*cell) for cell in product(KINDS, snrs, seeds)]


def slice_cells() -> list[UnitCell]:
    """Return the few recordings that every change is checked on."""
    return [UnitCell(kind, 12.0, seed) for kind, seed in zip(KINDS, SLICE_SEEDS, strict=True)]


def kind_cells(seeds: Sequence[int]) -> list[KindCell]:
    """Return every recording of the study of kinds of discharge."""
    return [KindCell(*cell) for cell in product(ACTIVITIES, seeds)]
