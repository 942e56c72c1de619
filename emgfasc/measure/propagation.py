"""How fast a unit's potential runs along the fibres below a grid, and from where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from emgfasc._validate import positive
from emgfasc.measure.align import Discharges, clear, units_of
from emgfasc.measure.delays import Fit, Lines, fitted, lines_along, refitted
from emgfasc.measure.given import peak_samples
from emgfasc.measure.rules import Rules

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emgfasc.containers import Events, Recording

__all__ = ["propagation"]

_BEFORE_MS, _AFTER_MS = 20.0, 30.0
_NEAR = 0.2  # of the slowness: how far the bootstrap looks to either side
_AXES = ("x", "y")
_NUMBERS = ("speed_m_s", "endplate_mm")
_COLUMNS = (
    "unit",
    "n_used",
    "axis",
    *(f"{name}{end}" for name in _NUMBERS for end in ("", "_lo95", "_hi95")),
    "fit",
    "reason",
)


def propagation(
    rec: Recording,
    events: Events,
    *,
    rules: Rules | None = None,
    n_boot: int = 50,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure conduction speed and end-plate position of every unit on a grid.

    The mean potential of the unit's discharges is differenced twice along the lines of the grid,
    which takes away most of what arrives everywhere at once. Below the fibres two waves then
    leave the end-plate in opposite directions at one speed; the speed and end-plate are those
    whose delays bring most of the signal into line (`fit`, the share of the power that adds up
    beyond chance).
    Either axis of the grid is tried, so the fibres may lie along x or y, but not in between.

    Parameters
    ----------
    rec : Recording
        The cleaned recording, of kind ``hdsemg`` and with `positions_mm`.
    events : Events
        Potentials with `unit`.
    rules : Rules, optional
        Thresholds; by default those of the recording's kind.
    n_boot : int, default 50
        Bootstrap samples of the discharges, for the 95 % limits.
    seed : int, default 0
        Seed of the bootstrap.

    Returns
    -------
    DataFrame
        One row per unit: `unit`, `n_used` discharges that stand alone, `axis` the fibres lie
        along, `speed_m_s` and `endplate_mm` (on that axis, as `positions_mm` counts) with
        ``_lo95`` and ``_hi95``, `fit` from 0 to 1, and `reason`, which says why a unit has
        ``nan``. A unit whose end-plate lies outside the grid has a speed, but no position.

    Notes
    -----
    The limits tell how repeatable the numbers are, not how right. On simulated units the speed was
    within 20 % of the mean fibre's, mostly 4 to 16 % above it, and the end-plate within 1 mm:
    thick, fast fibres weigh more, the end of the waves at the tendons makes them look faster, and
    neighbours on both sides of the end-plate, which see both waves, slower. One speed and one
    end-plate for all of a unit's fibres is a model; the estimate by best alignment of many
    channels is that of Farina et al. 2001, Med Biol Eng Comput 39:225-236 (unverified). Fibres
    conduct at 2-7 m/s (unverified).

    Examples
    --------
    >>> import numpy as np, emgfasc as ef
    >>> from emgfasc.containers import Events
    >>> rec = ef.read(np.zeros((64, 2048), np.float32), fs=2048, kind="hdsemg")
    >>> len(ef.measure.propagation(rec, Events.empty()))
    0
    """
    rules = Rules.for_kind(rec.kind) if rules is None else rules
    draws = int(positive("n_boot", n_boot))
    rows = [_row(rec, events, unit, rules, (draws, seed)) for unit in units_of(rec, events)]
    frame = pd.DataFrame(rows, columns=list(_COLUMNS))
    floats = [name for name in _COLUMNS if name.startswith(_NUMBERS)] + ["fit"]
    return frame.astype({"unit": "int64", "n_used": "int64"} | dict.fromkeys(floats, "float64"))


