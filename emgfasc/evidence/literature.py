"""The published comparisons, kept as data and checked when they are read."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import pandas as pd

from emgfasc.containers import KINDS
from emgfasc.errors import ParameterError
from emgfasc.evidence.anatomy import load_muscles
from emgfasc.evidence.features import DESCRIPTORS, FEATURES

__all__ = ["Reference", "load_references", "references"]

TAGS: tuple[str, ...] = ("S", "R", "C", "K-high", "K-low")
DIRECTIONS: tuple[str, ...] = (
    "neurogenic_higher",
    "neurogenic_lower",
    "no_difference",
    "descriptor",
)


@dataclass(frozen=True, kw_only=True)
class Reference:
    """One published comparison.

    Attributes
    ----------
    id, feature, study, doi : str
        Unique name, measured column, citation, and DOI (empty where none was read).
    muscle, kind : tuple of str
        Muscles (``any`` for a pooled study) and kinds of recording it may be compared with.
    electrode, strength : str
        What recorded it and how strong the muscle was, as stated.
    min_rest_s : float
        Shortest rest for which the comparison makes sense.
    verified : bool
        False for figures recalled from memory; these carry no weight.
    source_tag : {'S', 'R', 'C', 'K-high', 'K-low'}
        Read in an abstract or table page, read in a repository, computed, recalled.
    source : str
        Where it was read.
    groups, sizes, values : tuple of str
        Groups, their sizes and the published values as text.
    unit : str
        Unit of `low` and `high`.
    direction : {'neurogenic_higher', 'neurogenic_lower', 'no_difference', 'descriptor'}
        What the study found.
    low, high : float or None
        Figures of the less and of the more affected group.
    benign_side : bool
        Whether a value at or below `low` counts as leaning benign.
    weight : float
        Share in the index, 0 to 1.
    sentence, caution : str
        The finding in words, and what to hold against a lean that rests on it.
    """

    id: str
    feature: str
    study: str
    doi: str
    muscle: tuple[str, ...]
    electrode: str
    kind: tuple[str, ...]
    verified: bool
    source_tag: str
    source: str
    groups: tuple[str, ...]
    sizes: tuple[str, ...]
    values: tuple[str, ...]
    unit: str
    direction: str
    weight: float
    sentence: str
    strength: str = ""
    min_rest_s: float = 0.0
    low: float | None = None
    high: float | None = None
    benign_side: bool = False
    caution: str = ""


def references() -> pd.DataFrame:
    """Return the literature table, one row per published comparison.

    Returns
    -------
    DataFrame
        The fields of `Reference` as columns; lists are joined by ``"; "``. Rows with
        ``verified`` false are recalled, not checked, and carry no weight.

    Examples
    --------
    >>> table = references()
    >>> table.loc[table["id"] == "sleutjes2016-windows", ["low", "high", "unit"]].values.tolist()
    [[1.0, 24.0, '%']]
    """
    names = [field.name for field in fields(Reference)]
    return pd.DataFrame(
        [{name: _cell(getattr(row, name)) for name in names} for row in load_references()],
        columns=names,
    ).astype({"low": float, "high": float})


@cache
def load_references() -> tuple[Reference, ...]:
    """Read and validate the table that comes with the package."""
    return read_references(files("emgfasc.evidence").joinpath("references.toml"))


def read_references(path: Traversable) -> tuple[Reference, ...]:
    """Read and validate one table.

    Raises
    ------
    ParameterError
        When the file is not TOML, or a row is wrong; the message names the row.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ParameterError(f"{path.name}: not a readable TOML file ({error}).") from error
    return parse_references(document, where=path.name)


def parse_references(document: dict[str, Any], *, where: str) -> tuple[Reference, ...]:
    """Turn a parsed TOML document into references.

    Raises
    ------
    ParameterError
        Naming the row and what is wrong with it.
    """
    rows: list[Reference] = []
    for number, row in enumerate(document.get("row", []), start=1):
        label = f"{where}, row {number} ({row.get('id', 'no id')!r})"
        reference = _built(row, label)
        _check(reference, label)
        if any(other.id == reference.id for other in rows):
            raise ParameterError(f"{label}: the id is used twice.")
        rows.append(reference)
    return tuple(rows)


def _built(row: dict[str, Any], label: str) -> Reference:
    known = {field.name: str(field.type) for field in fields(Reference)}
    unknown = sorted(set(row) - set(known))
    if unknown:
        raise ParameterError(
            f"{label}: unknown key(s) {', '.join(unknown)}; known are {', '.join(known)}."
        )
    values: dict[str, Any] = {}
    for key, value in row.items():
        if not _fits(known[key], value):
            raise ParameterError(f"{label}: '{key}' must be {_WORDS[known[key]]}, not {value!r}.")
        values[key] = tuple(value) if isinstance(value, list) else value
    try:
        return Reference(**values)
    except TypeError as error:
        missing = [f for f in known if f"'{f}'" in str(error)]
        raise ParameterError(f"{label}: missing key(s) {', '.join(missing)}.") from error


_WORDS = {
    "str": "text",
    "bool": "true or false",
    "float": "a number",
    "float | None": "a number",
    "tuple[str, ...]": "a list of text",
}


def _fits(kind: str, value: object) -> bool:
    if kind == "str":
        return isinstance(value, str)
    if kind == "bool":
        return isinstance(value, bool)
    if kind == "tuple[str, ...]":
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check(row: Reference, label: str) -> None:
    names = {muscle.name for muscle in load_muscles()} | {"any"}
    for field, given, allowed in (
        ("kind", row.kind, KINDS),
        ("muscle", row.muscle, sorted(names)),
        ("source_tag", (row.source_tag,), TAGS),
        ("direction", (row.direction,), DIRECTIONS),
    ):
        wrong = [item for item in given if item not in allowed]
        if wrong or not given:
            raise ParameterError(
                f"{label}: '{field}' must be among {', '.join(allowed)}, not {wrong}."
            )
    if row.verified == row.source_tag.startswith("K"):
        raise ParameterError(f"{label}: rows tagged K are unverified, all others verified.")
    if len(row.sizes) != len(row.groups):
        raise ParameterError(f'{label}: one size per group is needed ("" where unknown).')
    _check_weight(row, label)


def _check_weight(row: Reference, label: str) -> None:
    if not 0 <= row.weight <= 1:
        raise ParameterError(f"{label}: 'weight' must lie between 0 and 1, not {row.weight}.")
    if row.low is not None and row.high is not None and row.low > row.high:
        raise ParameterError(f"{label}: 'low' ({row.low}) exceeds 'high' ({row.high}).")
    if row.weight == 0:
        return
    if not row.verified:
        raise ParameterError(f"{label}: an unverified row carries no weight.")
    if row.feature not in FEATURES or row.feature in DESCRIPTORS:
        raise ParameterError(
            f"{label}: '{row.feature}' is not a feature that may carry weight; those are "
            f"{', '.join(name for name in FEATURES if name not in DESCRIPTORS)}."
        )
    if row.direction != "neurogenic_higher" or row.low is None or row.high is None:
        raise ParameterError(
            f"{label}: a row with weight needs 'low', 'high' and direction neurogenic_higher."
        )
    if "any" in row.muscle:
        raise ParameterError(f"{label}: a row with weight must name its muscles.")
    feet = {muscle.name for muscle in load_muscles() if muscle.foot}
    if feet & set(row.muscle):
        raise ParameterError(f"{label}: foot muscles never count, so the weight must be 0.")


def _cell(value: object) -> object:
    return "; ".join(value) if isinstance(value, tuple) else value
