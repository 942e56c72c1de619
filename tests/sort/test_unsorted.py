"""Why potentials stay unsorted: each reason made on purpose, and no potential without one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from emgfasc import detect, preprocess, sort
from emgfasc.containers import UNSORTED, Events, Recording, Rest
from emgfasc.errors import ParameterError
from emgfasc.sort.unsorted import by_hand, learned_apart, unexplained
from signals import potential, recording

FS = 2048.0
SECONDS = 50.0
REST = Rest.all_rest(SECONDS)

PLACE = np.array([[1.0, 0.6, 0.2], [0.3, 0.8, 1.0]])
SHAPES = [potential(40, 200, 1.3), potential(40, 140, 2.2)]


def _scene(*, seed: int = 0) -> tuple[NDArray[np.float64], Recording]:
    """Two units, 15 discharges each; then at 34 s a stranger, at 37 and 39 s two alike."""
    rng = np.random.default_rng(seed)
    data = rng.normal(0, 5, (3, int(SECONDS * FS)))

    def add(at_s: float, wave: NDArray[np.float64]) -> None:
        start = int(at_s * FS)
        data[:, start : start + wave.shape[1]] += wave

    for k in range(30):
        add(1.0 + k, PLACE[k % 2][:, None] * SHAPES[k % 2])
    add(34.0, np.array([[-0.2], [1.0], [-0.9]]) * potential(24, 300, 3.3))
    for at_s in (37.0, 39.0):
        add(at_s, np.array([[0.1], [0.2], [-1.0]]) * potential(80, 300, 0.8))
    return data, recording(data, FS)


def _sorted(rec: Recording) -> Events:
    clean = preprocess.clean(rec).load()
    rest = Rest.all_rest(rec.duration_s)
    first, units = sort.units(clean, detect.detect(clean), rest=rest)
    return sort.rediscover(clean, first, units, rest=rest)[0]


def _why(events: Events, at_s: float) -> str:
    near = int(np.abs(events.peak_s - at_s).argmin())
    assert abs(events.peak_s[near] - at_s) < 0.05
    return str(events.frame["unsorted"][near])


def _complete(events: Events) -> bool:
    """Tell whether exactly the potentials without a unit say why."""
    frame = events.frame
    named = frame["unsorted"].isin(list(UNSORTED))
    return bool((named == (frame["unit"] == 0)).all() and (frame["unsorted"][~named] == "").all())


def test_strangers_and_pairs_say_so() -> None:
    events = _sorted(_scene()[1])
    assert _complete(events)
    assert _why(events, 34.0) == "like_no_other"
    assert _why(events, 37.02) == "too_few_alike"
    assert _why(events, 39.02) == "too_few_alike"
    assert (events.frame["unsorted"] == "").sum() == 30


def test_a_potential_of_which_a_unit_explains_a_part_says_so() -> None:
    data, _ = _scene()
    start = int(44.0 * FS)
    stranger = np.array([[0.9], [-0.9], [0.9]]) * potential(40, 190, 3.0)
    data[:, start : start + 40] += 0.68 * PLACE[0][:, None] * SHAPES[0] + stranger
    assert _why(_sorted(recording(data, FS)), 44.01) == "partly_a_unit"


def test_artifacts_and_recordings_with_too_few_say_so() -> None:
    _, rec = _scene()
    clean = preprocess.clean(rec).load()
    found = detect.detect(clean)
    category = np.where(np.arange(len(found)) == 3, "artifact", "fasciculation")
    events, units = sort.units(clean, found.assign(category=category), rest=REST)
    assert events.frame["unsorted"][3] == "no_potential"
    again, _ = sort.rediscover(clean, events, units, rest=REST)
    assert again.frame["unsorted"][3] == "no_potential"
    few, _ = sort.units(clean, found.where(np.arange(len(found)) < 2), rest=REST)
    assert few.frame["unsorted"].tolist() == ["too_few_in_all"] * 2
    none, _ = sort.units(clean, Events.empty(), rest=REST)
    assert "unsorted" in none.frame


def test_noise_that_passed_the_threshold_is_too_weak() -> None:
    """Points around the origin with SD 1 hold nothing but noise."""
    points = np.random.default_rng(0).normal(0, 1, (200, 12))
    points[:20] += 4
    alike = np.where(np.arange(200) < 3, 2, 1)
    why = learned_apart(points, np.zeros(200, np.int64), alike)
    assert why[:3].tolist() == ["too_few_alike"] * 3
    assert (why[3:20] == "like_no_other").all()
    assert (why[20:] == "too_weak").mean() > 0.98


@pytest.mark.parametrize(
    ("taken", "why"),
    [
        ([-50.0, 10.0], "like_no_other"),  # nothing, or what noise gives
        ([90.0, 40.0], "partly_a_unit"),
        ([90.0, 80.0], "between_units"),
        ([45.0, -10.0], "like_no_other"),  # 0.225 of 200
    ],
)
def test_a_second_look_tells_one_from_two(taken: list[float], why: str) -> None:
    energy = np.array([200.0, 200.0])
    found = unexplained(np.array(taken), energy, by_chance=30.0, before="like_no_other")
    assert found == why


def test_corrections_are_by_hand() -> None:
    unit, former = np.array([1, 0, 0, 0]), np.array([0, 1, 0, 0])
    before = np.array(["too_weak", "", "too_weak", ""], object)
    found = by_hand(unit, former, before)
    assert found.tolist() == ["", "by_hand", "too_weak", "by_hand"]


def test_a_word_not_in_the_list_is_refused() -> None:
    found = _sorted(_scene()[1])
    with pytest.raises(ParameterError, match="unsorted"):
        found.assign(unsorted=["no idea"] * len(found))


@given(
    seed=st.integers(0, 20),
    n=st.integers(1, 30),
    step=st.sampled_from([0.0, 1.0, 50.0]),
)
def test_every_potential_without_a_unit_has_a_reason(seed: int, n: int, step: float) -> None:
    """Quantised, tied and all-zero points."""
    rng = np.random.default_rng(seed)
    points = rng.normal(0, 3, (n, 4))
    points = np.round(points / step) * step if step else np.zeros_like(points)
    unit = rng.integers(0, 2, n)
    why = learned_apart(points, unit, rng.integers(1, 4, n))
    assert ((why == "") == (unit > 0)).all()
    assert set(why.tolist()) <= {"", "too_weak", "like_no_other", "too_few_alike"}
