from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import emgfasc as ef
from emgfasc.containers import EVENTS, UNITS, Events, Rest, Units
from emgfasc.errors import ParameterError, RecordingError
from signals import recording


def _row(peak_s: float, category: str = "fasciculation") -> dict[str, object]:
    return {
        "onset": peak_s - 0.005, "duration": 0.01, "peak_s": peak_s, "channel": "c0",
        "n_channels": 1, "amplitude_uv": 100.0, "snr": 20.0, "unit": 1, "category": category,
    }  # fmt: skip


def test_a_long_recording_is_loaded_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    rec = ef.preprocess.clean(ef.read(np.random.default_rng(0).normal(0, 5, (3, 9000)), fs=2048))
    whole = rec.load()
    monkeypatch.setattr("emgfasc.containers.recording._LOADED", 3 * 700)
    asked: list[int] = []
    read = type(rec.source).read

    def counting(self: Any, start: int, stop: int) -> np.ndarray:
        asked.append(stop - start)
        return read(self, start, stop)

    monkeypatch.setattr(type(rec.source), "read", counting)
    parts = rec.load()
    assert max(asked) == 700
    np.testing.assert_array_equal(parts.read(), whole.read())


def test_recording_refuses_what_no_stage_could_use() -> None:
    with pytest.raises(RecordingError, match="holds 1 sample"):
        recording(np.zeros((1, 1)), 1000.0)
    with pytest.raises(ParameterError, match="'fs'"):
        recording(np.zeros((1, 10)), 0.0)
    with pytest.raises(ParameterError, match="Allowed values are 'needle', 'surface', 'hdsemg'"):
        recording(np.zeros((1, 10)), 1000.0, "eeg")  # type: ignore[arg-type]
    with pytest.raises(RecordingError, match=r"duplicate channel name.*c0"):
        recording(np.zeros((2, 10)), 1000.0).replace(channels=("c0", "c0"))
    with pytest.raises(ParameterError, match=r"shape \(2, 2\) is needed"):
        recording(np.zeros((2, 10)), 1000.0).replace(positions_mm=np.zeros((3, 2)))


def test_recording_reads_are_clipped_and_read_only() -> None:
    rec = recording(np.arange(20.0).reshape(2, 10), 10.0)
    assert rec.read(-5, 3).tolist() == [[0, 1, 2], [10, 11, 12]]
    assert rec.read(8, 99).shape == (2, 2)
    assert rec.read(50, 60).shape == (2, 0)
    assert [(start, block.shape[1]) for start, block in rec.blocks(4)] == [(0, 4), (4, 4), (8, 2)]
    with pytest.raises(ValueError, match="read-only"):
        rec.read(0, 2)[0, 0] = 1


def test_events_come_in_order_and_stay_valid() -> None:
    events = Events(pd.DataFrame([_row(3.0), _row(1.0, "artifact"), _row(2.0)]))
    assert events.peak_s.tolist() == [1.0, 2.0, 3.0]
    assert len(events.fasciculations) == 2
    assert repr(events) == "<Events: 2 fasciculation, 1 artifact>"
    with pytest.raises(ParameterError, match="Allowed values are 'fasciculation'"):
        Events(pd.DataFrame([_row(1.0, "twitch")]))
    with pytest.raises(ParameterError, match="finite times"):
        Events(pd.DataFrame([_row(float("nan"))]))
    with pytest.raises(ParameterError, match=r"unknown column.*colour"):
        Events(pd.DataFrame([_row(1.0)]).assign(colour="red"))
    with pytest.raises(ParameterError, match=r"missing column.*snr"):
        Events(pd.DataFrame([_row(1.0)]).drop(columns="snr"))
    with pytest.raises(ParameterError, match="'unit' must hold int"):
        Events(pd.DataFrame([_row(1.0)]).assign(unit=1.5))


def test_frames_handed_out_are_copies() -> None:
    events = Events(pd.DataFrame([_row(1.0)]))
    mine = events.to_frame()
    mine.loc[0, "unit"] = 99
    assert events.frame["unit"].tolist() == [1]


def test_empty_tables_have_their_columns() -> None:
    assert Events.empty().to_frame().columns.tolist() == list(EVENTS.names)
    units = Units.empty(n_channels=3, fs_hz=2048.0)
    assert units.to_frame().columns.tolist() == list(UNITS.names)
    assert Events(Events.empty().frame).frame.empty


def test_every_column_has_a_meaning() -> None:
    for schema in (EVENTS, UNITS):
        names = [column.name for column in schema.columns]
        assert len(names) == len(set(names))
        for column in schema.columns:
            assert column.sentence.endswith(".")
        suffixed = [c for c in schema.columns if c.name.endswith(("_uv", "_ms", "_s", "_per_min"))]
        assert all(column.unit for column in suffixed)


SPANS = st.lists(
    st.tuples(
        st.floats(-5, 25),
        st.floats(-5, 25),
        st.sampled_from(["voluntary", "artifact"]),
        st.just("x"),
    ),
    max_size=8,
)


@given(spans=SPANS)
def test_rest_tiles_the_recording(spans: list[tuple[float, float, str, str]]) -> None:
    rest = Rest.from_spans(spans, duration_s=20.0)
    total = rest.rest_s + rest.seconds("voluntary") + rest.seconds("artifact")
    assert total == pytest.approx(20.0)
    times = np.linspace(0.001, 19.999, 401)
    last = ["rest"] * len(times)
    for start, stop, state, _ in spans:
        for k, time in enumerate(times):
            if start <= time < stop:
                last[k] = state
    assert rest.state_at(times).tolist() == last


@given(first=SPANS, second=SPANS)
def test_excluding_never_adds_rest_and_never_renames_what_was_excluded(
    first: list[tuple[float, float, str, str]], second: list[tuple[float, float, str, str]]
) -> None:
    one = Rest.from_spans(first, duration_s=20.0)
    two = one.excluding(second)
    times = np.linspace(0.001, 19.999, 401)
    before, after = one.state_at(times), two.state_at(times)
    assert (after[before != "rest"] == before[before != "rest"]).all()
    assert two.rest_s <= one.rest_s + 1e-9


def test_rest_status_words() -> None:
    def status(stop: float, *, verifiable: bool = True) -> str:
        spans = [(0.0, stop, "voluntary", "x")]
        return Rest.from_spans(spans, duration_s=100.0, verifiable=verifiable).status

    assert [status(0), status(5), status(6), status(100)] == [
        "rest", "rest", "partial", "not_at_rest",
    ]  # fmt: skip
    assert status(0, verifiable=False) == "not_verifiable"
    with pytest.raises(ParameterError, match="tile"):
        Rest(
            pd.DataFrame(
                [[1.0, 2.0, "rest", "x"]], columns=["start_s", "stop_s", "state", "reason"]
            ),
            2.0,
        )
