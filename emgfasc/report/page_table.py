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


def side_by_side(table: Table, *, width: int = 12) -> tuple[Table, ...]:
    """Cut a wide table into several that fit a printed page, each with the first column.

    Examples
    --------
    >>> from emgfasc.report.page_table import Table, side_by_side
    >>> wide = Table("Many", ("unit", "a", "b", "c"), (("1", "x", "y", "z"),), (True,) * 4)
    >>> [(part.caption, part.header) for part in side_by_side(wide, width=3)]
    [('Many (1 of 2)', ('unit', 'a', 'b')), ('Many (2 of 2)', ('unit', 'c'))]
    """
    places = list(range(1, len(table.header)))
    parts = [places[k : k + width - 1] for k in range(0, len(places), width - 1)]
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


def cell(value: object) -> str:
    """Write one cell: numbers short, text as it is."""
    if isinstance(value, str):
        return value or NOTHING
    return shown(value) if not isinstance(value, float) else number(value)
