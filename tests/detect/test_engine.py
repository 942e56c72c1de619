import numpy as np
import pytest
from numpy.typing import NDArray

from emgfasc import detect, preprocess
from emgfasc.containers import Events, Kind, Recording, Rest
from emgfasc.detect import responses
from emgfasc.errors import ParameterError
from signals import potential, recording

FS: dict[Kind, float] = {"needle": 20_000.0, "surface": 2048.0, "hdsemg": 2048.0}


def _noise(kind: Kind, seconds: float, n_channels: int = 1, seed: int = 0) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(0, 5, (n_channels, int(seconds * FS[kind])))


def _clean(data: NDArray[np.float64], kind: Kind) -> Recording:
    return preprocess.clean(recording(data, FS[kind], kind)).load()


def _place(data: NDArray[np.float64], kind: Kind, times: list[float], size: float) -> None:
    n = int((0.008 if kind == "needle" else 0.02) * FS[kind])
    for time in times:
        start = int(time * FS[kind])
        data[:, start : start + n] += potential(n, size)


def _near(found: Events, times: list[float], tolerance: float = 0.025) -> list[bool]:
    return [bool((np.abs(found.peak_s - time) < tolerance).any()) for time in times]


@pytest.mark.parametrize("kind", ["needle", "surface"])
def test_one_event_for_each_clear_potential(kind: Kind) -> None:
    times = [1.0, 2.5, 2.6, 4.0, 7.77]
    data = _noise(kind, 10)
    _place(data, kind, times, 200)
    found = detect.detect(_clean(data, kind))
    assert len(found) == len(times)
    assert all(_near(found, times))
    frame = found.to_frame()
    assert set(frame["category"]) == {"fasciculation"}
    assert frame["amplitude_uv"].between(170, 230).all()
    assert (frame["onset"] <= frame["peak_s"]).all()
    assert (frame["peak_s"] <= frame["onset"] + frame["duration"]).all()


@pytest.mark.parametrize("kind", ["needle", "surface"])
@pytest.mark.parametrize("asked", [0.5, 2.0, 10.0])
def test_noise_alone_gives_at_most_the_asked_false_events(kind: Kind, asked: float) -> None:
    minutes = 5.0
    data = _noise(kind, 60 * minutes, seed=1)
    drift = np.exp(0.5 * np.sin(np.arange(data.shape[1]) / FS[kind] * 2 * np.pi / 40))
    found = detect.detect(_clean(data * drift, kind), max_false_per_min=asked)
    # 99.9 % upper Poisson limit of what was asked for.
    assert len(found) <= asked * minutes + 3.1 * np.sqrt(asked * minutes) + 1


@pytest.mark.parametrize(("kind", "fs_hz"), [("surface", 10_000.0), ("needle", 50_000.0)])
def test_where_a_file_ends_is_no_potential(kind: Kind, fs_hz: float) -> None:
    # Far above the band, the filter's guess beyond the ends makes a step of the last sample.
    at_ends = 0
    for seed in range(20, 28):
        noise = np.random.default_rng(seed).normal(0, 5, (1, int(3 * fs_hz)))
        found = detect.detect(preprocess.clean(recording(noise, fs_hz, kind)))
        at_ends += int((np.minimum(found.peak_s, 3 - found.peak_s) < 0.02).sum())
    assert at_ends <= 1


def test_threshold_falls_as_more_false_events_are_allowed() -> None:
    clean = _clean(_noise("surface", 20), "surface")
    limits = [detect.detect(clean, max_false_per_min=m).sensitivity for m in (0.1, 1.0, 10.0)]
    thresholds = [limit.threshold for limit in limits if limit]
    amplitudes = [limit.detection_limit_uv for limit in limits if limit]
    assert thresholds == sorted(thresholds, reverse=True)
    assert amplitudes == sorted(amplitudes, reverse=True)


