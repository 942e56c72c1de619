"""Jitter between the components of a unit's potential, and how often one is blocked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgfasc._validate import positive
from emgfasc.measure.align import Discharges, units_of
from emgfasc.measure.overlay import MIN_DISCHARGES, blank_row, overlaid
from emgfasc.measure.validity import MIN_RATE_HZ

if TYPE_CHECKING:
    from emgfasc.containers import Events, Recording

__all__ = ["jitter"]

_HIGHPASS_HZ = 500.0  # single-fibre settings: only what is near stays sharp (unverified)
_APART_MS = 0.6  # least distance of two components
_HALF_MS = 0.25  # half length of what is matched of a component
_ROUNDS = 2  # of sharpening a component
_REACH_MS = 0.4  # a component that lies further from its usual place counts as missing
_ROOM = 0.4  # and so does one that has come this share of the way to its neighbour
_SHARE = 0.15  # of the largest component, the smallest that is followed
_PRESENT = 0.4  # of its usual size; below, the component is missing
_MAX_ERROR = 0.15  # SD of that size by noise alone, above which a component is not followed

_TINY = 1e-12

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_NUMBERS = (
    "jitter_us",
    "jitter_us_lo95",
    "jitter_us_hi95",
    "jitter_noise_us",
    "blocking_pct",
    "blocking_pct_lo95",
    "blocking_pct_hi95",
)


def jitter(rec: Recording, events: Events, *, n_boot: int = 200, seed: int = 0) -> pd.DataFrame:
    """Measure how the components of each unit's potential move against each other, and fail.

    Behind a high-pass of 500 Hz the potential falls into components, each of one muscle fibre or
    a few that lie close. Each discharge is searched for every component that noise alone cannot
    hide; the latencies between the largest one and the others give the jitter, and what is
    missing the blocking.

    Parameters
    ----------
    rec : Recording
        The cleaned recording, of a needle sampled at 5 kHz or more.
    events : Events
        Potentials with `unit`, `onset` and `duration`.
    n_boot : int, default 200
        Bootstrap samples, for the 95 % limits.
    seed : int, default 0
        Seed of the bootstrap.

    Returns
    -------
    DataFrame
        One row per unit: `unit`, `channel`, `n` discharges, `n_used` of them without overlap,
        `n_components`, `jitter_us` (mean consecutive difference, MCD, mean over the pairs) and
        `blocking_pct` (share of missing components other than the largest) with ``_lo95`` and
        ``_hi95``, `jitter_noise_us` (the MCD that noise alone would give, already taken off), and
        `reason`, which says why a unit has ``nan``.

    Notes
    -----
    MCD: ``mean |IPI_{k+1} - IPI_k|``, here of consecutive discharges that hold both components,
    less the noise's in squares. Stalberg and Trontelj, Single fiber EMG (unverified). Components
    of a concentric needle are sums of several fibres: set beside single-fibre limits with care.

    Examples
    --------
    >>> import numpy as np, emgfasc as ef
    >>> from emgfasc.containers import Events
    >>> rec = ef.read(np.zeros((1, 20_000), np.float32), fs=20_000, kind="needle")
    >>> len(ef.measure.jitter(rec, Events.empty()))
    0
    """
    draws = int(positive("n_boot", n_boot))
    columns = ["unit", "channel", "n", "n_used", "n_components", *_NUMBERS, "reason"]
    rows = [_row(rec, events, unit, draws, seed) for unit in units_of(rec, events)]
    frame = pd.DataFrame(rows, columns=columns)
    counts = ("unit", "n", "n_used", "n_components")
    return frame.astype(dict.fromkeys(counts, "int64") | dict.fromkeys(_NUMBERS, "float64"))


def _row(
    rec: Recording, events: Events, unit: Discharges, n_boot: int, seed: int
) -> dict[str, object]:
    """Return one unit's row."""
    row = blank_row(rec, unit, ("n_used", "n_components"), _NUMBERS) | {"reason": ""}
    if rec.kind != "needle" or rec.fs_hz < MIN_RATE_HZ:
        return row | {"reason": f"needs a needle sampled at {MIN_RATE_HZ:g} Hz or more"}
    found = overlaid(rec, events, unit)
    if isinstance(found, str):
        return row | {"reason": found}
    row["n_used"] = len(found.potentials)
    if len(found.potentials) < MIN_DISCHARGES:
        return row | {"reason": f"fewer than {MIN_DISCHARGES} discharges without overlap"}
    sharp, noise = (_sharpened(x, rec.fs_hz) for x in (found.potentials, found.noise))
    parts = _components(sharp, noise, rec.fs_hz)
    row["n_components"] = len(parts)
    if len(parts) < 2:
        return row | {"reason": "fewer than two components stand out of the noise"}
    seen = [_followed(sharp, part) for part in parts]
    if seen[0][1].sum() < MIN_DISCHARGES:
        return row | {"reason": "the largest component is missing too often"}
    by_noise = [_followed(part.alone(noise), part) for part in parts]
    us = 1e6 / rec.fs_hz
    return row | _jitter(seen, by_noise, us, (n_boot, seed)) | _blocking(seen, (n_boot, seed))


