"""Muscles: their roots, nerve and body region, and which of them never count."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd

from emgfasc.errors import ParameterError

__all__ = ["REGIONS", "Muscle", "find_muscle", "muscles"]

REGIONS: tuple[str, ...] = ("bulbar", "cervical", "thoracic", "lumbosacral")

_KEYS = {"name", "aliases", "roots", "nerve", "region", "foot"}
_SIDES = {"left", "right", "l", "r", "lt", "rt", "m", "musculus"}


@dataclass(frozen=True)
class Muscle:
    """One muscle of the table.

    Attributes
    ----------
    name : str
        Name used throughout.
    aliases : tuple of str
        Other spellings that mean the same muscle.
    roots : tuple of str
        Usual roots (or cranial nerve number).
    nerve : str
        Usual nerve.
    region : {'bulbar', 'cervical', 'thoracic', 'lumbosacral'}
        Body region of the electrodiagnostic criteria.
    foot : bool
        Whether it is an intrinsic foot muscle, which never counts as evidence: healthy young
        adults fasciculate there, occasionally above 100/min (van der Heijden 1994,
        doi:10.1016/0168-5597(94)90036-1).
    source_tag : str
        ``K``: textbook anatomy, not checked against a source.
    verified : bool
        False for textbook anatomy.
    """

    name: str
    aliases: tuple[str, ...]
    roots: tuple[str, ...]
    nerve: str
    region: str
    foot: bool
    source_tag: str = "K"
    verified: bool = False


def find_muscle(name: str | None) -> Muscle | None:
    """Look a muscle up by name or alias, whatever the side, case or punctuation.

    Parameters
    ----------
    name : str or None
        As the file or the user wrote it, e.g. ``"left TA"`` or ``"Tibialis_anterior"``.

    Returns
    -------
    Muscle or None
        ``None`` when there is no name or the table does not know it.

    Examples
    --------
    >>> find_muscle("TA (left)").name
    'tibialis anterior'
    >>> find_muscle("abductor hallucis").foot
    True
    >>> find_muscle("elbow") is None
    True
    """
    return None if name is None else _by_name().get(_normal(name))


def muscles() -> pd.DataFrame:
    """Return the muscle table, one row per muscle.

    Returns
    -------
    DataFrame
        Columns ``muscle, aliases, roots, nerve, region, foot, source_tag, verified``. Anatomy is
        textbook knowledge, ``unverified``; published root tables differ in detail.

    Examples
    --------
    >>> sorted(muscles()["region"].unique())
    ['bulbar', 'cervical', 'lumbosacral', 'thoracic']
    """
    return pd.DataFrame(
        [
            {
                "muscle": row.name,
                "aliases": "; ".join(row.aliases),
                "roots": "; ".join(row.roots),
                "nerve": row.nerve,
                "region": row.region,
                "foot": row.foot,
                "source_tag": row.source_tag,
                "verified": row.verified,
            }
            for row in load_muscles()
        ]
    )


@cache
def load_muscles() -> tuple[Muscle, ...]:
    """Read and validate ``muscles.toml``."""
    text = files("emgfasc.evidence").joinpath("muscles.toml").read_text(encoding="utf-8")
    return parse_muscles(tomllib.loads(text))


def parse_muscles(document: dict[str, Any]) -> tuple[Muscle, ...]:
    """Turn a parsed TOML document into muscles.

    Raises
    ------
    ParameterError
        When a row lacks a key, has an unknown one or an unknown region, or a name occurs twice.
    """
    rows: list[Muscle] = []
    seen: dict[str, str] = {}
    for number, row in enumerate(document.get("muscle", []), start=1):
        label = f"muscles.toml, muscle {number} ({row.get('name', 'unnamed')!r})"
        if set(row) != _KEYS:
            raise ParameterError(f"{label}: the keys {', '.join(sorted(_KEYS))} are needed.")
        if row["region"] not in REGIONS:
            raise ParameterError(
                f"{label}: region must be one of {', '.join(REGIONS)}, not {row['region']!r}."
            )
        muscle = Muscle(
            name=row["name"],
            aliases=tuple(row["aliases"]),
            roots=tuple(row["roots"]),
            nerve=row["nerve"],
            region=row["region"],
            foot=row["foot"],
            source_tag=document.get("source_tag", "K"),
            verified=document.get("verified", False),
        )
        for spelling in (muscle.name, *muscle.aliases):
            other = seen.setdefault(_normal(spelling), muscle.name)
            if other != muscle.name:
                raise ParameterError(f"{label}: {spelling!r} already means {other!r}.")
        rows.append(muscle)
    return tuple(rows)


@cache
def _by_name() -> dict[str, Muscle]:
    return {
        _normal(spelling): muscle
        for muscle in load_muscles()
        for spelling in (muscle.name, *muscle.aliases)
    }


def _normal(name: str) -> str:
    words = re.sub(r"[^0-9a-z]+", " ", name.casefold()).split()
    return " ".join(word for word in words if word not in _SIDES)
