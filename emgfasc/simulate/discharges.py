"""Spontaneous activity that is not fasciculation: one pure function of time per kind.

Rates and regularities are those of section 2.4 of the science notes: fibrillation 0.5-15 Hz and
regular (StatPearls); complex repetitive discharge 5-150 Hz, mostly 30-40, machine-like
(neuromuscular.wustl.edu); the others are unverified teaching values.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc._validate import positive

__all__ = ["complex_repetitive", "cramp", "fibrillations", "myokymia", "neuromyotonia"]

Times = NDArray[np.float64]


def _regular(
    rng: np.random.Generator, seconds: float, rate_hz: float, *, cov: float, slowing: float = 0.0
) -> Times:
    """Return a train of near-equal intervals whose rate falls by the share `slowing`."""
    positive("seconds", seconds)
    positive("rate_hz", rate_hz)
    intervals = rng.normal(1, cov, int(2 * seconds * rate_hz) + 8).clip(0.2) / rate_hz
    intervals *= 1 + slowing * np.linspace(0, 1, len(intervals))
    times = np.cumsum(intervals) - intervals[0] * rng.random()
    return np.asarray(times[(times >= 0) & (times < seconds)])


def fibrillations(
    rng: np.random.Generator, *, seconds: float, rate_hz: float | None = None
) -> Times:
    """Return a regular train of 2-10 Hz that slows a little: fibrillation or positive sharp wave.

    Examples
    --------
    >>> import numpy as np
    >>> from emgfasc.simulate import fibrillations
    >>> times = fibrillations(np.random.default_rng(0), seconds=20, rate_hz=5)
    >>> bool(np.diff(times).std() < 0.15 * np.diff(times).mean())
    True
    """
    rate = rng.uniform(2, 10) if rate_hz is None else rate_hz
    return _regular(rng, seconds, rate, cov=0.04, slowing=0.2)


def complex_repetitive(
    rng: np.random.Generator, *, seconds: float, rate_hz: float | None = None
) -> Times:
    """Return a machine-like train of 25-45 Hz that starts and stops abruptly.

    Examples
    --------
    >>> import numpy as np
    >>> from emgfasc.simulate import complex_repetitive
    >>> times = complex_repetitive(np.random.default_rng(0), seconds=2)
    >>> bool(np.diff(times).std() < 0.01 * np.diff(times).mean())
    True
    """
    return _regular(rng, seconds, rng.uniform(25, 45) if rate_hz is None else rate_hz, cov=0.005)


def myokymia(rng: np.random.Generator, *, seconds: float) -> Times:
    """Return bursts of 3-8 discharges at 20-50 Hz, one burst every 0.5-2 s, semi-rhythmic.

    Examples
    --------
    >>> import numpy as np
    >>> from emgfasc.simulate import myokymia
    >>> times = myokymia(np.random.default_rng(0), seconds=20)
    >>> bool(np.diff(times).max() > 5 * np.median(np.diff(times)))
    True
    """
    bursts = _regular(rng, seconds, 1 / rng.uniform(0.5, 2.0), cov=0.15)
    rate = rng.uniform(20, 50)
    parts = [
        start
        + np.concatenate([[0], np.cumsum(rng.normal(1, 0.1, rng.integers(2, 8)).clip(0.5))]) / rate
        for start in bursts
    ]
    times = np.sort(np.concatenate([np.zeros(0), *parts]))
    return times[times < seconds]


def neuromyotonia(rng: np.random.Generator, *, seconds: float) -> Times:
    """Return a run of 150-250 Hz that slows by a third and stops abruptly.

    Its potentials shrink along the run; the recording applies that.

    Examples
    --------
    >>> import numpy as np
    >>> from emgfasc.simulate import neuromyotonia
    >>> times = neuromyotonia(np.random.default_rng(0), seconds=1)
    >>> 100 < len(times) < 300
    True
    """
    return _regular(rng, seconds, rng.uniform(150, 250), cov=0.02, slowing=0.5)


def cramp(rng: np.random.Generator, *, seconds: float) -> Times:
    """Return one unit of a cramp: irregular, 20 Hz building up to 40-75 Hz, then fading.

    Examples
    --------
    >>> import numpy as np
    >>> from emgfasc.simulate import cramp
    >>> times = cramp(np.random.default_rng(0), seconds=6)
    >>> len(times) > 50
    True
    """
    positive("seconds", seconds)
    top = rng.uniform(40, 75)
    onset = rng.uniform(0, 0.3) * seconds
    times: list[float] = []
    now = onset + rng.exponential(0.05)
    while now < seconds:
        times.append(float(now))
        share = (now - onset) / (seconds - onset)
        rate = 20 + (top - 20) * min(1.0, share / 0.4, (1 - share) / 0.3)
        now += rng.gamma(4, 0.25) / rate  # a coefficient of variation of 0.5
    return np.array(times)