@dataclass(frozen=True, eq=False)
class _Component:
    """What is looked for: the potential around one of its peaks.

    `shape` reaches so far to either side that the matched piece within it can move by `reach`.
    """

    shape: Floats
    first: int  # sample of the potential at which `shape` begins
    reach: int  # samples it may move

    @property
    def piece(self) -> Floats:
        """What is matched."""
        return self.shape[self.reach : -self.reach]

    def alone(self, noise: Floats) -> Floats:
        """Return rows of noise with the component in its place, and nothing else."""
        x = noise.copy()
        x[:, self.first : self.first + len(self.shape)] += self.shape
        return x


def _sharpened(x: Floats, fs_hz: float) -> Floats:
    """High-pass every row without shifting it."""
    from scipy.signal import butter, sosfiltfilt  # noqa: PLC0415 - slow to import

    sos = butter(2, _HIGHPASS_HZ, btype="highpass", fs=fs_hz, output="sos")
    wide = round(2e-3 * fs_hz)
    padded = np.pad(x, ((0, 0), (wide, wide)), mode="edge")
    return np.asarray(sosfiltfilt(sos, padded, axis=1, padtype=None)[:, wide:-wide], float)


def _components(x: Floats, noise: Floats, fs_hz: float) -> list[_Component]:
    """Return the components that noise cannot hide, the largest first."""
    from scipy.signal import find_peaks  # noqa: PLC0415 - slow to import

    # power, because jitter leaves little of a component in a mean or a median
    size = np.sqrt(np.maximum((x**2).mean(axis=0) - (noise**2).mean(), 0.0))
    half, reach, apart = (
        max(1, round(ms * fs_hz / 1e3)) for ms in (_HALF_MS, _REACH_MS, _APART_MS)
    )
    least = _SHARE * size.max()
    tops, _ = find_peaks(size, height=least, prominence=least, distance=apart)
    edge = half + 2 * reach
    tops = tops[(tops >= edge) & (tops + edge < len(size))]
    found = []
    for top in tops[np.argsort(-size[tops], kind="stable")]:
        # a neighbour must not be taken for a component that is missing
        beside = np.abs(tops - top)
        room = int(_ROOM * beside[beside > 0].min()) if len(tops) > 1 else reach
        part = _sharpest(x, int(top), half, max(1, min(reach, room)))
        sizes, _ = _matches(noise, part)
        if sizes.std() <= _MAX_ERROR:
            found.append(part)
    return found


