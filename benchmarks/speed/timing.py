"""Ratios of two times, measured in pairs."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["Line", "pairs_ratio"]


@dataclass(frozen=True)
class Line:
    """One line of the table; ``ratio`` is ``None`` when it was skipped."""

    name: str
    ratio: float | None
    target: str
    met: bool | None
    note: str = ""

    @classmethod
    def at_least(cls, name: str, ratio: float, bound: float, note: str = "") -> Line:
        """Bigger is better."""
        return cls(name, ratio, f">={bound:g}", ratio >= bound, note)

    @classmethod
    def at_most(cls, name: str, ratio: float, bound: float, note: str = "") -> Line:
        """Smaller is better."""
        return cls(name, ratio, f"<={bound:g}", ratio <= bound, note)

    def __str__(self) -> str:
        """Show name, ratio and target."""
        ratio = "skipped" if self.ratio is None else f"{self.ratio:.2f}"
        mark = {True: "met", False: "missed", None: "-"}[self.met]
        return f"{self.name:<42} {ratio:>8} {self.target:>7}  {mark:<7} {self.note}".rstrip()


def _seconds(task: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    task()
    return time.perf_counter() - begin


def pairs_ratio(upper: Callable[[], Any], lower: Callable[[], Any], n_pairs: int) -> float:
    """Return the median of `upper`'s time over `lower`'s, taken in `n_pairs` pairs."""
    return statistics.median(_seconds(upper) / _seconds(lower) for _ in range(n_pairs))
