"""Every error a user can meet. Each is one line: what, where, what is allowed, how to mend it."""

from __future__ import annotations

__all__ = ["EmgfascError", "MissingExtraError", "ParameterError", "RecordingError"]


class EmgfascError(Exception):
    """Base of all errors raised on purpose by emgfasc."""


class RecordingError(EmgfascError):
    """A recording cannot be read or cannot be analysed."""


class ParameterError(EmgfascError, ValueError):
    """A parameter has a value that is not allowed."""


class MissingExtraError(EmgfascError, ImportError):
    """An optional library is needed; the message names the extra to install."""
