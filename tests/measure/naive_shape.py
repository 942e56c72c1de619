"""The shape kernel again, slow and readable: one potential at a time, lists and groups."""

from __future__ import annotations

from itertools import groupby

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def baseline(x: Floats, start: int, stop: int, band: float, enough: int) -> float:
    values = x[max(0, start) : max(0, stop)]
    values = values[~np.isnan(values)]
    if len(values) < enough:
        return 0.0
    quiet = values[np.abs(values - np.median(values)) <= band]
    return float(np.median(quiet)) if len(quiet) >= enough else 0.0


def edge(outside: list[bool], run_min: int, quiet: int) -> tuple[int, bool]:
    """`outside[0]` is the peak; return how far the potential reaches, and whether it was cut."""
    last, k = 0, 0
    for is_out, group in groupby(outside):
        length = len(list(group))
        if is_out:
            if k == 0 or length >= run_min:
                last = k + length - 1
        elif k + length - 1 - last >= quiet:
            return last, False
        k += length
    return last, True


def smooth(x: Floats, weights: Floats) -> Floats:
    half = len(weights) // 2
    padded = np.pad(np.nan_to_num(x), half, mode="edge")
    out = np.array([padded[k : k + len(weights)] @ weights for k in range(len(x))])
    return np.where(np.isnan(x), 0.0, out)


def phases(y: Floats, height: float, length: int) -> list[tuple[int, int, float]]:
    """Return (sign, position of the peak, its height) of every phase, like signs joined."""
    found: list[tuple[int, int, float]] = []
    k = 0
    for positive, group in groupby(y >= 0):
        n = len(list(group))
        part = np.abs(y[k : k + n])
        at = int(part.argmax())
        if part[at] >= height and n >= length:
            phase = (1 if positive else -1, k + at, float(part[at]))
            if found and found[-1][0] == phase[0]:
                found[-1] = max(found[-1], phase, key=lambda p: (p[2], -p[1]))
            else:
                found.append(phase)
        k += n
    return found


def turns(y: Floats, swing: float) -> int:
    """Return how many points lie inside the longest chain of alternating large swings."""
    points = [0.0, *y.tolist(), 0.0]
    up, down = [1] * len(points), [1] * len(points)  # longest chain that arrives rising, falling
    for k, here in enumerate(points):
        for before in range(k):
            if here - points[before] >= swing:
                up[k] = max(up[k], down[before] + 1)
            if points[before] - here >= swing:
                down[k] = max(down[k], up[before] + 1)
    return max(0, max(up + down) - 2)


def measure(
    signal: NDArray[np.float32],
    peak: int,
    start: int,
    stop: int,
    bands: tuple[float, float, float, float],
    spans: tuple[int, ...],
    weights: Floats,
    share: float,
) -> dict[str, float] | None:
    run_min, quiet, phase_min, reach, base_from, base_to, enough, shoulder = spans
    band, height, swing, sharp = bands
    x = signal.astype(float)
    x = x - baseline(x, peak - base_from, peak - base_to, band, enough)
    near = range(max(start, peak - reach), min(stop, peak + reach + 1))
    top = peak
    for k in near:
        if abs(x[k]) > abs(x[top]):
            top = k
    if not abs(x[top]) > band:
        return None
    least = share * abs(x[top])
    y = smooth(x, weights)
    out = np.abs(y) > max(band, least)
    out[top] = True  # even where smoothing took it inside
    left, cut_left = edge(out[start : top + 1][::-1].tolist(), run_min, quiet)
    right, cut_right = edge(out[top:stop].tolist(), run_min, quiet)
    first, last = top - left, top + right
    part = np.nan_to_num(x[first : last + 1])
    a, b = max(start, first - shoulder), min(stop, last + shoulder + 1)
    wide = y[a:b]
    raw = x[a:b][~np.isnan(x[a:b])]
    top_uv, bottom_uv = float(raw.max()), float(raw.min())
    high = min(max(wide.max(), top_uv - sharp), top_uv)
    low = max(min(wide.min(), bottom_uv + sharp), bottom_uv)
    y = y[first : last + 1]
    found = phases(y, max(height, least), phase_min)
    tops = [k for sign, k, _ in found if sign > 0]
    depths = [(-value, k) for sign, k, value in found if sign < 0]
    rise = np.nan
    if depths:
        deepest = min(depths)[1]
        before = [k for k in tops if k < deepest]
        rise = deepest - before[-1] if before else np.nan
    return {
        "onset": first,
        "offset": last + 1,
        "top": high,
        "bottom": low,
        "area": float(np.abs(part).sum()),
        "phases": len(found),
        "first": found[0][0] if found else np.nan,
        "turns": turns(y, swing),
        "rise": rise,
        "spike": tops[-1] - tops[0] if len(tops) > 1 else np.nan,
        "cut": float(cut_left or cut_right),
    }
