"""Analyses made by hand: no detector, no simulator, every number known."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from emgfasc.containers import (
    UNITS,
    ArraySource,
    Events,
    Recording,
    Rest,
    Sensitivity,
    Units,
)
from emgfasc.evidence import Context, Evidence
from emgfasc.firing import describe
from emgfasc.report import render

FS_HZ = 4000.0
CENTER = 40
_X = np.linspace(-3, 3, 81)
SHAPE = -_X * np.exp(-(_X**2))

VOID_TAGS = {"meta", "img", "br", "link"}


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """Stands where the pipeline's analysis will stand: the protocol and nothing else."""

    recording: Recording
    raw: Recording
    rest: Rest
    events: Events
    units: Units
    firing: pd.DataFrame
    evidence: Evidence
    extra: dict[str, object] = field(default_factory=dict)

    def settings_dict(self) -> dict[str, object]:
        return {"max_false_per_min": 0.5, "rest": {"window_s": 0.5}, "mains_hz": "auto"}

    def summary_row(self) -> dict[str, object]:
        overall = self.firing.iloc[0]
        has_rest = self.rest.rest_s > 0
        rate = {
            name.replace("rate_", "fp_"): float(overall[name]) if has_rest else None
            for name in ("rate_per_min", "rate_per_min_lo95", "rate_per_min_hi95")
        }
        return {
            "duration_s": self.recording.duration_s,
            "rest_s": self.rest.rest_s,
            "rest_status": self.rest.status,
            "n_fp": int(overall["n"]),
            **rate,
            "n_units": len(self.units),
            "noise_uv": 3.0,
            "detection_limit_uv": 24.0,
            "sufficient_observation": self.rest.rest_s >= 90,
            "flags": ["mains"],
            "pattern": self.evidence.pattern,
            "version": "0.1.0",
            "sha256": self.raw.sha256,
            **self.extra,
        }


def evidence(pattern: str = "indeterminate") -> Evidence:
    rows = [
        (
            "turns",
            5.2,
            4.1,
            6.3,
            "",
            "leans_neurogenic",
            0.5,
            "Turns are many.",
            "Mills 2010, Brain",
        ),
        ("phases", 3.2, 2.9, 3.5, "", "leans_benign", 0.25, "Phases are few.", "Swash 2013, JNNP"),
        (
            "rate_per_min",
            12.0,
            9.0,
            np.inf,
            "/min",
            "not_informative",
            0.0,
            "-",
            "Sleutjes 2016, MN",
        ),
        ("duration_ms", np.nan, np.nan, np.nan, "ms", "not_comparable", 0.0, "Other muscle.", "X"),
    ]
    names = ["feature", "value", "lo95", "hi95", "unit", "direction", "weight", "reason", "study"]
    frame = pd.DataFrame(rows, columns=names).assign(
        doi=["", "10.1136/x<y>;2-b", "10.1002/mus.24712", "javascript:alert(1)"],
        verified=[True, True, True, False],
    )
    return Evidence(
        pattern=pattern,  # type: ignore[arg-type]
        index=0.25,
        reasons_for=("The index lies between.",),
        reasons_against=("Turns are many.",),
        would_change=("A longer recording.",),
        sensitivity=pd.DataFrame(),
        frame=frame,
        comparisons=frame,
    )


def recording(n_channels: int, duration_s: float, *, seed: int = 3, **facts: object) -> Recording:
    rng = np.random.default_rng(seed)
    data = rng.normal(0, 3.0, (n_channels, int(duration_s * FS_HZ))).astype(np.float32)
    made = Recording(
        source=ArraySource(data),
        fs_hz=FS_HZ,
        channels=tuple(f"ch{k}" for k in range(n_channels)),
        kind="needle",
        name="biceps",
        sha256="ab" * 32,
    )
    return made.replace(**facts)


