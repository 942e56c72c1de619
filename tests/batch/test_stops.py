"""Whatever ends a batch or a worker: at most the recordings in work are lost, and never a half."""

import contextlib
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from batch.files import FS, noise_file

import emgfasc as ef
from benchmarks.batch.killing import kill_and_resume
from emgfasc.batch import Limits, Outcome, Plan
from emgfasc.errors import RecordingError

QUICK = Plan(reports=False)
PATIENCE_S = 60.0


def run(folder: Path, out: Path, limits: Limits | None = None) -> tuple[ef.batch.Batch, list[str]]:
    """Run on one worker; return the batch and the recordings in order of their end."""
    ended: list[str] = []

    def tell(outcome: Outcome, _n: int) -> None:
        ended.append(outcome.name)

    done = ef.batch.run(folder, out=out, plan=QUICK, workers=1, progress=tell, limits=limits)
    return done, ended


@contextlib.contextmanager
def striking(out: Path, victims: dict[str, signal.Signals]) -> Iterator[None]:
    """Send the worker a signal once it has begun to make a victim's result."""
    over = threading.Event()
    left = dict(victims)

    def strike() -> None:
        while left and not over.is_set():
            for part in (out / "recordings").glob(".*.part"):
                number = left.pop(part.name.split(".")[1], None)
                for child in psutil.Process().children() if number else ():
                    child.send_signal(number)
            time.sleep(0.002)

    thread = threading.Thread(target=strike)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_kill_9_at_random_moments(tmp_path: Path) -> None:
    for place in range(4):
        noise_file(tmp_path / "in" / f"r{place}.npz", seed=place)
    seen = kill_and_resume(tmp_path, rounds=2, seed=4)
    assert seen.rounds == 2
    assert seen.clean, seen


def test_a_crash_a_hang_and_a_giant_cost_one_recording_each(tmp_path: Path) -> None:
    victims = {"b": signal.SIGSEGV, "d": signal.SIGSTOP}
    for name in "abcde":
        seconds = 20.0 if name in victims else 3.0
        noise_file(tmp_path / "in" / f"{name}.npz", seconds=seconds, seed=ord(name))
    much = np.zeros((16, 2**22), np.float32)  # 256 MiB, held more than once by an analysis
    np.savez(tmp_path / "in" / "f.npz", data=much, fs=FS)
    run(tmp_path / "in" / "a.npz", tmp_path / "out")  # compiles what is not compiled yet
    with striking(tmp_path / "out", victims):
        limits = Limits(timeout_s=8.0, memory_gb=0.6)
        done, ended = run(tmp_path / "in", tmp_path / "out", limits=limits)
    assert ended == list("abcdef")
    reasons = dict(zip(done.recordings["recording"], done.recordings["reason"], strict=True))
    assert [name for name, reason in reasons.items() if reason] == list("bdf")
    for name, told in (("b", "SIGSEGV"), ("d", "than 8 s"), ("f", "than 0.6 GB")):
        assert told in reasons[name]
        assert f"{name}.npz" in reasons[name]
    assert not list((tmp_path / "out" / "recordings").glob(".*"))


def test_sigterm_ends_workers_and_leaves_only_whole_results(tmp_path: Path) -> None:
    for place in range(4):
        noise_file(tmp_path / "in" / f"r{place}.npz", seed=place, seconds=20.0)
    words = ["batch", str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--no-reports"]
    with subprocess.Popen(
        [sys.executable, "-m", "emgfasc", *words, "--workers", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        give_up = time.monotonic() + PATIENCE_S
        while not list((tmp_path / "out" / "recordings").glob("r*")):
            assert time.monotonic() < give_up
            time.sleep(0.01)
        workers = psutil.Process(process.pid).children()
        process.terminate()
        _, told = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1
    assert told == "stopped; give the same command again to go on.\n"
    assert len(workers) == 1
    assert not psutil.wait_procs(workers, timeout=5)[1]
    whole = {path.name for path in (tmp_path / "out" / "recordings").glob("r*")}
    assert 0 < len(whole) < 4
    done, _ = run(tmp_path / "in", tmp_path / "out")
    assert done.n_reused == len(whole)
    assert (done.recordings["status"] == "done").all()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 300 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(place)]
    try:
        mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount command to make a small disk with")
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_stops_the_batch_and_room_lets_it_go_on(
    small_disk: Path, tmp_path: Path
) -> None:
    for place in range(8):
        noise_file(tmp_path / "in" / f"r{place}.npz", seed=place)
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(180_000))
    with pytest.raises(RecordingError) as stopped:
        run(tmp_path / "in", small_disk / "out")
    assert "npz: its result cannot be written (No space left on device): " in str(stopped.value)
    assert str(stopped.value).endswith("make room and give the same command again.")
    kept = {path.name for path in (small_disk / "out" / "recordings").glob("[!.]*")}
    assert 0 < len(kept) < 8
    ballast.unlink()
    done, _ = run(tmp_path / "in", small_disk / "out")
    assert done.n_reused == len(kept)
    assert (done.recordings["status"] == "done").all()
    assert done.events()["recording"].nunique() == 8
