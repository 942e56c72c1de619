"""Half of the pictures may be drawn in a copy of the process; nothing else may differ."""

import os
import signal
import sys
import time

import pytest

from emgfasc.report.beside import beside

forks = pytest.mark.skipif(sys.platform != "linux", reason="no copy is made elsewhere")


@forks
def test_the_copy_is_another_process() -> None:
    assert beside(os.getpid, n_processes=2)() != os.getpid()
    assert beside(os.getpid, n_processes=1)() == os.getpid()


def test_large_results_come_whole() -> None:
    """More than a pipe holds: the copy must not wait for someone to read."""
    waited = beside(lambda: b"ab" * 1_000_000, n_processes=2)
    assert waited() == b"ab" * 1_000_000


def test_an_error_comes_up_in_the_first_process() -> None:
    def fails() -> None:
        raise ValueError("not drawn")

    with pytest.raises(ValueError, match="not drawn"):
        beside(fails, n_processes=2)()


@forks
def test_a_killed_copy_costs_time_only() -> None:
    first = os.getpid()

    def killed() -> str:
        if os.getpid() != first:
            os.kill(os.getpid(), signal.SIGKILL)
        return "drawn after all"

    assert beside(killed, n_processes=2)() == "drawn after all"


@forks
def test_a_stuck_copy_is_not_waited_for() -> None:
    first = os.getpid()

    def stuck() -> str:
        if os.getpid() != first:
            time.sleep(600)
        return "drawn after all"

    begun = time.monotonic()
    assert beside(stuck, n_processes=2, patience_s=0.2)() == "drawn after all"
    assert time.monotonic() - begun < 60
