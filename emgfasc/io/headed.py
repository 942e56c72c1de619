"""Text tables under a head of several rows, with commas or with semicolons and decimal commas."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Literal

import pandas as pd

__all__ = ["Sign", "head_rows", "numbers_below"]

Sign = Literal[",", ";"]

_HEAD_ROWS = 12


def head_rows(path: Path, *, telling: int = _HEAD_ROWS) -> tuple[list[list[str]], Sign]:
    """Return the cells of the first rows, and what separates them.

    Parameters
    ----------
    path : Path
        The file.
    telling : int
        In how many of the first rows a semicolon tells that it separates; in later ones it may
        stand in a text.
    """
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        lines = list(islice(file, _HEAD_ROWS))
    sign: Sign = ";" if any(";" in line for line in lines[:telling]) else ","
    return [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=sign)], sign


def numbers_below(path: Path, sign: Sign, *, first: int, columns: Sequence[int]) -> pd.DataFrame:
    """Return some columns of the numbers from row `first` on; empty cells are NaN.

    Parameters
    ----------
    path : Path
        The file.
    sign : {',', ';'}
        What separates its cells.
    first : int
        Rows of the head.
    columns : sequence of int
        Places of the columns; the table's columns are called so.
    """
    return pd.read_csv(
        path, sep=sign, decimal="," if sign == ";" else ".", header=None, usecols=list(columns),
        skiprows=first, encoding="utf-8-sig", dtype=float,
    )  # fmt: skip
