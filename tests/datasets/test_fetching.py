"""Fetching from a server that is really asked, and really breaks off."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from datasets_server import Site, serving
from typer.testing import CliRunner

import emgfasc as ef
from emgfasc.cli.app import app
from emgfasc.datasets import fetching
from emgfasc.datasets.registry import PublicFile, PublicSet, public

BODY = np.random.default_rng(3).bytes(300_000)
SMALL = b"a header"


FILES = {"a.dat": BODY, "a.hea": SMALL}


def made_up() -> PublicSet:
    return PublicSet(
        "made", "Made up", "CC0-1.0", "", "http://127.0.0.1:9/gone/", "testing", "a.hea", "here",
        tuple(PublicFile(k, len(v), hashlib.sha256(v).hexdigest()) for k, v in FILES.items()),
    )  # fmt: skip


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Site]:
    """One public set of two files, served on this machine as a mirror would."""
    made = made_up()
    monkeypatch.setattr(fetching, "public", lambda: {"made": made})
    monkeypatch.setenv("EMGFASC_CACHE", str(tmp_path / "cache"))
    with serving(Site({f"/m/made/{name}": body for name, body in FILES.items()})) as served:
        monkeypatch.setenv("EMGFASC_MIRROR", f"{served.url}/m/")
        yield served


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_comes_is_the_published_file_and_progress_is_told(site: Site, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    paths = ef.datasets.fetch("made", tell=lambda *step: told.append(step))
    assert [path.read_bytes() for path in paths] == [BODY, SMALL]
    assert left(tmp_path / "cache" / "made") == ["a.dat", "a.hea"]
    assert told[-1] == ("a.hea", len(SMALL), len(SMALL))
    of_dat = [done for name, done, size in told if name == "a.dat" and size == len(BODY)]
    assert of_dat == sorted(of_dat)
    assert of_dat[-1] == len(BODY)


def test_the_cache_needs_no_network(site: Site) -> None:
    first = ef.datasets.fetch("made")
    asked = len(site.asked)
    site.files.clear()
    assert ef.datasets.fetch("made") == first
    assert len(site.asked) == asked


def test_a_damaged_cache_is_mended(site: Site) -> None:
    path = ef.datasets.fetch("made")[0]
    path.write_bytes(BODY[:-1] + b"?")
    assert ef.datasets.fetch("made")[0].read_bytes() == BODY


def test_a_publisher_may_store_a_file_under_another_name(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = made_up()
    file = replace(item.files[0], stored_as="KEY-1.dat")
    moved = replace(item, url=f"{site.url}/objects/", files=(file, item.files[1]))
    monkeypatch.setattr(fetching, "public", lambda: {"made": moved})
    monkeypatch.delenv("EMGFASC_MIRROR")
    site.files |= {"/objects/KEY-1.dat": BODY, "/objects/a.hea": SMALL}
    paths = ef.datasets.fetch("made")
    assert [path.name for path in paths] == ["a.dat", "a.hea"]
    assert paths[0].read_bytes() == BODY


def test_a_wrong_hash_leaves_nothing_under_the_name(site: Site, tmp_path: Path) -> None:
    site.files["/m/made/a.dat"] = BODY[:-1] + bytes([BODY[-1] ^ 1])
    with pytest.raises(ef.RecordingError, match=r"a\.dat: what .* not the published file"):
        ef.datasets.fetch("made")
    assert left(tmp_path / "cache" / "made") == []


@pytest.mark.parametrize("body", [b"", BODY + b"more", b"<html>sign in</html>"])
def test_a_file_of_another_size_is_refused(site: Site, tmp_path: Path, body: bytes) -> None:
    site.files["/m/made/a.dat"] = body
    with pytest.raises(ef.RecordingError, match=r"a\.dat: "):
        ef.datasets.fetch("made")
    assert "a.dat" not in left(tmp_path / "cache" / "made")


def test_a_broken_transfer_is_continued_in_the_same_call(site: Site) -> None:
    site.breaks = [12 * 8192, 6 * 8192]  # whole chunks
    assert ef.datasets.fetch("made")[0].read_bytes() == BODY
    # the whole file was asked for once, then only what was missing
    assert [wanted for path, wanted in site.asked if path.endswith("a.dat")] == [
        None, f"bytes={12 * 8192}-", f"bytes={18 * 8192}-",
    ]  # fmt: skip


def test_a_broken_transfer_is_continued_by_the_next_call(site: Site, tmp_path: Path) -> None:
    site.breaks = [8 * 8192 + 100, 0, 0]
    with pytest.raises(ef.RecordingError, match=r"cannot be downloaded.*is kept"):
        ef.datasets.fetch("made")
    assert left(tmp_path / "cache" / "made") == [".a.dat.part"]
    site.asked.clear()
    assert ef.datasets.fetch("made")[0].read_bytes() == BODY
    assert site.asked[0][1] == f"bytes={8 * 8192}-"


def test_a_server_that_cannot_continue_sends_all_again(site: Site) -> None:
    site.breaks, site.ranges = [100_000], False
    assert ef.datasets.fetch("made")[0].read_bytes() == BODY


def test_leftovers_of_another_file_are_replaced(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "made"
    folder.mkdir(parents=True)
    (folder / ".a.dat.part").write_bytes(b"?" * 1000)
    assert ef.datasets.fetch("made")[0].read_bytes() == BODY


def test_what_is_not_there_is_one_line(site: Site) -> None:
    del site.files["/m/made/a.dat"]
    with pytest.raises(ef.RecordingError, match="404") as caught:
        ef.datasets.fetch("made")
    assert "\n" not in str(caught.value)
    assert len([path for path, _ in site.asked if path.endswith("a.dat")]) == 1  # not asked again


def test_no_network_is_one_line(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EMGFASC_MIRROR")
    with pytest.raises(ef.RecordingError, match=r"\(\[Errno \d+\] Connection refused\)"):
        ef.datasets.fetch("made")


def test_a_folder_that_is_a_file_is_refused(site: Site, tmp_path: Path) -> None:
    (tmp_path / "made").write_bytes(b"")
    with pytest.raises(ef.ParameterError, match="folder"):
        ef.datasets.fetch("made", folder=tmp_path)


def test_the_command_prints_the_paths(site: Site, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["fetch", "made", "--out", str(tmp_path / "here")])
    assert result.exit_code == 0
    paths = [Path(line) for line in result.stdout.split()]
    assert [path.read_bytes() for path in paths] == [BODY, SMALL]
    assert {path.parent for path in paths} == {tmp_path / "here" / "made"}


def test_the_list_says_licence_size_and_use() -> None:
    result = CliRunner().invoke(app, ["fetch", "--list"])
    assert result.exit_code == 0
    for item in public().values():
        assert item.licence in result.stdout
        assert item.good_for in result.stdout


def test_usage() -> None:
    assert CliRunner().invoke(app, ["fetch"]).exit_code == 2
    with pytest.raises(ef.ParameterError, match="Allowed values are 'emgdb'"):
        ef.datasets.fetch("nothing")


def test_the_registry_is_well_formed() -> None:
    assert json.loads(ef.datasets.registry().to_json())["name"]["0"] == "emgdb"
    for item in public().values():
        assert item.url.startswith("https://")
        assert item.url.endswith("/")
        assert item.files
        for file in item.files:
            assert re.fullmatch("[0-9a-f]{64}", file.sha256)
            assert "/" not in file.name + file.stored_as
            assert file.size > 0


def test_a_git_annex_key_says_the_same_size_and_hash() -> None:
    keyed = [f for item in public().values() for f in item.files if f.stored_as]
    assert len(keyed) == 2
    for file in keyed:
        assert file.stored_as == f"SHA256E-s{file.size}--{file.sha256}.bdf"


def test_the_hashes_are_those_of_the_records_at_hand(data_dir: Path) -> None:
    folders = {"emgdb": "physionet_emgdb", "biosppy": "biosppy"}
    for item in (public()[name] for name in folders):
        for file in item.files:
            stored = (data_dir / folders[item.name] / file.name).read_bytes()
            if file.name.endswith(
                ".hea"
            ):  # the copies at hand have Unix line ends, and no last one
                stored = stored.replace(b"\n", b"\r\n") + b"\r\n"
            assert (len(stored), hashlib.sha256(stored).hexdigest()) == (file.size, file.sha256)
