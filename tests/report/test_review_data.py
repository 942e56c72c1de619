"""What the review page holds of a recording."""

import numpy as np
import pandas as pd
import pytest

from emgfasc.containers import UNITS, ArraySource, Events, Kind, Recording, Units
from emgfasc.report.review_data import likeness, snippets


def _events(times: list[float], channel: str) -> Events:
    row = {"duration": 0.01, "channel": channel, "n_channels": 1, "amplitude_uv": 1.0, "snr": 1.0}
    frame = pd.DataFrame({"onset": times, "peak_s": times}).assign(
        **row, unit=0, category="fasciculation"
    )
    return Events(frame)


@pytest.mark.parametrize(("kind", "fs_hz"), [("needle", 20_000.0), ("surface", 2048.0)])
def test_snippets_are_the_signal_around_the_peak(kind: Kind, fs_hz: float) -> None:
    data = np.random.default_rng(1).normal(0, 30, (2, int(3 * fs_hz))).astype(np.float32)
    rec = Recording(source=ArraySource(data), fs_hz=fs_hz, channels=("a", "b"), kind=kind)
    times = [0.01, 1.0, 1.4321, 2.99]
    cut = snippets(rec, _events(times, "b"))
    padded = np.pad(data[1], int(fs_hz))
    for row, time in enumerate(times):
        peak = round(time * fs_hz) + int(fs_hz)
        at = peak + np.rint(cut.wave_ms.astype(float) * fs_hz / 1e3).astype(int)
        step = float(cut.wave_uv[row])
        np.testing.assert_allclose(cut.wave[row] * step, padded[at], atol=0.51 * step)
        around = padded[peak - round(0.5 * fs_hz) : peak + round(0.5 * fs_hz)]
        step = float(cut.near_uv[row])
        drawn = cut.near[row] * step
        whole = around[: len(around) // (len(drawn) // 2) * (len(drawn) // 2)]
        assert drawn[0::2].min() == pytest.approx(whole.min(), abs=0.51 * step)
        assert drawn[1::2].max() == pytest.approx(whole.max(), abs=0.51 * step)
    assert cut.wave.shape[1] <= 160
    assert (cut.near_ms[0], cut.near_ms[-1]) == pytest.approx((-500, 500), abs=4)


def test_a_flat_recording_gives_flat_snippets() -> None:
    data = np.zeros((1, 4096), np.float32)
    data[0, 2000:] = np.nan
    rec = Recording(source=ArraySource(data), fs_hz=2048.0, channels=("a",), kind="surface")
    cut = snippets(rec, _events([0.5, 1.5], "a"))
    assert not cut.wave.any()
    assert not cut.near.any()


def test_likeness_sees_shift_size_and_sign() -> None:
    x = np.linspace(-3, 3, 81)
    shape = -x * np.exp(-(x**2))
    shapes = [shape, np.roll(shape, 4), 2 * shape, -shape, 0 * shape]
    rows = [[k, "fasciculation", 3, "a", 1.0, 1.0, 1.0] for k in range(1, 6)]
    units = Units(
        pd.DataFrame(rows, columns=UNITS.names),
        np.asarray(shapes, np.float32)[:, None, :], 4000.0, 40,
    )  # fmt: skip
    alike = likeness(units)
    np.testing.assert_allclose(alike, alike.T, atol=1e-12)
    assert alike[0, 1] == pytest.approx(1, abs=1e-3)
    assert alike[0, 2] == pytest.approx(0.8)  # 2 * 2 / (1 + 4)
    assert alike[0, 3] < 0.6
    assert alike[0, 4] == 0
