"""One place at which recordings are analysed, one after another, in a process of its own.

The process may crash, run out of memory or out of time: that costs the recording in work and no
other, and the next one gets a new process. `concurrent.futures` gives its whole pool up when one
worker dies, and pebble, which does not, is under the LGPL.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from typing import IO

from emgfasc.batch.outcome import Outcome, Task
from emgfasc.batch.watch import Watch

__all__ = ["Slot"]

# Like multiprocessing's "spawn", but without importing the caller's script again.
_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from emgfasc.batch.worker import main; main()"
)
_THREAD_VARIABLES = (
    "EMGFASC_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)
# Of the GNU C library, which else gives the arrays of a recording back one by one and asks for
# them again for the next step: a tenth of the time of a short one. Others do not know these names.
_KEEP_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(256 << 20),
}


class Slot:
    """A process that analyses one recording at a time, started when first needed.

    Parameters
    ----------
    threads : int
        Threads that its kernels and linear algebra may use.
    """

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._worker: _Worker | None = None
        self._closed = False
        self._starting = threading.Lock()
        self._running = threading.Lock()

    def run(self, task: Task) -> Outcome:
        """Analyse one recording; whatever becomes of the process is the recording's outcome."""
        with self._running:
            worker = self._started()
            if worker is None:
                return _lost(task, "the batch was stopped")
            with Watch(task.limits, worker.process) as watch:
                line = worker.answer(json.dumps(task.to_dict()) + "\n")
            # A line cut short is the last word of a process that died.
            if line.endswith("\n"):
                return Outcome(**json.loads(line))
            why = worker.buried()
            self._worker = None
            return _lost(task, watch.told or why)

    def close(self) -> None:
        """End the process, and start no other."""
        with self._starting:
            self._closed = True
            if self._worker is not None:
                self._worker.process.kill()
        with self._running:
            if self._worker is not None:
                self._worker.buried()
                self._worker = None

    def _started(self) -> _Worker | None:
        """Return the running process, or a new one; ``None`` when closed."""
        with self._starting:
            if self._closed:
                return None
            if self._worker is not None and self._worker.process.poll() is not None:
                self._worker.buried()
                self._worker = None
            if self._worker is None:
                self._worker = _Worker(self._threads)
            return self._worker


class _Worker:
    """A running worker process, its pipes, and what it says on standard error."""

    def __init__(self, threads: int) -> None:
        path = json.dumps([os.path.abspath(entry) for entry in sys.path])  # noqa: PTH100
        self.complaints: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long
        self.process = subprocess.Popen(  # noqa: S603 - this very Python, no shell
            [sys.executable, "-c", _START, path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.complaints,
            env={
                **_KEEP_MEMORY,
                **os.environ,
                **dict.fromkeys(_THREAD_VARIABLES, str(threads)),
            },
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C is for the parent, which ends this one
        )

        if self.process.stdout is not None:
            self.process.stdout.readline()  # says that it is ready; starting is no recording's time

    def answer(self, line: str) -> str:
        """Send a line and return the one that comes back; less of it when the process dies."""
        to, back = self.process.stdin, self.process.stdout
        if to is None or back is None:
            return ""
        try:
            to.write(line)
            to.flush()
            return back.readline()
        except OSError:
            return ""

    def buried(self) -> str:
        """End the process, close what belonged to it, and say what it died of."""
        # Whoever closes its end of a pipe first is dying; a moment tells how.
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=1)
        self.process.kill()
        status = self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with suppress(OSError):  # what was not written yet cannot be any more
                    stream.close()
        last = self._last_words()
        told = f" ({last})" if last else ""
        if status == -signal.SIGKILL:
            return f"its process was killed, as happens when memory runs out{told}"
        if status < 0:
            return f"its process crashed with {signal.Signals(-status).name}{told}"
        return f"its process ended with status {status}{told}"

    def _last_words(self) -> str:
        """Return the last line of standard error."""
        with self.complaints as file:
            file.seek(0)
            lines = file.read().decode(errors="replace").split("\n")
        told = [" ".join(line.split()) for line in lines if line.strip()]
        return told[-1][:160] if told else ""


def _lost(task: Task, why: str) -> Outcome:
    return Outcome(
        name=task.name, source=task.source, status="failed", reason=f"{task.source}: {why}."
    )