def _row(
    rec: Recording, events: Events, unit: Discharges, rules: Rules, boot: tuple[int, int]
) -> dict[str, object]:
    """Return one unit's row."""
    row: dict[str, object] = dict.fromkeys(_COLUMNS, np.nan)
    row |= {"unit": unit.unit, "n_used": 0, "axis": "", "reason": ""}
    if rec.kind != "hdsemg" or rec.positions_mm is None:
        return row | {"reason": "needs a grid whose positions are known"}
    windows = _windows(rec, events, unit)
    row["n_used"] = len(windows)
    if len(windows) < max(rules.propagation_discharges, 1):
        few = f"fewer than {rules.propagation_discharges:g} discharges without overlap"
        return row | {"reason": few}
    if not np.isfinite(windows[:, rec.good]).all():
        return row | {"reason": "the signal has gaps"}
    found = _along_each_axis(rec, windows, rules)
    if not found:
        return row | {"reason": "no line of at least 6 neighbouring channels"}
    moving = [one for one in found if one[0].slowness > 1.0 / rules.propagation_max_m_s]
    best, lines, name = max(moving or found, key=lambda one: one[0].share)
    row["fit"] = best.share
    still = [one for one in found if one not in moving and one[0].share >= rules.propagation_fit]
    clear_fit = best.share >= rules.propagation_fit
    at_limit = best.slowness >= 1.0 / rules.propagation_min_m_s
    if not moving or at_limit or (still and not clear_fit):
        row["reason"] = "the potential does not run along either axis of the grid"
    elif not clear_fit:
        row["reason"] = "one speed does not bring the channels into line"
    else:
        row |= {"axis": name} | _told(best, lines, boot)
    return row


def _windows(rec: Recording, events: Events, unit: Discharges) -> NDArray[np.float32]:
    """Return all channels around the discharges that stand alone."""
    ms = rec.fs_hz / 1e3
    before, after = round(_BEFORE_MS * ms), round(_AFTER_MS * ms)
    peaks = peak_samples(rec, events)
    rows = clear(peaks, unit.rows, before, after, rec.n_samples)
    out = np.empty((len(rows), rec.n_channels, before + after + 1), np.float32)
    for number, peak in enumerate(peaks[rows]):
        out[number] = rec.read(int(peak) - before, int(peak) + after + 1)
    return out


def _along_each_axis(
    rec: Recording, windows: NDArray[np.float32], rules: Rules
) -> list[tuple[Fit, Lines, str]]:
    """Return the best fit along x and along y, where there are lines."""
    found = []
    for axis, name in enumerate(_AXES):
        if rec.positions_mm is None:
            continue
        lines = lines_along(windows, rec.positions_mm, rec.good, axis, rec.fs_hz)
        if lines is not None:
            best = fitted(lines, 1.0 / rules.propagation_min_m_s)
            found.append((best, lines, name))
    return found


def _told(best: Fit, lines: Lines, boot: tuple[int, int]) -> dict[str, object]:
    """Return speed and end-plate with their bootstrap limits."""
    draws, seed = boot
    rng = np.random.default_rng(seed)
    n = len(lines.spectra)
    means = np.stack([lines.spectra[rng.integers(0, n, n)].mean(axis=0) for _ in range(draws)])
    near = {"width": _NEAR * best.slowness, "reach_mm": 0.5 * lines.step_mm}
    # on one mesh, so that the limits are those of the value
    own, *again = refitted(lines, np.concatenate([lines.mean, means]), best, **near)
    row: dict[str, object] = {}
    for label, value, values in (
        ("speed_m_s", own.speed_m_s, np.array([fit.speed_m_s for fit in again])),
        ("endplate_mm", own.endplate_mm(lines), np.array([fit.origin_mm for fit in again])),
    ):
        row[label] = value
        low, high = _limits(values) if np.isfinite(value) else (np.nan, np.nan)
        row[f"{label}_lo95"], row[f"{label}_hi95"] = low, high
    if not np.isfinite(own.endplate_mm(lines)):
        row["reason"] = "the end-plate lies outside the grid"
    return row


def _limits(values: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
