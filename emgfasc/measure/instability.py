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
    cads = [_cad(change[pick], quiet[pick], total) for pick in draws]
    cccs = np.median(match[draws], axis=1)
    power = float(np.var(template))
    noise_power = float(np.var(noise, axis=1).mean())
    found = {
        "cad_pct": _cad(change, quiet, total),
        "ccc": float(np.median(match)),
        "ccc_if_stable": power / (power + noise_power),
    }
    for name, values in (("cad_pct", cads), ("ccc", cccs)):
        low, high = np.percentile(values, [2.5, 97.5])
        found[f"{name}_lo95"], found[f"{name}_hi95"] = float(low), float(high)
    return found


def _cad(change: Floats, quiet: Floats, total: float) -> float:
    extra = np.median(change, axis=0).sum() - np.median(quiet, axis=0).sum()
    return float(100.0 * extra / total)


def _correlations(x: Floats) -> Floats:
    """Return the correlation of each row with the next."""
    centred = x - x.mean(axis=1, keepdims=True)
    norm = np.sqrt((centred**2).sum(axis=1))
    scale = norm[:-1] * norm[1:]
    product = (centred[:-1] * centred[1:]).sum(axis=1)
    return np.asarray(np.divide(product, scale, out=np.zeros(len(scale)), where=scale > 0))
