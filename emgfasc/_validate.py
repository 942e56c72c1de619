"""Checks of parameters, each raising one clear line."""

from __future__ import annotations

import math
from collections.abc import Collection, Container, Iterable
from numbers import Real

from emgfasc.errors import ParameterError

__all__ = ["finite", "has_columns", "non_negative", "one_of", "positive"]


def one_of(name: str, value: object, allowed: Collection[str]) -> None:
    """Raise unless `value` is among `allowed`."""
    if value not in allowed:
        names = ", ".join(repr(item) for item in allowed)
        raise ParameterError(
            f"Invalid value for the '{name}' parameter. Allowed values are {names}, "
            f"but got {value!r} instead."
        )


def finite(name: str, value: object) -> float:
    """Return `value` as a float; raise unless it is a finite real number."""
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise ParameterError(
            f"Invalid value for the '{name}' parameter: "
            f"a finite number is needed, but got {value!r} instead."
        )
    return float(value)


def positive(name: str, value: object) -> float:
    """Return `value` as a float; raise unless it is finite and above zero."""
    number = finite(name, value)
    if number <= 0:
        raise ParameterError(
            f"Invalid value for the '{name}' parameter: "
            f"a number above 0 is needed, but got {value!r} instead."
        )
    return number


def non_negative(name: str, value: object) -> float:
    """Return `value` as a float; raise unless it is finite and zero or more."""
    number = finite(name, value)
    if number < 0:
        raise ParameterError(
            f"Invalid value for the '{name}' parameter: "
            f"a number of 0 or more is needed, but got {value!r} instead."
        )
    return number


def has_columns(table: str, present: Container[str], needed: Iterable[str], mend: str = "") -> None:
    """Raise unless `present`, the columns of a table or the table itself, holds all `needed`."""
    missing = [name for name in needed if name not in present]
    if missing:
        end = f"; {mend}" if mend else "."
        raise ParameterError(f"{table}: missing column(s) {', '.join(missing)}{end}")
