"""Jitter and blocking of components whose movements and failures are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from emgfasc.containers import Events, Kind, Recording
from emgfasc.measure import jitter
from signals import recording

FS = 25_000.0
AT_MS, SIZE_UV = (0.0, 2.0, 4.5), (600.0, -350.0, 300.0)
Floats = NDArray[np.float64]


def spike(t_ms: Floats) -> Floats:
    """A fibre close by: half a millisecond, triphasic."""
    u = t_ms / 0.12
    return np.asarray(-(1 - u**2) * np.exp(-(u**2) / 2))


def unit(
    n: int = 60,
    *,
    jitter_us: float = 0.0,
    blocking: float = 0.0,
    noise: float = 4.0,
    parts: int = 3,
    fs: float = FS,
    seed: int = 0,
) -> tuple[Recording, Events]:
    rng = np.random.default_rng(seed)
    times = 0.1 + 0.1 * np.arange(n) + rng.uniform(0, 0.02, n)
    t = np.arange(round((times[-1] + 0.1) * fs)) / fs
    x = rng.normal(0, noise, len(t)) if noise else np.zeros(len(t))
    for time in times:
        ms = (t - time) * 1e3
        near = np.abs(ms) < 20
        x[near] += 80 * np.exp(-0.5 * ((ms[near] - 2) / 2.5) ** 2)  # the far fibres, slow
        for k in range(parts):
            if k and rng.random() < blocking:
                continue
            x[near] += SIZE_UV[k] * spike(ms[near] - AT_MS[k] - rng.normal(0, jitter_us / 1e3))
    frame = pd.DataFrame(
        {
            "onset": times - 0.004,
            "duration": 0.014,
            "peak_s": times,
            "channel": "c0",
            "n_channels": 1,
            "amplitude_uv": 900.0,
            "snr": 900.0 / max(noise, 1.0),
            "unit": 1,
            "category": "fasciculation",
        }
    )
    return recording(x, fs, "needle"), Events(frame)


def row(rec: Recording, events: Events, **options: int) -> pd.Series:
    return jitter(rec, events, **options).iloc[0]


@pytest.mark.parametrize("us", [30.0, 60.0, 120.0])
def test_jitter_is_the_mcd_of_its_formula(us: float) -> None:
    # interval of two components that move by N(0, s) each: SD s sqrt 2; the difference of two
    # such intervals has SD 2 s, and a mean absolute value of 2 s sqrt(2 / pi)
    found = row(*unit(n=300, jitter_us=us))
    assert found["n_components"] == 3
    assert found["jitter_us"] == pytest.approx(2 * us * np.sqrt(2 / np.pi), rel=0.1)
    assert found["jitter_us_lo95"] < found["jitter_us"] < found["jitter_us_hi95"]


def test_what_noise_alone_gives_is_taken_off() -> None:
    found = row(*unit(n=200, noise=60.0))
    assert found["jitter_noise_us"] > 5
    assert found["jitter_us"] < found["jitter_noise_us"] / 2
    small = row(*unit(n=300, jitter_us=20.0, noise=15.0))
    assert small["jitter_us"] == pytest.approx(40 * np.sqrt(2 / np.pi), rel=0.2)


def test_without_noise_and_jitter_there_is_none() -> None:
    found = row(*unit(noise=0.0))
    assert found["jitter_us"] < 1.0
    assert found["blocking_pct"] == 0
    # none of 60: the upper limit is not 0
    assert found["blocking_pct_hi95"] == pytest.approx(100 * (1 - 0.025 ** (1 / 60)))


@pytest.mark.parametrize("share", [0.1, 0.3])
def test_blocking_is_the_share_that_fails(share: float) -> None:
    found = row(*unit(n=300, blocking=share, jitter_us=30.0, noise=8.0))
    sd = np.sqrt(share * (1 - share) / 600)
    assert found["blocking_pct"] == pytest.approx(100 * share, abs=300 * sd)
    assert found["blocking_pct_lo95"] < 100 * share < found["blocking_pct_hi95"]


def test_one_component_has_no_jitter_and_says_so() -> None:
    found = row(*unit(parts=1))
    assert np.isnan(found["jitter_us"])
    assert found["reason"] == "fewer than two components stand out of the noise"


def test_components_below_the_noise_are_not_followed() -> None:
    assert row(*unit(noise=500.0))["n_components"] < 2


@pytest.mark.parametrize(
    ("kind", "fs", "n", "reason"),
    [
        ("surface", FS, 20, "needs a needle sampled at 5000 Hz or more"),
        ("needle", 4000.0, 20, "needs a needle sampled at 5000 Hz or more"),
        ("needle", FS, 4, "fewer than 5 discharges without overlap"),
    ],
)
def test_where_it_cannot_be_measured_it_says_why(
    kind: Kind, fs: float, n: int, reason: str
) -> None:
    rec, events = unit(n=n, fs=fs)
    found = row(rec.replace(kind=kind), events)
    assert found["reason"] == reason
    assert found[["jitter_us", "blocking_pct"]].isna().all()


def test_scale_polarity_and_seed() -> None:
    rec, events = unit(jitter_us=50.0, blocking=0.1)
    first = jitter(rec, events, seed=1)
    pd.testing.assert_frame_equal(first, jitter(rec, events, seed=1))
    for factor in (2.0, -1.0):
        other = jitter(recording(factor * rec.read(), FS, "needle"), events, seed=1)
        pd.testing.assert_frame_equal(other, first, rtol=1e-4)
