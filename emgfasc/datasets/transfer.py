"""One file over HTTP, continued where it broke off."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from emgfasc.io.refusal import reason

__all__ = ["Broken", "transfer"]

_CHUNK = 1 << 13  # bytes; a chunk cut short by a broken transfer is lost
_ATTEMPTS = 3
_WAIT_S = 0.2  # before the second attempt; twice that before the third
_TIMEOUT_S = 30
_GIVE_UP = range(400, 500)  # what the server will refuse again


class Broken(Exception):  # noqa: N818 - a state of a transfer, turned into an error by the caller
    """A transfer that did not come to its end."""


def transfer(
    url: str, part: Path, *, size: int, tell: Callable[[int, int], None] | None = None
) -> None:
    """Bring a file of known size to `part`, adding to what is already there.

    Parameters
    ----------
    url : str
        Where from.
    part : Path
        Where to; kept when the transfer breaks.
    size : int
        Bytes that are to come. More than these are never written.
    tell : callable, optional
        Called with bytes so far and bytes in all.

    Raises
    ------
    Broken
        When three attempts did not bring it whole, or the server refused it.
    OSError
        When it cannot be written.
    """
    requests = import_module("requests")
    part.parent.mkdir(parents=True, exist_ok=True)
    why = ""
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(_WAIT_S * 2 ** (attempt - 1))
        try:
            _attempt(requests, url, part, size, tell)
        except requests.exceptions.RequestException as error:
            why = _cause(error)
        done = part.stat().st_size if part.exists() else 0
        if done >= size:
            return
        why = why or f"{done} of {size} bytes came"
    raise Broken(why)


def _cause(error: BaseException) -> str:
    """Say why a request failed: what the system said, which two libraries quote at length."""
    while error.__context__ is not None:
        error = error.__context__
    return reason(error)


def _attempt(
    requests: Any, url: str, part: Path, size: int, tell: Callable[[int, int], None] | None
) -> None:
    """Ask for what is missing; from the start when the server cannot continue."""
    held = part.stat().st_size if part.exists() else 0
    if held >= size:  # nothing is missing, or what is there is another file
        if held == size:
            return
        held = 0
    # Bytes as they are stored: a compressed answer could not be continued.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={held}-"} if held else {})
    with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT_S) as answer:
        if answer.status_code in _GIVE_UP and answer.status_code != 416:
            raise Broken(f"the server says {answer.status_code} {answer.reason}")
        answer.raise_for_status()
        continues = answer.status_code == 206 and answer.headers.get(
            "Content-Range", ""
        ).startswith(f"bytes {held}-")
        done = held if continues else 0
        with part.open("ab" if continues else "wb") as file:
            for chunk in answer.iter_content(_CHUNK):
                file.write(chunk[: size + 1 - done])  # one too many shows that it is another file
                done += len(chunk)
                if tell:
                    tell(min(done, size), size)
                if done > size:
                    return
