"""One potential, one event: units that hardly ever fire alone are parts of others' potentials."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc._validate import one_of
from emgfasc.containers import KINDS, Events, Kind, Rest, Units
from emgfasc.sort.rediscover import units_with
from emgfasc.sort.sorting import unit_rows

__all__ = ["whole"]

_REACH_S: dict[Kind, float] = {"needle": 0.008, "surface": 0.012, "hdsemg": 0.012}
_LEAST = 3  # coincidences from which on they are no chance
_MOSTLY = 0.3  # of a unit's potentials
_BY_CHANCE = 0.1  # of its potentials, at most, would lie as near if it fired on its own,
_AROUND_S = 0.25  # judged by how many of other units' lie so far around
_OWN_S = 0.02  # but not so near, where parts of the same potential lie
_AT_ONCE_S = 0.004 - 1e-6  # nearer than the closest doublet; times are rounded
_RARELY = 0.25  # of potentials of two units so near, so many at most come by chance
_THRICE_S = 0.008  # a unit at rest fires once, or twice as a doublet, but not three times within it


def whole(events: Events, units: Units, *, rest: Rest, kind: Kind) -> tuple[Events, Units]:
    """Drop potentials that are parts of larger ones.

    What the average leaves of a potential that changes its shape looks like another unit. Such a
    unit is told by its times: at least three and 30 % of its potentials at rest lie within 8 ms of
    a larger one of another unit (12 ms on the skin), where no more than 10 % would by chance, which
    is told by what fires 20 to 250 ms away. One that fires on its own now and then keeps those
    potentials. Where one unit would fire three times within 8 ms only the largest stays: a
    fasciculation is one discharge or a doublet (4 to 10 ms,
    Mills 2010, https://doi.org/10.1093/brain/awq290, limits unverified). With a needle, where two
    units fire less than 4 ms apart, only the larger stays, too, unless a quarter of all such pairs
    would come by chance at these rates. Limits are this library's own.

    Parameters
    ----------
    events : Events
        With `unit`, from :func:`rediscover`.
    units : Units
        Of the same.
    rest : Rest
        Gives the time over which rates are taken; potentials outside it take no part, for there
        all lie close together.
    kind : {'needle', 'surface', 'hdsemg'}
        What recorded them.

    Returns
    -------
    events : Events
        Without the parts.
    units : Units
        With their new counts; a unit that lost all its potentials goes.

    Examples
    --------
    >>> import emgfasc as ef
    >>> rec, truth = ef.simulate.recording(kind="needle", seed=7, seconds=20)
    >>> clean = ef.preprocess.clean(rec)
    >>> rest = ef.rest.find(clean)
    >>> found = ef.sort.units(clean, ef.detect.detect(clean, rest=rest), rest=rest)
    >>> events, units = ef.sort.whole(*found, rest=rest, kind="needle")
    >>> len(events) == len(found[0])
    True
    """
    one_of("kind", kind, KINDS)
    reach_s = _REACH_S[kind]
    frame = events.frame
    unit = frame["unit"].to_numpy(np.int64)
    time, size = frame["peak_s"].to_numpy(float), frame["amplitude_uv"].to_numpy(float)
    unit = np.where(rest.state_at(time) == "rest", unit, 0)
    drop = _beside_larger(time, size, unit, _THRICE_S, same=True) & _thrice(time, unit)
    unit = np.where(drop, 0, unit)
    drop |= _parts(time, size, unit, reach_s)
    if kind == "needle":
        drop |= _at_once(time, size, np.where(drop, 0, unit))
    if not drop.any():
        return events, units
    kept = events.replace(frame=frame[~drop].reset_index(drop=True))
    return kept, units_with(units, unit_rows(kept, rest))


def _parts(
    time_s: NDArray[np.float64],
    size: NDArray[np.float64],
    unit: NDArray[np.int64],
    reach_s: float,
) -> NDArray[np.bool_]:
    """Tell which lie beside larger ones as too many potentials of their unit do."""
    out = np.zeros(len(unit), bool)
    near = _beside_larger(time_s, size, unit, reach_s, same=False)
    for number in np.unique(unit[near]):
        mine = unit == number
        n = int((mine & near).sum())
        chance = reach_s * float(_others_per_s(time_s, unit)[mine].mean())
        if n >= _LEAST and n >= _MOSTLY * mine.sum() and 2 * chance <= _BY_CHANCE:
            out |= mine & near
    return out


def _at_once(
    time_s: NDArray[np.float64], size: NDArray[np.float64], unit: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Tell which lie less than 4 ms from a larger one, when hardly any would by chance."""
    near = _beside_larger(time_s, size, unit, _AT_ONCE_S, same=False)
    by_chance = _AT_ONCE_S * float(_others_per_s(time_s, unit).sum())  # each pair counts once
    return near if by_chance <= _RARELY * near.sum() else np.zeros(len(unit), bool)


def _others_per_s(time_s: NDArray[np.float64], unit: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how often units other than its own fire around each potential; 0 where it has none.

    What lies near is what is asked about: parts of one potential would speak for one another.
    """
    out = np.zeros(len(unit))
    for number in np.unique(unit[unit > 0]):
        mine = unit == number
        others = np.sort(time_s[(unit > 0) & ~mine])
        around = np.zeros(int(mine.sum()))
        for reach_s, sign in ((_AROUND_S, 1), (_OWN_S, -1)):
            around += sign * np.searchsorted(others, time_s[mine] + reach_s)
            around -= sign * np.searchsorted(others, time_s[mine] - reach_s)
        out[mine] = around / (2 * (_AROUND_S - _OWN_S))
    return out


def _thrice(time_s: NDArray[np.float64], unit: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which are among three potentials of one unit within 8 ms."""
    out = np.zeros(len(unit), bool)
    for number in np.unique(unit[unit > 0]):
        mine = np.flatnonzero(unit == number)
        mine = mine[np.argsort(time_s[mine], kind="stable")]
        first = np.flatnonzero(time_s[mine[2:]] - time_s[mine[:-2]] <= _THRICE_S)
        out[mine[(first[:, None] + np.arange(3)).ravel()]] = True
    return out


def _beside_larger(
    time_s: NDArray[np.float64],
    size: NDArray[np.float64],
    unit: NDArray[np.int64],
    reach_s: float,
    *,
    same: bool,
) -> NDArray[np.bool_]:
    """Tell which lie within `reach_s` of a larger one, of the `same` unit or of another."""
    out = np.zeros(len(unit), bool)
    order = np.argsort(time_s, kind="stable")
    time = time_s[order]
    low = np.searchsorted(time, time - reach_s, "left")
    high = np.searchsorted(time, time + reach_s, "right")
    for k in np.flatnonzero((high - low > 1) & (unit[order] > 0)):
        there = order[low[k] : high[k]]
        me = order[k]
        asked = (unit[there] > 0) & ((unit[there] == unit[me]) == same)
        larger = asked & (size[there] > size[me])
        out[me] = bool(larger.any())
    return out
