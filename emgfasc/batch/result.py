"""What a batch leaves: the table of recordings, the events dataset and the run record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgfasc import __version__, report
from emgfasc.batch.dataset import read_dataset, write_dataset, write_parquet
from emgfasc.batch.groups import unmet
from emgfasc.batch.outcome import Outcome
from emgfasc.batch.plan import Plan
from emgfasc.batch.store import Store
from emgfasc.batch.tables import recordings_frame
from emgfasc.errors import MissingExtraError
from emgfasc.io import write_csv, write_json
from emgfasc.io.atomic import whole
from emgfasc.pipeline.versions import versions

__all__ = ["Batch", "assembled"]

_TABLE, _RUN = "recordings", "run.json"


@dataclass(frozen=True, kw_only=True, eq=False)
class Batch:
    """The result of :func:`emgfasc.batch.run`.

    Attributes
    ----------
    out : Path
        The folder it is in: ``index.html``, ``recordings.csv``, ``recordings.parquet``,
        ``events/``, ``run.json``, and a folder for each recording in ``recordings/``.
    recordings : DataFrame
        A row per recording and muscle; columns of ``S_summary.json`` behind ``recording,
        muscle, side, status, reason``. A failed recording is one row.
    notes : tuple of str
        What could not be written, and how to mend that.
    n_reused : int
        Recordings that were finished before this call.
    """

    out: Path
    recordings: pd.DataFrame
    notes: tuple[str, ...] = ()
    n_reused: int = 0

    @property
    def failed(self) -> pd.DataFrame:
        """The rows of failed recordings."""
        return self.recordings[self.recordings["status"] == "failed"]

    def events(self) -> pd.DataFrame:
        """Read the events of all recordings; first columns ``recording`` and ``muscle``.

        Raises
        ------
        MissingExtraError
            When pyarrow is not installed.
        """
        return read_dataset(self.out)

    def __repr__(self) -> str:
        """Show the answer in one line."""
        names = self.recordings["recording"].nunique()
        return f"<Batch in {self.out}: {names} recording(s), {len(self.failed)} failed>"


def assembled(store: Store, outcomes: Sequence[Outcome], plan: Plan, started: datetime) -> Batch:
    """Put the tables together from what is in the store, and write them."""
    records = {item.name: store.record(item.name) for item in outcomes if item.status == "done"}
    rows = [row for item in outcomes for row in _rows(item, records.get(item.name))]
    frame, notes = recordings_frame(rows), []
    write_csv(frame, store.out / f"{_TABLE}.csv")
    with whole(store.out / "index.html") as part:
        page = report.render_index(frame, title=store.out.name, peaks_s=_peaks_s(frame, store.out))
        part.write_text(page, "utf-8", "xmlcharrefreplace")
    parquet = store.out / f"{_TABLE}.parquet"
    try:
        write_parquet(frame, parquet)
        write_dataset(
            store.out,
            [
                (name, store.place(name), _parts(found))
                for name, found in records.items()
                if found is not None
            ],
        )
    except MissingExtraError as error:
        parquet.unlink(missing_ok=True)  # of an earlier run, and not of this one's recordings
        notes.append(f"{_TABLE}.parquet and events/ were not written. {error}")
    notes += _unmet(plan, rows)
    write_json(_run_record(outcomes, records, plan, started), store.out / _RUN)
    return Batch(
        out=store.out,
        recordings=frame,
        notes=tuple(notes),
        n_reused=sum(item.reused for item in outcomes),
    )


def _unmet(plan: Plan, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Tell which groups fit nothing, where anything was done: a slip in a name, most likely."""
    met = {(row["muscle"], row["side"]) for row in rows if row["status"] == "done"}
    missing = unmet(plan.groups, met) if plan.groups and met else []
    return [
        f"No recording has a channel of the group {name!r}; check the names in the groups."
        for name in missing
    ]


def _rows(item: Outcome, record: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return the rows of one recording."""
    if record is not None:
        return [{**row, "status": "done", "reason": ""} for row in record["rows"]]
    reason = item.reason or f"{item.source}: its result was removed while the batch ran."
    return [
        {
            "recording": item.name,
            "source": Path(item.source).name,
            "status": "failed",
            "reason": reason,
        }
    ]


def _parts(record: Mapping[str, Any]) -> list[tuple[str | None, str]]:
    """Return muscle and events table of each row."""
    return [(row["muscle"], row["events"]) for row in record["rows"]]


def _peaks_s(frame: pd.DataFrame, out: Path) -> dict[str, NDArray[np.float64]]:
    """Return when the fasciculations of each row were, by the place of its events table."""
    found = {}
    for place in frame["events"].dropna() if "events" in frame else ():
        if (out / place).is_file():  # or it was removed since: its course is not known
            table = pd.read_csv(out / place, sep="\t", usecols=["peak_s", "category"])
            ours = table.loc[table["category"] == "fasciculation", "peak_s"]
            found[str(place)] = ours.to_numpy(np.float64)
    return found


def _run_record(
    outcomes: Sequence[Outcome],
    records: Mapping[str, dict[str, Any] | None],
    plan: Plan,
    started: datetime,
) -> dict[str, Any]:
    """Say what was run, with what, on what, and what came of it."""
    took: Counter[str] = Counter()
    recordings = []
    for item in outcomes:
        found = records.get(item.name) or {}
        if not item.reused:
            took.update(found.get("stages_s", {}))
        recordings.append(
            {
                **{key: value for key, value in item.to_dict().items() if key != "name"},
                "recording": item.name,
                "input_sha256": found["rows"][0]["input_sha256"] if found else None,
                "finished": found.get("finished"),
                "stages_s": found.get("stages_s"),
            }
        )
    return {
        "emgfasc": __version__,
        "versions": versions(),
        "plan": plan.to_dict(),
        "digest": plan.digest,
        "started": started.isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "n_recordings": len(outcomes),
        "n_failed": sum(item.status == "failed" for item in outcomes),
        "n_reused": sum(item.reused for item in outcomes),
        "stages_s": dict(took),
        "recordings": recordings,
    }
