"""Every constant of the sorter, in one frozen object."""

from __future__ import annotations

from dataclasses import dataclass

from emgfasc._validate import one_of
from emgfasc.containers import KINDS, Kind

__all__ = ["SortRules"]


@dataclass(frozen=True, kw_only=True)
class SortRules:
    """Rules of sorting; all are this library's own, tuned on simulated recordings.

    Attributes
    ----------
    before_ms, after_ms : float
        Window around the peak that is compared.
    dimensions : int
        Principal components kept.
    same_unit : float
        Two potentials are alike when the energy of their difference, less what noise adds, is
        at most this share of their summed energies.
    stable, unstable : float
        Groups are one unit when they differ by at most `stable`, or for small groups by up to
        `stable + unstable`: an unstable unit falls into many small groups.
    chance : float
        Share of what noise adds to the difference of two averages that is allowed on top; on a
        grid the noise of many channels adds up.
    min_size : int
        Fewer alike potentials are no unit; they stay unsorted.
    lag_ms : float
        Largest shift tried when two averages are compared.
    apart_ms : float
        Two discharges of one unit are at least this far apart.
    near_ms : float
        How far a potential may move when an overlapping one is taken away.
    learn_from : int
        Units are learned from at most this many potentials, then all are assigned.
    """

    before_ms: float
    after_ms: float
    dimensions: int = 24
    same_unit: float = 0.07
    stable: float = 0.07
    unstable: float = 0.35
    chance: float = 0.0
    min_size: int = 3
    lag_ms: float = 10.0
    apart_ms: float = 3.0
    near_ms: float = 2.0
    learn_from: int = 2000

    @classmethod
    def for_kind(cls, kind: Kind) -> SortRules:
        """Return the rules for a kind of recording."""
        one_of("kind", kind, KINDS)
        if kind == "needle":
            return cls(before_ms=5.0, after_ms=8.0, lag_ms=5.0)
        if kind == "hdsemg":
            return cls(before_ms=10.0, after_ms=15.0, same_unit=0.05, stable=0.03, chance=0.5)
        return cls(before_ms=10.0, after_ms=15.0, stable=0.05, apart_ms=4.6)
