"""Random edits of valid files, in processes that may crash or hang."""

from __future__ import annotations

import multiprocessing
import random
import re
import tempfile
import time
import traceback
import warnings
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.fuzz.attempt import BrokenError, attempt
from benchmarks.fuzz.edits import edited, random_edits
from benchmarks.fuzz.seeds import Seed, real_seeds, seed

__all__ = ["run"]

_HANG_S = 30.0


def run(
    names: list[str], *, data: Path | None, seconds: float, keep: Path, start: int
) -> dict[str, int]:
    """Fuzz seeds in turn until the time is over; print the tally and return the failures."""
    seeds = {name: seed(name) for name in names}
    if data is not None:
        seeds |= dict(real_seeds(data))
    keep.mkdir(parents=True, exist_ok=True)
    ends, number = time.monotonic() + seconds, start
    tried: Counter[str] = Counter()
    found: Counter[str] = Counter()
    while time.monotonic() < ends:
        number = _process(seeds, number, ends, keep, tried, found)
    for (name, what), n in sorted(
        Counter({tuple(k.split(" ", 1)): v for k, v in tried.items()}).items()
    ):
        print(f"{name:<24} {what:<8} {n}")
    print(f"{sum(tried.values())} inputs, {len(found)} distinct failures")
    for what, n in found.most_common():
        print(f"{n:6d}  {what}")
    return dict(found)


def _process(
    seeds: dict[str, Seed],
    number: int,
    ends: float,
    keep: Path,
    tried: Counter[str],
    found: Counter[str],
) -> int:
    """Run one process until it dies or the time is over; return the next number."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(seeds, number, ends, keep, there), daemon=True)
    process.start()
    there.close()
    try:
        while here.poll(_HANG_S):
            name, what, why = here.recv()
            tried[f"{name} {what}"] += 1
            number += 1
            if why:
                found[f"{name}: {why}"] += 1
        why = f"hangs for {_HANG_S:g} s"
    except EOFError:
        process.join()
        if not process.exitcode:
            return number
        why = f"ends the process with {process.exitcode}"
    process.kill()
    process.join()
    name = list(seeds)[number % len(seeds)]
    tried[f"{name} broken"] += 1
    found[f"{name}: {why}"] += 1
    _kept(keep, name, number, _input(seeds[name], number))
    return number + 1


def _work(seeds: dict[str, Seed], number: int, ends: float, keep: Path, tell: Connection) -> None:
    """Try one input after another."""
    warnings.simplefilter("ignore")
    names = list(seeds)
    while time.monotonic() < ends:
        name = names[number % len(names)]
        hostile = _input(seeds[name], number)
        why = ""
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder, "in")
            place.mkdir()
            try:
                what = attempt(hostile, place)
            except Exception as error:
                what, why = "broken", _place(error)
                _kept(keep, name, number, hostile)
        tell.send((name, what, why))
        number += 1


def _input(valid: Seed, number: int) -> Seed:
    """Return the input of a number: always the same."""
    rng = random.Random(number)
    victim = rng.choice([*valid.files, valid.main])
    return valid.edited({victim: edited(valid.files[victim], random_edits(rng))})


def _place(error: BaseException) -> str:
    """Name an error by its kind and where it came from, so that the same one counts once."""
    if isinstance(error, BrokenError):
        return re.sub(r"[0-9]+", "N", str(error))[:80]
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}: {error}"[:160]


def _kept(keep: Path, name: str, number: int, hostile: Seed) -> None:
    folder = keep / f"{name}-{number}"
    folder.mkdir(exist_ok=True)
    for file, content in hostile.files.items():
        (folder / file).write_bytes(content)
