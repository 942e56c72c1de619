"""A table's columns: name, type, unit and one sentence each, and the check that holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from emgfasc._validate import has_columns
from emgfasc.errors import ParameterError

__all__ = ["Column", "Schema"]

Dtype = Literal["float", "int", "str", "bool"]

_PANDAS: dict[str, str] = {"float": "float64", "int": "int64", "str": "object", "bool": "bool"}


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : str
        As written in the header, with its unit as a suffix.
    dtype : {'float', 'int', 'str', 'bool'}
        What a cell holds.
    unit : str
        The unit, or an empty string for names and pure numbers.
    sentence : str
        What the column means.
    """

    name: str
    dtype: Dtype
    unit: str
    sentence: str

    def accepts(self, values: pd.Series) -> bool:
        """Tell whether `values` hold this column's type (integers pass as floats)."""
        is_dtype = pd.api.types
        if self.dtype == "float":
            return bool(is_dtype.is_numeric_dtype(values) and not is_dtype.is_bool_dtype(values))
        if self.dtype == "int":
            return bool(is_dtype.is_integer_dtype(values))
        if self.dtype == "bool":
            return bool(is_dtype.is_bool_dtype(values))
        if isinstance(values.dtype, pd.StringDtype):  # nothing but str and missing ones
            return not values.hasnans
        return all(isinstance(value, str) for value in values)


@dataclass(frozen=True)
class Schema:
    """The columns a table must have, in order, and those it may have after them.

    Attributes
    ----------
    title : str
        Name of the table, used in messages.
    required, optional : tuple of Column
        Columns that must be there, and columns that may follow.
    """

    title: str
    required: tuple[Column, ...]
    optional: tuple[Column, ...] = ()

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns, required ones first."""
        return self.required + self.optional

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the required columns."""
        return tuple(column.name for column in self.required)

    def empty(self) -> pd.DataFrame:
        """Return a frame with the required columns and no row."""
        return pd.DataFrame(
            {column.name: pd.Series(dtype=_PANDAS[column.dtype]) for column in self.required}
        )

    def validated(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a copy of `frame` in schema order.

        Raises
        ------
        ParameterError
            When a required column is missing, a column is unknown or a type is wrong.
        """
        has_columns(self.title, frame.columns, self.names)
        known = {column.name: column for column in self.columns}
        unknown = [str(name) for name in frame.columns if name not in known]
        if unknown:
            raise ParameterError(
                f"{self.title}: unknown column(s) {', '.join(unknown)}; "
                f"known are {', '.join(known)}."
            )
        for name in frame.columns:
            column = known[name]
            if len(frame) and not column.accepts(frame[name]):
                raise ParameterError(
                    f"{self.title}: column '{name}' must hold {column.dtype}, "
                    f"but holds {frame[name].dtype}."
                )
        ordered = [column.name for column in self.columns if column.name in frame.columns]
        return frame[ordered].reset_index(drop=True)

    def to_frame(self) -> pd.DataFrame:
        """Return the columns themselves as a table: name, type, unit, sentence, required."""
        return pd.DataFrame(
            [
                {
                    "name": column.name,
                    "dtype": column.dtype,
                    "unit": column.unit,
                    "sentence": column.sentence,
                    "required": column in self.required,
                }
                for column in self.columns
            ]
        )
