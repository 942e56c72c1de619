"""A recording and its truth out of one seed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgfasc.containers import ArraySource, Events, Kind, Recording
from emgfasc.simulate import truth
from emgfasc.simulate.activity import ACTIVITY, Train, add_train, fasciculating
from emgfasc.simulate.background import background
from emgfasc.simulate.nuisances import PATCHES, Patch, dropouts
from emgfasc.simulate.scenario import Nuisance, Pattern, Scenario
from emgfasc.simulate.scene import Scene
from emgfasc.simulate.seeds import stream

__all__ = ["recording"]


def recording(
    pattern: Pattern | Scenario = "benign",
    *,
    kind: Kind | None = None,
    seed: int | None = None,
    seconds: float | None = None,
    units: int | None = None,
    snr: float | None = None,
    rate_per_min: float | None = None,
    nuisances: Sequence[Nuisance] | None = None,
) -> tuple[Recording, Events]:
    """Simulate a recording and say what is in it.

    Parameters
    ----------
    pattern : {'benign', 'neurogenic'} or Scenario
        A named pattern, or a scenario with every choice in it.
    kind : {'needle', 'surface', 'hdsemg'}, optional
        What records it. This and the following replace the scenario's own value.
    seed : int, optional
        Same choices and same seed give the same bytes.
    seconds : float, optional
        Length.
    units : int, optional
        Fasciculating units.
    snr : float, optional
        Peak-to-peak amplitude over noise RMS of the smallest unit on its largest channel.
    rate_per_min : float, optional
        Expected fasciculations per minute, all units together.
    nuisances : sequence of str, optional
        What else is in the recording, among :data:`emgfasc.simulate.NUISANCES`.

    Returns
    -------
    recording : Recording
        Float32 microvolts in memory, named ``sim-<kind>-<seed>``.
    truth : Events
        One row per fasciculation (units from 1) and per discharge of any other kind, under its
        category. Disturbances are rows of unit 0 whose `reason` names them; `mains`,
        `cable motion`, `clipping`, `dropout` and the `contraction` around voluntary discharges
        are stretches. Peak, onset and size are those of the noise-free potential in the
        amplifier's band, before the converter; `snr` is over the local SD of the background noise.
        There are no fasciculations in contractions, cramps, clipping and dropouts.

    Raises
    ------
    ParameterError
        When a choice is not allowed.

    Examples
    --------
    >>> import emgfasc as ef
    >>> rec, truth = ef.simulate.recording(kind="surface", seed=7, seconds=10)
    >>> rec.name, rec.n_channels
    ('sim-surface-7', 2)
    >>> set(truth.to_frame()["category"])
    {'fasciculation'}
    """
    base = pattern
    if not isinstance(base, Scenario):
        base = Scenario.preset(base, kind=kind or "needle")
    scenario = base.changed(
        kind=kind,
        seed=seed,
        seconds=seconds,
        units=units,
        snr=snr,
        rate_per_min=rate_per_min,
        nuisances=None if nuisances is None else tuple(nuisances),
    )
    scene = Scene.of(scenario)
    data = _noise(scene)
    trains, patches = _trains(scene), _patches(scene)
    for train in trains:
        add_train(data, train)
    for patch in patches:
        channels = np.flatnonzero(patch.gains)
        stop = patch.start + len(patch.wave)
        data[channels, patch.start : stop] += patch.gains[channels, None] * patch.wave
    rows = _dropped(scene, data)
    _converted(scene, data)
    return _as_recording(scene, data), _truth(scene, trains, patches, rows)


def _noise(scene: Scene) -> NDArray[np.float32]:
    """Return the background with its drift."""
    data = background(
        scene.scenario.seed,
        electrode=scene.electrode,
        noise=scene.scenario.noise,
        noise_uv=scene.noise_uv,
        n_samples=scene.n_samples,
    )
    factor = scene.drift_at(np.arange(scene.n_samples) / scene.fs_hz).astype(np.float32)
    data *= factor
    return data


def _trains(scene: Scene) -> list[Train]:
    """Return every unit's discharges that lie inside the recording and outside lost stretches."""
    trains = list(fasciculating(scene))
    for name in ACTIVITY:
        if name in scene.scenario.nuisances:
            trains += ACTIVITY[name](stream(scene.scenario.seed, name), scene)
    kept = []
    for train in trains:
        seen = truth.lies_inside(train, scene.n_samples)
        kept.append(train.where(seen & scene.clear(train.samples / scene.fs_hz)))
    return kept


def _patches(scene: Scene) -> list[Patch]:
    """Return every disturbance."""
    seed, wanted = scene.scenario.seed, scene.scenario.nuisances
    named = [PATCHES[name](stream(seed, name), scene) for name in PATCHES if name in wanted]
    return [patch for patches in named for patch in patches]


def _dropped(scene: Scene, data: NDArray[np.float32]) -> list[dict[str, object]]:
    """Hold the last sample through every dropout, in place, and return their rows."""
    rows: list[dict[str, object]] = []
    for start, stop in dropouts(scene):
        first, last = round(start * scene.fs_hz), round(stop * scene.fs_hz)
        data[:, first:last] = data[:, max(first - 1, 0), None]
        rows.append(
            {
                "onset": first / scene.fs_hz,
                "duration": (last - first) / scene.fs_hz,
                "peak_s": first / scene.fs_hz,
                "channel": scene.electrode.channels[0],
                "n_channels": scene.n_channels,
                "amplitude_uv": 0.0,
                "snr": 0.0,
                "unit": 0,
                "category": "artifact",
                "reason": "dropout",
            }
        )
    return rows


def _converted(scene: Scene, data: NDArray[np.float32]) -> None:
    """Round to the converter's steps and cut at its rails, in place."""
    lsb = scene.scenario.lsb_uv
    if lsb is None:
        return
    for channel in data:
        steps = np.rint(channel / np.float32(lsb))
        np.multiply(np.clip(steps, -32767, 32767), np.float32(lsb), out=channel)


def _as_recording(scene: Scene, data: NDArray[np.float32]) -> Recording:
    """Wrap the samples with what is known about them."""
    electrode, scenario = scene.electrode, scene.scenario
    return Recording(
        source=ArraySource(data),
        fs_hz=electrode.fs_hz,
        channels=electrode.channels,
        kind=electrode.kind,
        name=f"sim-{electrode.kind}-{scenario.seed}",
        positions_mm=electrode.positions_mm,
        highpass_hz=electrode.band_hz[0],
        lowpass_hz=electrode.band_hz[1],
        notes=("simulated",),
    )


def _truth(
    scene: Scene, trains: list[Train], patches: list[Patch], rows: list[dict[str, object]]
) -> Events:
    """Describe everything that was put in."""
    channels, fs_hz = scene.electrode.channels, scene.fs_hz
    tables: list[pd.DataFrame] = []
    for unit, train in enumerate(trains, start=1):
        local = scene.drift_at(train.samples / fs_hz)[:, None] * scene.noise_uv
        tables.append(truth.train_rows(train, unit=unit, channels=channels, noise_uv=local))
    for patch in patches:
        middle = np.array([(patch.start + 0.5 * len(patch.wave)) / fs_hz])
        local_now = scene.drift_at(middle)[0] * scene.noise_uv
        rows.append(truth.patch_row(patch, fs_hz=fs_hz, channels=channels, noise_uv=local_now))
    for span in scene.episodes.get("voluntary", []):
        rows += truth.span_rows(span, tables, label=("voluntary", "contraction"))
    return truth.events(tables, rows)
