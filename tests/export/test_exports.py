"""What other programs are given comes back as exactly as their format can hold it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mne
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import emgfasc as ef
from emgfasc.containers import CATEGORIES, Events, Recording, Rest
from emgfasc.export import (
    from_annotations,
    from_eaf,
    from_edf,
    to_annotations,
    to_bids,
    to_eaf,
    to_edf,
    to_neo,
    to_pynapple,
    to_spikeinterface,
)
from signals import recording

FS, SECONDS = 2048.0, 20.0
REC = recording(np.zeros((3, int(FS * SECONDS))), FS, "hdsemg")

QUICK = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def listed(draw: st.DrawFn, values: st.SearchStrategy[Any], n: int) -> pd.Series:
    return pd.Series(draw(st.lists(values, min_size=n, max_size=n)), dtype=object)


@st.composite
def tables(draw: st.DrawFn, *, least: int = 0) -> Events:
    n = draw(st.integers(least, 12))
    times = draw(st.lists(st.floats(0.0, SECONDS), min_size=n, max_size=n))
    peak = np.array(times, float)
    return Events(
        pd.DataFrame(
            {
                "onset": peak,
                "duration": draw(st.lists(st.floats(0, 0.05), min_size=n, max_size=n)),
                "peak_s": peak,
                "channel": pd.Series(
                    draw(st.lists(st.sampled_from(REC.channels), min_size=n, max_size=n)),
                    dtype=object,
                ),
                "n_channels": np.ones(n, int),
                "amplitude_uv": np.full(n, 50.0),
                "snr": np.full(n, 10.0),
                "unit": listed(draw, st.integers(0, 3), n).astype("int64"),
                "category": pd.Series(
                    draw(st.lists(st.sampled_from(CATEGORIES), min_size=n, max_size=n)),
                    dtype=object,
                ),
            }
        ).astype({"duration": float})
    )


def fixed() -> Events:
    n = 40
    times = np.sort(np.random.default_rng(3).uniform(0.1, SECONDS - 0.1, n))
    return Events(
        pd.DataFrame(
            {
                "onset": times - 0.004,
                "duration": np.where(np.arange(n) % 7, 0.0123456789, np.nan),
                "peak_s": times,
                "channel": pd.Series([REC.channels[k % 3] for k in range(n)], dtype=object),
                "n_channels": 1,
                "amplitude_uv": 50.0,
                "snr": 10.0,
                "unit": np.arange(n) % 4,
                "category": pd.Series([CATEGORIES[k % 5] for k in range(n)], dtype=object),
            }
        )
    )


def expected(events: Events) -> pd.DataFrame:
    frame = events.frame.sort_values("onset", kind="stable", ignore_index=True)
    return frame[["onset", "duration", "category", "unit", "channel"]].fillna({"duration": 0.0})


def dated_raw(rec: Recording, *, date: datetime | None) -> mne.io.RawArray:
    raw = mne.io.RawArray(
        1e-6 * rec.read(), mne.create_info(list(rec.channels), rec.fs_hz, "emg"), verbose="ERROR"
    )
    raw.set_meas_date(date)
    return raw


# --- MNE ------------------------------------------------------------------------------------


@QUICK
@given(events=tables())
def test_annotations_come_back(events: Events) -> None:
    back = from_annotations(to_annotations(events))
    key = ["onset", "duration", "category", "unit", "channel"]
    pd.testing.assert_frame_equal(
        back.sort_values(key, ignore_index=True),
        expected(events).sort_values(key, ignore_index=True),
        check_dtype=False,
    )


@pytest.mark.parametrize("date", [None, datetime(2024, 5, 1, 12, 0, 0, 250_000, tzinfo=UTC)])
@pytest.mark.parametrize("cropped", [False, True])
def test_annotations_lie_on_a_raw_where_the_potentials_are(
    date: datetime | None, cropped: bool
) -> None:
    raw = dated_raw(REC, date=date)
    events = fixed()
    if cropped:
        raw.crop(2.0, verbose="ERROR")
        events = events.where(events.frame["onset"] < SECONDS - 2.1)
    marks = to_annotations(events, raw)
    if date is not None or not cropped:
        raw.set_annotations(mne.Annotations(1.0, 0.5, "BAD_mine"))
        marks = raw.annotations + marks
    raw.set_annotations(marks)
    assert len(raw.annotations) == len(marks)
    back = from_annotations(raw.annotations, raw)
    pd.testing.assert_frame_equal(back, expected(events), atol=1e-6, rtol=0, check_dtype=False)
    # what MNE itself thinks: samples of the events, counted from the Raw's first sample
    samples, names = mne.events_from_annotations(raw, verbose="ERROR")
    ours = np.isin(samples[:, 2], [code for name, code in names.items() if name != "BAD_mine"])
    found = (samples[ours, 0] - raw.first_samp) / FS
    np.testing.assert_allclose(found, expected(events)["onset"], atol=1 / FS)


def test_a_raw_without_the_channel_is_refused() -> None:
    raw = dated_raw(REC, date=None).pick(["c0"])
    with pytest.raises(ef.ParameterError, match="has no channel c1, c2"):
        to_annotations(fixed(), raw)


def test_an_analysis_gives_its_annotations() -> None:
    rec, _ = ef.simulate.recording(kind="surface", seed=7, seconds=10)
    res = ef.analyze(rec, n_jobs=1)
    assert len(res.events) > 0
    back = from_annotations(res.to_annotations(dated_raw(rec, date=None)))
    assert back["unit"].tolist() == expected(res.events)["unit"].tolist()


@pytest.mark.parametrize("date", [None, datetime(2024, 5, 1, 12, tzinfo=UTC)])
def test_mne_leaves_out_what_is_not_rest(date: datetime | None) -> None:
    events, raw = fixed(), dated_raw(REC, date=date)
    rest = Rest.from_spans(
        [(5.0, 9.0, "voluntary", "contraction"), (12.0, 12.5, "artifact", "motion")],
        duration_s=SECONDS,
    )
    raw.set_annotations(to_annotations(events, raw, rest=rest))
    marks = [mark for mark in raw.annotations if mark["description"].startswith("BAD_")]
    assert [(m["onset"], m["duration"], m["description"], m["ch_names"]) for m in marks] == [
        (5.0, 4.0, "BAD_voluntary", ()),
        (12.0, 0.5, "BAD_artifact", ()),
    ]
    samples, names = mne.events_from_annotations(raw, verbose="ERROR")  # passes over BAD_...
    kept = mne.Epochs(
        raw, samples, names, -0.01, 0.01, baseline=None, event_repeated="drop", verbose="ERROR"
    ).drop_bad(verbose="ERROR")
    onset = events.frame["onset"].to_numpy(float)
    clear = ((onset < 4.98) | (onset > 9.02)) & ((onset < 11.98) | (onset > 12.52))
    assert len(kept) == clear.sum() < len(events)
    assert len(from_annotations(raw.annotations, raw)) == len(events)


def test_annotations_of_others_are_left_out() -> None:
    marks = mne.Annotations([1.0, 2.0], [0.1, 0.1], ["BAD_move", "fasciculation"])
    assert from_annotations(marks)["onset"].tolist() == [2.0]


# --- EDF+ -----------------------------------------------------------------------------------


@QUICK
@given(events=tables(least=1))
def test_edf_annotations_come_back(events: Events, tmp_path: Path) -> None:
    back = from_edf(to_edf(events, tmp_path / "marks.edf"))
    key = ["onset", "duration", "category", "unit", "channel"]
    pd.testing.assert_frame_equal(
        back.round(12).sort_values(key, ignore_index=True),
        expected(events).round(12).sort_values(key, ignore_index=True),
        check_dtype=False,
        atol=2e-12,
        rtol=0,
    )


def test_a_copied_edf_keeps_its_samples_and_mne_reads_the_marks(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).normal(0, 20, (3, int(FS * SECONDS)))
    ef.io.write(recording(noise, FS, "hdsemg"), tmp_path / "a.edf")
    events = fixed()
    path = to_edf(events, tmp_path / "b.edf", source=tmp_path / "a.edf")
    np.testing.assert_array_equal(ef.read(path).read(), ef.read(tmp_path / "a.edf").read())
    raw = mne.io.read_raw_edf(path, verbose="ERROR")
    back = from_annotations(raw.annotations, raw)
    pd.testing.assert_frame_equal(back, expected(events), atol=1e-6, rtol=0, check_dtype=False)
    # once more: earlier marks stay
    twice = from_edf(to_edf(events, tmp_path / "c.edf", source=path))
    assert len(twice) == 2 * len(events)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("X X X X", "Startdate X X X X emgfasc"), ("X X X X", "Startdate X X X X emgfasc")),
        (
            ("A1 F 02-MAY-1951 Doe left", "Startdate 03-MAR-2020 E1 T1 Q1"),
            ("A1 F 02-MAY-1951 Doe left", "Startdate 03-MAR-2020 E1 T1 Q1"),
        ),
        (
            ("Jane Doe, biceps", "EMG lab 3  " + 60 * "y"),
            ("X X X Jane_Doe,_biceps", "Startdate 03-MAR-2020 X EMG_lab_3_" + 44 * "y" + " X"),
        ),
        (("", ""), ("X X X X", "Startdate 03-MAR-2020 X X X")),
        (("Müller\0\0", "EMG"), ("X X X M_ller", "Startdate 03-MAR-2020 X EMG X")),
        (("X X X X", "Startdate X"), ("X X X X", "Startdate X X X X")),
        (
            ("X X 13-May-1951 Anonymous", "Startdate 03-Mar-2020"),  # as MNE writes plain EDF
            ("X X X X_X_13-May-1951_Anonymous", "Startdate 03-MAR-2020 X X X"),
        ),
    ],
)
def test_a_plain_edf_with_marks_says_that_it_is_edf_plus(
    before: tuple[str, str], after: tuple[str, str], tmp_path: Path
) -> None:
    """Strict readers (EDFbrowser, pyedflib) refuse EDF+ whose header is free text."""
    ef.io.write(REC, tmp_path / "a.edf")
    head = bytearray((tmp_path / "a.edf").read_bytes())
    head[8:88], head[88:168] = (text.encode("latin-1").ljust(80) for text in before)
    head[168:176], head[192:236] = b"03.03.20", b" " * 44
    (tmp_path / "a.edf").write_bytes(head)
    rest = Rest.from_spans([(5.0, 9.0, "voluntary", "contraction")], duration_s=SECONDS)
    path = to_edf(fixed(), tmp_path / "b.edf", source=tmp_path / "a.edf", rest=rest)
    found = path.read_bytes()[:256].decode("ascii")
    assert (found[8:88].rstrip(), found[88:168].rstrip()) == after
    assert (found[168:176], found[192:197]) == ("03.03.20", "EDF+C")
    assert len(from_edf(path)) == len(fixed())
    assert "BAD_voluntary" in mne.read_annotations(path).description


def test_what_is_not_rest_can_be_all_there_is_to_mark(tmp_path: Path) -> None:
    rest = Rest.from_spans([(5.0, 9.0, "voluntary", "contraction")], duration_s=SECONDS)
    path = to_edf(Events.empty(), tmp_path / "a.edf", rest=rest)
    marks = mne.read_annotations(path)
    assert (marks.description.tolist(), marks.onset.tolist()) == (["BAD_voluntary"], [5.0])
    assert len(from_edf(path)) == 0
    alone = to_annotations(Events.empty(), rest=rest)
    assert (alone.description.tolist(), alone.duration.tolist()) == (["BAD_voluntary"], [4.0])


def test_marks_do_not_close_the_gaps_of_a_file(tmp_path: Path) -> None:
    ef.io.write(REC, tmp_path / "a.edf")
    path = to_edf(fixed(), tmp_path / "b.edf", source=tmp_path / "a.edf")
    content = bytearray(path.read_bytes())
    content[192:197] = b"EDF+D"
    path.write_bytes(content)
    with pytest.raises(ef.RecordingError, match=r"has gaps \(EDF\+D\)"):
        to_edf(fixed(), tmp_path / "c.edf", source=path)


def test_what_is_no_edf_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.edf").write_text("not EDF", encoding="utf-8")
    with pytest.raises(ef.RecordingError, match="cannot be read as EDF"):
        from_edf(tmp_path / "x.edf")
    with pytest.raises(ef.RecordingError, match="cannot be read as EDF"):
        to_edf(fixed(), tmp_path / "y.edf", source=tmp_path / "missing.edf")
    with pytest.raises(ef.ParameterError, match="there is none to write"):
        to_edf(Events.empty(), tmp_path / "y.edf")
    assert not (tmp_path / "y.edf").exists()


# --- BIDS -----------------------------------------------------------------------------------


@QUICK
@given(events=tables())
def test_bids_table_comes_back_and_every_column_is_explained(
    events: Events, tmp_path: Path
) -> None:
    table, sidecar = to_bids(events, tmp_path / "sub-01_task-rest_events.tsv")
    pd.testing.assert_frame_equal(ef.io.read_events(table).frame, events.frame)
    told = json.loads(sidecar.read_text(encoding="utf-8"))
    header = table.read_text(encoding="utf-8").split("\n")[0].split("\t")
    assert header[:3] == ["onset", "duration", "trial_type"]
    assert list(told) == header
    assert all(about["Description"] for about in told.values())
    assert told["onset"]["Units"] == "s"
    assert set(told["category"]["Levels"]) >= set(events.frame["category"])


def test_a_bids_table_names_each_kind_of_trial(tmp_path: Path) -> None:
    """MNE-BIDS takes the descriptions of annotations from `trial_type`, else they are "n/a"."""
    table, _ = to_bids(fixed(), tmp_path / "sub-01_task-rest_events.tsv")
    rows = pd.read_csv(table, sep="\t")
    assert rows["trial_type"].tolist() == to_annotations(fixed()).description.tolist()


@pytest.mark.parametrize("name", ["events.csv", "sub-01.tsv", "_events.tsv"])
def test_other_names_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ef.ParameterError, match=r"ends in '_events\.tsv'"):
        to_bids(fixed(), tmp_path / name)
    assert not list(tmp_path.iterdir())


# --- EMGLAB ---------------------------------------------------------------------------------


@QUICK
@given(events=tables(least=1))
def test_eaf_comes_back_exactly(events: Events, tmp_path: Path) -> None:
    back = from_eaf(to_eaf(events, tmp_path / "a.eaf", recording=REC))
    assert back["time_s"].tolist() == events.peak_s.tolist()
    assert back["unit"].tolist() == events.frame["unit"].tolist()
    assert [REC.channels[chan - 1] for chan in back["chan"]] == events.frame["channel"].tolist()


def test_files_in_emglabs_own_layout_are_read(tmp_path: Path) -> None:
    # the order of columns is the header's; templates follow in a part of their own
    text = """<?xml version="1.0" encoding="ASCII"?>
    <emglab_annotation_file xmlns="http://ece.wpi.edu/~ted">
    <emglab_version>0.01</emglab_version>
    <emglab_spike_header><unit></unit><time></time><errtpl></errtpl></emglab_spike_header>
    <emglab_spike_events>
    8 0.00451 0.5
    1 0.00624 0.25
    </emglab_spike_events>
    <emglab_freeform><template class="double" size="1 1">3</template></emglab_freeform>
    </emglab_annotation_file>"""
    (tmp_path / "a.eaf").write_text(text, encoding="ascii")
    frame = from_eaf(tmp_path / "a.eaf")
    assert frame["time_s"].tolist() == [0.00451, 0.00624]
    assert frame["unit"].tolist() == [8, 1]
    assert frame["chan"].tolist() == [1, 1]


@pytest.mark.parametrize("text", ["", "<a/>", "no xml"])
def test_what_is_no_eaf_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.eaf").write_text(text, encoding="ascii")
    with pytest.raises(ef.RecordingError, match="is no EMGLAB annotation file"):
        from_eaf(tmp_path / "a.eaf")


def test_eaf_refuses_what_emglab_cannot_read(tmp_path: Path) -> None:
    with pytest.raises(ef.ParameterError, match="no empty annotation file"):
        to_eaf(Events.empty(), tmp_path / "a.eaf", recording=REC)
    with pytest.raises(ef.ParameterError, match=r"ends in '\.eaf'"):
        to_eaf(fixed(), tmp_path / "a.xml", recording=REC)
    with pytest.raises(ef.ParameterError, match="c1, c2 are not in"):
        to_eaf(fixed(), tmp_path / "a.eaf", recording=REC.replace(channels=("c0", "x", "y")))


# --- spike trains ---------------------------------------------------------------------------


def by_unit(events: Events) -> dict[int, list[float]]:
    frame = events.frame[events.frame["unit"] > 0]
    return {unit: part["peak_s"].tolist() for unit, part in frame.groupby("unit")}


@QUICK
@given(events=tables())
def test_neo_holds_the_times_exactly(events: Events) -> None:
    trains = to_neo(events, recording=REC)
    assert {t.annotations["unit"]: t.rescale("s").magnitude.tolist() for t in trains} == by_unit(
        events
    )
    assert all(float(train.t_stop) == SECONDS for train in trains)


def test_pynapple_holds_the_times_to_its_nanosecond() -> None:
    pytest.importorskip("pynapple")
    group = to_pynapple(fixed(), recording=REC)
    assert list(group.keys()) == [1, 2, 3]
    for unit, times in by_unit(fixed()).items():
        np.testing.assert_allclose(group[unit].t, times, atol=1e-9, rtol=0)
    assert group.time_support.tot_length() == SECONDS
    assert group["channel"][1] in REC.channels
    assert len(to_pynapple(Events.empty(), recording=REC)) == 0


def test_spikeinterface_holds_the_samples() -> None:
    pytest.importorskip("spikeinterface")
    sorting = to_spikeinterface(fixed(), recording=REC)
    assert sorting.unit_ids.tolist() == [1, 2, 3]
    assert sorting.sampling_frequency == FS
    for unit, times in by_unit(fixed()).items():
        train = sorting.get_unit_spike_train(unit, segment_index=0)
        assert train.tolist() == np.rint(np.array(times) * FS).astype(int).tolist()
    assert set(sorting.get_property("channel")) <= set(REC.channels)
    assert len(to_spikeinterface(Events.empty(), recording=REC).unit_ids) == 0


def test_peaks_outside_the_recording_are_refused() -> None:
    short = recording(np.zeros((3, 2048)), FS, "hdsemg")
    with pytest.raises(ef.ParameterError, match="lie outside"):
        to_neo(fixed(), recording=short)


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pynapple", None)
    with pytest.raises(ef.MissingExtraError, match=r"needs pynapple; .*emgfasc\[interchange\]"):
        to_pynapple(fixed(), recording=REC)
