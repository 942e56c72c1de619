"""Speed, end-plate, jitter and blocking of simulated units whose anatomy is known."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd

from emgfasc import measure, preprocess
from emgfasc.containers import Events, Recording
from emgfasc.containers.recording import ArraySource
from emgfasc.simulate import (
    GRID_8X8,
    GRID_13X5,
    NEEDLE,
    NORMAL,
    REINNERVATED,
    UNSTABLE,
    MotorUnit,
    potentials,
)
from emgfasc.simulate.background import coloured
from emgfasc.simulate.electrodes import Electrode
from emgfasc.simulate.membrane import conduction_velocity

__all__ = ["grid_units", "needle_units"]

_POPULATION = {"normal": NORMAL, "reinnervated": REINNERVATED, "unstable": UNSTABLE}
_GRIDS = {"8x8": GRID_8X8, "13x5": GRID_13X5}
_DISCHARGES = 20
_APART_S = 0.3


def one_unit(
    unit: MotorUnit, electrode: Electrode, *, snr: float, seed: int
) -> tuple[Recording, Events]:
    """Return a cleaned recording of one unit, and its discharges."""
    rng = np.random.default_rng(seed)
    shape = potentials(unit, electrode, seed=seed, variants=_DISCHARGES)
    shape = shape.scaled(snr / float(np.median(shape.amplitude_uv.max(axis=1))))
    fs, n = electrode.fs_hz, len(electrode.channels)
    length = round((_DISCHARGES + 1) * _APART_S * fs)
    data = np.stack(
        [coloured(rng, n_samples=length, fs_hz=fs, band_hz=electrode.band_hz) for _ in range(n)]
    )
    # in units of the noise, brought to microvolts
    data, wave = data * electrode.noise_uv, shape.waveforms * electrode.noise_uv
    peaks = np.rint((np.arange(_DISCHARGES) + 0.6) * _APART_S * fs).astype(int)
    peaks += rng.integers(0, round(0.05 * fs), _DISCHARGES)
    for number, peak in enumerate(peaks):
        first = peak - shape.center
        data[:, first : first + wave.shape[2]] += wave[number]
    positions = electrode.positions_mm
    rec = Recording(
        source=ArraySource(np.asarray(data, np.float32)),
        fs_hz=fs,
        channels=electrode.channels,
        kind=electrode.kind,
        positions_mm=positions,
    )
    channel = electrode.channels[int(np.median(shape.channel))]
    frame = pd.DataFrame(
        {
            "onset": peaks / fs - 0.005,
            "duration": 0.015,
            "peak_s": peaks / fs,
            "channel": channel,
            "n_channels": 1,
            "amplitude_uv": snr * electrode.noise_uv,
            "snr": snr,
            "unit": 1,
            "category": "fasciculation",
        }
    )
    clean = preprocess.clean(rec, mains_hz=None, n_jobs=1).load()
    return clean, measure.morphology(clean, Events(frame))


def grid_units(seeds: tuple[int, ...], snrs: tuple[float, ...]) -> pd.DataFrame:
    """Return one row per unit below a grid: what is true and what was found.

    With every third seed the end-plates lie outside the grid.
    """
    rows = []
    for (grid, electrode), (name, base), snr, seed in product(
        _GRIDS.items(), _POPULATION.items(), snrs, seeds
    ):
        rng = np.random.default_rng(seed)
        positions = electrode.positions_mm
        middle, extent = 0.5 * np.ptp(positions[:, 1]), float(np.ptp(positions[:, 1]))
        outside = seed % 3 == 0
        reach = (0.6, 0.8) if outside else (-0.3, 0.3)
        unit = replace(
            base,
            depth_mm=rng.uniform(6, 14),
            diameter_um=rng.uniform(45, 65),
            lateral_mm=rng.uniform(-10, 10),
            endplate_mm=rng.uniform(*reach) * extent,
            half_length_mm=100.0 if outside else 70.0,
        )
        found = measure.propagation(*one_unit(unit, electrode, snr=snr, seed=seed)).iloc[0]
        speed = float(conduction_velocity(np.array([unit.diameter_um]))[0])
        place = middle - unit.endplate_mm
        rows.append(
            {
                "grid": grid,
                "unit": name,
                "snr": snr,
                "seed": seed,
                "outside": outside,
                "measured": bool(np.isfinite(found["speed_m_s"])),
                "axis": found["axis"],
                "speed_error_pct": 100 * (found["speed_m_s"] / speed - 1),
                "endplate_error_mm": found["endplate_mm"] - place,
                "reason": found["reason"],
            }
        )
    return pd.DataFrame(rows)


def needle_units(seeds: tuple[int, ...], snrs: tuple[float, ...]) -> pd.DataFrame:
    """Return jitter and blocking beside what the same discharges give without noise."""
    rows = []
    for (name, base), snr, seed in product(_POPULATION.items(), snrs, seeds):
        rng = np.random.default_rng(seed)
        unit = replace(
            base,
            lateral_mm=rng.uniform(0, 0.7) * base.territory_mm,
            endplate_mm=rng.uniform(15, 35),
        )
        found = measure.jitter(*one_unit(unit, NEEDLE, snr=snr, seed=seed)).iloc[0]
        true = measure.jitter(*one_unit(unit, NEEDLE, snr=1e4, seed=seed)).iloc[0]
        rows.append(
            {
                "unit": name,
                "set_jitter_us": unit.jitter_us,
                "snr": snr,
                "seed": seed,
                "n_components": found["n_components"],
                "jitter_us": found["jitter_us"],
                "jitter_us_lo95": found["jitter_us_lo95"],
                "jitter_us_hi95": found["jitter_us_hi95"],
                "blocking_pct": found["blocking_pct"],
                "jitter_us_without_noise": true["jitter_us"],
                "blocking_pct_without_noise": true["blocking_pct"],
            }
        )
    return pd.DataFrame(rows)
