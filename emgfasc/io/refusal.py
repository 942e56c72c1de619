"""Turning whatever a third-party reader does into one line or a note."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from emgfasc.errors import EmgfascError, RecordingError

__all__ = ["one_line", "reason", "refusing"]


def one_line(text: object, length: int = 160) -> str:
    """Return `text` on one line, cut to `length` characters."""
    line = " ".join(str(text).split())
    return line if len(line) <= length else f"{line[: length - 3]}..."


def reason(error: BaseException) -> str:
    """Say in a few words what went wrong."""
    words = one_line(error).rstrip(".")
    return words or type(error).__name__


@contextmanager
def refusing(label: str, what: str) -> Iterator[list[str]]:
    """Run a third-party reader: its exceptions become one error, its warnings become notes.

    MNE is run with ``verbose="ERROR"`` here, because it prints at any other level; what its
    warnings would say of a file is checked by the readers themselves.

    Parameters
    ----------
    label : str
        How the message names the file.
    what : str
        What the file was read as.

    Yields
    ------
    list of str
        Filled with one sentence per warning when the block is left.

    Raises
    ------
    RecordingError
        For anything the reader raised.
    """
    notes: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            yield notes
        except EmgfascError:
            raise
        except Exception as error:
            raise RecordingError(
                f"{label}: cannot be read as {what} ({reason(error)}); "
                "check that the file is whole and that its suffix is right."
            ) from error
    for item in caught:
        sentence = one_line(item.message)
        if sentence not in notes:
            notes.append(sentence)
