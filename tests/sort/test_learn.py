from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from emgfasc.sort import SortRules
from emgfasc.sort.learn import _lone, learn
from signals import potential, recording

FS = 2048.0


@given(st.lists(st.integers(0, 500), min_size=1, max_size=80), st.integers(1, 40))
def test_of_every_run_the_loneliest_is_learned_from(steps: list[int], most: int) -> None:
    peaks = np.cumsum(np.array(steps, np.int64))
    seen = _lone(peaks, most)
    n = len(peaks)
    if n <= most:
        assert seen.tolist() == list(range(n))
        return
    assert len(seen) == most
    edges = [k * n // most for k in range(most + 1)]
    for k, chosen in enumerate(seen):
        run = range(edges[k], edges[k + 1])
        assert chosen in run
        far = {
            i: min(abs(int(peaks[i] - peaks[j])) for j in (i - 1, i + 1) if 0 <= j < n) for i in run
        }
        assert far[int(chosen)] == max(far.values())


def test_overlaps_alike_by_chance_are_no_units_where_there_are_many_potentials() -> None:
    """Half of them lie on top of another, at one of three distances: such pairs look like units."""
    rng = np.random.default_rng(0)
    shapes = [potential(40, 150, turns) for turns in (1.2, 2.0, 3.1)]
    places = np.arange(300, 300 + 400 * 160, 160)
    data = rng.normal(0, 3, (2, places[-1] + 300))
    peaks, truth = [], []
    for place in places:
        alone = rng.random() < 0.5
        for lag in (0,) if alone else (0, int(rng.choice([14, 18, 22]))):
            unit = int(rng.integers(3))
            data[:, place + lag - 20 : place + lag + 20] += shapes[unit] * np.array([[1], [0.5]])
            peaks.append(place + lag)
            truth.append(unit)
    rec, rules = recording(data, FS), SortRules.for_kind("surface")
    found = learn(rec, np.array(peaks), replace(rules, learn_from=75))
    assert set(found.unit.tolist()) - {0} == {1, 2, 3}
    every = learn(rec, np.array(peaks), replace(rules, learn_from=10_000))
    assert every.unit.max() > 3
