"""Electrode grids by name: where each numbered electrode lies."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["grid_code", "grid_positions", "placed"]

# Kind, distance between electrodes, rows, columns: GR08MM1305 is 8 mm, 13 rows, 5 columns.
# GR100ML1305 counts in thousandths of an inch; what follows knows no chart of it.
_CODE = re.compile(r"\b(GR|HD)(\d\dMM|\d\d\dML)(\d\d)(\d\d)\b")


def grid_code(text: str) -> str | None:
    """Return the first code of an OT Bioelettronica grid in a text.

    Examples
    --------
    >>> grid_code("Vastus Lateralis - AUX 3 - GR08MM1305 (7)")
    'GR08MM1305'
    """
    match = _CODE.search(text)
    return match[0] if match else None


def grid_positions(code: str) -> NDArray[np.float64] | None:
    """Return the positions of a grid's electrodes in mm, in the order of their numbers.

    The 13 x 5 grids have 64 electrodes: the corner before electrode 1 is missing, and the numbers
    run down the first column, up the second, and so on. In the 8 x 8 grids they run up every
    column. The ``HD`` versions are mirrored left to right. In the 8 x 4 grid ``GR10MM0804`` they
    run up every column, from the right one to the left; ``HD10MM0804`` is it turned by half.

    Parameters
    ----------
    code : str
        Such as ``GR08MM1305``.

    Returns
    -------
    array of float, shape (n_electrodes, 2), or None
        Column and row times the distance; ``None`` when the numbering is not known.

    Notes
    -----
    Source: the maker's charts, seen from the connector, as public programs use them: openhdemg
    (13 x 5) and MUedit (all three). No chart of a 6 x 6 grid (``HD08MM0606``) or of another size
    was found, neither the maker's nor in any program, so no position is made up for them.

    Examples
    --------
    >>> where = grid_positions("GR08MM1305")
    >>> where.shape, where[0].tolist(), where[12].tolist(), where[24].tolist()
    ((64, 2), [0.0, 8.0], [8.0, 96.0], [8.0, 0.0])
    >>> grid_positions("HD08MM0606") is None
    True
    """
    match = _CODE.fullmatch(code)
    if match is None or match[2].endswith("ML"):
        return None
    shape = (match[3], match[4])
    mirrored = match[1] == "HD"
    if shape == ("13", "05"):
        places = [(c, r if c % 2 == 0 else 12 - r) for c in range(5) for r in range(13)][1:]
    elif shape == ("08", "08"):
        places = [(c, 7 - r) for c in range(8) for r in range(8)]
    elif shape == ("08", "04"):
        places = [(c, r) if mirrored else (3 - c, 7 - r) for c in range(4) for r in range(8)]
    else:
        return None
    where = np.array(places, np.float64)
    if mirrored and shape != ("08", "04"):
        where[:, 0] = where[:, 0].max() - where[:, 0]
    return where * float(match[2][:2])


def placed(
    codes: Sequence[str | None], electrodes: Sequence[int]
) -> tuple[NDArray[np.float64] | None, list[str]]:
    """Return the positions of channels by their grids' names, and a sentence on those unknown.

    Parameters
    ----------
    codes : sequence of str or None
        The grid of each channel; ``None`` for a channel that is on none.
    electrodes : sequence of int
        Its place on that grid, from 0.

    Returns
    -------
    positions_mm : array of float, shape (n_channels, 2), or None
        ``nan`` where unknown; ``None`` when all are.
    notes : list of str
        Which grids' numbering is not published, and how to mend it.

    Examples
    --------
    >>> where, notes = placed(["HD08MM0606", None], [0, 0])
    >>> where is None, notes[0][:46]
    (True, 'The numbering of the electrodes of HD08MM0606 ')
    """
    where = np.full((len(codes), 2), np.nan)
    unknown = []
    for row, (code, electrode) in enumerate(zip(codes, electrodes, strict=True)):
        grid = None if code is None else grid_positions(code)
        if grid is not None and 0 <= electrode < len(grid):
            where[row] = grid[electrode]
        elif code is not None and grid is None and code not in unknown:
            unknown.append(code)
    notes = [
        f"The numbering of the electrodes of {code} is not published, so their positions stay "
        "unknown; give them with recording.replace(positions_mm=...)."
        for code in unknown
    ]
    return (None if np.isnan(where).all() else where), notes
