"""Every constant of the detector, in one frozen object."""

from __future__ import annotations

from dataclasses import dataclass

from emgfasc._validate import one_of
from emgfasc.containers import KINDS, Kind

__all__ = ["DetectRules"]


@dataclass(frozen=True, kw_only=True)
class DetectRules:
    """Rules of detection; all are this library's own, tuned on simulated recordings.

    Attributes
    ----------
    widths_ms : tuple of float
        Widths of the box wavelets a potential is looked for with.
    merge_ms : float
        Crossings closer than this belong to one potential.
    longest_ms : float
        Longer runs of crossings are cut at their largest peaks.
    cell_ms : float
        Stretch of which only the largest response is kept.
    noise_cell_ms : float
        Stretch over which power is averaged before quantiles are taken.
    noise_s : float
        Stretch whose quantile gives one noise level.
    noise_reach : int
        Such stretches on each side that take part in the running median.
    edge_ms : float
        Answers this near the recording's ends are not believed: a zero-phase filter goes on from
        the last sample as if it told the level there, which makes a step of its noise.
    """

    widths_ms: tuple[float, ...]
    merge_ms: float
    longest_ms: float
    cell_ms: float
    noise_cell_ms: float
    noise_s: float = 1.0
    noise_reach: int = 3
    edge_ms: float = 6.0

    @classmethod
    def for_kind(cls, kind: Kind) -> DetectRules:
        """Return the rules for a kind of recording."""
        one_of("kind", kind, KINDS)
        if kind == "needle":
            return cls(
                widths_ms=(0.25, 0.5, 1.0, 2.0),
                merge_ms=4.0,
                longest_ms=40.0,
                cell_ms=2.0,
                noise_cell_ms=10.0,
            )
        return cls(
            widths_ms=(1.0, 2.0, 4.0),
            merge_ms=8.0,
            longest_ms=60.0,
            cell_ms=5.0,
            noise_cell_ms=20.0,
        )
