"""From paths, globs, folders, BIDS roots and URLs to recordings, each once."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath
from urllib.parse import unquote

from emgfasc.batch import remote
from emgfasc.batch.naming import unique_names
from emgfasc.errors import ParameterError
from emgfasc.io.opening import PARTS, SUFFIXES

__all__ = ["Input", "find_inputs"]

_GLOB = re.compile(r"[*?\[]")
_QUOTING = {"http", "https"}  # protocols in whose addresses %20 is a blank
_BIDS_MARK = "dataset_description.json"
_BIDS_ASIDE = {"derivatives", "sourcedata", "code", "stimuli"}
# In a folder these are more often notes and tables than recordings; name them to read them.
_NOT_FROM_FOLDERS = {".tsv", ".txt"}


@dataclass(frozen=True)
class Input:
    """One recording to analyse.

    Attributes
    ----------
    name : str
        Its name in every table: safe as a file name, and no other recording's.
    source : str
        Path or URL.
    """

    name: str
    source: str


def find_inputs(
    inputs: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    *,
    leave_out: Path | None = None,
) -> list[Input]:
    """Find the recordings that paths, globs, folders, BIDS roots and URLs mean.

    Parameters
    ----------
    inputs : path, str, or sequence of them
        A file; a glob (``**`` for any folders); a folder, searched at any depth for names that a
        reader knows (``.txt`` and ``.tsv`` only when named); a BIDS root (a folder with
        ``dataset_description.json``), of which the ``_emg`` files are taken and ``derivatives``
        and ``sourcedata`` are not; a URL that fsspec knows, also with a glob.
    leave_out : Path, optional
        A folder not looked into: where results are written.

    Returns
    -------
    list of Input
        In order of name; a file given twice is there once. A file named alone is there even when
        it does not exist: its row says so.

    Raises
    ------
    ParameterError
        When there is no recording at all.

    Examples
    --------
    >>> [item.name for item in find_inputs(["b/rest.edf", "a/rest.edf", "a/rest.edf"])]
    ['a_rest', 'b_rest']
    """
    given = [inputs] if isinstance(inputs, str | os.PathLike) else list(inputs)
    found = {source: None for item in given for source in _meant(os.fspath(item), leave_out)}
    if not found:
        raise ParameterError(
            "Invalid value for the 'inputs' parameter: no recording found in "
            f"{', '.join(map(str, given)) or 'an empty list'}; known suffixes are "
            f"{', '.join(SUFFIXES)}."
        )
    sources = list(found)
    names = unique_names([_path(source) for source in sources])
    return sorted(map(Input, names, sources), key=lambda item: (item.name.casefold(), item.name))


def _path(source: str) -> PurePath:
    """Return the parts of a source that a name is made of."""
    if remote.is_url(source):
        protocol, _, place = source.partition("://")
        plain = place.partition("?")[0]
        return PurePosixPath(unquote(plain) if protocol.lower() in _QUOTING else plain)
    return Path(source)


def _meant(text: str, leave_out: Path | None) -> Iterator[str]:
    """Yield the recordings one item means, in order."""
    if remote.is_url(text):
        yield from remote.expanded(text) if _GLOB.search(text) else (text,)
        return
    path = Path(text).expanduser()
    if path.is_dir():
        yield from map(str, _in_folder(path, leave_out))
    elif _GLOB.search(text) and not path.exists():
        base, pattern = _split(path)
        yield from (str(file) for file in sorted(base.glob(pattern)) if file.is_file())
    else:
        yield os.path.abspath(path)  # noqa: PTH100 - links keep the name they were given


def _split(path: Path) -> tuple[Path, str]:
    """Return the folder before the first pattern, and the pattern from there."""
    parts = path.absolute().parts
    first = next(place for place, part in enumerate(parts) if _GLOB.search(part))
    return Path(*parts[:first]), str(PurePath(*parts[first:]))


def _in_folder(folder: Path, leave_out: Path | None) -> Sequence[Path]:
    """Return the recordings in a folder at any depth."""
    root = Path(os.path.abspath(folder))  # noqa: PTH100 - as above
    bids = (root / _BIDS_MARK).is_file()
    aside = None if leave_out is None else Path(os.path.abspath(leave_out))  # noqa: PTH100
    found = []
    for place, folders, files in os.walk(root):
        here = Path(place)
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".")
            and here / name != aside
            and not (bids and here == root and name in _BIDS_ASIDE)
        )
        found += [here / name for name in sorted(files) if _is_recording(here / name, bids=bids)]
    return found


def _is_recording(path: Path, *, bids: bool) -> bool:
    """Tell whether a file of a folder is a recording, and not a part of one or a note."""
    suffix = path.suffix.lower()
    if path.name.startswith(".") or suffix not in SUFFIXES or suffix in _NOT_FROM_FOLDERS:
        return False
    if suffix in PARTS and path.with_suffix(PARTS[suffix]).exists():
        return False
    return not bids or path.stem.endswith("_emg")
