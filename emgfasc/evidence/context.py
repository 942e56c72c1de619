"""What a clinician asks beside the recording, validated; it never changes the evidence."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from emgfasc._validate import finite
from emgfasc.errors import ParameterError
from emgfasc.evidence.context_keys import ELECTROLYTES, TABLES
from emgfasc.evidence.context_report import Answer, ContextReport, Electrolyte, written_report

__all__ = ["Context"]

_LIMIT_KEYS = ("value", "low", "high", "unit")


@dataclass(frozen=True, eq=False)
class Context:
    """Answers given beside a recording.

    An answer is true (present), false (absent, or a cause that was looked for and not found) or a
    short text (present, with a note). A key that is left out was not asked. Electrolytes are
    tables ``{value, low, high, unit}`` with the laboratory's own reference limits.

    Attributes
    ----------
    benign_contributors : mapping of str
        Keys ``stress, anxiety, fatigue, poor_sleep, caffeine, alcohol, dehydration,
        recent_exertion, stimulants, medication, magnesium_deficiency`` and the electrolytes
        ``potassium, magnesium, calcium``.
    medical_causes : mapping of str
        Keys ``thyroid, diabetes, autoimmune, vitamin_deficiency, neuropathy, family_history``.
    red_flags : mapping of str
        Keys ``weakness, wasting, swallowing, breathing, sensory_loss, progression,
        other_neurological``.

    Raises
    ------
    ParameterError
        When a table or key is unknown (the message lists the known ones) or a value has the
        wrong form.

    Examples
    --------
    >>> context = Context.from_mapping({
    ...     "benign_contributors": {
    ...         "caffeine": "5 cups a day",
    ...         "potassium": {"value": 3.1, "low": 3.5, "high": 5.1, "unit": "mmol/L"},
    ...     },
    ...     "medical_causes": {"thyroid": False},
    ... })
    >>> context.report().contributors
    ('caffeine (5 cups a day)', 'potassium 3.1 mmol/L, below the limits 3.5 to 5.1')
    """

    benign_contributors: Mapping[str, Answer | Electrolyte] = field(default_factory=dict)
    medical_causes: Mapping[str, Answer] = field(default_factory=dict)
    red_flags: Mapping[str, Answer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Validate every table and freeze it."""
        for table in TABLES:
            given = getattr(self, table)
            object.__setattr__(self, table, MappingProxyType(_checked(table, given)))

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Context:
        """Build from nested mappings, one per table; tables may be left out."""
        if not isinstance(mapping, Mapping):
            raise ParameterError(f"context: a mapping of tables is needed, not {mapping!r}.")
        unknown = sorted(str(key) for key in mapping if key not in TABLES)
        if unknown:
            raise ParameterError(
                f"context: unknown table(s) {', '.join(unknown)}; known are {', '.join(TABLES)}."
            )
        return cls(**mapping)

    @classmethod
    def from_toml(cls, path: str | Path) -> Context:
        """Read a context file.

        Parameters
        ----------
        path : str or Path
            TOML with the tables ``[benign_contributors]``, ``[medical_causes]``, ``[red_flags]``.

        Raises
        ------
        ParameterError
            When the file cannot be read, is not TOML, or holds an unknown key or a wrong value;
            the message names the file.
        """
        try:
            document = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise ParameterError(f"{path}: cannot be read ({error}).") from error
        except tomllib.TOMLDecodeError as error:
            raise ParameterError(f"{path}: not valid TOML ({error}).") from error
        try:
            return cls.from_mapping(document)
        except ParameterError as error:
            raise ParameterError(f"{path}: {error}") from error

    def report(self) -> ContextReport:
        """Return what these answers say, in plain sentences."""
        return written_report(self.benign_contributors, self.medical_causes, self.red_flags)


def _checked(table: str, given: object) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise ParameterError(f"context, [{table}]: a table of answers is needed, not {given!r}.")
    known = TABLES[table]
    unknown = sorted(str(key) for key in given if key not in known)
    if unknown:
        raise ParameterError(
            f"context, [{table}]: unknown key(s) {', '.join(unknown)}; "
            f"known are {', '.join(known)}."
        )
    return {
        key: _electrolyte(key, value) if key in ELECTROLYTES else _answer(table, key, value)
        for key, value in given.items()
    }


def _answer(table: str, key: str, value: object) -> Answer:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip():
        # "no" as a note would count as present, the opposite of what was meant.
        if value.strip().casefold() in {"yes", "no", "true", "false", "none", "unknown"}:
            raise ParameterError(
                f"context, [{table}] {key}: write true or false without quotes, or leave the key "
                f"out when unknown; got {value!r}."
            )
        return value.strip()
    raise ParameterError(
        f"context, [{table}] {key}: true, false or a short note is needed, but got {value!r}."
    )


def _electrolyte(key: str, value: object) -> Electrolyte:
    if isinstance(value, Electrolyte):
        return value
    label = f"context, [benign_contributors] {key}"
    if not isinstance(value, Mapping) or set(value) != set(_LIMIT_KEYS):
        raise ParameterError(
            f"{label}: a table with {', '.join(_LIMIT_KEYS)} is needed, but got {value!r}."
        )
    if not isinstance(value["unit"], str) or not value["unit"].strip():
        raise ParameterError(f"{label}: 'unit' must be text such as 'mmol/L'.")
    number, low, high = (finite(f"{key}.{name}", value[name]) for name in _LIMIT_KEYS[:3])
    if low >= high:
        raise ParameterError(f"{label}: 'low' ({low:g}) must lie below 'high' ({high:g}).")
    return Electrolyte(number, low, high, value["unit"].strip())
