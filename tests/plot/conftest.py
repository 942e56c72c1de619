from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from emgfasc.containers import (
    UNITS,
    ArraySource,
    Events,
    Findings,
    Recording,
    Rest,
    Units,
)

FS_HZ = 4000.0
CENTER = 40
SHAPE = np.diff(np.exp(-(np.linspace(-3, 3, 82) ** 2)))  # biphasic, 20 ms


@dataclass(frozen=True)
class Scene:
    """Potentials placed by hand: where they lie is known exactly."""

    findings: Findings
    times: dict[int, np.ndarray]


def build(
    times: dict[int, list[float]],
    *,
    duration_s: float,
    rest: Rest | None = None,
    channels: tuple[str, ...] = ("EMG",),
    seed: int = 5,
) -> Scene:
    """Return a recording whose unit k fires at ``times[k]`` with amplitude ``100 k`` uV."""
    rng = np.random.default_rng(seed)
    data = rng.normal(0, 3.0, (len(channels), int(duration_s * FS_HZ)))
    rows, template = [], []
    for unit, when in times.items():
        shape = SHAPE / np.ptp(SHAPE) * 100.0 * max(unit, 1)
        for time in when:
            at = round(time * FS_HZ)
            start, stop = at - CENTER, at - CENTER + shape.size
            data[0, max(start, 0) : stop] += shape[max(-start, 0) :][
                : data.shape[1] - max(start, 0)
            ]
            rows.append([time - 0.01, 0.02, time, channels[0], 1, 100.0 * max(unit, 1), 30.0, unit])
        template.append(np.tile(shape, (len(channels), 1)))
    names = ["onset", "duration", "peak_s", "channel", "n_channels", "amplitude_uv", "snr", "unit"]
    frame = pd.DataFrame(rows, columns=names).assign(category="fasciculation")
    numbers = [unit for unit in times if unit]
    units = pd.DataFrame(
        [
            [u, "fasciculation", len(times[u]), channels[0], 100.0 * u, 30.0, 60 * len(times[u])]
            for u in numbers
        ],
        columns=UNITS.names,
    )
    shapes = [template[list(times).index(unit)] for unit in numbers]
    found = Findings(
        recording=Recording(
            source=ArraySource(data.astype(np.float32)),
            fs_hz=FS_HZ,
            channels=channels,
            kind="needle",
            name="by hand",
        ),
        rest=rest or Rest.all_rest(duration_s),
        events=Events(frame) if rows else Events.empty(),
        units=Units(units, np.asarray(shapes, np.float32), FS_HZ, CENTER)
        if numbers
        else Units.empty(n_channels=len(channels), fs_hz=FS_HZ),
        firing=pd.DataFrame(),
    )
    return Scene(found, {unit: np.asarray(when) for unit, when in times.items()})


@pytest.fixture
def scene() -> Scene:
    """Two units over 20 s with a contraction from 12 to 14 s, and one potential of no unit."""
    return build(
        {1: [0.5, 2.25, 2.256, 7.0, 15.0], 2: [3.4, 9.9, 18.0], 0: [5.5]},
        duration_s=20.0,
        rest=Rest.from_spans([(12.0, 14.0, "voluntary", "contraction")], duration_s=20.0),
    )


@pytest.fixture
def silence() -> Scene:
    """Twenty seconds in which nothing was found."""
    return build({}, duration_s=20.0)
