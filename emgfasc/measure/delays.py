"""Delays along the lines of a grid: two waves that leave one place at one speed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Fit", "Lines", "fitted", "lines_along", "refitted"]

_MIN_TRIPLES = 4  # of a line; fewer can be brought into line by chance
_HIGHEST_HZ = 500.0  # surface potentials end below it
_SLOWNESS_STEPS = 24  # from 0 to the slowest speed
_PLACES_PER_STEP = 2  # tried end-plates per distance between electrodes
_FINER = 8  # steps to either side in the finer search

Floats = NDArray[np.float64]
Spectra = NDArray[np.complex128]


@dataclass(frozen=True, eq=False)
class Lines:
    """Double differences of three neighbours along the lines of a grid, as spectra.

    Attributes
    ----------
    spectra : array of complex, shape (n_discharges, n_triples, n_bins)
        One spectrum per discharge and three neighbours.
    line : array of int, shape (n_triples,)
        Which line they belong to.
    place_mm : array of float, shape (n_triples,)
        Place of the middle one along the line.
    frequency_hz : array of float, shape (n_bins,)
    step_mm : float
        Distance between neighbours.
    """

    spectra: Spectra
    line: NDArray[np.intp]
    place_mm: Floats
    frequency_hz: Floats
    step_mm: float

    @property
    def mean(self) -> Spectra:
        """Mean over the discharges, shape (1, n_triples, n_bins)."""
        return np.asarray(self.spectra.mean(axis=0, keepdims=True))


@dataclass(frozen=True)
class Fit:
    """One pair of waves.

    Attributes
    ----------
    slowness : float
        Milliseconds per millimetre, the inverse of the speed in m/s.
    origin_mm : float
        Where the waves leave from; infinite when a single wave comes from outside the grid.
    flips : bool
        Whether the differences change sign there: those of a monopolar grid do not, those of a
        grid that was recorded as differences do.
    share : float
        Share of the power that adds up, less what adds up by chance: 1 when all of it does, 0 for
        independent channels.
    """

    slowness: float
    origin_mm: float
    flips: bool
    share: float

    @property
    def speed_m_s(self) -> float:
        """The speed."""
        return 1.0 / self.slowness if self.slowness > 0 else np.inf

    def endplate_mm(self, lines: Lines) -> float:
        """Return where the waves leave from, ``nan`` when both sides of it are not seen."""
        seen = lines.place_mm.min() <= self.origin_mm <= lines.place_mm.max()
        return self.origin_mm if seen else np.nan


def lines_along(
    windows: NDArray[np.float32],
    positions_mm: Floats,
    good: NDArray[np.intp],
    axis: int,
    fs_hz: float,
) -> Lines | None:
    """Take the double differences of neighbouring channels along one axis of a grid.

    What arrives everywhere at once, above all the end of the waves at the tendons, makes the
    speed look too high; of two differences less of it is left than of one.

    Parameters
    ----------
    windows : array of float32, shape (n_discharges, n_channels, n_samples)
        Microvolts.
    positions_mm : array of float, shape (n_channels, 2)
        Places; ``nan`` where unknown.
    good : array of int
        Channels that count.
    axis : {0, 1}
        Along x or y.
    fs_hz : float
        Sampling rate.

    Returns
    -------
    Lines or None
        ``None`` without a line of at least six neighbouring channels.
    """
    placed = good[np.isfinite(positions_mm[good]).all(axis=1)]
    along, across = positions_mm[placed, axis], np.round(positions_mm[placed, 1 - axis], 1)
    gaps = np.diff(np.unique(np.round(along, 1)))
    if not len(gaps):
        return None
    step = float(np.median(gaps))
    triples: list[tuple[int, int, int, int]] = []
    for number, place in enumerate(np.unique(across)):
        own = placed[across == place]
        own = own[np.argsort(positions_mm[own, axis], kind="stable")]
        beside = np.abs(np.diff(positions_mm[own, axis]) - step) < 0.25 * step
        both = np.flatnonzero(beside[:-1] & beside[1:])
        if len(both) >= _MIN_TRIPLES:
            triples += [(int(own[k]), int(own[k + 1]), int(own[k + 2]), number) for k in both]
    if not triples:
        return None
    first, middle, last, line = np.array(triples, np.intp).T
    picked = windows.astype(np.float64)
    difference = picked[:, first] - 2 * picked[:, middle] + picked[:, last]
    difference *= np.hanning(difference.shape[2])
    frequency = np.asarray(np.fft.rfftfreq(difference.shape[2], 1 / fs_hz))
    kept = frequency <= _HIGHEST_HZ
    return Lines(
        spectra=np.asarray(np.fft.rfft(difference, axis=2)[:, :, kept]),
        line=line,
        place_mm=positions_mm[middle, axis],
        frequency_hz=frequency[kept],
        step_mm=step,
    )


def fitted(lines: Lines, slowest: float) -> Fit:
    """Return the pair of waves that brings most of the mean potential into line.

    Parameters
    ----------
    lines : Lines
        Where the spectra come from.
    slowest : float
        Largest slowness that is tried, in ms/mm; the smallest is 0.
    """
    mean = lines.mean
    low, high = lines.place_mm.min(), lines.place_mm.max()
    n = round((high - low) / lines.step_mm * _PLACES_PER_STEP) + 1
    slowness = np.linspace(0.0, slowest, _SLOWNESS_STEPS + 1)
    width, reach = slowest / _SLOWNESS_STEPS, lines.step_mm
    found = []
    for origins, flips in (
        (np.linspace(low, high, n), True),
        (np.linspace(low, high, n), False),
        (np.array([-np.inf]), False),
        (np.array([np.inf]), False),
    ):
        coarse = [_best(lines, mean, slowness, float(at), flips)[0] for at in origins]
        near = max(coarse, key=lambda fit: fit.share)
        near = refitted(lines, mean, near, width=width, reach_mm=reach)[0]
        near = refitted(lines, mean, near, width=width / _FINER, reach_mm=reach / _FINER)[0]
        found.append(near)
    return max(found, key=lambda fit: fit.share)


def refitted(
    lines: Lines, means: Spectra, near: Fit, *, width: float, reach_mm: float
) -> list[Fit]:
    """Return the best pair of waves around another one for each of several mean potentials.

    Parameters
    ----------
    lines : Lines
        Where the spectra come from.
    means : array of complex, shape (n, n_triples, n_bins)
        Spectra of mean potentials.
    near : Fit
        Where to look.
    width, reach_mm : float
        How far: slowness in ms/mm and origin in mm, to either side.
    """
    offsets = np.arange(-_FINER, _FINER + 1) / _FINER
    slowness = np.maximum(near.slowness + width * offsets, 0.0)
    places = [near.origin_mm]
    if np.isfinite(near.origin_mm):
        places = (near.origin_mm + reach_mm * offsets).tolist()
    tried = [_best(lines, means, slowness, place, near.flips) for place in places]
    return [max(fits, key=lambda fit: fit.share) for fits in zip(*tried, strict=True)]


def _best(
    lines: Lines, means: Spectra, slowness: Floats, origin_mm: float, flips: bool
) -> list[Fit]:
    """Return the best slowness for one origin, of each mean potential."""
    if np.isfinite(origin_mm):
        distance = np.abs(lines.place_mm - origin_mm)
        sign = np.where(lines.place_mm < origin_mm, -1.0, 1.0) if flips else np.ones(len(distance))
    else:
        distance = (lines.place_mm - lines.place_mm.min()) * -np.sign(origin_mm)
        sign = np.ones(len(distance))
    turn = 2e-3j * np.pi * lines.frequency_hz  # delays are in ms
    steer = sign[:, None] * np.exp(turn * (slowness[:, None] * distance)[:, :, None])
    total = np.zeros((len(means), len(slowness)))
    power = np.zeros((len(means), 1))
    for number in np.unique(lines.line):
        own = lines.line == number
        n = int(own.sum())
        moved = np.einsum("dtf,stf->dsf", means[:, own], steer[:, own])
        alone = (np.abs(means[:, own]) ** 2).sum(axis=(1, 2))[:, None]
        # n channels that have nothing in common add up to 1 / n of the most that is possible
        total += ((np.abs(moved) ** 2).sum(axis=2) - alone) / (n - 1)
        power += alone
    share = np.divide(total, power, out=np.zeros_like(total), where=power > 0)
    return [Fit(_summit(slowness, row), origin_mm, flips, float(row.max())) for row in share]


def _summit(slowness: Floats, share: Floats) -> float:
    """Return where `share` peaks, between the steps, by a parabola."""
    top = int(share.argmax())
    if not 0 < top < len(share) - 1:
        return float(slowness[top])
    left, mid, right = share[top - 1 : top + 2]
    bend = left - 2 * mid + right
    step = 0.5 * (left - right) / bend if bend < 0 else 0.0
    return float(slowness[top] + step * (slowness[top + 1] - slowness[top]))
