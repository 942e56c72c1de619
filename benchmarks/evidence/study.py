"""The scenarios of the study, and one row for each recording in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

import emgfasc as ef
from benchmarks.evidence.groups import drawn
from emgfasc.containers import Kind
from emgfasc.evidence import Evidence, weigh
from emgfasc.simulate.scenario import Pattern

__all__ = ["FULL", "SLICE", "Scenario", "recordings", "simulated"]

BENIGN, NEUROGENIC, PATIENT = "benign_like", "neurogenic_like", "patient_normal_muscle"
_FEATURES = ("phases", "turns", "pct_polyphasic", "pct_windows_ge2_units")
_SEED = 20_260_101
_SECONDS = 120.0


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Groups recorded in the same way.

    Attributes
    ----------
    name : str
        What is tried.
    groups : tuple of (str, str)
        Label and the group it is really drawn from; first the one that stands for benign.
    n : int
        Recordings of each.
    """

    name: str
    groups: tuple[tuple[str, str], ...] = ((BENIGN, BENIGN), (NEUROGENIC, NEUROGENIC))
    kind: Kind = "needle"
    muscle: str = "tibialis anterior"
    rest_s: float = 120.0
    max_units: int | None = None
    n: int = 100


FULL = (
    Scenario(
        name="needle",
        groups=((BENIGN, BENIGN), (NEUROGENIC, NEUROGENIC), (PATIENT, PATIENT)),
    ),
    Scenario(name="needle, 3 to 5 units", max_units=5, n=60),
    Scenario(name="needle, no difference", groups=((BENIGN, BENIGN), (NEUROGENIC, BENIGN))),
    Scenario(name="needle, 60 s of rest", rest_s=60.0, n=20),
    Scenario(name="needle, biceps brachii", muscle="biceps brachii", n=20),
    Scenario(name="grid", kind="hdsemg", muscle="thenar", rest_s=600.0),
    Scenario(name="grid, 100 s of rest", kind="hdsemg", muscle="thenar", rest_s=100.0, n=20),
)
SLICE = (Scenario(name="needle", n=25), Scenario(name="needle, 60 s of rest", rest_s=60.0, n=3))


def recordings(scenarios: tuple[Scenario, ...]) -> pd.DataFrame:
    """Weigh every recording of every scenario; one row each, with `scenario` and `group`."""
    rows = []
    for place, scenario in enumerate(scenarios):
        for label, (name, source) in enumerate(scenario.groups):
            root = np.random.SeedSequence([_SEED, place, label])
            for seed in root.spawn(scenario.n):
                findings = drawn(
                    seed,
                    source,
                    kind=scenario.kind,
                    muscle=scenario.muscle,
                    rest_s=scenario.rest_s,
                    max_units=scenario.max_units,
                )
                rows.append({"scenario": scenario.name, "group": name} | _answer(weigh(findings)))
    return pd.DataFrame(rows)


def simulated(n: int) -> pd.DataFrame:
    """Take `n` simulated needle recordings of either pattern through the whole pipeline."""
    rows = []
    presets: tuple[tuple[Pattern, str], ...] = (("benign", BENIGN), ("neurogenic", NEUROGENIC))
    for pattern, group in presets:
        for seed in range(n):
            rec, _ = ef.simulate.recording(pattern, kind="needle", seconds=_SECONDS, seed=seed)
            found = ef.analyze(rec.replace(muscle="tibialis anterior"))
            rows.append({"scenario": "simulated signal", "group": group} | _answer(found.evidence))
    return pd.DataFrame(rows)


def _answer(evidence: Evidence) -> dict[str, object]:
    return {"pattern": evidence.pattern, "index": evidence.index} | dict(_directions(evidence))


def _directions(evidence: Evidence) -> Iterator[tuple[str, str]]:
    told = evidence.to_frame().set_index("feature")["direction"]
    yield from ((feature, str(told[feature])) for feature in _FEATURES)
