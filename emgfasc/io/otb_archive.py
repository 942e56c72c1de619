"""The members of an OT Bioelettronica archive, without unpacking it to disk."""

from __future__ import annotations

import tarfile
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from emgfasc.io.packed_limits import hold_growth

__all__ = ["Archive", "open_archive", "parsed"]

_LARGEST_XML = 1 << 24  # bytes; abstracts have a few hundred kB
_LARGEST_PACKED = 1 << 31  # bytes of samples taken into memory from a compressed archive


@dataclass(frozen=True, eq=False)
class Archive:
    """Members by their bare names: folders in an archive are never followed.

    Attributes
    ----------
    sizes : dict
        Bytes of each member.
    load : callable
        ``load(name)`` gives a member's bytes, mapped from the file where it is not compressed.
    """

    sizes: dict[str, int]
    load: Callable[[str], NDArray[np.uint8]]


def open_archive(path: Path) -> Archive:
    """List a tar (plain, gzip or bzip2) or zip archive.

    Raises
    ------
    ValueError
        When it is neither, or two members have one name.
    """
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            entries = [
                (PurePosixPath(item.filename).name, item.file_size, item.filename)
                for item in packed.infolist()
                if not item.is_dir()
            ]
        where = {name: member for name, _, member in entries}
        return _archive(entries, lambda name: _unzipped(path, where[name]))
    try:
        with _tar(path) as packed_tar:
            infos = [info for info in packed_tar.getmembers() if info.isreg()]
    except tarfile.TarError as error:
        raise ValueError("it is neither a tar nor a zip archive") from error
    tars = {PurePosixPath(info.name).name: info for info in infos}
    listed = [(PurePosixPath(info.name).name, info.size, info.name) for info in infos]
    if _packing(path) == "":
        return _archive(listed, lambda name: _mapped(path, tars[name]))
    return _archive(listed, lambda name: _untarred(path, tars[name].name))


def parsed(archive: Archive, name: str) -> ET.Element:
    """Parse an XML member.

    Raises
    ------
    ValueError
        When it is too large, declares entities, or is no XML.
    """
    if archive.sizes[name] > _LARGEST_XML:
        raise ValueError(f"{name} has {archive.sizes[name]} bytes, which no abstract has")
    text = archive.load(name).tobytes()
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise ValueError(f"{name} declares entities, which no abstract does")
    try:
        return ET.fromstring(text)  # noqa: S314 - entities were refused above
    except ET.ParseError as error:
        raise ValueError(f"{name} is no XML: {error}") from error


def _archive(
    entries: list[tuple[str, int, str]], load: Callable[[str], NDArray[np.uint8]]
) -> Archive:
    """Hold that every bare name is met once."""
    names = [name for name, _, _ in entries]
    if len(set(names)) < len(names):
        raise ValueError("two of its members have the same name")
    return Archive({name: size for name, size, _ in entries}, load)


def _packing(path: Path) -> str:
    """Return how a tar is compressed; where it is not, members' offsets are those of the file."""
    with path.open("rb") as file:
        head = file.read(3)
    return {b"\x1f\x8b": "gz", b"BZ": "bz2"}.get(head[:2], "")


def _tar(path: Path) -> tarfile.TarFile:
    """Open a tar, plain or packed by gzip or bzip2.

    Left to guess, the library tries LZMA on anything, and believes whatever dictionary size it
    reads: some bytes then take 4 GiB.
    """
    packing = _packing(path)
    if packing == "gz":
        return tarfile.open(path, "r:gz")
    return tarfile.open(path, "r:bz2") if packing else tarfile.open(path, "r:")


def _mapped(path: Path, info: tarfile.TarInfo) -> NDArray[np.uint8]:
    """Map a member of a plain tar."""
    if not info.size:
        return np.empty(0, np.uint8)
    if info.offset_data + info.size > path.stat().st_size:
        raise ValueError(f"it is cut short within {info.name}")
    return np.memmap(path, np.uint8, "r", offset=info.offset_data, shape=(info.size,))


def _untarred(path: Path, member: str) -> NDArray[np.uint8]:
    """Unpack a member of a compressed tar into memory."""
    with _tar(path) as packed:
        info = packed.getmember(member)
        _hold_size(member, info.size, path.stat().st_size)
        stream = packed.extractfile(info)
        return np.frombuffer(stream.read() if stream else b"", np.uint8)


def _unzipped(path: Path, member: str) -> NDArray[np.uint8]:
    """Unpack a member of a zip into memory."""
    with zipfile.ZipFile(path) as packed:
        size = packed.getinfo(member).file_size
        _hold_size(member, size, path.stat().st_size)
        with packed.open(member) as stream:
            # No more than stated, whatever a forged archive would unpack to.
            return np.frombuffer(stream.read(size), np.uint8)


def _hold_size(member: str, size: int, stored: int) -> None:
    """Refuse what would not fit in memory, or is made to fill it."""
    hold_growth(member, size, stored)
    if size > _LARGEST_PACKED:
        raise ValueError(f"{member} unpacks to {size} bytes; unpack the archive to a plain tar")
