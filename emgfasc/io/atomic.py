"""Files that are written whole or not at all."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from emgfasc.errors import ParameterError
from emgfasc.io.refusal import reason

__all__ = ["whole"]


@contextmanager
def whole(path: str | Path) -> Iterator[Path]:
    """Yield a temporary name in the same folder; rename it to `path` when the block succeeds.

    Parameters
    ----------
    path : str or Path
        The file to write; replaced when it exists.

    Yields
    ------
    Path
        Where to write.

    Raises
    ------
    ParameterError
        When the folder is missing or the file cannot be written.
    """
    target = Path(path).expanduser()
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        yield part
        part.replace(target)
    except OSError as error:
        why = error.strerror or reason(error)
        raise ParameterError(
            f"Invalid value for the 'path' parameter: {target} cannot be written ({why}); "
            "check its folder."
        ) from error
    finally:
        # Gone after the rename; what is left of a failed attempt goes too.
        with suppress(OSError):
            part.unlink(missing_ok=True)
