"""Names of recordings: safe as file names, each once, the same on every run."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

__all__ = ["safe_name", "unique_names"]

_LONGEST = 120  # bytes; file systems allow 255, and endings are added
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def safe_name(text: str) -> str:
    """Return `text` as part of a file name on any system: letters, digits, ``_``, ``.``, ``-``.

    Examples
    --------
    >>> safe_name("../Biceps (left)=1")
    'Biceps_left_1'
    >>> safe_name("con"), safe_name("..")
    ('_con', 'recording')
    """
    plain = unicodedata.normalize("NFC", text).encode("utf-8", "replace").decode("utf-8")
    name = re.sub(r"[^\w.-]+", "_", plain).strip("_.-")
    while len(name.encode()) > _LONGEST:
        name = name[:-1].rstrip("_.-")
    if not name:
        return "recording"
    return f"_{name}" if _RESERVED.fullmatch(name) else name


def unique_names(paths: Sequence[PurePath]) -> list[str]:
    """Return a name for each path: its stem, with as many folders as tell it from the others.

    Names that differ by capitals alone count as the same, as they do on some file systems.

    Examples
    --------
    >>> from pathlib import PurePosixPath as P
    >>> unique_names([P("a/rest.edf"), P("b/rest.edf"), P("b/biceps.edf")])
    ['a_rest', 'b_rest', 'biceps']
    """
    names = [safe_name(path.stem) for path in paths]
    for depth in range(1, max((len(path.parts) for path in paths), default=0)):
        twice = _twice(names)
        if not twice:
            return names
        for place, path in enumerate(paths):
            if names[place].casefold() in twice:
                names[place] = safe_name("_".join((*path.parts[-depth - 1 : -1], path.stem)))
    twice = _twice(names)
    return [
        f"{name}-{hashlib.sha256(str(path).encode(errors='replace')).hexdigest()[:8]}"
        if name.casefold() in twice
        else name
        for name, path in zip(names, paths, strict=True)
    ]


def _twice(names: Sequence[str]) -> set[str]:
    """Return the names met more than once."""
    return {name for name, n in Counter(name.casefold() for name in names).items() if n > 1}
