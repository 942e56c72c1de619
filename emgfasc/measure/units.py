"""All that is measured of whole units, in one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from emgfasc.measure.averages import averages
from emgfasc.measure.instability import instability
from emgfasc.measure.jitter import jitter
from emgfasc.measure.propagation import propagation
from emgfasc.measure.rules import Rules
from emgfasc.measure.satellites import satellites

if TYPE_CHECKING:
    from emgfasc.containers import Events, Recording

__all__ = ["units"]

_LIMITS = ("", "_lo95", "_hi95")
_AVERAGED = ("amplitude_uv", "duration_ms", "area_uvms", "phases", "turns")
_OF_CHANGE = (
    *(f"{name}{end}" for name in ("cad_pct", "ccc") for end in _LIMITS),
    "ccc_if_stable",
)
_OF_PARTS = tuple(f"{name}{end}" for name in ("jitter_us", "blocking_pct") for end in _LIMITS)
_ALONG = tuple(f"{name}{end}" for name in ("speed_m_s", "endplate_mm") for end in _LIMITS)


def units(
    rec: Recording, events: Events, *, rules: Rules | None = None, seed: int = 0
) -> pd.DataFrame:
    """Measure every unit: its average, its change, its components, and how it runs along a grid.

    Parameters
    ----------
    rec : Recording
        The cleaned recording.
    events : Events
        Potentials with `unit`, as :func:`emgfasc.measure.morphology` returns them.
    rules : Rules, optional
        Thresholds; by default those of the recording's kind.
    seed : int, default 0
        Seed of the bootstrap limits.

    Returns
    -------
    DataFrame
        Index `unit`; the columns of ``emgfasc.containers.UNITS`` that come from the signal:
        ``average_...`` (:func:`averages`), `cad_pct` and `ccc` (:func:`instability`), `jitter_us`
        and `blocking_pct` (:func:`jitter`), `speed_m_s` and `endplate_mm` (:func:`propagation`),
        `n_satellites` (:func:`satellites`), and `not_measured`: what is ``nan``, and why, beyond
        what this kind of recording cannot show at all (:func:`validity`).

    Examples
    --------
    >>> import numpy as np, emgfasc as ef
    >>> from emgfasc.containers import Events
    >>> rec = ef.read(np.zeros((1, 2048), np.float32), fs=2048, kind="surface")
    >>> len(ef.measure.units(rec, Events.empty()))
    0
    """
    parts = {
        "average": averages(rec, events, rules=rules),
        "instability": instability(rec, events, seed=seed),
        "jitter": jitter(rec, events, seed=seed),
        "propagation": propagation(rec, events, rules=rules, seed=seed),
    }
    parts = {name: frame.set_index("unit") for name, frame in parts.items()}
    average = parts["average"]
    columns = {f"average_{name}": average[name] for name in _AVERAGED}
    for name, wanted in (
        ("instability", _OF_CHANGE),
        ("jitter", _OF_PARTS),
        ("propagation", _ALONG),
    ):
        columns |= {column: parts[name][column] for column in wanted}
    late = satellites(rec, events, rules=rules).groupby("unit").size()
    return pd.DataFrame(columns, index=average.index).assign(
        n_satellites=late.reindex(average.index, fill_value=0).astype("int64"),
        not_measured=[
            "; ".join(
                f"{name}: {frame.loc[unit, 'reason']}"
                for name, frame in parts.items()
                if _worth_saying(str(frame.loc[unit, "reason"]))
            )
            for unit in average.index
        ],
    )


def _worth_saying(reason: str) -> bool:
    """Tell whether a reason is about this unit and not about the kind of recording."""
    return bool(reason) and not reason.startswith("needs ")
