"""Tell rest from contraction and from stretches that cannot be trusted.

Fasciculation potentials are rare and short: between them a resting recording stays at its noise
floor. A contraction does not. So each second is judged by the share of its 25 ms cells that stand
above a slowly varying floor, which rare potentials cannot raise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Recording, Rest
from emgfasc.rest.cells import Cells, power_cells, rolling_quantile, runs
from emgfasc.rest.repeats import Pace, pace

__all__ = ["FAST", "MACHINE", "RestRules", "find"]

ACTIVE = "motor unit activity"
FAST = "cramp: motor units fire faster than by will"
MACHINE = "complex repetitive: as regular as a machine"
_NAMES: dict[Pace, tuple[str, str]] = {
    "willed": ("voluntary", ACTIVE),
    "fast": ("spontaneous", FAST),
    "machine": ("spontaneous", MACHINE),
}
_DRIFT = 1.5  # of the noise, within the seconds that a floor is taken from
_LEAST_KNOWN = 0.25  # of a window's cells are asked, however much is explained

Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class RestRules:
    """Rules of the rest gate. All are this library's own; the choice of gate changes rates.

    On 165 recordings four gates gave rates from 27 to 71 per minute (Bashford 2020,
    Clin Neurophysiol 131:265-73), so the gate is part of every result.

    Attributes
    ----------
    active_ratio : float
        RMS of a cell over the floor's from which the cell counts as active; slow swings are taken
        out of both.
    active_share : float
        Share of active cells from which a moment counts as contraction.
    window_s : float
        Length over which that share is taken.
    channel_share : float
        Share of channels (at least one) that must be in contraction.
    gap_s : float
        A contraction goes on, before and after, as long as active cells follow one another within
        this time: two intervals of a unit at recruitment.
    min_rest_s, min_active_s : float
        Shorter rest beside a contraction, and shorter contraction within rest, are not believed:
        eight intervals at 4 Hz, the slowest steady firing by will (unverified), are 2 s.
    margin_s : float
        Added before and after a contraction.
    max_noise_uv : float
        Floor above which nothing can be told (SPiQE leaves out noise above 100 uV, Bashford 2019,
        https://doi.org/10.1016/j.clinph.2019.03.032; its definition may differ).
    min_duration_s : float
        Shorter recordings cannot be verified.
    """

    active_ratio: float = 1.9
    active_share: float = 0.35
    window_s: float = 1.5
    channel_share: float = 0.1
    gap_s: float = 0.25
    min_rest_s: float = 2.0
    min_active_s: float = 0.3
    margin_s: float = 0.2
    max_noise_uv: float = 100.0
    min_duration_s: float = 2.0


def find(
    rec: Recording,
    *,
    rules: RestRules | None = None,
    lost: Sequence[tuple[float, float, str, str]] = (),
    explained: Sequence[tuple[float, float]] = (),
) -> Rest:
    """Find rest, voluntary or spontaneous activity, and stretches that cannot be used.

    A stretch without rest is ``voluntary``, unless its units fire faster than by will or like a
    machine (:func:`emgfasc.rest.repeats.pace`): then it is ``spontaneous``.

    Parameters
    ----------
    rec : Recording
        Cleaned, see :func:`emgfasc.preprocess.clean`.
    rules : RestRules, optional
        Default: the usual ones, the same for every kind.
    lost : sequence of (start_s, stop_s, 'artifact', reason)
        Stretches that show nothing of the muscle, from :func:`emgfasc.rest.lost`. They are left
        out of what is judged, and keep their reason.
    explained : sequence of (start_s, stop_s)
        Where potentials lie that are known to be spontaneous, like fibrillations. What else a
        stretch holds is judged without them.

    Returns
    -------
    Rest
        Tiles the recording; each excluded stretch has its reason.

    Examples
    --------
    >>> import numpy as np, emgfasc as ef
    >>> noise = np.random.default_rng(0).normal(0, 5, (1, 40960))
    >>> noise[0, 16384:22528] *= 20  # a contraction from 8 to 11 s
    >>> rec = ef.preprocess.clean(ef.read(noise, fs=2048, kind="surface"))
    >>> ef.rest.find(rec).status
    'partial'
    """
    rules = rules or RestRules()
    if rec.duration_s < rules.min_duration_s:
        why = f"shorter than {rules.min_duration_s:g} s"
        return Rest.from_spans([], duration_s=rec.duration_s, reason=why, verifiable=False)
    cells = power_cells(rec)
    unusable = [
        (np.isnan(cells.power), "missing samples"),
        (cells.power == 0, "flat"),
        (
            _floor(cells, cells.power) > rules.max_noise_uv**2,
            f"noise above {rules.max_noise_uv:g} uV",
        ),
    ]
    spans: list[tuple[float, float, str, str]] = []
    for where, why in unusable:
        for start, stop in runs(where.mean(axis=0) >= 0.5):
            spans.append((start * cells.cell_s, stop * cells.cell_s, "artifact", why))
    spans += lost  # a lost stretch is flat once filtered: what was lost says why
    judged = _without(cells, [span[:2] for span in lost])
    for start, stop in runs(_contraction(judged, _without(judged, explained), rules)):
        name = _NAMES[pace(rec, judged, (start, stop))]
        spans.append((start * cells.cell_s, stop * cells.cell_s, *name))
    return Rest.from_spans(spans, duration_s=rec.duration_s)


def _without(cells: Cells, spans: Sequence[tuple[float, float]]) -> Cells:
    """Return the cells with those that touch one of the spans unknown."""
    fast = cells.fast_power.copy()
    for start, stop in spans:
        fast[:, int(start / cells.cell_s) : math.ceil(stop / cells.cell_s)] = np.nan
    return replace(cells, fast_power=fast)


def _floor(cells: Cells, power: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the power that the quietest fifth of the cells of a second stays under.

    Of the 17 seconds around, the sixth quietest counts: a contraction of 9 s is more than half.
    """
    return rolling_quantile(power, group=cells.count(1.0), reach=8, quantile=0.2, among=0.35)


def _contraction(cells: Cells, unexplained: Cells, rules: RestRules) -> Mask:
    """Tell for every cell whether the muscle is active, beyond what is explained.

    A contraction raises the floor of the seconds beside it, and hides there what the first and the
    last of its units do. So the floor is taken again without it, as long as that shows more.
    """
    power = unexplained.fast_power
    hidden = np.isnan(power) & ~np.isnan(cells.fast_power)
    floor, found = _floor(cells, power), np.zeros(cells.n_cells, bool)
    while True:
        more = found | _active_stretches(cells, power, floor, hidden, rules)
        if (more == found).all():
            return _without_short_rest(found, cells.count(rules.min_rest_s))
        found = more
        without = _floor(cells, np.where(found, np.float32(np.nan), power))
        floor = np.where(without > 0, np.minimum(floor, _DRIFT**2 * without), floor)


def _active_stretches(
    cells: Cells,
    power: NDArray[np.float32],
    floor: NDArray[np.float32],
    hidden: Mask,
    rules: RestRules,
) -> Mask:
    """Tell for every cell whether it belongs to a contraction above a floor."""
    with np.errstate(invalid="ignore"):
        active = power > rules.active_ratio**2 * floor
    size = cells.count(rules.window_s)
    share = _moving_mean(active, size) / np.maximum(1 - _moving_mean(hidden, size), _LEAST_KNOWN)
    needed = max(1, int(np.ceil(rules.channel_share * len(active))))
    over = (share >= rules.active_share).sum(axis=0) >= needed
    any_active = active.sum(axis=0) >= needed
    gap, margin = cells.count(rules.gap_s), cells.count(rules.margin_s)
    out = np.zeros(over.shape, bool)
    for start, stop in runs(over):
        inside = np.flatnonzero(any_active[start:stop])
        if inside.size and inside[-1] - inside[0] + 1 >= cells.count(rules.min_active_s):
            first = _followed(any_active[::-1], len(over) - 1 - start - inside[0], gap)
            last = _followed(any_active, start + inside[-1], gap)
            out[max(0, len(over) - 1 - first - margin) : last + 1 + margin] = True
    return out


def _followed(active: Mask, cell: int, gap: int) -> int:
    """Return the last of the active cells that follow `cell` within `gap` of one another."""
    later = cell + 1 + np.flatnonzero(active[cell + 1 :])
    breaks = np.flatnonzero(np.diff(later, prepend=cell) > gap)
    kept = later[: breaks[0]] if breaks.size else later
    return int(kept[-1]) if kept.size else int(cell)


def _without_short_rest(contraction: Mask, shortest: int) -> Mask:
    """Count rest that is too short to be believed, beside a contraction, as part of it."""
    out = contraction.copy()
    for start, stop in runs(~contraction):
        beside = start > 0 or stop < len(contraction)
        if beside and stop - start < shortest:
            out[start:stop] = True
    return out


def _moving_mean(mask: Mask, size: int) -> NDArray[np.float64]:
    """Return the centred mean of `size` cells; at the ends, of those that exist."""
    n = mask.shape[1]
    sums = np.concatenate([np.zeros((len(mask), 1)), np.cumsum(mask, axis=1)], axis=1)
    low = np.clip(np.arange(n) - size // 2, 0, n)
    high = np.clip(np.arange(n) - size // 2 + size, 0, n)
    return np.asarray((sums[:, high] - sums[:, low]) / (high - low), dtype=np.float64)
