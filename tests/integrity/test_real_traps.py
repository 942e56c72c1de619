"""The traps that public recordings are known to hold are each found, and no others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import emgfasc as ef
from emgfasc.integrity import Finding


def found(path: Path) -> dict[str, Finding]:
    return {item.name: item for item in ef.integrity.check(ef.read(path)).findings}


@pytest.mark.parametrize(
    "record", ["A01BB02", "A01BB03", "A01VM01", "C01BB51", "C01BB61", "C01VM71"]
)
def test_clean_needle_records_have_no_flag(data_dir: Path, record: str) -> None:
    report = ef.integrity.check(ef.read(data_dir / f"emglab_n2001/N2001{record}.bin"))
    assert report.flags == ()
    assert report.trust == "yes"


def test_saturation_of_n2001(data_dir: Path) -> None:
    by_name = found(data_dir / "emglab_n2001/N2001M02BB03.bin")
    # About 8.2 s: 1649 samples on end at the lowest count.
    assert by_name["clipping"].spans[0][0] == pytest.approx(8.17, abs=0.01)
    assert by_name["clipping"].trust == "no"
    assert "clipping" in found(data_dir / "emglab_n2001/N2001M03VM05.bin")
    # One run of two samples at -32768 counts: too short for a run, but the converter's end.
    short = found(data_dir / "emglab_n2001/N2001A01VM04.bin")["clipping"]
    assert "2 value(s) at the end of the converter's range" in short.sentence
    assert (short.amount, short.trust) == (2, "with_care")
    x = ef.read(data_dir / "emglab_n2001/N2001A01VM04.bin").read()[0]
    start, stop = (round(second * 23437.5) for second in short.spans[0])
    assert (stop - start, len(short.spans)) == (2, 1)
    np.testing.assert_array_equal(x[start:stop], x.min())


def test_lone_samples_of_n2001(data_dir: Path) -> None:
    path = data_dir / "emglab_n2001/N2001M03VM05.bin"
    item = found(path)["lone_samples"]
    x = ef.read(path).read()[0].astype(float)
    for start, stop in item.spans:
        at = round(start * 23437.5)
        assert round(stop * 23437.5) == at + 1
        base = (x[at - 2] + x[at + 2]) / 2
        near = np.abs(x[[at - 2, at - 1, at + 1, at + 2]] - base).max()
        assert abs(x[at] - base) > 6 * near
    assert item.amount == 21


def test_healthy_record_is_clean(data_dir: Path) -> None:
    assert ef.integrity.check(ef.read(data_dir / "physionet_emgdb/emg_healthy.hea")).flags == ()


def test_myopathy_repeats_itself(data_dir: Path) -> None:
    by_name = found(data_dir / "physionet_emgdb/emg_myopathy.hea")
    assert "16.647 s" in by_name["repeated"].sentence
    assert by_name["repeated"].trust == "no"
    assert "wrap_around" not in by_name


def test_neuropathy_wraps_repeats_and_has_a_seam(data_dir: Path) -> None:
    by_name = found(data_dir / "physionet_emgdb/emg_neuropathy.hea")
    assert "18.417 s" in by_name["repeated"].sentence
    assert "36.715 s" in by_name["repeated"].sentence, "its first 0.25 s come again at its end"
    np.testing.assert_allclose(by_name["seam"].spans, [(18.48, 18.68)])
    assert by_name["wrap_around"].trust == "no"


def test_unwrapping_is_right_where_it_acts(data_dir: Path) -> None:
    folder = data_dir / "physionet_emgdb"
    rec = ef.read(folder / "emg_neuropathy.hea")
    lines = (folder / "emg_neuropathy.txt").read_text("latin-1").splitlines()
    true = np.full(rec.n_samples, np.nan)
    for row, line in enumerate(lines[: rec.n_samples]):
        try:
            true[row] = float(line.split()[1]) * 1e3
        except ValueError:
            assert row in (71193, 84053), "the two corrupt rows"
    stored = rec.read()[0]
    back = ef.integrity.unwrap(rec)
    fixed = back.read()[0]
    wrong_before = np.abs(stored - true) > 1
    assert (wrong_before.sum(), back.steps) == (410, ("unwrapped",))
    moved = np.abs(fixed - stored) > 1
    right = moved & (np.abs(fixed - true) < 1)
    assert right.sum() / moved.sum() > 0.97
    assert right.sum() >= 382
    # what is left is undecided: one or two samples that fit on either side
    left = np.diff(np.flatnonzero(np.diff(np.pad(wrong_before & ~moved, 1).astype(int))))[::2]
    assert set(left) <= {1, 2}
    assert np.isfinite(true).sum() == rec.n_samples - 2
    np.testing.assert_array_equal(back.read(46000, 47000)[0], fixed[46000:47000])


def test_wrong_scales(data_dir: Path) -> None:
    for name in (
        "emglab_spike2/Ramp_Piece.smr",  # 0.8 V
        "edf/test_uneven_samp.edf",  # 5 V
        "spike2/tremor_postural.smr",  # 0.3 uV
    ):
        item = found(data_dir / name)["scale"]
        assert item.trust == "no", name


def test_mains_and_tones(data_dir: Path) -> None:
    mains = found(data_dir / "spike2/physiology.smr")["mains"]
    assert "50 Hz" in mains.sentence
    assert "FDI" in mains.channels
    assert mains.amount > 95
    assert "60 Hz" in found(data_dir / "delsys/truncated_trigno_sample.csv")["mains"].sentence
    ramp = found(data_dir / "emglab_spike2/Ramp_Piece.smr")
    assert "410 Hz" in ramp["tone"].sentence
    # a line 13 times (11 dB) over its surroundings, of little power: told, no flag
    assert "60 Hz" in ramp["mains_line"].sentence
    assert ramp["mains_line"].amount == pytest.approx(11.1, abs=0.2)
    assert ramp["mains_line"].trust == "yes"


def test_no_mains_where_none_is(data_dir: Path) -> None:
    for path in (data_dir / "emglab_n2001").glob("*.bin"):
        assert not {"mains", "mains_line"} & set(found(path)), path
    assert "mains_line" not in found(data_dir / "openhdemg/otb_testfile.mat")


def test_dead_channels_of_a_motion_laboratory(data_dir: Path) -> None:
    path = data_dir / "c3d/pyomeca_markers_analogs.c3d"
    dead = found(path)["dead_channels"].channels
    rec = ef.read(path)
    silent = {n for n, row in zip(rec.channels, rec.read(), strict=True) if np.ptp(row) == 0}
    assert silent <= set(dead)


def test_the_grid_is_clean(data_dir: Path) -> None:
    assert ef.integrity.check(ef.read(data_dir / "openhdemg/otb_testfile.mat")).flags == ()
