"""Which recordings are meant, and what they are called."""

import re
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from emgfasc.batch import Input, find_inputs
from emgfasc.batch.naming import safe_name, unique_names
from emgfasc.errors import ParameterError

parts = st.lists(st.text(st.characters(exclude_characters="/\0"), min_size=1), min_size=1)


def _touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def _names(found: list[Input], root: Path) -> list[str]:
    return [Path(item.source).relative_to(root).as_posix() for item in found]


@given(st.text())
@example("a" * 119 + ":b")  # cut right behind the mark that stands for the colon
def test_a_name_is_one_plain_file_name(text: str) -> None:
    name = safe_name(text)
    assert re.fullmatch(r"[\w.-]+", name)
    assert not name.startswith((".", "-"))
    assert len(name.encode()) <= 121
    assert safe_name(name) == name


@pytest.mark.parametrize("text", ["..", "/etc/passwd", "a/../../b", "NUL", "aux.edf", "<b>=1\n"])
def test_nothing_in_a_name_leaves_its_folder(text: str, tmp_path: Path) -> None:
    place = (tmp_path / safe_name(text)).resolve()
    assert place.parent == tmp_path.resolve()
    assert not set("<>=\n") & set(place.name)


@given(st.lists(parts, unique_by=tuple))
def test_different_paths_have_different_names(paths: list[list[str]]) -> None:
    whole = [PurePosixPath("/", *path) for path in dict.fromkeys(map(tuple, paths))]
    distinct = list(dict.fromkeys(whole))
    names = unique_names(distinct)
    assert len({name.casefold() for name in names}) == len(distinct)
    assert names == unique_names(distinct)


def test_same_stem_names_come_from_the_folders(tmp_path: Path) -> None:
    files = [tmp_path / f"sub-{n}" / "biceps.edf" for n in (1, 2)]
    _touch(*files, tmp_path / "sub-1" / "BICEPS.npz")
    names = [item.name for item in find_inputs(tmp_path)]
    assert len({name.casefold() for name in names}) == 3
    assert "sub-2_biceps" in names


def test_a_folder_gives_recordings_and_not_their_parts_or_notes(tmp_path: Path) -> None:
    wanted = ["a.edf", "deep/b.hea", "lone.dat", "n.bin", "t.csv"]
    others = ["deep/b.dat", "x.eeg", "x.vhdr", "readme.txt", "p.tsv", ".c.edf", ".git/d.edf"]
    _touch(*(tmp_path / name for name in (*wanted, *others, "out/e.edf")))
    found = _names(find_inputs(tmp_path, leave_out=tmp_path / "out"), tmp_path)
    assert sorted(found) == sorted([*wanted, "x.vhdr"])


def test_a_bids_root_gives_its_emg_files(tmp_path: Path) -> None:
    emg = "sub-01/emg/sub-01_task-rest_emg.edf"
    others = ["sub-01/eeg/sub-01_task-rest_eeg.edf", f"derivatives/x/{emg}", f"sourcedata/{emg}"]
    _touch(*(tmp_path / name for name in (emg, *others, "dataset_description.json")))
    (found,) = find_inputs(tmp_path)
    assert found.name == "sub-01_task-rest_emg"
    assert found.source == str(tmp_path / emg)


def test_globs_and_doubles(tmp_path: Path) -> None:
    _touch(tmp_path / "a" / "1.edf", tmp_path / "b" / "2.edf", tmp_path / "b" / "3.npz")
    found = find_inputs(
        [f"{tmp_path}/**/*.edf", tmp_path / "a" / "1.edf", f"{tmp_path}/b/../a/1.edf"]
    )
    assert _names(found, tmp_path) == ["a/1.edf", "b/2.edf"]


def test_a_name_with_brackets_is_a_name_when_it_exists(tmp_path: Path) -> None:
    _touch(tmp_path / "run[1].edf")
    (found,) = find_inputs(f"{tmp_path}/run[1].edf")
    assert found.name == "run_1"


@pytest.mark.parametrize("inputs", [[], "nothing/*.edf"])
def test_no_recording_is_wrong_usage(inputs: str | list[str]) -> None:
    with pytest.raises(ParameterError, match="no recording found"):
        find_inputs(inputs)


def test_an_empty_folder_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="no recording found"):
        find_inputs(tmp_path)
