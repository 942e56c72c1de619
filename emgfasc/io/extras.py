"""Optional libraries, asked for where a format needs them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from emgfasc.errors import MissingExtraError

__all__ = ["extra"]


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
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtraError(
            f"{label}: reading it needs {module.partition('.')[0]}; "
            "install it with: pip install 'emgfasc[formats]'."
        ) from error
