"""Electrode grids by name: where each numbered electrode lies."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

__all__ = ["grid_code", "grid_positions"]

# Kind, distance between electrodes in mm, rows, columns: GR08MM1305 is 8 mm, 13 rows, 5 columns.
_CODE = re.compile(r"\b(GR|HD)(\d\d)MM(\d\d)(\d\d)\b")


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
    column. The ``HD`` versions are mirrored left to right. Source: the maker's charts, seen from
    the connector, as openhdemg (13 x 5) and MUedit (8 x 8, ``HD``) use them. For other names the
    distance is known and the numbering is not, so no position is made up.

    Parameters
    ----------
    code : str
        Such as ``GR08MM1305``.

    Returns
    -------
    array of float, shape (n_electrodes, 2), or None
        Column and row times the distance; ``None`` when the numbering is not known.

    Examples
    --------
    >>> where = grid_positions("GR08MM1305")
    >>> where.shape, where[0].tolist(), where[12].tolist(), where[24].tolist()
    ((64, 2), [0.0, 8.0], [8.0, 96.0], [8.0, 0.0])
    >>> grid_positions("HD08MM0606") is None
    True
    """
    match = _CODE.fullmatch(code)
    if match is None:
        return None
    shape = (match[3], match[4])
    if shape == ("13", "05"):
        places = [(c, r if c % 2 == 0 else 12 - r) for c in range(5) for r in range(13)][1:]
    elif shape == ("08", "08"):
        places = [(c, 7 - r) for c in range(8) for r in range(8)]
    else:
        return None
    where = np.array(places, np.float64)
    if match[1] == "HD":
        where[:, 0] = where[:, 0].max() - where[:, 0]
    return where * float(match[2])