@pytest.mark.parametrize("kind", ["needle", "surface"])
def test_potentials_of_the_stated_limit_are_found(kind: Kind) -> None:
    """The limit is stated for a Mexican hat with 2 or 4 ms between its zero crossings."""
    data = _noise(kind, 60, seed=3)
    quiet = detect.detect(_clean(data, kind)).sensitivity
    assert quiet is not None
    half = (0.001 if kind == "needle" else 0.002) * FS[kind]
    t = np.arange(-int(6 * half), int(6 * half) + 1) / half
    shape = (1 - t**2) * np.exp(-(t**2) / 2)
    shape *= quiet.detection_limit_uv / np.ptp(shape)
    starts = (np.arange(100) * 0.55 + 1) * FS[kind]
    for start in starts.astype(int):
        data[0, start : start + len(shape)] += shape
    found = detect.detect(_clean(data, kind))
    times = list((starts + len(shape) // 2) / FS[kind])
    assert sum(_near(found, times, 0.01)) >= 88  # 95 expected; 88 is 3 SD below


def test_scale_and_polarity_do_not_matter() -> None:
    data = _noise("surface", 20)
    _place(data, "surface", [3.0, 9.0, 15.0], 60)
    found = [detect.detect(_clean(gain * data, "surface")) for gain in (1.0, -1.0, 64.0)]
    for other in found[1:]:
        np.testing.assert_array_equal(other.peak_s, found[0].peak_s)
        np.testing.assert_allclose(other.frame["snr"], found[0].frame["snr"], rtol=1e-4)


def test_channel_order_does_not_matter() -> None:
    data = _noise("hdsemg", 10, 16)
    _place(data, "hdsemg", [2.0, 5.0], 50)
    data *= np.linspace(1, 2, 16)[:, None]
    order = np.random.default_rng(0).permutation(16)
    one = detect.detect(_clean(data, "hdsemg"))
    two = detect.detect(_clean(data[order], "hdsemg"))
    np.testing.assert_array_equal(one.peak_s, two.peak_s)
    names = {f"c{k}": f"c{order[k]}" for k in range(16)}
    assert one.frame["channel"].tolist() == [names[c] for c in two.frame["channel"]]


def test_shifting_by_whole_cells_shifts_the_events() -> None:
    data = _noise("surface", 30)
    _place(data, "surface", [5.0, 11.0, 21.5], 80)
    cell = round(0.005 * 2048) * round(1.0 * 2048 / round(0.005 * 2048))
    lead = _noise("surface", cell / 2048, seed=9)
    one = detect.detect(_clean(data, "surface")).peak_s
    two = detect.detect(_clean(np.concatenate([lead, data], axis=1), "surface")).peak_s
    np.testing.assert_allclose(two - lead.shape[1] / 2048, one, atol=1 / 2048)


def test_a_long_recording_is_read_in_blocks_with_the_same_result() -> None:
    data = _noise("surface", 130)
    times = [30.0, 59.99, 60.0, 61.7, 119.95, 129.95]
    _place(data, "surface", times, 100)
    clean = preprocess.clean(recording(data, 2048.0))
    streamed, loaded = detect.detect(clean), detect.detect(clean.load())
    assert streamed.frame.equals(loaded.frame)
    assert all(_near(streamed, times))


@pytest.mark.parametrize("kind", ["needle", "surface"])
def test_blocks_and_threads_do_not_matter(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also with an end that is too short for a noise level of its own."""
    data = _noise(kind, 20.3, 3)
    _place(data, kind, [0.5, 4.97, 9.99, 15.0, 20.1], 60)
    rec = preprocess.clean(recording(data, FS[kind], kind))
    whole = detect.detect(rec, n_jobs=1)
    assert len(whole) >= 5
    monkeypatch.setattr(responses, "_BLOCK_BYTES", 1)
    for n_jobs in (1, 3):
        assert detect.detect(rec, n_jobs=n_jobs).to_frame().equals(whole.to_frame())


def test_events_at_both_edges_are_found() -> None:
    data = _noise("surface", 10)
    n = 40
    data[0, :n] += potential(n, 300)
    data[0, -n:] += potential(n, 300)
    found = detect.detect(_clean(data, "surface")).to_frame()
    assert len(found) == 2
    assert found["onset"].iloc[0] >= 0
    assert found["onset"].iloc[1] + found["duration"].iloc[1] <= 10.0 + 1 / 2048


def test_integer_counts_and_long_flats_do_not_explode() -> None:
    data = np.round(_noise("surface", 20) / 5)
    data[0, 8000:20_000] = 0
    assert len(detect.detect(_clean(data, "surface"))) <= 3


def test_gaps_make_no_events() -> None:
    data = _noise("surface", 20) + 500
    data[0, 9000:9500] = np.nan
    assert len(detect.detect(_clean(data, "surface"))) == 0


@pytest.mark.parametrize("n", [16, 17, 100, 3000])
def test_tiny_recordings_give_an_empty_table(n: int) -> None:
    data = np.random.default_rng(0).normal(0, 5, (1, n))
    found = detect.detect(preprocess.clean(recording(data, 2048.0)))
    assert found.frame.columns.tolist() == Events.empty().frame.columns.tolist()
    assert len(found) <= 1


def test_a_grid_finds_what_no_single_channel_shows() -> None:
    rng = np.random.default_rng(5)
    x, y = np.meshgrid(np.arange(8) * 8.0, np.arange(8) * 8.0)
    where = np.stack([x.ravel(), y.ravel()], axis=1)
    data = rng.normal(0, 5, (64, 20 * 2048)) + rng.normal(0, 5, 20 * 2048)
    times = list(np.arange(1.0, 19.0))
    spread = np.exp(-((where - [28, 28]) ** 2).sum(axis=1) / 2 / 12**2)
    for time in times:
        data[:, int(time * 2048) : int(time * 2048) + 30] += spread[:, None] * potential(30, 26, 1)
    rec = recording(data, 2048.0, "hdsemg")
    pooled = detect.detect(preprocess.clean(rec.replace(positions_mm=where)))
    single = detect.detect(preprocess.clean(rec))
    assert sum(_near(pooled, times)) >= 17
    assert len(pooled) <= 19
    assert sum(_near(single, times)) < 12


def test_outside_rest_the_state_is_the_category() -> None:
    data = _noise("surface", 12)
    _place(data, "surface", [2.0, 8.0], 200)
    rest = Rest.from_spans([(5.0, 12.0, "voluntary", "contraction")], duration_s=12.0)
    found = detect.detect(_clean(data, "surface"), rest=rest)
    assert found.frame["category"].tolist() == ["fasciculation", "voluntary"]


@pytest.mark.parametrize("asked", [0.0, -1.0, float("nan"), float("inf")])
def test_impossible_rates_are_refused(asked: float) -> None:
    with pytest.raises(ParameterError, match="max_false_per_min"):
        detect.detect(_clean(_noise("surface", 2), "surface"), max_false_per_min=asked)
