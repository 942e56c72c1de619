"""The events of all recordings as one Parquet dataset, partitioned by recording."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd

from emgfasc.containers import EVENTS, Events
from emgfasc.errors import MissingExtraError, RecordingError
from emgfasc.io import read_events
from emgfasc.io.atomic import whole

__all__ = [
    "PARTITION",
    "pyarrow",
    "read_dataset",
    "write_dataset",
    "write_parquet",
    "write_partition",
]

PARTITION = "events.parquet"
_FOLDER = "events"

# Name, folder, and for each muscle its name and its events table, from `out`.
Result = tuple[str, Path, Sequence[tuple[str | None, str]]]
_TYPES = {"float": "float64", "int": "int64", "str": "string", "bool": "bool_"}


def pyarrow(module: str = "pyarrow") -> Any:
    """Import pyarrow or a part of it, or name what to install.

    Raises
    ------
    MissingExtraError
        When it is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtraError(
            "Parquet needs pyarrow; install it with: pip install 'emgfasc[batch]'."
        ) from error


def write_parquet(table: Any, path: Path) -> None:
    """Write an Arrow table or a frame as Parquet, whole or not at all."""
    pa, pq = pyarrow(), pyarrow("pyarrow.parquet")
    if isinstance(table, pd.DataFrame):
        table = pa.Table.from_pandas(table, preserve_index=False)
    with whole(path) as part:
        # pandas' own notes differ from version to version, and hold nothing that is needed.
        pq.write_table(table.replace_schema_metadata(None), part)


def write_partition(events: Sequence[tuple[str | None, Events]], place: Path) -> None:
    """Write the events of one recording's muscles, where pyarrow is installed.

    Every partition has every column of the events' schema, so that they are one dataset.
    """
    with suppress(MissingExtraError):
        write_parquet(_joined(events), place / PARTITION)


def write_dataset(out: Path, results: Iterable[Result]) -> None:
    """Make ``events/recording=NAME/events.parquet`` of the given results, and of no others.

    Parameters
    ----------
    out : Path
        The folder of the batch.
    results : iterable of (name, folder, parts)
        Parts are pairs of a muscle and its events table, a path within `out`.

    Raises
    ------
    MissingExtraError
        When pyarrow is not installed.
    """
    pyarrow()
    root = out / _FOLDER
    root.mkdir(exist_ok=True)
    wanted = {}
    for name, place, parts in results:
        if not (place / PARTITION).is_file():  # made where pyarrow was missing
            write_partition([(muscle, read_events(out / file)) for muscle, file in parts], place)
        wanted[f"recording={name}"] = place / PARTITION
    for old in root.iterdir():
        if old.name not in wanted:
            shutil.rmtree(old, ignore_errors=True)
    for folder, source in wanted.items():
        (root / folder).mkdir(exist_ok=True)
        target = root / folder / PARTITION
        if target.exists() and target.samefile(source):
            continue
        with whole(target) as part:
            _linked(source, part)


def read_dataset(out: Path) -> pd.DataFrame:
    """Read the events of all recordings; first columns ``recording`` and ``muscle``.

    Raises
    ------
    RecordingError
        When there is no dataset.
    """
    ds, pa = pyarrow("pyarrow.dataset"), pyarrow()
    root = out / _FOLDER
    if not root.is_dir():
        raise RecordingError(f"{root}: does not exist; run the batch with pyarrow installed.")
    # Said outright: guessed, a recording called 007 becomes the number 7.
    by_name = ds.partitioning(pa.schema([("recording", pa.string())]), flavor="hive")
    schema = _schema().append(pa.field("recording", pa.string()))
    frame: pd.DataFrame = (
        ds.dataset(root, format="parquet", partitioning=by_name, schema=schema)
        .to_table()
        .to_pandas()
    )
    return frame[["recording", *(name for name in frame.columns if name != "recording")]]


def _joined(events: Sequence[tuple[str | None, Events]]) -> Any:
    """Put the events of several muscles under one another; columns a table lacks are null."""
    pa, schema = pyarrow(), _schema()
    tables = [schema.empty_table()]
    for muscle, own in events:
        frame = own.to_frame().assign(muscle=muscle)
        columns = [
            pa.array(frame[field.name], field.type, from_pandas=True)
            if field.name in frame
            else pa.nulls(len(frame), field.type)
            for field in schema
        ]
        tables.append(pa.table(columns, schema=schema))
    return pa.concat_tables(tables)


def _schema() -> Any:
    """Return the partitions' schema."""
    pa = pyarrow()
    columns = [(column.name, getattr(pa, _TYPES[column.dtype])()) for column in EVENTS.columns]
    return pa.schema([("muscle", pa.string()), *columns])


def _linked(source: Path, target: Path) -> None:
    """Give a file a second name; copy it where that is not possible."""
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)
