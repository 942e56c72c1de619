"""What a drawn report is made of; without matplotlib, as a page only takes the pictures in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from emgfasc.report.protocol import Analysed

__all__ = ["Draw", "Drawn", "Picture"]


@dataclass(frozen=True)
class Picture:
    """One picture.

    Attributes
    ----------
    title, caption, alt : str
        Heading, what to see and how it was made, and the same for those who cannot see it.
    src : str
        A data URI.
    """

    title: str
    caption: str
    alt: str
    src: str


class Drawn(NamedTuple):
    """All pictures of a report, by the section they stand in."""

    traces: tuple[Picture, ...]
    firing: tuple[Picture, ...]
    units: tuple[Picture, ...]
    leaning: Picture | None


Draw: TypeAlias = Callable[[Analysed], Callable[[], Drawn]]
