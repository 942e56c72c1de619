"""A worker process: tasks come in as lines of JSON, outcomes go out as lines of JSON.

Started by :mod:`emgfasc.batch.slot`. It ends by itself when whoever started it is gone.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import TextIO

from emgfasc.batch.one import analysed
from emgfasc.batch.outcome import Task

__all__ = ["main"]

_KILL_FIRST = "500"  # of 1000: when memory runs out, a worker goes before other programs do


def main() -> None:
    """Analyse one task after another until standard input ends."""
    answers = _private_output()
    _offer_to_the_oom_killer()
    lines: SimpleQueue[str] = SimpleQueue()
    threading.Thread(target=_listen, args=(lines,), daemon=True).start()
    answers.write("ready\n")
    answers.flush()
    while True:
        task = Task.from_dict(json.loads(lines.get()))
        answers.write(json.dumps(analysed(task).to_dict()) + "\n")
        answers.flush()


def _listen(lines: SimpleQueue[str]) -> None:
    """Pass tasks on; end the process, whatever it does, when there can be no more."""
    for line in sys.stdin:
        lines.put(line)
    os._exit(0)


def _private_output() -> TextIO:
    """Keep standard output for outcomes; what libraries print goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _offer_to_the_oom_killer() -> None:
    """Ask Linux to end this process first when memory runs out."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_KILL_FIRST, encoding="ascii")
