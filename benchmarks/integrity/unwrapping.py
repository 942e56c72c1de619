"""``python -m benchmarks.integrity unwrap``: what of emgdb's wrapped samples can be known.

Needs the neuropathy record's folder in ``EMGFASC_TEST_DATA``. Printed are what
``emgfasc.integrity.unwrap`` does, and what would be the best case: every other sample is given its
right value, and a wrapped run is left to linear prediction, or to emgfasc's own sum.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_toeplitz

import emgfasc as ef
from emgfasc.integrity import unwrapping

RANGE_UV = 6553.6
Floats = NDArray[np.float64]


def main() -> int:
    folder = Path(os.environ["EMGFASC_TEST_DATA"]) / "physionet_emgdb"
    rec = ef.read(folder / "emg_neuropathy.hea")
    stored = rec.read()[0].astype(np.float64)
    right = right_values(folder / "emg_neuropathy.txt", stored)
    wrapped = np.abs(stored - right) > 1
    back = ef.integrity.unwrap(rec).read()[0]
    moved = np.abs(back - stored) > 1
    print(f"wrapped: {wrapped.sum()} samples in {len(runs(wrapped))} runs")
    print(f"unwrap: {moved.sum()} moved, {(moved & wrapped).sum()} of them rightly")
    missed = Counter(stop - start for start, stop in runs(wrapped & ~moved))
    print(f"not moved: runs by length {dict(sorted(missed.items()))}")
    print("all other samples right, a run is left to")
    for order in (4, 8, 16, 32):
        told = decided(runs(wrapped), [predicted(right, order)], right)
        print(f"  linear prediction of order {order}: {told} of {wrapped.sum()}")
    print(f"  steps and like potentials: {own_sum(stored, right, wrapped)} of {wrapped.sum()}")
    return 0


def right_values(path: Path, stored: Floats) -> Floats:
    """Return the values of the text beside it, in uV; two corrupt rows stay as stored."""
    right = stored.copy()
    for row, line in enumerate(path.read_text("latin-1").splitlines()[: len(stored)]):
        try:
            right[row] = 1e3 * float(line.split()[1])
        except ValueError:
            print(f"row {row} of the text is corrupt")
    return right


def runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return start and stop of each run."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def predicted(x: Floats, order: int) -> Floats:
    """Return the whitening filter that predicts `x` best."""
    y = x - x.mean()
    r = np.array([y[: len(y) - lag] @ y[lag:] for lag in range(order + 1)])
    r[0] *= 1 + 1e-6
    return np.concatenate([[1.0], -solve_toeplitz(r[:order], r[1:])])


def decided(runs_: Iterable[tuple[int, int]], filters: list[Floats], right: Floats) -> int:
    """Count the samples of runs whose right value leaves the smaller absolute error."""
    told = 0
    for start, stop in runs_:
        errors = []
        for shift in (0.0, RANGE_UV):
            at = max(start - 80, 0)
            cut = right[at : stop + 80] - right.mean()
            cut[start - at : stop - at] += shift
            errors.append(sum(np.abs(np.convolve(cut, each, "valid")).sum() for each in filters))
        told += (stop - start) * (errors[0] < errors[1])
    return told


def own_sum(stored: Floats, right: Floats, wrapped: NDArray[np.bool_]) -> int:
    """Count the samples of runs whose right value leaves emgfasc's own sum smaller.

    The sum is made of the steps of :mod:`emgfasc.integrity.unwrapping` themselves, hence their
    inner names: a copy here could differ from what is measured.
    """
    x = stored / RANGE_UV
    before = np.arange(len(x) - 1)
    alike = unwrapping._alike(x, np.flatnonzero(wrapped), 12)  # noqa: SLF001
    first, second = np.concatenate([before, alike[0]]), np.concatenate([before + 1, alike[1]])
    weight = np.concatenate([np.full(len(before), 2.0), alike[2]])
    sure = unwrapping._between_leaps(x, wrapped)  # noqa: SLF001
    y, told = right / RANGE_UV, 0
    for start, stop in runs(wrapped):
        inside = [(at >= start) & (at < stop) for at in (first, second)]
        cut = inside[0] ^ inside[1]
        apart = y[first[cut]] - y[second[cut]]
        other = np.abs(apart + np.where(inside[0][cut], 1.0, -1.0))
        less = (weight[cut] * (other - np.abs(apart))).sum() > 0
        told += (stop - start) * bool(less or sure[start])
    return told