def analysis(
    times: dict[int, np.ndarray],
    base: Recording,
    *,
    rest: Rest | None = None,
    others: dict[str, np.ndarray] | None = None,
) -> Analysis:
    """Add a potential of ``100 k`` uV for each time of unit k, spread over the channels."""
    data = base.read().copy()
    n_channels = base.n_channels
    spread = 1 / (1 + np.abs(np.arange(n_channels) - n_channels // 2))
    top = base.channels[n_channels // 2]
    rows = []
    kinds = [("fasciculation", unit, when) for unit, when in times.items()]
    kinds += [(category, 0, when) for category, when in (others or {}).items()]
    for category, unit, when in kinds:
        size = 100.0 * max(unit, 1)
        shape = SHAPE / np.ptp(SHAPE) * size
        for time in when:
            start = round(time * FS_HZ) - CENTER
            data[:, start : start + shape.size] += (spread[:, None] * shape).astype(np.float32)
            rows.append([time - 0.01, 0.02, time, top, n_channels, size, 30.0, unit, category])
    columns = ["onset", "duration", "peak_s", "channel", "n_channels", "amplitude_uv", "snr"]
    noise = Sensitivity(np.full(n_channels, 3.0), 24.0, 5.0, 0.5)
    frame = pd.DataFrame(rows, columns=[*columns, "unit", "category"])
    events = Events(frame, noise) if rows else Events.empty(noise)
    rest = rest or Rest.all_rest(base.duration_s)
    numbers = [unit for unit in times if unit]
    shapes = [spread[:, None] * SHAPE / np.ptp(SHAPE) * 100.0 * unit for unit in numbers]
    per_min = 60 / rest.rest_s if rest.rest_s else np.nan
    units = (
        Units(
            pd.DataFrame(
                [
                    [
                        u,
                        "fasciculation",
                        len(times[u]),
                        top,
                        100.0 * u,
                        30.0,
                        len(times[u]) * per_min,
                    ]
                    for u in numbers
                ],
                columns=UNITS.names,
            ),
            np.asarray(shapes, np.float32),
            FS_HZ,
            CENTER,
        )
        if numbers
        else Units.empty(n_channels=n_channels, fs_hz=FS_HZ)
    )
    clean = base.replace(source=ArraySource(data))
    return Analysis(
        recording=clean.replace(steps=("band-pass 20-1800 Hz, zero phase",)),
        raw=clean,
        rest=rest,
        events=events,
        units=units,
        firing=describe(events, rest, units=units),
        evidence=evidence(),
    )


def _times(n: int, duration_s: float, seed: int) -> np.ndarray:
    return np.sort(np.random.default_rng(seed).uniform(0.1, duration_s - 0.1, n))


def make_normal() -> Analysis:
    duration = 120.0
    rest = Rest.from_spans(
        [(30.0, 41.0, "voluntary", "regular firing of unit 4"), (80.0, 83.0, "artifact", "motion")],
        duration_s=duration,
    )
    times = {unit: _times(n, duration, unit) for unit, n in enumerate((60, 30, 12, 9, 5), start=1)}
    others = {"voluntary": np.arange(31, 40, 0.12), "artifact": np.array([81.0, 82.0])}
    return analysis(times, recording(1, duration), rest=rest, others=others)


def make_silent() -> Analysis:
    return analysis({}, recording(1, 120.0))


def make_contraction() -> Analysis:
    rest = Rest.from_spans([(0, 30, "voluntary", "regular firing throughout")], duration_s=30.0)
    return analysis({}, recording(1, 30.0), rest=rest, others={"voluntary": np.arange(1, 29, 0.1)})


def make_unverifiable() -> Analysis:
    rest = Rest.from_spans([], duration_s=30.0, reason="one channel only", verifiable=False)
    return analysis({1: _times(20, 30.0, 1)}, recording(1, 30.0), rest=rest)


def make_grid() -> Analysis:
    places = np.stack(np.meshgrid(np.arange(8) * 8.0, np.arange(8) * 8.0), -1).reshape(-1, 2)
    base = recording(64, 20.0, kind="hdsemg", positions_mm=places, bad_channels=("ch3",))
    return analysis({1: _times(9, 20.0, 1), 2: _times(7, 20.0, 2)}, base)


HOSTILE = "<script>alert('x')</script> $\\frac{1}$ \x07 \"q\" & \u4e2d javascript:1"


def make_hostile() -> Analysis:
    base = recording(
        1,
        20.0,
        channels=(HOSTILE,),
        name=HOSTILE,
        muscle=HOSTILE,
        notes=(HOSTILE,),
        flags=(HOSTILE,),
        path=HOSTILE,
    )
    rest = Rest.from_spans([(3.0, 5.0, "artifact", HOSTILE)], duration_s=20.0)
    made = analysis({1: _times(9, 20.0, 1)}, base, rest=rest)
    table = made.evidence.frame.assign(study=HOSTILE, reason=HOSTILE, feature=HOSTILE, doi=HOSTILE)
    sworn = replace(made.evidence, frame=table, reasons_for=(HOSTILE,), would_change=(HOSTILE,))
    asked = Context.from_mapping(
        {
            "benign_contributors": {"caffeine": HOSTILE, "alcohol": False},
            "medical_causes": {"thyroid": False, "diabetes": HOSTILE},
            "red_flags": {"weakness": HOSTILE, "swallowing": False},
        }
    )
    sworn = replace(sworn, context=asked.report())
    return replace(made, evidence=sworn, extra={HOSTILE: HOSTILE})


def make_long() -> Analysis:
    duration = 1800.0
    base = recording(1, 20.0)
    tiled = np.tile(base.read(), (1, 90))
    times = {unit: _times(250, duration, unit) for unit in range(1, 21)}
    spans = [(k, k + 0.4, "artifact", "motion") for k in np.arange(5, 1700, 3.0)]
    return analysis(
        times,
        base.replace(source=ArraySource(tiled)),
        rest=Rest.from_spans(spans, duration_s=duration),
    )


MAKERS = {
    "normal": make_normal,
    "silent": make_silent,
    "contraction": make_contraction,
    "unverifiable": make_unverifiable,
    "grid": make_grid,
    "hostile": make_hostile,
}


@pytest.fixture(scope="session")
def analyses() -> dict[str, Analysis]:
    """All cases but the long one, by name."""
    return {name: make() for name, make in MAKERS.items()}


@pytest.fixture(scope="session")
def rendered(analyses: dict[str, Analysis]) -> dict[str, str]:
    """The report of each case."""
    return {name: render(made) for name, made in analyses.items()}


@pytest.fixture(scope="session")
def long_analysis() -> Analysis:
    """Half an hour with 5000 fasciculation potentials of 20 units."""
    return make_long()


class Page(HTMLParser):
    """A page as its reader's browser takes it: tags in order, text by heading."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.headings: list[tuple[int, str]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID_TAGS:
            self.open.append(tag)
        if tag in ("h1", "h2", "h3", "h4"):
            self.headings.append((int(tag[1]), ""))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            return
        self.text += data
        if self.open and self.open[-1] in ("h1", "h2", "h3", "h4"):
            level, before = self.headings[-1]
            self.headings[-1] = (level, before + data)

    def having(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture(scope="session")
def parse() -> type[Page]:
    return Page