def _sharpest(x: Floats, top: int, half: int, reach: int) -> _Component:
    """Return a component as sharp as single discharges have it."""
    near = x[:, top - reach : top + reach + 1]
    extreme = near[np.arange(len(x)), np.abs(near).argmax(axis=1)]
    sign = 1.0 if np.median(extreme) >= 0 else -1.0
    places = (sign * near).argmax(axis=1) - reach
    for _ in range(_ROUNDS + 1):
        first = top - half - reach + np.rint(places).astype(np.intp)
        columns = first[:, None] + np.arange(2 * (half + reach) + 1)
        shape = np.median(x[np.arange(len(x))[:, None], columns], axis=0)
        part = _Component(shape, top - half - reach, reach)
        _, places = _matches(x, part)
    return part


def _matches(x: Floats, part: _Component) -> tuple[Floats, Floats]:
    """Return size and place of the best match of a component in each row, in samples."""
    lags = np.arange(-part.reach, part.reach + 1)
    piece, first = part.piece, part.first + part.reach
    scores = np.stack(
        [x[:, first + lag : first + lag + len(piece)] @ piece for lag in lags], axis=1
    ) / max(float(piece @ piece), _TINY)
    best = np.clip(scores.argmax(axis=1), 1, len(lags) - 2)
    rows = np.arange(len(x))
    left, mid, right = (scores[rows, best + step] for step in (-1, 0, 1))
    bend = left - 2 * mid + right
    step = np.divide(0.5 * (left - right), bend, out=np.zeros(len(x)), where=bend < 0)
    return mid, lags[best] + np.clip(step, -0.5, 0.5)


def _followed(x: Floats, part: _Component) -> tuple[Floats, Bools]:
    """Return the latency of a component in each row, and whether it is there."""
    sizes, places = _matches(x, part)
    return places, sizes >= _PRESENT


def _jitter(
    seen: list[tuple[Floats, Bools]],
    by_noise: list[tuple[Floats, Bools]],
    us: float,
    boot: tuple[int, int],
) -> dict[str, float]:
    """Return the MCD over all pairs with the largest component, less that of the noise."""
    steps = [_steps(seen[0], other) * us for other in seen[1:]]
    noisy = [_steps(by_noise[0], other) * us for other in by_noise[1:]]
    pairs = [k for k, step in enumerate(steps) if len(step) >= MIN_DISCHARGES - 1]
    if not pairs:
        return {}
    floor = [float(noisy[k].mean()) if len(noisy[k]) else 0.0 for k in pairs]

    def mcd(parts: list[Floats]) -> float:
        left = [max(part.mean() ** 2 - low**2, 0.0) for part, low in zip(parts, floor, strict=True)]
        return float(np.mean(np.sqrt(left)))

    own = [steps[k] for k in pairs]
    rng = np.random.default_rng(boot[1])
    drawn = [mcd([rng.choice(part, len(part)) for part in own]) for _ in range(boot[0])]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return {
        "jitter_us": mcd(own),
        "jitter_us_lo95": float(low),
        "jitter_us_hi95": float(high),
        "jitter_noise_us": float(np.mean(floor)),
    }


def _steps(one: tuple[Floats, Bools], other: tuple[Floats, Bools]) -> Floats:
    """Return how much the interval of two components changes between consecutive discharges."""
    interval, both = other[0] - one[0], one[1] & other[1]
    return np.abs(np.diff(interval))[both[1:] & both[:-1]]


def _blocking(seen: list[tuple[Floats, Bools]], boot: tuple[int, int]) -> dict[str, float]:
    """Return the share of missing components; discharges are drawn whole."""
    there = seen[0][1]
    missing = np.stack([~present[there] for _, present in seen[1:]])
    rng = np.random.default_rng(boot[1])
    picks = rng.integers(0, missing.shape[1], (boot[0], missing.shape[1]))
    drawn = 100 * missing[:, picks].mean(axis=(0, 2))
    low, high = np.percentile(drawn, [2.5, 97.5])
    if not missing.any():
        # exact for none of n discharges (Clopper and Pearson 1934)
        high = 100 * (1 - 0.025 ** (1 / missing.shape[1]))
    return {
        "blocking_pct": 100 * float(missing.mean()),
        "blocking_pct_lo95": float(low),
        "blocking_pct_hi95": float(high),
    }
