import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from emgfasc import preprocess, read, rest
from emgfasc.containers import Kind
from signals import potential, recording


def _noise(seconds: float, fs_hz: float, n_channels: int = 1, seed: int = 0) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(0, 5, (n_channels, int(seconds * fs_hz)))


def _with_potentials(data: NDArray[np.float64], fs_hz: float, per_s: float) -> NDArray[np.float64]:
    rng = np.random.default_rng(1)
    n = int(0.02 * fs_hz)
    for start in rng.integers(0, data.shape[1] - n, int(per_s * data.shape[1] / fs_hz)):
        data[:, start : start + n] += potential(n, rng.uniform(60, 400), 3)
    return data


@pytest.mark.parametrize(("fs_hz", "kind"), [(20_000.0, "needle"), (2048.0, "surface")])
@pytest.mark.parametrize("per_s", [0.0, 1.0, 4.0])
def test_fasciculations_leave_rest_rest(fs_hz: float, kind: Kind, per_s: float) -> None:
    data = _with_potentials(_noise(30, fs_hz), fs_hz, per_s)
    found = rest.find(preprocess.clean(recording(data, fs_hz, kind)))
    assert found.status == "rest"
    assert found.rest_s == pytest.approx(30.0)


def test_slow_drift_of_the_noise_leaves_rest_rest() -> None:
    fs = 2048.0
    data = _noise(120, fs) * np.exp(np.sin(np.arange(int(120 * fs)) / fs * 2 * np.pi / 60))
    assert rest.find(preprocess.clean(recording(data, fs))).status == "rest"


@pytest.mark.parametrize("n_channels", [1, 16])
def test_a_contraction_is_cut_out_where_it_is(n_channels: int) -> None:
    fs = 2048.0
    data = _noise(40, fs, n_channels)
    a, b = int(12 * fs), int(20 * fs)
    data[:, a:b] += 15 * np.random.default_rng(2).normal(0, 5, (n_channels, b - a))
    found = rest.find(preprocess.clean(recording(data, fs)))
    frame = found.to_frame()
    voluntary = frame[frame["state"] == "voluntary"]
    assert len(voluntary) == 1
    assert voluntary.iloc[0]["start_s"] == pytest.approx(12.0, abs=0.3)
    assert voluntary.iloc[0]["stop_s"] == pytest.approx(20.0, abs=0.3)
    assert voluntary.iloc[0]["reason"]
    assert found.status == "partial"


def _contracted(data: NDArray[np.float64], fs_hz: float, span: tuple[float, float]) -> None:
    a, b = int(span[0] * fs_hz), int(span[1] * fs_hz)
    data[:, a:b] += 30 * np.random.default_rng(2).normal(0, 5, (len(data), b - a))


def _excluded(data: NDArray[np.float64], fs_hz: float, kind: Kind) -> list[tuple[float, float]]:
    found = rest.find(preprocess.clean(recording(data, fs_hz, kind))).segments
    return [
        (float(row.start_s), float(row.stop_s))
        for row in found.itertuples()
        if row.state == "voluntary"
    ]


@pytest.mark.parametrize(("fs_hz", "kind"), [(20_000.0, "needle"), (2048.0, "surface")])
def test_units_recruited_before_a_contraction_are_not_hidden_by_its_floor(
    fs_hz: float, kind: Kind
) -> None:
    """As on the real ramp: most of the 17 s that a floor is taken from are contraction."""
    data = _noise(20, fs_hz)
    _contracted(data, fs_hz, (5.5, 14.5))
    wave = potential(int(0.012 * fs_hz), 100, 3)
    times = 3.5 + np.cumsum(np.random.default_rng(3).normal(0.12, 0.018, 120))
    for at in times[times < 16.5]:
        data[0, int(at * fs_hz) : int(at * fs_hz) + len(wave)] += wave
    [(start, stop)] = _excluded(data, fs_hz, kind)
    assert start == pytest.approx(3.5, abs=0.3)
    assert stop == pytest.approx(16.5, abs=0.3)


@pytest.mark.parametrize(("fs_hz", "kind"), [(20_000.0, "needle"), (2048.0, "surface")])
def test_fasciculations_beside_a_contraction_are_kept_however_short_the_rest(
    fs_hz: float, kind: Kind
) -> None:
    data = _noise(30, fs_hz)
    wave = potential(int(0.012 * fs_hz), 200, 3)
    for at in (0.9, 1.2, 2.4, 11.7, 12.1, 13.5):
        data[0, int(at * fs_hz) : int(at * fs_hz) + len(wave)] += wave
    _contracted(data, fs_hz, (3, 11))
    _contracted(data, fs_hz, (14, 22))
    spans = _excluded(data, fs_hz, kind)
    np.testing.assert_allclose(spans, [(3, 11), (14, 22)], atol=0.3)


