"""Motor activity of a recording: which unit discharges when, and as what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Category
from emgfasc.simulate import discharges
from emgfasc.simulate.anatomy import NORMAL, UNSTABLE, MotorUnit
from emgfasc.simulate.electrodes import Electrode
from emgfasc.simulate.potentials import Potentials, potentials
from emgfasc.simulate.scene import Scene
from emgfasc.simulate.seeds import stream
from emgfasc.simulate.trains import fasciculations, voluntary_pool

__all__ = ["ACTIVITY", "Train", "add_train", "fasciculating", "placed", "train_of"]

_POOL = replace(NORMAL, fibres=100)  # fewer fibres: there are many such units
_POOL_SNR = (6.0, 10.0)  # of the smallest unit, and the factor up to the largest


@dataclass(frozen=True, eq=False)
class Train:
    """The discharges of one unit within a recording.

    Attributes
    ----------
    category, reason : str
        What they are.
    potentials : Potentials
        What each discharge looks like.
    samples, variants : array of int, shape (n,)
        Where the potentials' center lies, and which variant it is.
    gains : array of float, shape (n,)
        Factor on the potential.
    """

    category: Category
    reason: str
    potentials: Potentials
    samples: NDArray[np.intp]
    variants: NDArray[np.intp]
    gains: NDArray[np.float64]

    def where(self, mask: NDArray[np.bool_]) -> Train:
        """Return the discharges at which a mask is true."""
        kept = {name: getattr(self, name)[mask] for name in ("samples", "variants", "gains")}
        return replace(self, **kept)


def train_of(
    rng: np.random.Generator,
    shape: Potentials,
    times_s: NDArray[np.float64],
    label: tuple[Category, str],
) -> Train:
    """Give each discharge a sample and one of the unit's variants."""
    n = len(times_s)
    samples = np.rint(times_s * shape.fs_hz).astype(np.intp)
    return Train(*label, shape, samples, rng.integers(len(shape), size=n), np.ones(n))


def add_train(data: NDArray[np.float32], train: Train) -> None:
    """Add the potentials of a train to `data` in place; ends beyond the recording are cut."""
    shape = train.potentials
    length = shape.waveforms.shape[2]
    for sample, variant, gain in zip(train.samples, train.variants, train.gains, strict=True):
        start = sample - shape.center
        first, last = max(0, -start), min(length, data.shape[1] - start)
        if first < last:
            wave = shape.waveforms[variant, :, first:last]
            data[:, start + first : start + last] += np.float32(gain) * wave


def placed(rng: np.random.Generator, unit: MotorUnit, electrode: Electrode) -> MotorUnit:
    """Put a unit at a random place near the electrode.

    A needle lies within the territory, 15-35 mm from the end-plates. Below skin electrodes the
    territory is 6-14 mm deep; its end-plates lie under a long grid, or 25-40 mm from a short one.
    """
    if electrode.positions_mm is None:
        return replace(
            unit,
            lateral_mm=rng.uniform(0, 0.7) * unit.territory_mm,
            endplate_mm=rng.uniform(15, 35),
        )
    extent = np.ptp(electrode.points_mm[:, 0, :], axis=0)
    return replace(
        unit,
        lateral_mm=rng.uniform(-0.5, 0.5) * max(extent[0], 10.0),
        depth_mm=rng.uniform(6, 14),
        endplate_mm=rng.uniform(-0.3, 0.3) * extent[2] if extent[2] > 30 else rng.uniform(25, 40),
    )


def _drawn(
    rng: np.random.Generator, scene: Scene, unit: MotorUnit, variants: int = 16
) -> Potentials:
    """Place a unit and compute what it looks like."""
    here = placed(rng, unit, scene.electrode)
    return potentials(here, scene.electrode, seed=int(rng.integers(2**32)), variants=variants)


def fasciculating(scene: Scene) -> Iterator[Train]:
    """Yield one train of fasciculations per unit of the scenario."""
    wanted = scene.scenario
    n = wanted.units
    anatomy, timing = stream(wanted.seed, "units"), stream(wanted.seed, "trains")
    ladder = np.linspace(0, 1, n) if n > 1 else np.zeros(n)
    spread = anatomy.permutation(wanted.snr_spread**ladder)
    share = np.exp(wanted.firing.rate_sigma * timing.standard_normal(n))
    rates = wanted.rate_per_min * share / share.sum()
    for number, (factor, rate) in enumerate(zip(spread, rates, strict=True)):
        unit = wanted.population[number % len(wanted.population)]
        shape = _drawn(anatomy, scene, unit)
        shape = scene.sized(shape, None if wanted.snr is None else wanted.snr * factor)
        times = fasciculations(
            timing, seconds=scene.seconds, rate_per_min=rate, firing=wanted.firing
        )
        times = times[scene.clear(times, of_activity=True)]
        yield train_of(timing, shape, times, ("fasciculation", "simulated"))


