"""Kill a batch at random moments, go on, and see that nothing is lost, doubled or half there."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

__all__ = ["Kills", "kill_and_resume"]

_GONE_S = 10.0  # workers without a parent must have ended by then


@dataclass
class Kills:
    """What was seen.

    Attributes
    ----------
    rounds : int
        Kills.
    struck : list of int
        Recordings finished at each kill.
    half : int
        Results that were not whole after a kill. All of these must be 0.
    lost : int
        Results that were there before a kill and not after it.
    redone : int
        Results that a later run made again although nothing had changed.
    orphans : int
        Worker processes that outlived the batch.
    wrong : int
        Results whose files differ from those of a batch that was not disturbed.
    """

    rounds: int = 0
    struck: list[int] = field(default_factory=list)
    half: int = 0
    lost: int = 0
    redone: int = 0
    orphans: int = 0
    wrong: int = 0

    @property
    def clean(self) -> bool:
        """Whether nothing went wrong."""
        return not (self.half or self.lost or self.redone or self.orphans or self.wrong)


def command(source: Path, out: Path, max_false_per_min: float) -> list[str]:
    """Return the batch as a user starts it."""
    words = ["batch", str(source), "--out", str(out), "--no-reports", "--workers", "2", "--quiet"]
    rate = ["--max-false-per-min", str(max_false_per_min)]
    return [sys.executable, "-m", "emgfasc", *words, *rate]


def kill_and_resume(folder: Path, *, rounds: int, seed: int) -> Kills:
    """Kill the batch of ``folder/in`` `rounds` times with SIGKILL and compare with a quiet run.

    The moments are spread evenly over the time that a quiet run takes, of which starting is part.
    When a batch is finished before its kill, the next one asks for another setting, so that there
    is work again; results of the earlier setting are replaced.
    """
    rng, seen = random.Random(seed), Kills()
    source, out, setting = folder / "in", folder / "out", 0.5
    began = time.perf_counter()
    _quiet(folder, setting)
    longest_s = time.perf_counter() - began
    while seen.rounds < rounds:
        before = _finished(out, setting)
        with subprocess.Popen(command(source, out, setting)) as process:
            try:
                process.wait(rng.uniform(0.5, longest_s))
            except subprocess.TimeoutExpired:
                _struck(process, seen)
            else:
                _compare(folder, setting, seen)
                setting += 0.25
                continue
        after = _finished(out, setting)
        seen.half += _half(out)
        seen.lost += len(before.keys() - after.keys())
        seen.redone += sum(after[name] != made for name, made in before.items() if name in after)
        seen.struck.append(len(after))
        seen.rounds += 1
    subprocess.run(command(source, out, setting), check=True)
    _compare(folder, setting, seen)
    return seen


def _struck(process: subprocess.Popen[bytes], seen: Kills) -> None:
    """Kill the parent alone and see whether its workers end by themselves."""
    workers = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGKILL)
    process.wait()
    _, alive = psutil.wait_procs(workers, timeout=_GONE_S)
    seen.orphans += len(alive)
    for worker in alive:
        worker.kill()


def _finished(out: Path, setting: float) -> dict[str, int]:
    """Return the results made with a setting, and when each was made."""
    found = {}
    for record in (out / "recordings").glob("[!.]*/result.json"):
        summary = json.loads((record.parent / f"{record.parent.name}_summary.json").read_text())
        if summary["settings"]["max_false_per_min"] == setting:
            found[record.parent.name] = record.stat().st_mtime_ns
    return found


def _half(out: Path) -> int:
    """Count results that lack a file they name, or hold one that does not end."""
    half = 0
    for folder in (out / "recordings").glob("[!.]*"):
        try:
            record = json.loads((folder / "result.json").read_text())
            whole = all((folder / name).stat().st_size for name in record["files"])
            half += not (whole and (out / record["rows"][0]["events"]).read_text().endswith("\n"))
        except (OSError, ValueError, LookupError):
            half += 1
    return half


def _quiet(folder: Path, setting: float) -> Path:
    """Return the results of a batch that nobody disturbed."""
    quiet = folder / f"quiet-{setting}"
    if not quiet.exists():
        subprocess.run(command(folder / "in", quiet, setting), check=True)
    return quiet


def _compare(folder: Path, setting: float, seen: Kills) -> None:
    """Compare a finished batch with one that nobody disturbed."""
    quiet = _quiet(folder, setting)
    for name in ("recordings.csv", "recordings.parquet"):
        seen.wrong += (folder / "out" / name).read_bytes() != (quiet / name).read_bytes()
    ours, theirs = (_event_files(root) for root in (folder / "out", quiet))
    seen.wrong += len(ours.keys() ^ theirs.keys())
    seen.wrong += sum(ours[name] != theirs[name] for name in ours.keys() & theirs.keys())
    seen.lost += len(theirs) - len(_finished(folder / "out", setting))
    left = list((folder / "out" / "recordings").glob(".*"))
    seen.half += len(left)


def _event_files(root: Path) -> dict[str, bytes]:
    """Return the partitions of the events dataset."""
    return {path.parent.name: path.read_bytes() for path in (root / "events").rglob("*.parquet")}
