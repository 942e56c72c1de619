"""Numbers and names as they are shown to a reader."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from numbers import Integral, Real

from emgfasc.evidence.features import FEATURES

__all__ = [
    "NOTHING",
    "feature_words",
    "flat",
    "number",
    "seconds",
    "sentence_list",
    "shown",
    "unit_words",
]

NOTHING = "—"


def number(value: object, digits: int = 3) -> str:
    """Write a number with at most `digits` significant digits; a dash where there is none.

    Examples
    --------
    >>> from emgfasc.report.words import number
    >>> number(3.14159), number(12345.6), number(7), number(None), number(float("nan"))
    ('3.14', '12346', '7', '—', '—')
    """
    if value is None or isinstance(value, bool) or not isinstance(value, Real):
        return NOTHING
    if isinstance(value, Integral):
        return str(int(value))
    plain = float(value)
    if not math.isfinite(plain):
        return NOTHING
    if plain == 0:
        return "0"
    decimals = max(digits - 1 - math.floor(math.log10(abs(plain))), 0)
    text = f"{plain:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def seconds(value: object) -> str:
    """Write a length of time in s, to a tenth below 100 s.

    Examples
    --------
    >>> from emgfasc.report.words import seconds
    >>> seconds(11.184), seconds(1800.4)
    ('11.2 s', '1800 s')
    """
    if not isinstance(value, Real) or not math.isfinite(value):
        return NOTHING
    length = float(value)
    return f"{length:.0f} s" if length >= 100 else f"{round(length, 1):g} s"


def shown(value: object) -> str:
    """Write any setting or fact: numbers short, sequences with commas, nothing as a dash.

    Examples
    --------
    >>> from emgfasc.report.words import shown
    >>> shown(True), shown(0.00012345678), shown(("a", 2)), shown(None), shown("")
    ('yes', '0.000123457', 'a, 2', '—', '—')
    """
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return "yes" if value else "no"
    if isinstance(value, Real):
        return number(value, 6)
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping):
        return ", ".join(shown(item) for item in value) or NOTHING
    return str(value)


def unit_words(unit: object) -> str:
    """Return a unit as it is printed.

    Examples
    --------
    >>> from emgfasc.report.words import unit_words
    >>> unit_words("uV*ms"), unit_words("us"), unit_words("/min")
    ('µV·ms', 'µs', '/min')
    """
    text = str(unit).replace("*", "·")
    return f"µ{text[1:]}" if text.startswith(("uV", "us")) else text


def feature_words(name: object) -> str:
    """Return what an evidence row's feature is called.

    Examples
    --------
    >>> from emgfasc.report.words import feature_words
    >>> feature_words("turns"), feature_words("odd_one")
    ('mean number of turns', 'odd one')
    """
    known = FEATURES.get(str(name))
    return known[0] if known else str(name).replace("_", " ")


def sentence_list(value: object) -> tuple[str, ...]:
    """Return flags or notes as a tuple, whether given as one string or as several.

    Examples
    --------
    >>> from emgfasc.report.words import sentence_list
    >>> sentence_list("clipped"), sentence_list(["a", "b"]), sentence_list(None)
    (('clipped',), ('a', 'b'), ())
    """
    if value is None or value == "":
        return ()
    if isinstance(value, Iterable) and not isinstance(value, str):
        return tuple(str(item) for item in value)
    return (str(value),)


def flat(mapping: Mapping[str, object], prefix: str = "") -> list[tuple[str, str]]:
    """Return ``(dotted name, text)`` pairs of a mapping of mappings, in its order.

    Examples
    --------
    >>> from emgfasc.report.words import flat
    >>> flat({"detect": {"k": 5.0}, "seed": 7})
    [('detect.k', '5'), ('seed', '7')]
    """
    pairs: list[tuple[str, str]] = []
    for name, value in mapping.items():
        if isinstance(value, Mapping):
            pairs += flat(value, f"{prefix}{name}.")
        else:
            pairs.append((f"{prefix}{name}", shown(value)))
    return pairs
