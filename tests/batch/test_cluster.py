"""The same work on a real Dask scheduler with two workers, one of which is killed on the way."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from batch.files import noise_file

import emgfasc as ef
from emgfasc.batch import Limits, Outcome, Plan

QUICK = Plan(reports=False)
N_FILES = 8
PATIENCE_S = 240.0  # kernels may have to be compiled first, on a busy machine


@contextlib.contextmanager
def _process(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program and whatever it starts, and end all of it."""
    quiet = subprocess.DEVNULL
    with subprocess.Popen([sys.executable, "-m", *words], stdout=quiet, stderr=quiet) as process:
        try:
            yield process
        finally:
            with contextlib.suppress(psutil.NoSuchProcess):
                family = psutil.Process(process.pid)
                for member in (*family.children(recursive=True), family):
                    with contextlib.suppress(psutil.NoSuchProcess):
                        member.kill()


@pytest.fixture
def scheduler() -> Iterator[tuple[str, list[int]]]:
    """The address of a scheduler, and the process numbers of its two workers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    common = ["--no-dashboard"]
    at = ["distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port), *common]
    work = ["distributed.cli.dask_worker", address, "--no-nanny", "--nthreads", "1", *common]
    with contextlib.ExitStack() as running:
        running.enter_context(_process(*at))
        workers = [running.enter_context(_process(*work)).pid for _ in range(2)]
        yield address, workers


def _waiting_for_workers(address: str) -> None:
    distributed = pytest.importorskip("distributed", reason="Dask is not installed")
    give_up = time.monotonic() + PATIENCE_S
    while True:
        try:
            with distributed.Client(address, timeout=2, set_as_default=False) as client:
                client.wait_for_workers(2, timeout=PATIENCE_S)
                return
        except (OSError, TimeoutError):
            assert time.monotonic() < give_up


def test_every_recording_is_there_once_though_a_worker_is_killed(
    scheduler: tuple[str, list[int]], tmp_path: Path
) -> None:
    address, workers = scheduler
    for place in range(N_FILES):
        noise_file(tmp_path / "in" / f"r{place}.npz", seed=place)
    (tmp_path / "in" / "bad.edf").write_bytes(b"0       garbage")
    _waiting_for_workers(address)
    seen: list[str] = []

    def tell(outcome: Outcome, _n: int) -> None:
        if not seen:
            os.kill(workers[0], signal.SIGKILL)
        seen.append(outcome.name)

    done = ef.batch.run(
        tmp_path / "in",
        out=tmp_path / "out",
        plan=QUICK,
        scheduler=address,
        limits=Limits(timeout_s=PATIENCE_S),
        progress=tell,
    )
    names = ["bad", *(f"r{place}" for place in range(N_FILES))]
    assert sorted(seen) == names
    assert done.recordings["recording"].tolist() == names
    assert done.failed["recording"].tolist() == ["bad"]
    assert sorted(done.events()["recording"].unique()) == names[1:]
    ef.batch.run(tmp_path / "in", out=tmp_path / "here", plan=QUICK, workers=0)
    texts = [(tmp_path / out / "recordings.csv").read_bytes() for out in ("out", "here")]
    assert texts[0] == texts[1]


def test_no_scheduler_is_one_line(tmp_path: Path) -> None:
    path = noise_file(tmp_path / "a.npz")
    with pytest.raises(ef.ParameterError, match=r"nothing answers at tcp://127\.0\.0\.1:9"):
        ef.batch.run(path, out=tmp_path / "out", scheduler="tcp://127.0.0.1:9")
