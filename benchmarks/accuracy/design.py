"""Which recordings the study is made of."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import cast

from emgfasc.containers import KINDS, Events, Kind, Recording
from emgfasc.simulate import (
    NORMAL,
    REINNERVATED,
    UNSTABLE,
    Noise,
    Nuisance,
    Scenario,
    recording,
)

__all__ = [
    "CELL_COLUMNS",
    "DEVELOPMENT_SEEDS",
    "REPORT_SEEDS",
    "Cell",
    "full_study",
    "slice_study",
]

# Thresholds and rules may be chosen on the development seeds only; the report seeds are never
# looked at while anything is tuned. `tests/evaluate/test_accuracy_study.py` holds them apart.
DEVELOPMENT_SEEDS = (101, 102, 103, 104, 105, 106)
REPORT_SEEDS = (9981, 9982)

SECONDS = 60.0
DRIFT = 4.0  # largest over smallest SD of the noise; the usual case has the simulator's 1.5
SNRS = (4.0, 6.0, 8.0, 12.0, 20.0)
RATES_PER_MIN = (6.0, 30.0, 120.0)
UNITS = (1, 4, 8)
USUAL_RATE, USUAL_UNITS = 30.0, 4
NUISANCES = (
    "none",
    "drift",
    "mains",
    "ecg",
    "cable_motion",
    "pop",
    "common_spike",
    "voluntary",
    "fibrillation",
)
NEEDLE_ONLY = ("fibrillation",)
NUISANCE_SNRS = (6.0, 12.0)

CELL_COLUMNS = ("kind", "snr", "rate_per_min", "nuisance", "n_units", "seed")


@dataclass(frozen=True, order=True)
class Cell:
    """One recording of the study.

    Attributes
    ----------
    kind : {'needle', 'surface', 'hdsemg'}
        What records it.
    snr : float
        Peak-to-peak amplitude of every unit over the noise RMS, on its largest channel.
    rate_per_min : float
        Expected fasciculations per minute, all units together.
    nuisance : str
        ``none``, ``drift`` (noise that drifts by a factor of 4) or a nuisance of the simulator.
    n_units : int
        Fasciculating units.
    seed : int
        Seed of the recording; cells of one seed share their units, noise and times where they can.
    """

    kind: Kind
    snr: float
    rate_per_min: float
    nuisance: str
    n_units: int
    seed: int

    def simulate(self) -> tuple[Recording, Events]:
        """Return the recording and its truth."""
        other = () if self.nuisance in ("none", "drift") else (cast("Nuisance", self.nuisance),)
        return recording(
            Scenario(
                kind=self.kind,
                seed=self.seed,
                seconds=SECONDS,
                units=self.n_units,
                snr=self.snr,
                snr_spread=1.0,
                rate_per_min=self.rate_per_min,
                population=(NORMAL, REINNERVATED, UNSTABLE),
                noise=Noise(drift=DRIFT if self.nuisance == "drift" else Noise.drift),
                nuisances=other,
            )
        )


def full_study(seeds: tuple[int, ...] = REPORT_SEEDS) -> list[Cell]:
    """Return every recording: three planes through the usual case, each kind, each seed.

    SNR alone, SNR x nuisance, and SNR x rate x units; the full product of all five would be
    about 3500 recordings, most of which repeat what the planes show.
    """
    cells = set()
    for kind, seed in product(KINDS, seeds):
        for snr in SNRS:
            cells.add(Cell(kind, snr, USUAL_RATE, "none", USUAL_UNITS, seed))
        for snr, nuisance in product(NUISANCE_SNRS, NUISANCES):
            if nuisance in NEEDLE_ONLY and kind != "needle":
                continue
            cells.add(Cell(kind, snr, USUAL_RATE, nuisance, USUAL_UNITS, seed))
        for snr, rate, units in product(NUISANCE_SNRS, RATES_PER_MIN, UNITS):
            cells.add(Cell(kind, snr, rate, "none", units, seed))
    return sorted(cells)


def slice_study() -> list[Cell]:
    """Return the few recordings of the full study that are run on every change."""
    wanted = {(6.0, "none"), (12.0, "none"), (12.0, "ecg"), (12.0, "pop")}
    return [
        cell
        for cell in full_study(REPORT_SEEDS[:2])
        if (cell.snr, cell.nuisance) in wanted
        and (cell.rate_per_min, cell.n_units) == (USUAL_RATE, USUAL_UNITS)
    ]
