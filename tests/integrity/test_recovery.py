"""How long after saturation the signal is back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import emgfasc as ef
from emgfasc.integrity import Finding

FS, RAIL, SD = 2000, 900.0, 8.0


def clipping(data: np.ndarray) -> Finding:
    report = ef.integrity.check(ef.read(data, fs=FS, kind="surface"))
    return next(found for found in report.findings if found.name == "clipping")


def saturated(tau_s: float, side: float = 1.0, at: int = 5000, n: int = 20_000) -> np.ndarray:
    data = np.random.default_rng(4).normal(0, SD, (2, n))
    data[1, at : at + 200] = side * RAIL
    tail = data[1, at + 200 :]
    tail += side * (RAIL - 5 * SD) * np.exp(-np.arange(len(tail)) / FS / tau_s)
    return data


@pytest.mark.parametrize("tau_s", [0.03, 0.1, 0.3])
@pytest.mark.parametrize("side", [1.0, -1.0])
def test_an_exponential_decay_is_timed(tau_s: float, side: float) -> None:
    # The mean of 20 ms of the decay falls to 3 SD of the noise.
    mean = (RAIL - 5 * SD) * (1 - np.exp(-0.02 / tau_s)) * tau_s / 0.02
    found = clipping(saturated(tau_s, side))
    assert found.recovery_s == pytest.approx(tau_s * np.log(mean / (3 * SD)), rel=0.1)
    assert "The signal is back at most" in found.sentence


def test_a_clean_end_is_back_at_once() -> None:
    data = saturated(1e-6)
    assert clipping(data).recovery_s == 0


def test_what_does_not_come_back_is_said() -> None:
    found = clipping(saturated(3.0, n=120_000))
    assert found.recovery_s == np.inf
    assert "not back within 2 s" in found.sentence
    assert clipping(saturated(0.3, at=19_700)).recovery_s == np.inf  # the recording ends before


def test_a_gap_hides_the_recovery() -> None:
    data = saturated(0.1)
    data[1, 5300:5400] = np.nan
    assert clipping(data).recovery_s == np.inf


def test_recovery_of_n2001(data_dir: Path) -> None:
    # M03VM05 is saturated 0.1 s before its end, and still 600 uV off there; its SD is 92 uV.
    slowest = {}
    for name in ("N2001M02BB03", "N2001M03VM05"):
        rec = ef.read(data_dir / "emglab_n2001" / f"{name}.bin", kind="needle")
        found = ef.integrity.check(rec).findings
        slowest[name] = next(each.recovery_s for each in found if each.name == "clipping")
    assert slowest == {"N2001M02BB03": pytest.approx(0.351, abs=0.001), "N2001M03VM05": np.inf}
