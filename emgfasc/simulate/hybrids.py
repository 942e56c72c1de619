"""Known potentials in a real recording: the detector measured on a laboratory's own noise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emgfasc._validate import positive
from emgfasc.containers import ArraySource, Events, Recording, Units
from emgfasc.errors import ParameterError, RecordingError
from emgfasc.simulate import truth
from emgfasc.simulate.activity import Train, add_train, train_of
from emgfasc.simulate.potentials import Potentials
from emgfasc.simulate.seeds import stream, streams_of
from emgfasc.simulate.trains import Firing, fasciculations

__all__ = ["Templates", "hybrid"]

Templates = Units | Sequence[Potentials] | NDArray[np.floating]

_LOCAL_S = 1.0  # stretch around a potential in which the noise is estimated


def hybrid(
    recording: Recording,
    templates: Templates,
    *,
    snr: float | None = 10.0,
    rate_per_min: float = 30.0,
    firing: Firing | None = None,
    times_s: Sequence[ArrayLike] | None = None,
    seed: int = 0,
) -> tuple[Recording, Events]:
    """Inject known potentials into a recording of which the rest is taken as noise.

    Parameters
    ----------
    recording : Recording
        Any recording, ideally at rest and without fasciculations of its own.
    templates : Units, sequence of Potentials, or array (n_units, n_channels, n_samples)
        What to inject: units of an earlier analysis, potentials from physics, or bare waveforms
        in uV at the recording's rate.
    snr : float or None
        Peak-to-peak amplitude over the noise SD on the largest channel that every unit is scaled
        to; ``None`` leaves the templates as they are.
    rate_per_min : float
        Expected potentials per minute and unit.
    firing : Firing, optional
        How the units fire.
    times_s : sequence of array, optional
        Times of the potentials of each unit, in place of drawn ones.
    seed : int
        Seed of times and variants.

    Returns
    -------
    recording : Recording
        The recording with the potentials added, in memory, named ``<name>-hybrid-<seed>``.
    truth : Events
        One row per injected potential. `snr` is over ``median(|x - median x|) / 0.6745`` of the
        recording as it was, in the second around the potential, drift and mains included.

    Raises
    ------
    ParameterError
        When templates do not fit the recording's channels or rate.
    RecordingError
        When the recording is flat where noise is needed.

    Examples
    --------
    >>> import numpy as np, emgfasc as ef
    >>> rest, _ = ef.simulate.recording(kind="surface", seconds=5, units=0)
    >>> wave = np.zeros((1, 2, 21)); wave[0, 0] = np.hanning(21)
    >>> rec, truth = ef.simulate.hybrid(rest, wave, snr=20, times_s=[[1.0, 2.0]])
    >>> truth.peak_s.round(3)
    array([1., 2.])
    """
    positive("rate_per_min", rate_per_min)
    shapes = _as_potentials(templates, recording)
    if times_s is not None and len(times_s) != len(shapes):
        raise ParameterError(
            f"Invalid value for the 'times_s' parameter: one array per unit ({len(shapes)}) is "
            f"needed, but got {len(times_s)}."
        )
    data = np.array(recording.read())
    noise_uv = _robust_sd(data)
    trains = []
    picks = stream(seed, "variants")
    for number, rng in enumerate(streams_of(seed, "hybrid", len(shapes))):
        shape = shapes[number]
        if snr is not None:
            _noisy(recording, noise_uv[shape.channel])
            shape = shape.scaled(positive("snr", snr) / shape.snr(noise_uv))
        times = (
            fasciculations(
                rng, seconds=recording.duration_s, rate_per_min=rate_per_min, firing=firing
            )
            if times_s is None
            else np.sort(np.asarray(times_s[number], np.float64))
        )
        train = train_of(picks, shape, times, ("fasciculation", "injected"))
        trains.append(train.where(truth.lies_inside(train, recording.n_samples)))
    tables = [
        truth.train_rows(
            train,
            unit=unit,
            channels=recording.channels,
            noise_uv=_local_noise(recording, data, train),
        )
        for unit, train in enumerate(trains, start=1)
    ]
    for train in trains:
        add_train(data, train)
    changed = recording.replace(
        source=ArraySource(data),
        name=f"{recording.name}-hybrid-{seed}",
        notes=(*recording.notes, f"{sum(map(len, tables))} simulated potentials were injected"),
    )
    return changed, truth.events(tables, [])


def _as_potentials(templates: Templates, recording: Recording) -> list[Potentials]:
    """Bring any kind of template into one form and hold it against the recording."""
    if isinstance(templates, Units):
        shapes = [
            Potentials(wave[None], templates.fs_hz, templates.center)
            for wave in np.array(templates.templates_uv, np.float32)
        ]
    elif isinstance(templates, np.ndarray):
        if templates.ndim != 3:
            raise ParameterError(
                "Invalid value for the 'templates' parameter: shape (n_units, n_channels, "
                f"n_samples) is needed, but got {templates.shape} instead."
            )
        shapes = [Potentials.centered(wave[None], recording.fs_hz) for wave in templates]
    else:
        shapes = list(templates)
    for shape in shapes:
        if shape.waveforms.shape[1] != recording.n_channels:
            raise ParameterError(
                f"Invalid value for the 'templates' parameter: {recording.n_channels} channel(s) "
                f"are needed, but got {shape.waveforms.shape[1]}."
            )
        if not np.isclose(shape.fs_hz, recording.fs_hz, rtol=1e-6):
            raise ParameterError(
                f"Invalid value for the 'templates' parameter: they are sampled at "
                f"{shape.fs_hz:g} Hz, the recording at {recording.fs_hz:g} Hz; make both the same."
            )
    return shapes


def _robust_sd(data: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return ``median(|x - median x|) / 0.6745`` of every channel."""
    deviation = np.abs(data - np.median(data, axis=1, keepdims=True))
    return np.asarray(np.median(deviation, axis=1) / 0.6745, np.float64)


def _local_noise(
    recording: Recording, data: NDArray[np.float32], train: Train
) -> NDArray[np.float64]:
    """Return the noise SD in the second around each potential, (n_discharges, n_channels)."""
    half = round(0.5 * _LOCAL_S * recording.fs_hz)
    local = [_robust_sd(data[:, max(at - half, 0) : at + half]) for at in train.samples]
    noise = np.array(local).reshape(len(train.samples), recording.n_channels)
    channel = train.potentials.channel[train.variants]
    _noisy(recording, noise[np.arange(len(channel)), channel])
    return noise


def _noisy(recording: Recording, noise_uv: NDArray[np.float64]) -> None:
    """Raise where there is no noise to set a size by."""
    if not (noise_uv > 0).all():
        raise RecordingError(
            f"{recording.name}: flat where potentials are to be injected; "
            "cut the flat stretch or channel out, or give times_s elsewhere."
        )
