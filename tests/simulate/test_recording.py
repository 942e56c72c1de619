"""Recording and truth agree with each other, with their parts and with themselves."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from emgfasc.containers import Events, Kind, Recording
from emgfasc.errors import ParameterError
from emgfasc.simulate import (
    GRID_13X5,
    NORMAL,
    NUISANCES,
    UNSTABLE,
    Firing,
    Grid,
    Needle,
    Noise,
    Pattern,
    Scenario,
    recording,
)
from emgfasc.simulate.activity import fasciculating
from emgfasc.simulate.background import background
from emgfasc.simulate.potentials import _library as potential_library
from emgfasc.simulate.scene import Scene

SINGLES = Firing(early=0, late=0, refractory_s=0.5)
SMALL = Grid(rows=4, columns=3)


def digest(rec: Recording, truth: Events) -> str:
    table = truth.to_frame().to_csv(index=False, float_format="%.17g")
    return hashlib.sha256(rec.read().tobytes() + table.encode()).hexdigest()


def test_same_seed_same_bytes_other_seed_other_bytes() -> None:
    scenario = replace(
        Scenario.preset("neurogenic", kind="surface"),
        seconds=8,
        nuisances=("ecg", "pop", "voluntary"),
    )
    first = digest(*recording(scenario, seed=1))
    potential_library.cache_clear()
    assert digest(*recording(scenario, seed=1)) == first
    assert digest(*recording(scenario, seed=2)) != first


def test_bytes_do_not_depend_on_the_number_of_threads() -> None:
    code = (
        "import hashlib, emgfasc.simulate as s;"
        "r, t = s.recording('neurogenic', kind='hdsemg', seed=5, seconds=2, units=1);"
        "print(hashlib.sha256(r.read().tobytes()).hexdigest(), len(t))"
    )
    answers = set()
    for threads in ("1", "2"):
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        env = {**os.environ, **dict.fromkeys(names, threads)}
        done = subprocess.run(
            [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
        )
        answers.add(done.stdout)
    assert len(answers) == 1


@pytest.mark.parametrize(("kind", "n", "fs"), [("needle", 1, 20e3), ("surface", 2, 2048.0)])
def test_defaults_are_a_plain_recording_at_rest(kind: Kind, n: int, fs: float) -> None:
    rec, truth = recording(kind=kind, seed=7)
    frame = truth.to_frame()
    assert (rec.kind, rec.n_channels, rec.fs_hz, rec.duration_s) == (kind, n, fs, 60.0)
    assert rec.name == f"sim-{kind}-7"
    assert rec.read().dtype == np.float32
    assert set(frame["category"]) == {"fasciculation"}
    assert set(frame["unit"]) <= {1, 2, 3}
    assert 8 <= len(truth) <= 40
    assert frame["snr"].min() > 10
    assert (rec.highpass_hz, rec.lowpass_hz) != (None, None)
    steps = rec.read() / np.float32(0.25)
    np.testing.assert_array_equal(steps, np.rint(steps))


@pytest.mark.parametrize("unit", [NORMAL, UNSTABLE])
@pytest.mark.parametrize("electrode", [Needle(), SMALL])
def test_truth_is_what_one_sees_without_noise(unit: object, electrode: Needle | Grid) -> None:
    """Peak, channel, amplitude, onset and offset read off the recording itself."""
    scenario = Scenario(
        kind=electrode.kind,
        electrode=electrode,
        seconds=30,
        units=1,
        snr=None,
        population=(unit,),  # type: ignore[arg-type]
        firing=SINGLES,
        rate_per_min=40,
        noise=Noise(rms_uv=1e-5, drift=1),
        lsb_uv=None,
        seed=3,
    )
    rec, truth = recording(scenario)
    data, fs = rec.read(), rec.fs_hz
    assert len(truth) > 8
    for event in truth.to_frame().itertuples():
        peak = round(event.peak_s * fs)
        around = data[:, max(0, peak - round(0.05 * fs)) : peak + round(0.05 * fs)]
        offset = peak - max(0, peak - round(0.05 * fs))
        channel = int(np.ptp(around, axis=1).argmax())
        assert rec.channels[channel] == event.channel
        wave = np.abs(around[channel])
        assert wave.argmax() == offset
        assert np.ptp(around[channel]) == pytest.approx(event.amplitude_uv, rel=1e-3)
        above = np.flatnonzero(wave >= 0.05 * wave.max())
        first = offset - round((event.peak_s - event.onset) * fs)
        last = first + round(event.duration * fs)
        assert abs(above[0] - first) <= 1
        assert abs(above[-1] - last) <= 1


def test_64_channels_are_the_plain_sum_of_their_parts() -> None:
    scenario = Scenario(
        kind="hdsemg", electrode=GRID_13X5, seconds=10, units=3, rate_per_min=120, seed=4
    )
    rec, truth = recording(scenario)
    scene = Scene.of(scenario)
    n = rec.n_samples
    noise = background(
        4,
        electrode=GRID_13X5,
        noise=scenario.noise,
        noise_uv=scene.noise_uv,
        n_samples=n,
    ).astype(np.float64)
    total = noise * np.interp(np.arange(n) / rec.fs_hz, *scene.drift)
    placed = 0
    for train in fasciculating(scene):
        shape = train.potentials
        for sample, variant in zip(train.samples, train.variants, strict=True):
            for i in range(shape.waveforms.shape[2]):
                at = sample - shape.center + i
                if 0 <= at < n:
                    total[:, at] += shape.waveforms[variant, :, i]
            placed += 1
    assert rec.n_channels == 64
    assert placed >= len(truth) > 8
    assert np.abs(rec.read() - total).max() <= 0.125 + 1e-3  # half a step of the converter


@pytest.mark.parametrize("snr", [3.0, 25.0])
def test_snr_is_honoured(snr: float) -> None:
    scenario = Scenario(
        kind="hdsemg",
        electrode=SMALL,
        seconds=30,
        units=3,
        snr=snr,
        snr_spread=1,
        rate_per_min=60,
        firing=SINGLES,
        noise=Noise(drift=1),
        lsb_uv=None,
        seed=9,
    )
    rec, truth = recording(scenario)
    alone, nothing = recording(replace(scenario, units=0))
    assert len(nothing) == 0
    potentials = rec.read() - alone.read()
    sd = alone.read().std(axis=1)
    frame = truth.to_frame()
    measured = []
    for event in frame.itertuples():
        channel, peak = rec.channels.index(event.channel), round(event.peak_s * rec.fs_hz)
        wave = potentials[channel, max(peak - 60, 0) : peak + 60]
        measured.append(np.ptp(wave) / sd[channel])
    assert np.median(measured) == pytest.approx(snr, rel=0.05)
    np.testing.assert_allclose(frame.groupby("unit")["snr"].median(), snr, rtol=0.05)


def test_spread_and_drift_of_snr() -> None:
    scenario = Scenario(
        seconds=60, units=4, snr=10, snr_spread=8, noise=Noise(drift=3), rate_per_min=120
    )
    frame = recording(scenario)[1].to_frame()
    by_unit = frame.groupby("unit")["amplitude_uv"].median().sort_values() / 5
    np.testing.assert_allclose(by_unit, 10 * 8 ** (np.arange(4) / 3), rtol=0.03)
    noise = frame["amplitude_uv"] / frame["snr"]
    assert 2 < noise.max() / noise.min() <= 3.01


def test_rate_is_kept_on_average_over_seeds() -> None:
    counts = [
        len(recording(kind="surface", seed=seed, seconds=60, rate_per_min=40)[1])
        for seed in range(12)
    ]
    # Poisson SD of the mean is 1.8; slow modulation adds to it
    assert np.mean(counts) == pytest.approx(40, abs=6)


def test_nuisances_leave_noise_and_potentials_alone() -> None:
    scenario = Scenario(kind="surface", seconds=20, seed=2, lsb_uv=None)
    plain, truth = recording(scenario)
    added, more = recording(replace(scenario, nuisances=("pop",)))
    difference = added.read() - plain.read()
    touched = np.flatnonzero(np.abs(difference).max(axis=0) > 1e-6)
    pops = more.to_frame().query("category == 'artifact'")
    assert 0 < len(touched) < 0.3 * plain.n_samples
    assert len(pops) > 0
    fasciculations = more.select("fasciculation").to_frame().reset_index(drop=True)
    assert fasciculations.equals(truth.to_frame())


def test_empty_truth_and_no_potential_across_the_edge() -> None:
    rec, truth = recording(kind="needle", seconds=2, units=0)
    assert len(truth) == 0
    assert rec.read().std() == pytest.approx(5, rel=0.1)
    _, many = recording(kind="surface", seconds=2, rate_per_min=2000, seed=1)
    frame = many.to_frame()
    assert (frame["onset"] >= 0).all()
    assert (frame["onset"] + frame["duration"] < 2).all()


def test_patterns_differ_as_named() -> None:
    benign, neurogenic = (
        recording(pattern, kind="needle", seed=11, seconds=30)[1].to_frame()
        for pattern in get_args(Pattern)
    )
    assert benign["unit"].nunique() < neurogenic["unit"].nunique()
    assert neurogenic["duration"].mean() > 1.2 * benign["duration"].mean()


def spread_within_units(truth: Events) -> NDArray[np.float64]:
    frame = truth.to_frame()
    many = frame.groupby("unit").filter(lambda rows: len(rows) >= 5)
    groups = many.groupby("unit")["amplitude_uv"]
    return np.asarray(groups.std() / groups.mean())


def test_unstable_units_vary_in_amplitude() -> None:
    base = Scenario(seconds=60, rate_per_min=120, seed=6)
    _, stable = recording(base)
    _, unstable = recording(replace(base, population=(UNSTABLE,)))
    assert np.median(spread_within_units(stable)) < 0.1
    assert np.median(spread_within_units(unstable)) > 0.1


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ({"kind": "ear"}, "kind"),
        ({"seconds": 0.5}, "seconds"),
        ({"seed": -1}, "seed"),
        ({"units": 1.5}, "units"),
        ({"snr": 0.0}, "snr"),
        ({"rate_per_min": -1}, "rate_per_min"),
        ({"nuisances": ["rain"]}, "nuisances"),
        ({"nuisances": ["fibrillation"], "kind": "surface"}, "needle"),
        ({"pattern": "als"}, "pattern"),
    ],
)
def test_wrong_parameters_are_refused_by_name(wrong: dict[str, object], match: str) -> None:
    with pytest.raises(ParameterError, match=match):
        recording(**wrong)  # type: ignore[arg-type]


def test_contradictory_scenarios_are_refused() -> None:
    with pytest.raises(ParameterError, match="electrode"):
        Scenario(kind="surface", electrode=Needle())
    with pytest.raises(ParameterError, match="population"):
        Scenario(population=())
    with pytest.raises(ParameterError, match="snr_spread"):
        Scenario(snr_spread=0.5)
    with pytest.raises(ParameterError, match="lsb_uv"):
        Scenario(nuisances=("clipping",), lsb_uv=None)
    assert "clipping" in NUISANCES
