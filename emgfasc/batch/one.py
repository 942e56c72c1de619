"""One recording, from its file to its finished result."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from emgfasc.batch.dataset import write_partition
from emgfasc.batch.groups import Group, channels_table, muscle_groups
from emgfasc.batch.naming import safe_name
from emgfasc.batch.outcome import Outcome, Task, failure
from emgfasc.batch.remote import fetch, is_url
from emgfasc.batch.stages import StageClock
from emgfasc.batch.store import RECORD, Store, done, signed
from emgfasc.containers import Events, Recording
from emgfasc.errors import EmgfascError, RecordingError
from emgfasc.io import read, write_events, write_json, write_table
from emgfasc.pipeline import Analysis, analyze

__all__ = ["analysed"]

# The same for every row, so they stand in the run record and in each summary instead.
_NOT_IN_ROW = ("settings", "versions")


@dataclass(frozen=True, kw_only=True)
class _Opened:
    """A recording found, read once, and what it is made of."""

    path: Path
    whole: Recording
    groups: Sequence[Group]
    sha256: str
    watched: dict[str, object]


def analysed(task: Task) -> Outcome:
    """Analyse one recording and leave its result in the store, unless it is there already.

    Returns
    -------
    Outcome
        Nothing is raised: whatever goes wrong is this recording's outcome.
    """
    try:
        return _analysed(task)
    except Exception as error:  # one bad recording must not cost the others
        return failure(task, error)


def _analysed(task: Task) -> Outcome:
    """Bring the file here where it is not, and analyse it."""
    store, clock = Store(Path(task.out)), StageClock()
    if not is_url(task.source):
        return _from_file(task, Path(task.source), store, clock)
    store.folder.mkdir(parents=True, exist_ok=True)
    # Hidden, so that a later run sweeps it away if this one is stopped.
    with TemporaryDirectory(prefix=f".{task.name}.", dir=store.folder) as folder:
        path = fetch(task.source, Path(folder))
        try:
            return _from_file(task, path, store, clock)
        except EmgfascError as error:
            # Where it was for a moment tells nobody anything, and is another place each time.
            told = str(error).replace(str(path), task.source).replace(f"{folder}{os.sep}", "")
            raise RecordingError(told) from error


def _from_file(task: Task, path: Path, store: Store, clock: StageClock) -> Outcome:
    """Analyse each muscle of a file."""
    opened = _opened(task, path)
    digest = task.plan.digest
    if store.is_same(task.name, digest, opened.sha256):
        store.watch_again(task.name, opened.watched)
        return done(task, store, reused=True)
    with store.made(task.name) as place:
        rows: list[dict[str, object]] = []
        events: list[tuple[str | None, Events]] = []
        for stem, group in _stems(task.name, opened.groups):
            result = _result(task, clock.watching(_of_group(task, opened, group)), clock)
            clock.begin("write")
            rows.append(_row(task, stem, result))
            events.append((result.raw.muscle, result.events))
            _save(result, place, stem, reports=task.plan.reports)
        write_partition(events, place)
        clock.begin("end")
        record = {
            "recording": task.name,
            "source": task.source,
            "digest": digest,
            "input_sha256": opened.sha256,
            "watched": opened.watched,
            "files": sorted(file.name for file in place.iterdir()),
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "stages_s": {name: s for name, s in clock.seconds.items() if name != "end"},
            "rows": rows,
        }
        write_json(record, place / RECORD)
    return done(task, store, reused=False)


def _opened(task: Task, path: Path) -> _Opened:
    """Read a file's facts and hash; divide it by muscle."""
    whole = read(path, **task.plan.reading)
    table = channels_table(path)
    groups = muscle_groups(
        whole.channels, asked=task.plan.groups, table=table, label=str(task.source)
    )
    files = list(whole.files)
    if table is not None and not table.is_file():
        files.append(str(table))  # one that appears counts as a change
    watched = signed([task.source] if is_url(task.source) else files)
    return _Opened(
        path=path, whole=whole, groups=groups, sha256=whole.sha256 or "", watched=watched
    )


def _of_group(task: Task, opened: _Opened, group: Group) -> Recording:
    """Return the recording of one muscle, under the batch's name for it."""
    rec = opened.whole
    if group.channels is not None and group.channels != rec.channels:
        rec = read(opened.path, **{**task.plan.reading, "channels": list(group.channels)})
    return rec.replace(
        name=task.name,
        path=task.source,
        muscle=group.muscle or rec.muscle,
        side=group.side or rec.side,
    )


def _stems(name: str, groups: Sequence[Group]) -> list[tuple[str, Group]]:
    """Return the first part of the file names of each muscle's results."""
    if len(groups) == 1:
        return [(name, groups[0])]
    stems: list[tuple[str, Group]] = []
    for place, group in enumerate(groups, 1):
        words = " ".join(word for word in (group.muscle or "other", group.side) if word)
        stem = f"{name}_{safe_name(words)}"
        taken = {known.casefold() for known, _ in stems}
        stems.append((f"{stem}-{place}" if stem.casefold() in taken else stem, group))
    return stems


def _result(task: Task, rec: Recording, clock: StageClock) -> Analysis:
    """Analyse, noting when each stage begins."""
    return analyze(rec, settings=task.plan.settings, progress=clock.begin)


def _row(task: Task, stem: str, result: Analysis) -> dict[str, object]:
    """Return the row of one muscle, with where its files are, seen from the batch's folder."""
    row = result.summary_row()
    for name in _NOT_IN_ROW:
        del row[name]
    place = Store(Path()).place(task.name)
    report = (place / f"{stem}_report.html").as_posix() if task.plan.reports else None
    return {**row, "events": (place / f"{stem}_events.tsv").as_posix(), "report": report}


def _save(result: Analysis, place: Path, stem: str, *, reports: bool) -> None:
    """Write the files of ``emgfasc analyze``, with or without the report."""
    if reports:
        result.save(place, stem=stem)
        return
    write_events(result.events, place / f"{stem}_events.tsv")
    write_table(result.units.to_frame(), place / f"{stem}_units.tsv")
    write_json(result.summary_row(), place / f"{stem}_summary.json")