@pytest.mark.parametrize("n_channels", [1, 64])
def test_noise_that_falls_after_a_contraction_does_not_prolong_it(n_channels: int) -> None:
    fs = 2048.0
    data = _noise(30, fs, n_channels) * np.exp(-0.08 * np.arange(int(30 * fs)) / fs)
    _contracted(data, fs, (8, 16))
    [span] = _excluded(data, fs, "surface")
    assert span == pytest.approx((8, 16), abs=0.45)  # the margin, and one cell within the gap


def test_gaps_and_excessive_noise_are_artifacts_with_their_reason() -> None:
    fs = 2048.0
    data = _noise(60, fs, 2)
    data[:, int(10 * fs) : int(14 * fs)] = np.nan
    found = rest.find(preprocess.clean(recording(data, fs))).to_frame()
    gap = found[found["reason"] == "missing samples"].iloc[0]
    assert (gap["start_s"], gap["stop_s"]) == (
        pytest.approx(10, abs=0.05),
        pytest.approx(14, abs=0.05),
    )
    loud = rest.find(preprocess.clean(recording(_noise(20, fs) * 50, fs)))
    assert loud.rest_s == 0
    assert loud.to_frame()["reason"].tolist() == ["noise above 100 uV"]


def test_scale_does_not_matter_below_the_noise_limit() -> None:
    fs = 2048.0
    data = _with_potentials(_noise(20, fs), fs, 2)
    data[:, int(5 * fs) : int(9 * fs)] *= 10
    frames = [
        rest.find(preprocess.clean(recording(gain * data, fs))).to_frame() for gain in (1, -1, 0.01)
    ]
    assert frames[0].equals(frames[1])
    assert frames[0].equals(frames[2])


def test_too_short_is_not_verifiable() -> None:
    found = rest.find(preprocess.clean(recording(_noise(1, 2048.0), 2048.0)))
    assert found.status == "not_verifiable"
    assert found.rest_s == 0


DATA = os.environ.get("EMGFASC_TEST_DATA")
CONTRACTIONS = [
    "physionet_emgdb/emg_healthy.hea",
    "physionet_emgdb/emg_myopathy.hea",
    "physionet_emgdb/emg_neuropathy.hea",
    *(
        f"emglab_n2001/N2001{name}.bin"
        for name in ("A01BB02", "A01BB03", "A01VM01", "A01VM04", "C01BB51", "C01BB61", "C01VM71")
    ),
    "emglab_n2001/N2001M02BB03.bin",
    "emglab_n2001/N2001M03VM05.bin",
    # Its ends are quiet, but units are recruited and let go in them.
    "openhdemg/otb_testfile.mat",
]


@pytest.mark.skipif(DATA is None, reason="EMGFASC_TEST_DATA names no folder of real recordings")
@pytest.mark.parametrize("name", CONTRACTIONS)
def test_real_contractions_are_not_rest(name: str) -> None:
    rec = read(Path(DATA or "") / name)
    found = rest.find(preprocess.clean(rec))
    assert found.status == "not_at_rest"
    assert set(found.segments["state"]) <= {"voluntary", "artifact"}  # no cramp either


@pytest.mark.parametrize(("fs_hz", "kind"), [(20_000.0, "needle"), (2048.0, "surface")])
def test_a_moving_cable_and_a_lost_stretch_are_no_contraction(fs_hz: float, kind: Kind) -> None:
    data = _with_potentials(_noise(40, fs_hz), fs_hz, 1.0)
    t = np.arange(int(2 * fs_hz)) / fs_hz
    begin = int(10 * fs_hz)
    data[0, begin : begin + len(t)] += 150 * np.sin(2 * np.pi * 13 * t) * np.sin(np.pi * t / 2)
    data[0, int(25 * fs_hz) : int(26 * fs_hz)] = 8000
    rec = recording(data, fs_hz, kind)
    found = rest.find(preprocess.clean(rec), lost=rest.lost(rec)).to_frame()
    assert found["state"].tolist() == ["rest", "artifact", "rest"]
    assert found["reason"].iloc[1] == "clipping"
