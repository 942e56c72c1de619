"""Which channels belong to which muscle."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emgfasc.batch import muscle_groups, read_groups
from emgfasc.batch.groups import Group
from emgfasc.errors import ParameterError, RecordingError

channel_names = st.lists(
    st.sampled_from(["TA", "L TA", "EMG biceps R 2", "A1", "A2", "ref", "FDI_left", "", "x" * 80])
    | st.text(max_size=12),
    min_size=1,
    unique=True,
)


@given(channel_names)
def test_every_channel_is_in_exactly_one_group(channels: list[str]) -> None:
    groups = muscle_groups(channels)
    if groups[0].channels is None:
        assert len(groups) == 1
        return
    assert sorted(name for group in groups for name in group.channels or ()) == sorted(channels)
    assert len({(group.muscle, group.side) for group in groups}) == len(groups)


def test_names_that_are_muscles_divide() -> None:
    groups = muscle_groups(["EMG_TA_left", "EMG_TA_right", "biceps 1", "biceps 2", "A1"])
    assert groups == [
        Group("tibialis anterior", "left", ("EMG_TA_left",)),
        Group("tibialis anterior", "right", ("EMG_TA_right",)),
        Group("biceps brachii", None, ("biceps 1", "biceps 2")),
        Group(None, None, ("A1",)),
    ]


def test_one_muscle_is_no_division() -> None:
    assert muscle_groups(["TA 1", "TA 2"]) == [Group("tibialis anterior", None, None)]


def test_what_is_asked_decides() -> None:
    asked: list[tuple[str, list[str | int]]] = [
        ("thing left", ["A*", 3]),
        ("biceps", ["B1"]),
        ("none", ["Z"]),
    ]
    assert muscle_groups(["A1", "A2", "B1", "TA"], asked=asked) == [
        Group("thing", "left", ("A1", "A2", "TA")),
        Group("biceps brachii", None, ("B1",)),
    ]


def test_a_grouping_that_fits_nothing_is_an_error() -> None:
    with pytest.raises(RecordingError, match=r"a\.edf.*in a group"):
        muscle_groups(["A1"], asked=[("x", ["B*"])], label="a.edf")


def test_bids_channels_table(tmp_path: Path) -> None:
    table = tmp_path / "t_channels.tsv"
    table.write_text(
        "name\ttype\ttarget_muscle\nA1\tEMG\tleft soleus\nA2\tEMG\tmy own\nA3\tEMG\tn/a\n"
    )
    assert muscle_groups(["A1", "A2", "A3"], table=table) == [
        Group("soleus", "left", ("A1",)),
        Group("my own", None, ("A2",)),
        Group(None, None, ("A3",)),
    ]
    assert muscle_groups(["A1", "A2"], table=tmp_path / "none.tsv") == [Group()]


def test_a_garbled_channels_table_is_one_line(tmp_path: Path) -> None:
    table = tmp_path / "t_channels.tsv"
    table.write_bytes(b"\xff\xfe\x00name")
    with pytest.raises(RecordingError, match="channels table"):
        muscle_groups(["A1"], table=table)


def test_groups_from_files(tmp_path: Path) -> None:
    (tmp_path / "g.toml").write_text('"biceps left" = ["A*"]\n')
    (tmp_path / "g.json").write_text(json.dumps({"biceps left": ["A*"]}))
    assert read_groups(tmp_path / "g.toml") == read_groups(tmp_path / "g.json")


@pytest.mark.parametrize("text", ["[", "a = 1", "\x00"])
def test_a_wrong_groups_file_is_one_line(text: str, tmp_path: Path) -> None:
    (tmp_path / "g.toml").write_text(text)
    with pytest.raises(ParameterError, match=r"g\.toml"):
        read_groups(tmp_path / "g.toml")
