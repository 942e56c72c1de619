"""A table of a page: text in cells, cut into parts where it is too wide."""

from __future__ import annotations

from dataclasses import dataclass

from emgfasc.report.words import NOTHING, number, shown

__all__ = ["Table", "cell", "side_by_side"]


@dataclass(frozen=True)
class Table:
    """One table.

    Attributes
    ----------
    caption : str
        What it shows, and what is left out of it.
    header : tuple of str
        Column names with their units.
    rows : tuple of tuple of str
        Text by row; the first cell names the row.
    numeric : tuple of bool
        Columns that hold numbers, set flush right.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]


def side_by_side(table: Table, *, width: int = 122) -> tuple[Table, ...]:
    """Cut a wide table into several that fit the page, each with the first column.

    Parameters
    ----------
    table : Table
        The table.
    width : int
        Characters that fit beside each other, the room between two columns counted as three.

    Examples
    --------
    >>> from emgfasc.report.page_table import Table, side_by_side
    >>> wide = Table("Many", ("unit", "a", "b", "c"), (("1", "x", "y", "z"),), (True,) * 4)
    >>> [(part.caption, part.header) for part in side_by_side(wide, width=15)]
    [('Many (1 of 2)', ('unit', 'a', 'b')), ('Many (2 of 2)', ('unit', 'c'))]
    """
    first, *wide = (_width(table, place) for place in range(len(table.header)))
    parts: list[list[int]] = [[]]
    used = first
    for place, own in enumerate(wide, start=1):
        if parts[-1] and used + own > width:
            parts.append([])
            used = first
        parts[-1].append(place)
        used += own
    if len(parts) < 2:
        return (table,)
    return tuple(
        Table(
            f"{table.caption} ({number + 1} of {len(parts)})",
            tuple(table.header[k] for k in (0, *part)),
            tuple(tuple(row[k] for k in (0, *part)) for row in table.rows),
            tuple(table.numeric[k] for k in (0, *part)),
        )
        for number, part in enumerate(parts)
    )


def _width(table: Table, place: int) -> int:
    """Return the characters a column takes: its longest cell, or longest word of its header."""
    words = [*table.header[place].split(), *(row[place] for row in table.rows)]
    return max(len(word) for word in words) + 3


def cell(value: object) -> str:
    """Write one cell: numbers short, text as it is."""
    if isinstance(value, str):
        return value or NOTHING
    return shown(value) if not isinstance(value, float) else number(value)