def _voluntary(rng: np.random.Generator, scene: Scene) -> Iterator[Train]:
    """Contract a pool of 20 units; the later recruited, the larger (square root of force)."""
    n = 20
    smallest, factor = _POOL_SNR
    spans = scene.episodes["voluntary"]
    pools = [voluntary_pool(rng, seconds=stop - start, units=n) for start, stop in spans]
    for number in range(n):
        times = [pool[number] + start for pool, (start, _) in zip(pools, spans, strict=True)]
        shape = _drawn(rng, scene, _POOL, variants=4)
        shape = scene.sized(shape, smallest * factor ** (number / (n - 1)))
        yield train_of(rng, shape, np.concatenate(times), ("voluntary", "motor unit"))


def _fibrillation(rng: np.random.Generator, scene: Scene) -> Iterator[Train]:
    """Let two single fibres of 40-200 uV run through the recording."""
    for _ in range(2):
        fibre = replace(
            NORMAL,
            fibres=1,
            diameter_um=45.0,
            territory_mm=0.0,
            jitter_us=0.0,
            lateral_mm=rng.uniform(0.15, 0.4),
        )
        seed = int(rng.integers(2**32))
        shape = potentials(fibre, scene.electrode, seed=seed, variants=4)
        shape = shape.scaled(rng.uniform(40, 200) / float(np.median(shape.amplitude_uv)))
        times = discharges.fibrillations(rng, seconds=scene.seconds)
        yield train_of(rng, shape, times, ("fibrillation", "single fibre"))


def _positive_sharp_wave(rng: np.random.Generator, scene: Scene) -> Iterator[Train]:
    """Repeat a stylised wave of 50-200 uV: sharp positive, then slow negative over 10-30 ms."""
    sharp, slow = rng.uniform(0.3e-3, 0.6e-3), rng.uniform(6e-3, 12e-3)
    t = np.arange(round(0.05 * scene.fs_hz)) / scene.fs_hz - 2e-3
    rise = np.maximum(t, 0) / sharp
    wave = rise * np.exp(1 - rise) - 0.3 * (1 - np.exp(-rise)) * np.exp(-np.maximum(t, 0) / slow)
    wave *= rng.uniform(50, 200) / np.ptp(wave)
    shape = Potentials.centered(wave[None, None], scene.fs_hz)
    times = discharges.fibrillations(rng, seconds=scene.seconds)
    yield train_of(rng, shape, times, ("positive_sharp_wave", "injured fibre"))


def _size(rng: np.random.Generator, scene: Scene) -> float | None:
    """Draw an SNR of 1 to 3 times the scenario's."""
    snr = scene.scenario.snr
    return None if snr is None else snr * rng.uniform(1, 3)


def _complex_repetitive(rng: np.random.Generator, scene: Scene) -> Iterator[Train]:
    """Repeat a complex potential without jitter, like a machine."""
    shape = _drawn(rng, scene, replace(UNSTABLE, jitter_us=0.0, blocking=0.0), variants=4)
    shape = scene.sized(shape, _size(rng, scene))
    times = [
        start + discharges.complex_repetitive(rng, seconds=stop - start)
        for start, stop in scene.episodes["complex_repetitive"]
    ]
    yield train_of(rng, shape, np.concatenate(times), ("complex_repetitive", "ephaptic circuit"))


def _myokymia(rng: np.random.Generator, scene: Scene) -> Iterator[Train]:
    """Let one normal unit fire in bursts."""
    shape = scene.sized(_drawn(rng, scene, NORMAL), _size(rng, scene))
    times = [
        start + discharges.myokymia(rng, seconds=stop - start)
        for start, stop in scene.episodes["myokymia"]
    ]
    yield train_of(rng, shape, np.concatenate(times), ("myokymia", "burst"))


def _neuromyotonia(rng: np.random.Generator, scene: Scene) -> Iterator[Train]:
    """Run fast while the potentials shrink by two thirds."""
    shape = scene.sized(_drawn(rng, scene, NORMAL), _size(rng, scene))
    for start, stop in scene.episodes["neuromyotonia"]:
        times = start + discharges.neuromyotonia(rng, seconds=stop - start)
        train = train_of(rng, shape, times, ("neuromyotonia", "fast run"))
        yield replace(train, gains=np.linspace(1, 1 / 3, len(times)))


def _cramp(rng: np.random.Generator, scene: Scene) -> Iterator[Train]:
    """Let six units join one after the other."""
    for _ in range(6):
        shape = scene.sized(_drawn(rng, scene, _POOL, variants=4), _size(rng, scene))
        times = [
            start + discharges.cramp(rng, seconds=stop - start)
            for start, stop in scene.episodes["cramp"]
        ]
        yield train_of(rng, shape, np.concatenate(times), ("cramp", "motor unit"))


ACTIVITY: dict[str, Callable[[np.random.Generator, Scene], Iterator[Train]]] = {
    "voluntary": _voluntary,
    "fibrillation": _fibrillation,
    "positive_sharp_wave": _positive_sharp_wave,
    "complex_repetitive": _complex_repetitive,
    "myokymia": _myokymia,
    "neuromyotonia": _neuromyotonia,
    "cramp": _cramp,
}
