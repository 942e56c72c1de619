"""A copy of this process that draws the reports, ready before there is anything to draw."""

from __future__ import annotations

import pickle
import signal
from collections.abc import Callable
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import TracebackType

from emgfasc.report.beside import PATIENCE_S, can_fork, start
from emgfasc.report.drawing import Drawn
from emgfasc.report.protocol import Analysed

__all__ = ["Painter"]

_MOST_BYTES = 1 << 26  # of signal that is sent to the copy; to send more takes longer than it saves


class Painter:
    """Draw the pictures of reports in a copy of this process.

    Importing matplotlib takes a third as long as analysing a short recording, and drawing as long:
    both are done beside the analysis, where a second core is idle. Begin it before there are
    threads. Pictures are drawn in this process where no copy can be made (see
    :func:`emgfasc.report.beside.beside`), where the recording is long, and where the copy fails.

    Examples
    --------
    >>> from emgfasc.report.painter import Painter
    >>> with Painter() as draw:
    ...     pass  # result.save("out", draw=draw)
    """

    def __init__(self) -> None:
        """Begin the copy, which makes itself ready."""
        self._asked, self._owed = 0, False
        self._open = can_fork()
        if not self._open:
            return
        fork = get_context("fork")
        self._pipe, theirs = fork.Pipe()
        self._copy = fork.Process(target=_paint, args=(theirs, self._pipe))
        start(self._copy)
        theirs.close()

    def __enter__(self) -> Painter:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the copy."""
        self._close()

    def __call__(self, analysed: Analysed) -> Callable[[], Drawn]:
        """Begin to draw, and return what waits for the pictures; to be called once."""
        here = partial(_here, analysed)
        size = sum(4 * rec.n_channels * rec.n_samples for rec in (analysed.recording, analysed.raw))
        if not self._open or size > _MOST_BYTES:
            return here
        if self._owed:
            self._answer()  # nobody waited for it; both ends would wait if it stayed in the pipe
        self._asked += 1
        try:
            self._pipe.send(analysed)
        except (OSError, TypeError, AttributeError, pickle.PicklingError):
            return here  # it has ended, or the recording's source cannot be sent
        self._owed = True
        return partial(self._received, self._asked, here)

    def _received(self, number: int, here: Callable[[], Drawn]) -> Drawn:
        """Return the pictures asked for last, from the copy if it has them."""
        made = self._answer() if number == self._asked and self._owed else None
        return here() if made is None else made

    def _answer(self) -> Drawn | None:
        """Return what the copy sends; ``None`` if it could not draw, or is no more."""
        self._owed = False
        try:
            if self._pipe.poll(PATIENCE_S):
                made: Drawn | None = self._pipe.recv()
                return made
        except (EOFError, OSError):  # it was killed
            pass
        self._close()
        return None

    def _close(self) -> None:
        if self._open:
            self._open = False
            self._pipe.close()
            self._copy.kill()
            self._copy.join()


def _here(analysed: Analysed) -> Drawn:
    """Draw in this process, and half of it in a copy made now, which has all that this one has."""
    from emgfasc.report.pictures import drawn  # noqa: PLC0415 - slow to import

    return drawn(analysed, n_processes=2)


def _paint(pipe: Connection, other_end: Connection) -> None:
    """Draw what is asked for until nobody can ask any more."""
    other_end.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process ends, and then this one
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import

    from emgfasc.report import pictures  # noqa: F401, PLC0415
    from emgfasc.report.encode import png_uri, svg_uri  # noqa: PLC0415

    for encoded in (svg_uri, png_uri):
        encoded(Figure().subplots())  # fonts are found and read at the first picture
    try:
        while True:
            pipe.send(_made(pipe.recv()))
    except (EOFError, OSError):
        return


def _made(analysed: Analysed) -> Drawn | None:
    """Return the pictures, or ``None``: the first process meets the same error, and can tell."""
    from emgfasc.report.pictures import drawn  # noqa: PLC0415 - slow to import

    try:
        return drawn(analysed, n_processes=2)
    except Exception:
        return None
