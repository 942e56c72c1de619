"""How much a unit's potential changes from one discharge to the next (jiggle)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgfasc._validate import positive
from emgfasc.measure.align import Discharges, units_of
from emgfasc.measure.overlay import MIN_DISCHARGES, blank_row, overlaid

if TYPE_CHECKING:
    from emgfasc.containers import Events, Recording

__all__ = ["instability"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_AT_ONCE = 1 << 18  # counts that are added up together
_FAR = 6.0  # standard errors of a median, beyond which hardly any lies

_NUMBERS = (
    "cad_pct",
    "cad_pct_lo95",
    "cad_pct_hi95",
    "ccc",
    "ccc_lo95",
    "ccc_hi95",
    "ccc_if_stable",
)


def instability(
    rec: Recording, events: Events, *, n_boot: int = 200, seed: int = 0
) -> pd.DataFrame:
    """Measure consecutive amplitude difference (CAD) and correlation (CCC) of every unit.

    Discharges are laid over each other to a fraction of a sample, on the unit's main channel,
    from the unit's median onset to its median offset. A discharge with another potential inside
    its window is left out, because overlap is not instability.

    Parameters
    ----------
    rec : Recording
        The cleaned recording.
    events : Events
        Potentials with `unit`, `onset` and `duration`, as :func:`morphology` gives them.
    n_boot : int, default 200
        Bootstrap samples of the consecutive pairs, for the 95 % limits.
    seed : int, default 0
        Seed of the bootstrap.

    Returns
    -------
    DataFrame
        One row per unit: `unit`, `channel`, `n` discharges, `n_used` of them without overlap,
        `cad_pct` and `ccc` with `_lo95` and `_hi95`, `ccc_if_stable` (the CCC that the noise
        alone would leave of a potential that never changes), and `reason`, which says why a
        unit has ``nan``: fewer than 5 discharges without overlap, or no flat baseline.

    Notes
    -----
    With ``d_k(t) = |x_{k+1}(t) - x_k(t)|``, CAD is ``sum_t median_k d_k(t)``, less the same sum
    over a baseline window of equal length, over ``sum_t |median potential|``, in percent; CCC
    is the median correlation of consecutive discharges. Stalberg and Sonoo 1994 (formulas
    unverified). The noise term makes CAD near 0 for a stable potential; it may be slightly
    negative. Fasciculation potentials can start at several sites (Mills 2010), so a change of
    shape is not always jitter: see :func:`emgfasc.measure.jitter`.

    Examples
    --------
    >>> import numpy as np, emgfasc as ef
    >>> from emgfasc.containers import Events
    >>> rec = ef.read(np.zeros((1, 2048), np.float32), fs=2048, kind="surface")
    >>> len(ef.measure.instability(rec, Events.empty()))
    0
    """
    draws = int(positive("n_boot", n_boot))
    columns = ["unit", "channel", "n", "n_used", *_NUMBERS, "reason"]
    rows = [_row(rec, events, unit, draws, seed) for unit in units_of(rec, events)]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype(
        dict.fromkeys(("unit", "n", "n_used"), "int64") | dict.fromkeys(_NUMBERS, "float64")
    )


def _row(
    rec: Recording, events: Events, unit: Discharges, n_boot: int, seed: int
) -> dict[str, object]:
    """Return one unit's row."""
    row = blank_row(rec, unit, ("n_used",), _NUMBERS)
    found = overlaid(rec, events, unit)
    if isinstance(found, str):
        return row | {"reason": found}
    row["n_used"] = len(found.potentials)
    if len(found.potentials) < MIN_DISCHARGES:
        return row | {"reason": f"fewer than {MIN_DISCHARGES} discharges without overlap"}
    return row | _jiggle(found.potentials, found.noise, n_boot, seed) | {"reason": ""}


