"""The calls other programs rely on, as they write them."""

from pathlib import Path

import mne
import numpy as np
import pandas as pd
import pytest

import emgfasc as ef

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def sample() -> ef.Analysis:
    return ef.analyze(ef.read(REPOSITORY / "sample_data" / "surface_pair.edf"))


def test_an_array_a_file_and_an_mne_raw_give_the_same_microvolts() -> None:
    data = np.random.default_rng(0).normal(0, 5, (2, 4096))
    info = mne.create_info(["EMG 1", "EMG 2"], 2048.0, "emg")
    raw = mne.io.RawArray(data * 1e-6, info, verbose="ERROR")
    from_raw, from_array = ef.read(raw), ef.read(data, fs=2048, kind="hdsemg")
    np.testing.assert_allclose(from_raw.read(), from_array.read(), rtol=1e-5, atol=1e-4)
    assert from_array.kind == "hdsemg"


def test_tables_of_a_result(sample: ef.Analysis) -> None:
    assert len(sample.summary()) == 1
    assert len(sample.events.to_frame()) == len(sample.events) > 0
    assert len(sample.units.to_frame()) == len(sample.units) > 0
    needed = {"feature", "direction", "weight", "reason", "verified"}
    assert needed <= set(sample.evidence.to_frame().columns)


def test_the_page_is_whole_and_written_where_asked(sample: ef.Analysis, tmp_path: Path) -> None:
    path = sample.to_html(tmp_path / "page.html")
    assert path == tmp_path / "page.html"
    assert [file.name for file in tmp_path.iterdir()] == ["page.html"]
    page = path.read_text(encoding="utf-8")
    assert page.count("<h1") == 1
    assert page.count("<img") >= 5
    assert page.rstrip().endswith("</html>")


def test_a_page_that_cannot_be_written_is_one_line(sample: ef.Analysis, tmp_path: Path) -> None:
    with pytest.raises(ef.ParameterError, match="cannot be written"):
        sample.to_html(tmp_path / "none" / "page.html")


def test_the_overview_shows_every_fasciculation(sample: ef.Analysis) -> None:
    figure = sample.plot_overview()
    names = [axes.get_xlabel() for axes in figure.axes]
    assert any("Time" in name for name in names)
    drawn = [
        len(segments.get_segments())
        for axes in figure.axes
        for segments in axes.collections
        if hasattr(segments, "get_segments")
    ]
    assert sum(drawn) >= len(sample.events.fasciculations)


def test_truth_engine_and_references() -> None:
    rec, truth = ef.simulate.recording(kind="needle", seed=7)
    found = ef.detect.detect(ef.preprocess.clean(rec))
    assert ef.evaluate.events(truth, found, tolerance_s=0.005).f1 > 0.9
    table = ef.evidence.references()
    assert isinstance(table, pd.DataFrame)
    assert len(table) >= 20
    assert {"feature", "study", "doi", "muscle", "electrode", "verified"} <= set(table.columns)
