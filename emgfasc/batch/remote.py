"""Recordings behind URLs, through fsspec: brought here for the time of their analysis."""

from __future__ import annotations

import re
from contextlib import suppress
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import Any

from emgfasc.errors import MissingExtraError, RecordingError
from emgfasc.io.refusal import reason

__all__ = ["expanded", "fetch", "is_url", "signature"]

_EXTRAS = {"s3": "s3", "s3a": "s3"}  # what installs the library of a protocol; else "batch"
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def is_url(text: str) -> bool:
    """Tell whether `text` is a URL.

    Examples
    --------
    >>> is_url("s3://lab/a.edf"), is_url("C:/lab/a.edf"), is_url("lab/a.edf")
    (True, False, False)
    """
    return _URL.match(text) is not None


def expanded(url: str) -> list[str]:
    """Return the files a URL with a glob means, in order."""
    fs, path = _filesystem(url)
    try:
        return sorted(fs.unstrip_protocol(name) for name in fs.glob(path))
    except Exception as error:
        raise RecordingError(f"{url}: cannot be listed ({reason(error)}).") from error


def fetch(url: str, folder: Path) -> Path:
    """Bring a recording into `folder` with the files beside it that share its stem.

    Raises
    ------
    RecordingError
        When it cannot be had.
    """
    fs, path = _filesystem(url)
    name = PurePosixPath(path.partition("?")[0]).name
    stem = name.rpartition(".")[0] or name
    beside: list[str] = []
    with suppress(Exception):  # some servers list nothing; the file alone is fetched then
        beside = [str(item) for item in fs.glob(f"{path[: len(path) - len(name)]}{stem}.*")]
    try:
        for item in sorted({path, *beside}):
            fs.get_file(item, str(folder / PurePosixPath(item.partition("?")[0]).name))
    except Exception as error:
        if isinstance(error, OSError) and error.errno is not None and not _absent(error):
            raise
        raise RecordingError(
            f"{url}: cannot be fetched ({reason(error)}); check the address and your rights."
        ) from error
    return folder / name


def signature(url: str) -> str | None:
    """Return what changes when the file behind a URL does; ``None`` when the server is mute."""
    with suppress(Exception):
        fs, path = _filesystem(url)
        info = fs.info(path)
        marks = ("ETag", "etag", "mtime", "LastModified", "last_modified", "md5", "created")
        known = {mark: str(info[mark]) for mark in marks if info.get(mark)}
        return repr((info.get("size"), sorted(known.items()))) if known else None
    return None


def _absent(error: OSError) -> bool:
    return isinstance(error, FileNotFoundError | PermissionError)


def _filesystem(url: str) -> tuple[Any, str]:
    """Return the file system of a URL and the path on it."""
    try:
        core = import_module("fsspec.core")
        fs, path = core.url_to_fs(url)
    except ImportError as error:
        extra = _EXTRAS.get(url.partition("://")[0].lower(), "batch")
        raise MissingExtraError(
            f"{url}: reading it needs another library ({reason(error)}); "
            f"install it, or all that emgfasc knows to need: pip install 'emgfasc[{extra}]'."
        ) from error
    except ValueError as error:
        raise RecordingError(f"{url}: is no address fsspec knows ({reason(error)}).") from error
    return fs, str(path)
