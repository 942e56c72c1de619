"""Slow, readable twins of the kernels: one plain loop each, in float64."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


def cell_power(x: Floats, size: int) -> NDArray[np.float64]:
    """Mean square of every cell of `size` samples; the last may be shorter."""
    n_cells = -(-x.shape[1] // size)
    out = np.empty((len(x), n_cells))
    for c, row in enumerate(x):
        for k in range(n_cells):
            cell = row[k * size : (k + 1) * size].astype(float)
            out[c, k] = sum(v * v for v in cell) / len(cell)
    return out


def lane(
    block: Floats,
    members: list[int],
    share: float,
    gain: float,
    good: list[int],
    first: int,
    n: int,
) -> NDArray[np.float64]:
    """``gain * (sum of members - share * mean of good)``; zeros outside and in gaps."""
    out = np.zeros(n)
    for i in range(n):
        at = first + i
        if not 0 <= at < block.shape[1]:
            continue
        values = [0.0 if np.isnan(v) else float(v) for v in block[:, at]]
        mean = sum(values[c] for c in good) / len(good)
        out[i] = gain * (sum(values[c] for c in members) - share * mean)
    return out


def hat(row: Floats, width: int) -> NDArray[np.float64]:
    """Twice the mean of a box less the means of the boxes before and after; zeros outside."""
    pad = 2 * width
    padded = np.concatenate([np.zeros(pad), row.astype(float), np.zeros(pad)])
    out = np.empty(len(row))
    for i in range(len(row)):
        left = i + pad - width // 2
        inner = sum(padded[left : left + width])
        before = sum(padded[left - width : left])
        after = sum(padded[left + width : left + 2 * width])
        out[i] = (2 * inner - before - after) / width
    return out


def summarise(response: Floats, size: int) -> tuple[list[float], list[float], list[int], int]:
    """Power, largest absolute response and its first sample for every cell; sign changes."""
    power, peak, where = [], [], []
    for start in range(0, len(response), size):
        cell = [float(v) for v in response[start : start + size]]
        power.append(sum(v * v for v in cell) / len(cell))
        peak.append(max(abs(v) for v in cell))
        where.append(start + [abs(v) for v in cell].index(peak[-1]))
    changes, before = 0, 0.0
    for value in response:
        changes += (value < 0) != (before < 0)
        before = value
    return power, peak, where, changes


def consolidate(first: list[int], last: list[int], merge: int) -> list[tuple[int, int]]:
    """Join intervals whose gap is at most `merge`, however they are nested."""
    spans: list[tuple[int, int]] = []
    for lo, hi in sorted(zip(first, last, strict=True)):
        if spans and lo - spans[-1][1] <= merge:
            spans[-1] = (spans[-1][0], max(spans[-1][1], hi))
        else:
            spans.append((lo, hi))
    return spans


def outline(
    piece: Floats, channels: list[int], noise: Floats, least: float
) -> tuple[int, float, int, int]:
    """Channel of the largest swing, that swing, where its peak is, and how many channels swing."""
    swings = []
    for channel in channels:
        row = piece[channel]
        swings.append(0.0 if np.isnan(row).any() else float(max(row) - min(row)))
    best = swings.index(max(swings))
    sizes = [0.0 if np.isnan(v) else abs(float(v)) for v in piece[channels[best]]]
    reached = sum(swing > least * sd for swing, sd in zip(swings, noise.tolist(), strict=True))
    return best, swings[best], sizes.index(max(sizes)), reached
