"""Signals that break careless code: quantised, tied, clipped, flat, tiny."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import ArraySource, Kind, Recording


@st.composite
def awkward(draw: st.DrawFn, min_size: int = 1, max_size: int = 200) -> NDArray[np.float32]:
    """Draw one channel: noise, then perhaps quantised, clipped, made flat or tied."""
    n = draw(st.integers(min_size, max_size))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    x = rng.normal(0, draw(st.sampled_from([0.0, 1e-3, 1.0, 5e3])), n)
    step = draw(st.sampled_from([0.0, 0.5, 1.0, 100.0]))
    if step:
        x = np.round(x / step) * step
    if draw(st.booleans()):
        x = np.clip(x, -1, 1)
    if draw(st.booleans()) and n > 3:
        a, b = sorted(draw(st.lists(st.integers(0, n), min_size=2, max_size=2)))
        x[a:b] = x[a] if a < n else 0
    return x.astype(np.float32)


def recording(data: NDArray[np.floating], fs_hz: float, kind: Kind = "surface") -> Recording:
    """Wrap channels x samples in uV."""
    data = np.atleast_2d(data).astype(np.float32)
    names = tuple(f"c{i}" for i in range(len(data)))
    return Recording(source=ArraySource(data), fs_hz=fs_hz, channels=names, kind=kind)


def potential(n: int, peak_to_peak: float, turns: float = 2.0) -> NDArray[np.float64]:
    """Return a smooth potential of `n` samples."""
    t = np.arange(n) / n
    shape = np.hanning(n) * np.sin(2 * np.pi * turns * t + 0.4)
    return np.asarray(shape * peak_to_peak / np.ptp(shape))
