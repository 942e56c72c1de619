"""Finished recordings on disk: a folder each, whole or not there, that says what it was made of.

A result is made under a hidden name and renamed into place, so a stop at any moment loses at most
the recordings in work. What is finished is known by what is there; there is no journal to repair.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emgfasc.batch.outcome import Outcome, Task
from emgfasc.batch.remote import is_url, signature
from emgfasc.errors import ParameterError
from emgfasc.io import write_json

__all__ = ["RECORD", "Store", "done", "folder_made", "signed"]

RECORD = "result.json"  # written last into a result's folder
_FOLDER = "recordings"


@dataclass(frozen=True)
class Store:
    """The folder of a batch's finished recordings.

    Attributes
    ----------
    out : Path
        The folder of the batch.
    """

    out: Path

    @property
    def folder(self) -> Path:
        """Where the results are, a folder each."""
        return self.out / _FOLDER

    def place(self, name: str) -> Path:
        """Return the folder of one recording's result."""
        return self.folder / name

    def record(self, name: str) -> dict[str, Any] | None:
        """Return what a finished recording's result was made of; ``None`` when there is none."""
        try:
            text = (self.place(name) / RECORD).read_text(encoding="utf-8")
            found = json.loads(text)
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def is_current(self, name: str, digest: str) -> bool:
        """Tell, without reading the recording, whether its result is that of `digest`.

        Size and times of every file it was made of must be as they were; where they are not, the
        file is hashed by whoever analyses it (:meth:`is_same`).
        """
        found = self.record(name)
        if found is None or found.get("digest") != digest:
            return False
        watched: Mapping[str, object] = found.get("watched", {})
        # A server that says nothing of its files cannot say that they are as they were.
        mute = any(is_url(source) and mark is None for source, mark in watched.items())
        if mute or not watched or not self._is_whole(name, found):
            return False
        return signed(watched) == watched

    def is_same(self, name: str, digest: str, input_sha256: str) -> bool:
        """Tell whether the result is that of this very input and plan."""
        found = self.record(name)
        if found is None or not self._is_whole(name, found):
            return False
        return (found.get("digest"), found.get("input_sha256")) == (digest, input_sha256)

    def _is_whole(self, name: str, found: Mapping[str, Any]) -> bool:
        """Tell whether no file of a result was removed since."""
        return all((self.place(name) / file).is_file() for file in found.get("files", ()))

    def watch_again(self, name: str, watched: Mapping[str, object]) -> None:
        """Note the new times of files whose content is the same."""
        found = self.record(name)
        if found is not None:
            write_json({**found, "watched": dict(watched)}, self.place(name) / RECORD)

    @contextmanager
    def made(self, name: str) -> Iterator[Path]:
        """Yield a hidden folder to make a result in; rename it into place at the end."""
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.folder / f".{name}.{secrets.token_hex(4)}.part"
        part.mkdir()
        try:
            yield part
            self._publish(part, self.place(name))
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def sweep(self) -> None:
        """Remove what stopped runs left half made."""
        with suppress(OSError):
            for left in self.folder.glob(".*"):
                shutil.rmtree(left, ignore_errors=True)

    def _publish(self, part: Path, target: Path) -> None:
        """Rename a finished folder into place, and an older one out of it."""
        while True:
            try:
                part.rename(target)
            except OSError as error:
                if error.errno not in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR):
                    raise
            else:
                return
            old = self.folder / f".{target.name}.{secrets.token_hex(4)}.old"
            with suppress(FileNotFoundError):  # another process may have moved it first
                target.rename(old)
            shutil.rmtree(old, ignore_errors=True)


def done(task: Task, store: Store, *, reused: bool) -> Outcome:
    """Return the outcome of a recording whose result is in the store."""
    rows = (store.record(task.name) or {}).get("rows", [])
    return Outcome(
        name=task.name,
        source=task.source,
        status="done",
        reused=reused,
        emg_s=sum(row["duration_s"] for row in rows),
    )


def signed(sources: Sequence[str] | Mapping[str, object]) -> dict[str, object]:
    """Return for each file or URL what changes when its content does; ``None`` for absent ones.

    For files: size, time of change, and time of change of the inode, which no program can set.
    """
    return {source: signature(source) if is_url(source) else _stat(source) for source in sources}


def _stat(path: str) -> list[int] | None:
    """Return size and times of a file."""
    try:
        facts = os.stat(path)  # noqa: PTH116 - as text, the way it is stored
    except OSError:
        return None
    return [facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns]


def folder_made(out: str | os.PathLike[str]) -> Path:
    """Return the folder of a batch, made where it is missing.

    Raises
    ------
    ParameterError
        When there can be no such folder.
    """
    folder = Path(out).expanduser()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ParameterError(
            f"Invalid value for the 'out' parameter: {folder} cannot be made "
            f"({error.strerror}); name a folder, or a place where one can be made."
        ) from error
    return folder
