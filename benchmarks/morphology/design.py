"""Which recordings are measured, and what they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from emgfasc.containers import KINDS, Events, Kind, Recording
from emgfasc.containers.recording import ArraySource
from emgfasc.simulate import NORMAL, REINNERVATED, UNSTABLE, Scenario, recording
from emgfasc.simulate.activity import add_train, fasciculating
from emgfasc.simulate.scene import Scene
from emgfasc.simulate.truth import lies_inside

__all__ = ["ANALYSED_SNRS", "DEVELOPMENT_SEEDS", "REPORT_SEEDS", "SNRS", "Cell", "cells"]

# Rules may be chosen on the development seeds only.
DEVELOPMENT_SEEDS = (121, 122, 123, 124)
REPORT_SEEDS = (9661, 9662, 9663, 9664)
SNRS = (6.0, 8.0, 10.0, 15.0, 20.0, 40.0, 80.0)
ANALYSED_SNRS = (15.0, 20.0)  # where the whole analysis is run as well: the asked ones
_SECONDS = 60.0
_RATE_PER_MIN = 90.0
_APART_S = 0.06  # potentials closer than this overlap, and are left out


@dataclass(frozen=True, order=True)
class Cell:
    """One recording: three units of one SNR, a normal, a reinnervated and an unstable one."""

    kind: Kind
    snr: float
    seed: int

    def simulate(self) -> tuple[Recording, Recording, Events]:
        """Return the recording, the same without noise, and the potentials that stand alone."""
        scenario = Scenario(
            kind=self.kind,
            seed=self.seed,
            seconds=_SECONDS,
            units=3,
            snr=self.snr,
            snr_spread=1.0,
            rate_per_min=_RATE_PER_MIN,
            population=(NORMAL, REINNERVATED, UNSTABLE),
        )
        rec, truth = recording(scenario)
        scene = Scene.of(scenario)
        data = np.zeros((scene.n_channels, scene.n_samples), np.float32)
        for train in fasciculating(scene):
            add_train(data, train.where(lies_inside(train, scene.n_samples)))
        gaps = np.diff(truth.peak_s, prepend=-1.0, append=rec.duration_s + 1.0)
        alone = (gaps[:-1] > _APART_S) & (gaps[1:] > _APART_S)
        inside = (truth.peak_s > _APART_S) & (truth.peak_s < rec.duration_s - _APART_S)
        return rec, rec.replace(source=ArraySource(data)), truth.where(alone & inside)


def cells(seeds: Sequence[int], snrs: Sequence[float] = SNRS) -> list[Cell]:
    """Return every recording of the study."""
    return [Cell(kind, snr, seed) for kind, snr, seed in product(KINDS, snrs, seeds)]
