"""Recordings behind URLs: in fsspec's memory, and on a web server of this machine."""

import sys
import threading
from collections.abc import Iterator, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import fsspec
import pytest
from batch.files import noise_file

import emgfasc as ef
from emgfasc.batch import Batch, Outcome, Plan

QUICK = Plan(reports=False)
N2001 = b"\x00" * 20 + bytes(range(256)) * 200


def run(inputs: str | Sequence[str | Path], out: Path) -> tuple[Batch, dict[str, bool]]:
    reused: dict[str, bool] = {}

    def tell(outcome: Outcome, _n: int) -> None:
        reused[outcome.name] = outcome.reused

    done = ef.batch.run(inputs, out=out, plan=QUICK, workers=0, progress=tell)
    return done, reused


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def web(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder and the address it is served at."""
    folder = tmp_path / "web"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_memory_with_a_glob_and_resume(tmp_path: Path) -> None:
    memory = fsspec.filesystem("memory")
    for place, name in enumerate(("a", "b")):
        path = noise_file(tmp_path / f"{name}.npz", seed=place)
        memory.put_file(str(path), f"/lab/{name}.npz")
    try:
        done, _ = run("memory://lab/*.npz", tmp_path / "out")
        local, _ = run([tmp_path / "a.npz", tmp_path / "b.npz"], tmp_path / "local")
        assert done.recordings["recording"].tolist() == ["a", "b"]
        for name in ("n_fp", "fp_per_min", "input_sha256", "source"):
            assert done.recordings[name].tolist() == local.recordings[name].tolist()
        assert not list((tmp_path / "out" / "recordings").glob(".*"))
        changed = noise_file(tmp_path / "b.npz", seed=9)
        memory.put_file(str(changed), "/lab/b.npz")
        assert run("memory://lab/*.npz", tmp_path / "out")[1] == {"a": True, "b": False}
    finally:
        memory.rm("/lab", recursive=True)


def test_http_brings_the_files_of_a_recording_together(
    web: tuple[Path, str], tmp_path: Path
) -> None:
    folder, address = web
    noise_file(folder / "x.npz")
    (folder / "r.hea").write_text("r 1 4000 25600\nr.dat 16 200/mV 16 0 0 0 0 EMG\n")
    (folder / "r.dat").write_bytes(N2001[20:])
    urls = [f"{address}/x.npz", f"{address}/r.hea", f"{address}/missing.npz"]
    done, _ = run(urls, tmp_path / "out")
    status = dict(zip(done.recordings["recording"], done.recordings["status"], strict=True))
    assert status == {"missing": "failed", "r": "done", "x": "done"}
    assert f"{address}/missing.npz" in done.failed["reason"].iloc[0]
    again, reused = run(urls, tmp_path / "out")
    assert reused == {"missing": False, "r": True, "x": True}
    assert again.recordings["n_fp"].tolist()[1:] == done.recordings["n_fp"].tolist()[1:]
    noise_file(folder / "x.npz", seed=5)  # of the same size, and this server gives no ETag
    assert run(urls, tmp_path / "out")[1] == {"missing": False, "r": True, "x": False}


def test_a_damaged_file_is_told_by_its_address_and_named_as_it_is_called(
    web: tuple[Path, str], tmp_path: Path
) -> None:
    folder, address = web
    (folder / "left arm.edf").write_bytes(b"0       garbage")
    url = f"{address}/left%20arm.edf"
    first, again = (run(url, tmp_path / "out")[0].recordings for _ in range(2))
    assert first["recording"].tolist() == ["left_arm"]
    assert first["reason"][0].startswith(f"{url}: ")
    assert str(tmp_path) not in first["reason"][0]
    assert again.equals(first)


@pytest.mark.parametrize("url", ["nosuch://x/a.edf", "memory://lab/none.edf"])
def test_an_address_that_leads_nowhere_is_a_row(url: str, tmp_path: Path) -> None:
    done, _ = run(url, tmp_path / "out")
    assert done.recordings["status"].tolist() == ["failed"]
    assert url in done.recordings["reason"][0]


def test_a_bucket_without_its_library_names_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    done, _ = run("s3://lab/a.edf", tmp_path / "out")
    assert done.recordings["status"].tolist() == ["failed"]
    reason = done.recordings["reason"][0]
    assert "s3fs" in reason
    assert "pip install 'emgfasc[s3]'" in reason
    with pytest.raises(ef.MissingExtraError, match=r"emgfasc\[s3\]"):
        run("s3://lab/*.edf", tmp_path / "out")
