"""EMGLAB N2001: concentric needle during a steady low contraction; nothing in them is at rest."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from emgfasc import detect, firing, measure, preprocess, sort
from emgfasc.containers import ArraySource, Recording, Rest
from emgfasc.measure.given import noise_uv

ROOT = os.environ.get("EMGFASC_TEST_DATA", "")
FOLDER = Path(ROOT) / "emglab_n2001"

pytestmark = pytest.mark.skipif(not ROOT, reason="EMGFASC_TEST_DATA is not set")


def contraction(name: str) -> Recording:
    # int16 little-endian after 20 bytes, 13.107 counts per uV, 23437.5 Hz
    counts = np.frombuffer((FOLDER / f"N2001{name}.bin").read_bytes()[20:], "<i2")
    source = ArraySource((counts / 13.107).astype(np.float32)[None])
    return preprocess.clean(
        Recording(source=source, fs_hz=23437.5, channels=("CNE",), kind="needle", name=name)
    ).load()


@pytest.mark.parametrize("name", ["A01BB03", "C01VM71", "M02BB03"])
def test_contraction_holds_voluntary_trains_and_nothing_spontaneous(name: str) -> None:
    rec = contraction(name)
    rest = Rest.all_rest(rec.duration_s)
    shaped = measure.morphology(rec, detect.detect(rec))
    events, units = sort.units(rec, shaped, rest=rest)
    found = firing.kinds(events, units, kind="needle", duration_s=rec.duration_s)
    assert set(found.fired["category"]) == {"voluntary"}
    assert set(found.events.frame["category"]) <= {"voluntary", "fasciculation", "artifact"}
    # units of the biceps and vastus fire at 5-20 Hz in a low contraction
    assert found.fired["rate_hz"].between(4, 30).all()
    left = rest.excluding(found.spans)
    assert left.rest_s < 0.25 * rec.duration_s
    assert not firing.observation(0, left.rest_s, "needle").sufficient


def test_amplitude_is_the_peak_to_peak_within_the_noise() -> None:
    rec = contraction("A01BB02")
    found = detect.detect(rec)
    noise = noise_uv(found)
    shaped = measure.morphology(rec, found)
    x = rec.read()[0]
    rows = shaped.frame[shaped.frame["duration_ms"].notna() & ~shaped.frame["truncated"]]
    assert len(rows) > 50
    for row in rows.itertuples():
        first = round((row.onset - 0.001) * rec.fs_hz)
        last = round((row.onset + row.duration + 0.001) * rec.fs_hz)
        raw = float(np.ptp(x[max(first, 0) : last]))
        assert raw - 2.5 * noise.max() <= row.amplitude_uv <= raw + 1e-3
