"""Optional libraries, asked for where a format needs them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from emgfasc.errors import MissingExtraError

__all__ = ["extra", "interchange"]


def extra(module: str, label: str) -> Any:
    """Import an optional library, or name what to install.

    Parameters
    ----------
    module : str
        The module to import.
    label : str
        How the message names the file that needs it.

    Raises
    ------
    MissingExtraError
        When it is not installed.

    Examples
    --------
    >>> extra("json", "a.json").__name__
    'json'
    """
    return _imported(module, f"{label}: reading it", "formats")


def interchange(module: str) -> Any:
    """Import a library that recordings or units are handed to, or name what to install.

    Parameters
    ----------
    module : str
        The module to import.

    Raises
    ------
    MissingExtraError
        When it is not installed.

    Examples
    --------
    >>> interchange("json").__name__
    'json'
    """
    return _imported(module, "This", "interchange")


def _imported(module: str, what: str, group: str) -> Any:
    """Import a module, or say what needs it and which group of extras holds it."""
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtraError(
            f"{what} needs {module.partition('.')[0]}; "
            f"install it with: pip install 'emgfasc[{group}]'."
        ) from error
