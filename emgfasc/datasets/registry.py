"""Which public recordings may be fetched: licence, address, files and their hashes."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pandas as pd

__all__ = ["PublicFile", "PublicSet", "public", "registry"]


@dataclass(frozen=True)
class PublicFile:
    """One file of a public set.

    Attributes
    ----------
    name : str
        Its name, which is also its name on a mirror.
    size : int
        Bytes.
    sha256 : str
        Hash of its bytes, 64 hexadecimal digits.
    stored_as : str
        What it is called behind the set's address, where that is another name.
    """

    name: str
    size: int
    sha256: str
    stored_as: str = ""


@dataclass(frozen=True)
class PublicSet:
    """A public set of recordings.

    Attributes
    ----------
    name, title : str
        What to call it, and what its publisher calls it.
    licence : str
        SPDX identifier.
    doi, url : str
        Its DOI (empty when it has none) and the folder its files lie in.
    good_for, open_with : str
        What it may be used for, and which files to give to :func:`emgfasc.read`.
    verified : str
        How the hashes are known.
    files : tuple of PublicFile
        Its files.
    """

    name: str
    title: str
    licence: str
    doi: str
    url: str
    good_for: str
    open_with: str
    verified: str
    files: tuple[PublicFile, ...]


@cache
def public() -> dict[str, PublicSet]:
    """Return the sets by name, as ``registry.toml`` lists them.

    Examples
    --------
    >>> public()["emgdb"].licence
    'ODC-By-1.0'
    """
    text = files("emgfasc.datasets").joinpath("registry.toml").read_text(encoding="utf-8")
    return {
        row["name"]: PublicSet(**{**row, "files": tuple(PublicFile(**f) for f in row["files"])})
        for row in tomllib.loads(text)["set"]
    }


def registry() -> pd.DataFrame:
    """Return the sets that :func:`emgfasc.datasets.fetch` knows, one row each.

    Returns
    -------
    DataFrame
        ``name, title, licence, size_mb, n_files, good_for, open_with, doi, url, verified``.

    Examples
    --------
    >>> registry().loc[0, ["name", "licence"]].tolist()
    ['emgdb', 'ODC-By-1.0']
    """
    return pd.DataFrame(
        [
            {
                "name": item.name,
                "title": item.title,
                "licence": item.licence,
                "size_mb": round(sum(file.size for file in item.files) / 1e6, 3),
                "n_files": len(item.files),
                "good_for": item.good_for,
                "open_with": item.open_with,
                "doi": item.doi,
                "url": item.url,
                "verified": item.verified,
            }
            for item in public().values()
        ]
    )
