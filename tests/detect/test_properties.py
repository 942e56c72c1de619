"""What must not change events: blocks, threads, lanes, polarity, scale, concatenation."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from emgfasc import detect, preprocess, simulate
from emgfasc.containers import Kind, Recording
from emgfasc.detect import responses
from signals import potential, recording

FS = 2048.0


def _noisy(seconds: float, n_channels: int, seed: int) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    data = rng.normal(0, 5, (n_channels, int(seconds * FS)))
    for start in rng.integers(0, data.shape[1] - 40, int(2 * seconds)):
        data[:, start : start + 40] += potential(40, rng.uniform(30, 200))
    return data


def _simulated() -> Iterator[tuple[Kind, Recording]]:
    kinds: tuple[Kind, ...] = ("needle", "surface", "hdsemg")
    for kind in kinds:
        rec, _ = simulate.recording(kind=kind, seed=107, seconds=20, snr=8, rate_per_min=60)
        yield kind, rec


@pytest.mark.parametrize(("kind", "rec"), list(_simulated()))
def test_blocks_and_threads_do_not_matter(
    kind: Kind, rec: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    clean = preprocess.clean(rec).load()
    whole = detect.detect(clean, n_jobs=1).frame
    assert len(whole) > 10
    for block_s, n_jobs in ((60.0, 2), (60.0, 5), (10.0, 1), (13.0, 3), (3.0, 2), (1.0, 1)):
        block_bytes = round(4 * rec.n_channels * rec.fs_hz * block_s)
        monkeypatch.setattr(responses, "_BLOCK_BYTES", block_bytes)
        pd.testing.assert_frame_equal(detect.detect(clean, n_jobs=n_jobs).frame, whole)


@pytest.mark.parametrize(("kind", "rec"), list(_simulated()))
def test_what_is_kept_is_what_would_be_read(
    kind: Kind, rec: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    clean = preprocess.clean(rec)
    events = detect.detect(clean).frame
    for room in (0, 500_000):
        monkeypatch.setattr(responses, "_KEPT_BYTES", room)
        pd.testing.assert_frame_equal(detect.detect(clean).frame, events)


def test_order_of_channels_only_permutes_their_names() -> None:
    rec, _ = simulate.recording(kind="hdsemg", seed=108, seconds=10, snr=8, rate_per_min=90)
    assert rec.positions_mm is not None
    order = np.random.default_rng(3).permutation(rec.n_channels)
    mixed = recording(rec.read()[order], FS, "hdsemg").replace(
        channels=tuple(rec.channels[k] for k in order), positions_mm=rec.positions_mm[order]
    )
    one, two = (detect.detect(preprocess.clean(each)).frame for each in (rec, mixed))
    assert len(one) > 5
    np.testing.assert_array_equal(one["peak_s"], two["peak_s"])
    assert one["channel"].tolist() == two["channel"].tolist()
    np.testing.assert_allclose(one["amplitude_uv"], two["amplitude_uv"], rtol=1e-4)


@pytest.mark.parametrize("gain", [-1.0, 0.125, 64.0])
def test_scale_and_polarity_on_a_grid(gain: float) -> None:
    rec, _ = simulate.recording(kind="hdsemg", seed=109, seconds=10, snr=8, rate_per_min=90)
    clean = preprocess.clean(rec).load()
    scaled = clean.replace(source=recording(gain * clean.read(), FS, "hdsemg").source)
    one, two = detect.detect(clean).frame, detect.detect(scaled).frame
    np.testing.assert_array_equal(one["peak_s"], two["peak_s"])
    np.testing.assert_allclose(two["amplitude_uv"], abs(gain) * one["amplitude_uv"], rtol=1e-5)


def test_two_recordings_end_to_end_give_the_events_of_both() -> None:
    """Noise, and so the threshold, is that of 20 s on each side; weak events near it may differ."""
    cell = round(0.005 * FS) * round(1.0 * FS / round(0.005 * FS))
    parts = [_noisy(20, 2, seed)[:, : 19 * cell] for seed in (1, 2)]
    alone = [detect.detect(preprocess.clean(recording(part, FS))).frame for part in parts]
    both = detect.detect(preprocess.clean(recording(np.concatenate(parts, axis=1), FS))).frame
    shift = parts[0].shape[1] / FS
    expected = np.concatenate([alone[0]["peak_s"], alone[1]["peak_s"] + shift])
    strong = np.concatenate([frame["snr"] for frame in alone]) >= 9
    assert strong.sum() > 40
    gap = np.abs(expected[strong][:, None] - both["peak_s"].to_numpy()).min(axis=1)
    inner = np.abs(expected[strong] - shift) > 0.1
    assert gap[inner].max() <= 2 / FS
    assert abs(len(both) - len(expected)) <= 3
