"""Every constant of the sorter, in one frozen object."""

from __future__ import annotations

from dataclasses import dataclass

from emgfasc._validate import one_of
from emgfasc.containers import KINDS, Kind

__all__ = ["SortRules"]

_LEAST, _ONE_IN = 3, 15


@dataclass(frozen=True, kw_only=True)
class SortRules:
    """Rules of sorting; all are this library's own, tuned on simulated recordings.

    Attributes
    ----------
    before_ms, after_ms : float
        Window around the peak that is compared.
    dimensions : int
        Principal components kept at most.
    apart_nats : float
        Two heaps of potentials are two when that explains them better than one heap, by this
        log-likelihood. Of one heap cut in half, about 1 in 100 reaches 4
        (tests/sort/test_separate.py).
    shape_var : float
        Variance that small changes of shape add to noise in every direction, as a share of the
        potential's energy.
    amplitude_cv : float
        SD of the size of a unit's potentials over its mean.
    varies : float
        Variance of a unit's potentials at most, all directions together, as a share of the
        potential's energy.
    unit_nats : float
        What a further unit must add to the log-probability of the potentials.
    gap_nats : float
        Two units that vary little are not joined when two heaps as wide as theirs explain their
        potentials better than one, by this log-likelihood. Of stable simulated units cut in half
        none reached 8, of different ones most exceed it.
    min_size : int
        Fewer alike potentials are no unit; they stay unsorted. Among few potentials fewer are
        enough, see :meth:`least`: the more there are, the more overlaps are alike by chance.
    lag_ms : float
        Largest shift by which potentials are laid over one another.
    within_ms : float
        Shift of one potential against its group, on top.
    alike : float
        Two averages are shifted over one another only when that leaves at most this share of
        their energies as difference.
    apart_ms : float
        Two discharges of one unit are at least this far apart.
    near_ms : float
        How far a potential may move when an overlapping one is taken away.
    learn_from : int
        Units are learned from at most this many potentials, the loneliest of successive ones;
        then all are assigned.
    sure_discharges, sure_share, sure_unlike : int, float, float
        For the lower bound on the number of units, see :func:`emgfasc.sort.at_least`: discharges
        that a counted unit has at least, its share of all, and 1 less the correlation that its
        average may have with that of another.
    """

    before_ms: float
    after_ms: float
    dimensions: int = 24
    apart_nats: float = 5.0
    shape_var: float = 0.003
    amplitude_cv: float = 0.05
    varies: float = 0.012
    unit_nats: float = 0.0
    gap_nats: float = 7.0
    min_size: int = 5
    lag_ms: float = 10.0
    within_ms: float = 3.0
    alike: float = 0.7
    apart_ms: float = 3.0
    near_ms: float = 2.0
    learn_from: int = 2000
    sure_discharges: int = 10
    sure_share: float = 0.1
    sure_unlike: float = 0.3

    def least(self, n: int) -> int:
        """Return how many alike potentials among `n` are a unit: a fifteenth, from 3 up.

        Examples
        --------
        >>> rules = SortRules.for_kind("surface")
        >>> rules.least(12), rules.least(60), rules.least(1000)
        (3, 4, 5)
        """
        return min(self.min_size, max(_LEAST, n // _ONE_IN))

    @classmethod
    def for_kind(cls, kind: Kind) -> SortRules:
        """Return the rules for a kind of recording."""
        one_of("kind", kind, KINDS)
        if kind == "needle":
            # Few fasciculations among hundreds of fibrillations are a unit too.
            return cls(
                before_ms=6.0,
                after_ms=10.0,
                lag_ms=5.0,
                shape_var=0.004,
                varies=0.5,
                unit_nats=40.0,
                min_size=3,
            )
        if kind == "hdsemg":
            return cls(before_ms=12.0, after_ms=18.0)
        # Far from the fibres, potentials of a changing unit hardly change.
        return cls(before_ms=12.0, after_ms=18.0, shape_var=0.0015, apart_ms=4.6)