def _jiggle(x: Floats, noise: Floats, n_boot: int, seed: int) -> dict[str, float]:
    """Return CAD and CCC of aligned discharges with their bootstrap limits."""
    template = np.median(x, axis=0)
    total = float(np.abs(template).sum())
    if total == 0:
        return {}
    change, quiet = np.abs(np.diff(x, axis=0)), np.abs(np.diff(noise, axis=0))
    match = _correlations(x)
    rng = np.random.default_rng(seed)
    draws = rng.integers(0, len(match), (n_boot, len(match)))
    all_once = np.arange(len(match))[None]
    cads, cad = (_cads(change, quiet, picks, total) for picks in (draws, all_once))
    cccs = np.median(match[draws], axis=1)
    power = float(np.var(template))
    noise_power = float(np.var(noise, axis=1).mean())
    found = {
        "cad_pct": float(cad[0]),
        "ccc": float(np.median(match)),
        "ccc_if_stable": power / (power + noise_power),
    }
    for name, values in (("cad_pct", cads), ("ccc", cccs)):
        low, high = np.percentile(values, [2.5, 97.5])
        found[f"{name}_lo95"], found[f"{name}_hi95"] = float(low), float(high)
    return found


def _cads(change: Floats, quiet: Floats, draws: Ints, total: float) -> Floats:
    """Return the CAD of each draw of consecutive pairs."""
    extra = drawn_medians(change, draws).sum(axis=1) - drawn_medians(quiet, draws).sum(axis=1)
    return np.asarray(100.0 * extra / total)


def drawn_medians(values: Floats, draws: Ints) -> Floats:
    """Return ``np.median(values[pick], axis=0)`` of each `pick` in `draws`, with one sort for all.

    How often each row was drawn, added up in the order of a column's values, shows which of them
    lies in the middle. As it lies near the middle of the column as well, only there are counts
    added up one by one.

    Parameters
    ----------
    values : array, shape (n, n_samples)
    draws : array of int64, shape (n_draws, k)
        Rows drawn, with repetition.

    Returns
    -------
    array, shape (n_draws, n_samples)

    Examples
    --------
    >>> import numpy as np
    >>> from emgfasc.measure.instability import drawn_medians
    >>> drawn_medians(np.array([[1.0], [4.0], [9.0]]), np.array([[0, 1, 2], [2, 1, 2]])).tolist()
    [[4.0], [9.0]]
    """
    n, size = len(values), draws.shape[1]
    order = np.argsort(values, axis=0)
    counts = np.array([np.bincount(pick, minlength=n) for pick in draws], float)
    reach = int(_FAR * n / (2 * np.sqrt(size))) + 1
    medians = _middle(values, order, counts, slice(max(0, n // 2 - reach), n // 2 + reach))
    medians[counts @ np.isnan(values) > 0] = np.nan
    return medians


def _middle(values: Floats, order: Ints, counts: Floats, places: slice) -> Floats:
    """Return the medians, looked for in these places of the columns first."""
    before = counts @ (np.argsort(order, axis=0) < places.start)
    rows = order[places]
    ordered = np.take_along_axis(values, rows, axis=0)
    size = round(counts[0].sum())
    medians = np.empty((len(counts), values.shape[1]))
    at_once = max(1, _AT_ONCE // max(ordered.size, 1))
    for start in range(0, len(counts), at_once):
        part = slice(start, start + at_once)
        upto = np.cumsum(np.take(counts[part], rows, axis=1), axis=1) + before[part, None]
        if (before[part] > (size - 1) // 2).any() or (upto[:, -1] <= size // 2).any():
            return _middle(values, order, counts, slice(0, len(values)))
        low, high = (
            np.take_along_axis(ordered, (upto <= rank).sum(axis=1), axis=0)
            for rank in ((size - 1) // 2, size // 2)
        )
        medians[part] = (low + high) / 2
    return medians


def _correlations(x: Floats) -> Floats:
    """Return the correlation of each row with the next."""
    centred = x - x.mean(axis=1, keepdims=True)
    norm = np.sqrt((centred**2).sum(axis=1))
    scale = norm[:-1] * norm[1:]
    product = (centred[:-1] * centred[1:]).sum(axis=1)
    return np.asarray(np.divide(product, scale, out=np.zeros(len(scale)), where=scale > 0))
