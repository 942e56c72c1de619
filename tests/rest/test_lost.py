import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from emgfasc import evaluate, preprocess, rest, simulate
from emgfasc.containers import Kind, Rest
from emgfasc.rest.lost import _largest, _still
from signals import recording

FS = 2048.0


def _noise(seconds: float, n_channels: int = 1) -> NDArray[np.float64]:
    return np.random.default_rng(0).normal(0, 5, (n_channels, int(seconds * FS)))


def test_a_held_value_is_flat_and_the_rail_is_clipping() -> None:
    data = _noise(30, 2)
    data[:, int(5 * FS) : int(6 * FS)] = data[:, int(5 * FS), None]
    data[:, int(20 * FS) : int(20.5 * FS)] = 8000
    spans = rest.lost(recording(data, FS))
    assert [(state, reason) for _, _, state, reason in spans] == [
        ("artifact", "flat signal"),
        ("artifact", "clipping"),
    ]
    edges = [edge for span in spans for edge in span[:2]]
    np.testing.assert_allclose(edges, [4.9, 6.1, 19.9, 20.6], atol=0.03)


def test_what_goes_on_or_is_too_short_or_on_few_channels_is_not_lost() -> None:
    data = np.round(_noise(30, 4) / 5)  # one step of the converter is one SD
    data[:, 20_000 : 20_000 + int(0.06 * FS)] = 0
    data[0, 30_000:40_000] = 0  # one of four
    assert rest.lost(recording(data, FS)) == []


@pytest.mark.parametrize("n", [2, 51, 52])
def test_tiny_recordings_lose_nothing(n: int) -> None:
    assert rest.lost(recording(_noise(1)[:, :n], FS)) == []


def test_a_dead_channel_does_not_make_the_recording_lost() -> None:
    data = _noise(20, 2)
    data[1] = 0
    assert rest.lost(recording(data, FS)) == []
    data[0, int(5 * FS) : int(7 * FS)] = 3
    spans = rest.lost(recording(data, FS))
    assert [span[3] for span in spans] == ["flat signal"]


@pytest.mark.parametrize("gain", [-1.0, 0.01, 100.0])
def test_scale_polarity_and_shift(gain: float) -> None:
    data = _noise(20)
    data[0, 10_000:14_000] = data[0].max()
    one = rest.lost(recording(data, FS))
    assert rest.lost(recording(gain * data, FS)) == one
    cell = round(0.025 * FS)
    moved = rest.lost(recording(np.concatenate([_noise(1)[:, : 20 * cell], data], axis=1), FS))
    assert moved[0][0] - 20 * cell / FS == pytest.approx(one[0][0])


@pytest.mark.parametrize("kind", ["needle", "surface", "hdsemg"])
def test_simulated_losses_are_found_and_nothing_else(kind: Kind) -> None:
    rec, truth = simulate.recording(
        kind=kind, seed=110, seconds=40, nuisances=["clipping", "dropout"]
    )
    spans = rest.lost(rec)
    rows = truth.frame[truth.frame["category"] == "artifact"]
    true = [(row.onset, row.onset + row.duration, row.reason) for row in rows.itertuples()]
    names = {"clipping": "clipping", "dropout": "flat signal"}
    assert [span[3] for span in spans] == [names[reason] for _, _, reason in true]
    for (start, stop, _, _), (first, last, _) in zip(spans, true, strict=True):
        assert first - 0.16 < start < first
        assert last < stop < last + 0.16


@pytest.mark.parametrize("kind", ["needle", "surface", "hdsemg"])
def test_contractions_are_found_and_the_fasciculations_around_them_kept(kind: Kind) -> None:
    rec, truth = simulate.recording(
        kind=kind, seed=122, seconds=60, snr=12, rate_per_min=40, nuisances=["voluntary"]
    )
    rows = truth.frame[truth.frame["reason"] == "contraction"].itertuples()
    spans = [(row.onset, row.onset + row.duration, "voluntary", "contraction") for row in rows]
    found = rest.find(preprocess.clean(rec))
    agreement = evaluate.rest(Rest.from_spans(spans, duration_s=60.0), found)
    assert agreement.sensitivity() >= 0.96
    assert agreement.specificity() >= 0.98
    states = found.state_at(truth.fasciculations.peak_s)
    assert (states == "rest").mean() >= 0.98


@given(
    cells=arrays(np.float32, (2, 5, 7), elements=st.sampled_from([0.0, 1.0, -1.0])),
    odd=st.lists(st.tuples(st.integers(0, 69), st.sampled_from([np.nan, np.inf, -np.inf]))),
)
def test_cells_stand_still_when_all_their_samples_are_one(
    cells: NDArray[np.float32], odd: list[tuple[int, float]]
) -> None:
    for place, value in odd:
        cells.reshape(-1)[place] = value
    expected = [[bool((cell == cell[0]).all()) for cell in row] for row in cells]
    assert _still(cells).tolist() == expected
    rows = cells.reshape(2, -1)
    known = np.nan_to_num(np.abs(rows), nan=0.0)
    assert _largest(rows).tolist() == known.max(axis=1).tolist()
