"""Public recordings brought into a local cache, each checked by its hash."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from emgfasc._validate import one_of
from emgfasc.datasets.registry import PublicSet, public
from emgfasc.datasets.transfer import Broken, transfer
from emgfasc.errors import ParameterError, RecordingError
from emgfasc.io.refusal import reason

__all__ = ["cache_folder", "fetch"]

_MIRROR, _CACHE = "EMGFASC_MIRROR", "EMGFASC_CACHE"


def cache_folder() -> Path:
    """Return where fetched sets are kept: ``EMGFASC_CACHE``, or the system's folder for caches.

    Examples
    --------
    >>> cache_folder().name != ""
    True
    """
    own = os.environ.get(_CACHE)
    return Path(own).expanduser() if own else Path(import_module("pooch").os_cache("emgfasc"))


def fetch(
    name: str,
    *,
    folder: str | Path | None = None,
    tell: Callable[[str, int, int], None] | None = None,
) -> tuple[Path, ...]:
    """Return the files of a public set, downloading what the cache does not hold.

    A file whose hash is right is used without the network. A transfer that breaks is continued,
    now and at the next call, where the server can continue one. A file whose hash is wrong is
    thrown away: nothing unchecked is ever left under its name.

    Parameters
    ----------
    name : str
        One of :func:`emgfasc.datasets.registry`.
    folder : str or Path, optional
        Where the set's own folder is made; :func:`cache_folder` when not given.
    tell : callable, optional
        Called with a file's name, bytes so far and bytes in all.

    Returns
    -------
    tuple of Path
        In the order of the registry.

    Raises
    ------
    ParameterError
        When there is no such set, or the folder cannot be written.
    RecordingError
        When a file cannot be downloaded, or is not the published one.

    Notes
    -----
    ``EMGFASC_MIRROR`` (``https://host/path``) takes the place of every publisher's address: a file
    is looked for at ``<mirror>/<set>/<file>`` and must have the same hash.

    Examples
    --------
    >>> import emgfasc as ef
    >>> paths = ef.datasets.fetch("emgdb")  # doctest: +SKIP
    >>> ef.read(paths[0])  # doctest: +SKIP
    <Recording 'emg_healthy': needle, 1 channel(s), 12.7 s at 4000 Hz>
    """
    sets = public()
    one_of("name", name, sets)
    return _fetched(sets[name], Path(folder).expanduser() if folder else cache_folder(), tell)


def _fetched(
    item: PublicSet, folder: Path, tell: Callable[[str, int, int], None] | None
) -> tuple[Path, ...]:
    """Bring every file of a set."""
    pooch = import_module("pooch")
    pooch.get_logger().setLevel("ERROR")  # it tells of every download on stderr
    mirror = os.environ.get(_MIRROR, "").rstrip("/")
    box = pooch.create(
        path=folder / item.name,
        base_url=f"{mirror}/{item.name}/" if mirror else item.url,
        registry={file.name: f"sha256:{file.sha256}" for file in item.files},
        urls={} if mirror else {f.name: item.url + f.stored_as for f in item.files if f.stored_as},
    )
    return tuple(_one(box, file.name, file.size, tell) for file in item.files)


def _one(box: Any, name: str, size: int, tell: Callable[[str, int, int], None] | None) -> Path:
    """Bring one file; a second, whole transfer when a continued one came out wrong."""
    part = Path(box.abspath) / f".{name}.part"
    continued = part.is_file()
    url = box.get_url(name)
    downloader = partial(_download, part=part, size=size, name=name, tell=tell)
    for last in (not continued, True):
        try:
            return Path(box.fetch(name, downloader=downloader))
        except Broken as error:
            raise RecordingError(
                f"{name}: {url} cannot be downloaded ({reason(error)}); check the network or set "
                f"{_MIRROR}, then try again: what has arrived is kept."
            ) from error
        except OSError as error:
            raise ParameterError(
                f"Invalid value for the 'folder' parameter: {box.abspath} cannot be written "
                f"({error.strerror or reason(error)}); give another, or set {_CACHE}."
            ) from error
        except ValueError as error:  # pooch's word for a wrong hash
            if last:
                raise RecordingError(
                    f"{name}: what {url} sent is not the published file (its sha256 differs); it "
                    f"was thrown away. Try again, or check {_MIRROR}."
                ) from error
    raise AssertionError("the last attempt returns or raises")


def _download(
    url: str,
    output: str,
    _pooch: Any,
    *,
    part: Path,
    size: int,
    name: str,
    tell: Callable[[str, int, int], None] | None,
) -> None:
    """Transfer to a file of our own that outlives a broken transfer, then hand it to pooch."""
    transfer(url, part, size=size, tell=(lambda done, of: tell(name, done, of)) if tell else None)
    part.replace(output)
