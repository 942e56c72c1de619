from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from emgfasc.errors import ParameterError, RecordingError
from emgfasc.io import read_events
from emgfasc.report import write

NAMES = ["s_events.tsv", "s_report.html", "s_summary.json", "s_units.tsv"]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_four_files_hold_the_analysis(analyses: Any, rendered: Any, tmp_path: Path) -> None:
    made = analyses["normal"]
    paths = write(made, tmp_path / "new" / "out", "s")
    assert names(tmp_path / "new" / "out") == NAMES
    assert [path.name for path in paths] == [NAMES[0], NAMES[3], NAMES[2], NAMES[1]]
    back = read_events(paths[0])
    pd.testing.assert_frame_equal(back.frame, made.events.frame, check_dtype=False)
    units = pd.read_csv(paths[1], sep="\t")
    assert units["unit"].tolist() == [1, 2, 3, 4, 5]
    summary = json.loads(paths[2].read_text(encoding="utf-8"))
    assert summary["n_fp"] == made.summary_row()["n_fp"]
    assert paths[3].read_text(encoding="utf-8") == rendered["normal"]


def test_without_rest_the_rate_is_null(analyses: Any, tmp_path: Path) -> None:
    paths = write(analyses["contraction"], tmp_path, "s")
    summary = json.loads(paths[2].read_text(encoding="utf-8"))
    keys = ("fp_per_min", "fp_per_min_lo95", "fp_per_min_hi95")
    assert [summary[key] for key in keys] == [None, None, None]


def test_nothing_found_gives_tables_with_headers(analyses: Any, tmp_path: Path) -> None:
    silent = analyses["silent"]
    # Names from odd file systems hold characters UTF-8 has no bytes for.
    odd = replace(silent, raw=silent.raw.replace(name="bad\udcff"))
    paths = write(odd, tmp_path, "s")
    assert len(read_events(paths[0])) == 0
    assert paths[1].read_text(encoding="utf-8").startswith("unit\tcategory\tn\t")
    assert "bad&#56575;" in paths[3].read_text(encoding="utf-8")


def test_a_failure_on_the_way_leaves_what_was_there(analyses: Any, tmp_path: Path) -> None:
    old = write(analyses["silent"], tmp_path, "s")
    before = {path: path.read_bytes() for path in old}
    broken = replace(analyses["silent"], extra={"odd": object()})  # no JSON form
    with pytest.raises(ParameterError, match="no JSON form"):
        write(broken, tmp_path, "s")
    assert {path: path.read_bytes() for path in old} == before
    assert names(tmp_path) == NAMES


def test_a_folder_in_a_files_place_stops_all_four(analyses: Any, tmp_path: Path) -> None:
    (tmp_path / "s_report.html").mkdir()
    with pytest.raises(RecordingError, match=r"s_report\.html"):
        write(analyses["silent"], tmp_path, "s")
    assert names(tmp_path) == ["s_report.html"]


def test_a_file_in_the_folders_place_is_named(analyses: Any, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x", encoding="utf-8")
    for folder in (tmp_path / "out", tmp_path / "out" / "deeper"):
        with pytest.raises(ParameterError, match="out_dir"):
            write(analyses["silent"], folder, "s")


@pytest.mark.parametrize("stem", ["", ".", "..", "a/b", "a\\b", "a\0b"])
def test_the_stem_is_a_plain_name(analyses: Any, tmp_path: Path, stem: str) -> None:
    with pytest.raises(ParameterError, match="stem"):
        write(analyses["silent"], tmp_path, stem)
    assert names(tmp_path) == []
