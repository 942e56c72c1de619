"""Our EDF samples against MNE's, and against themselves however they are cut."""

import subprocess
import sys
import warnings
from datetime import datetime
from pathlib import Path

import edfio
import mne
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import emgfasc as ef
from emgfasc.io import edf_samples
from emgfasc.io.channels import named_once
from emgfasc.io.edf import open_edf
from emgfasc.io.edf_header import read_header

FIXTURES = (
    "edf/duplicate_channel_labels.edf",
    "edf/test.bdf",
    "edf/test_generator.bdf",
    "edf/test_generator.edf",
    "edf/test_uneven_samp.edf",
)
_PER_UNIT = {"uV": 1e6, "\u00b5V": 1e6, "mV": 1e3}


@pytest.mark.parametrize("name", FIXTURES)
def test_names_start_and_samples_are_those_of_mne(data_dir: Path, name: str) -> None:
    path = data_dir / name
    contents = open_edf(path, name)
    reader = mne.io.read_raw_bdf if path.suffix == ".bdf" else mne.io.read_raw_edf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        raw = reader(path, verbose="ERROR", exclude_after_unique=True)
    assert [channel.name for channel in contents.channels] == raw.ch_names
    date = raw.info["meas_date"].replace(tzinfo=None)
    start = contents.facts.start
    assert start is not None
    assert start.replace(microsecond=0) == date.replace(microsecond=0)
    n_compared = 0
    for place, channel in enumerate(contents.channels):
        # MNE resamples channels of other rates, and keeps some bits of the marks alone.
        if channel.fs_hz != raw.info["sfreq"] or channel.type == "other":
            continue
        source = contents.open([place], np.ones(1))
        theirs = raw[place][0][0] * _PER_UNIT.get(channel.unit, 1.0)
        np.testing.assert_allclose(
            source.read(0, source.n_samples)[0], theirs, rtol=1e-6, atol=1e-7 * np.ptp(theirs)
        )
        n_compared += 1
    assert n_compared


@pytest.fixture(scope="module")
def edf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three channels in records of 0.5 s, one of another rate between the others."""
    rng = np.random.default_rng(0)
    signals = [
        edfio.EdfSignal(
            rng.normal(0, 50, 10 * fs), fs, label=label, physical_dimension="uV",
            physical_range=(-400, 400),
        )
        for label, fs in (("a", 1000), ("slow", 100), ("b", 1000))
    ]  # fmt: skip
    path = tmp_path_factory.mktemp("edf") / "three.edf"
    edfio.Edf(signals, data_record_duration=0.5).write(path)
    return path


@given(cut=st.lists(st.integers(0, 10_000), min_size=2, max_size=2), chunk=st.integers(1, 9000))
@settings(deadline=None)
def test_a_stretch_is_a_piece_of_the_whole(edf: Path, cut: list[int], chunk: int) -> None:
    rec = ef.read(edf, channels=["b", "a"])
    whole = rec.read()
    start, stop = sorted(cut)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(edf_samples, "_CHUNK_BYTES", chunk)
        np.testing.assert_array_equal(rec.read(start, stop), whole[:, start:stop])


def test_an_inverted_range_inverts_the_signal(edf: Path, tmp_path: Path) -> None:
    raw = bytearray(edf.read_bytes())
    low, high = (256 + 3 * 104, 256 + 3 * 112)  # physical_min and physical_max of the first signal
    raw[low : low + 8], raw[high : high + 8] = raw[high : high + 8], raw[low : low + 8]
    turned = tmp_path / "turned.edf"
    turned.write_bytes(raw)
    there, here = (ef.read(path, channels=["a"]).read() for path in (edf, turned))
    np.testing.assert_allclose(here, -there, atol=2 * 800 / 65535)


def test_an_absurd_range_is_no_warning(edf: Path, tmp_path: Path) -> None:
    raw = bytearray(edf.read_bytes())
    at = 256 + 3 * 112  # physical_max of the first signal
    raw[at : at + 8] = b"1e308   "
    absurd = tmp_path / "absurd.edf"
    absurd.write_bytes(raw)
    assert np.isinf(ef.read(absurd, channels=["a"], scale=1e9).read()).any()


@pytest.mark.parametrize(
    ("recording", "date", "time", "expected"),
    [
        ("", "02.03.04", "05.06.07", datetime(2004, 3, 2, 5, 6, 7)),
        ("", "02.03.85", "05.06.07", datetime(1985, 3, 2, 5, 6, 7)),
        ("Startdate 02-MAR-2091 X X X", "02.03.yy", "05.06.07", datetime(2091, 3, 2, 5, 6, 7)),
        ("", "02.03.04", "nonsense", datetime(2004, 3, 2)),
        ("", "31.02.04", "05.06.07", None),
        ("", "........", "05.06.07", None),
        ("Startdate 99-XXX-2004 X X X", "02.03.04", "25.00.00", None),
    ],
)
def test_starts(
    edf: Path, tmp_path: Path, recording: str, date: str, time: str, expected: datetime | None
) -> None:
    raw = bytearray(edf.read_bytes())
    raw[88:184] = f"{recording:80}{date:8}{time:8}".encode()
    path = tmp_path / "dated.edf"
    path.write_bytes(raw)
    assert read_header(path, "dated").start == expected


@given(labels=st.lists(st.sampled_from(["a", "a-0", "a-1", "b", ""]), max_size=8))
def test_names_become_unique_and_unique_ones_stay(labels: list[str]) -> None:
    names, _ = named_once(labels)
    assert len(set(names)) == len(names) == len(labels)
    assert all(
        name == f"ch{place}"
        if not label
        else name == label
        if labels.count(label) == 1
        else name.startswith(f"{label}-")
        for place, (name, label) in enumerate(zip(names, labels, strict=True), 1)
    )


def test_reading_an_edf_needs_no_mne(edf: Path) -> None:
    code = f"import sys, emgfasc as ef; ef.read({str(edf)!r}); print('mne' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
