"""One measured feature beside one published comparison."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace

import pandas as pd

from emgfasc.containers import Findings
from emgfasc.evidence.anatomy import Muscle, find_muscle
from emgfasc.evidence.features import FEATURES, MORPHOLOGY, Measured
from emgfasc.evidence.literature import Reference

__all__ = ["Comparison", "Site", "compare", "comparison_frame"]

_MIN_FS_HZ = 5000.0  # needle shape below this rate, or
_MAX_HIGHPASS_HZ = 20.0  # with a higher corner, is not comparable (unverified)

_SIGN = {"leans_neurogenic": 1.0, "leans_benign": -1.0}


@dataclass(frozen=True)
class Site:
    """Where and how it was recorded, as far as a comparison depends on it."""

    kind: str
    muscle: Muscle | None
    given: str | None
    fs_hz: float
    highpass_hz: float | None
    rest_s: float

    @classmethod
    def of(cls, findings: Findings, muscle: str | None) -> Site:
        """Take the facts from the recording; `muscle` overrides its own."""
        rec = findings.recording
        given = rec.muscle if muscle is None else muscle
        rest_s = findings.rest.rest_s
        return cls(rec.kind, find_muscle(given), given, rec.fs_hz, rec.highpass_hz, rest_s)


@dataclass(frozen=True)
class Comparison:
    """One row: the value, what it is compared with, which way it leans and why."""

    feature: str
    value: float
    lo95: float
    hi95: float
    unit: str
    comparator: str
    direction: str
    weight: float
    reason: str
    study: str
    doi: str
    muscle: str
    electrode: str
    verified: bool
    source_tag: str
    interval: str
    reference: str

    @property
    def vote(self) -> float:
        """Weight with its sign: above 0 neurogenic, below 0 benign."""
        return self.weight * _SIGN.get(self.direction, 0.0)

    def withheld(self, reason: str) -> Comparison:
        """Return the row as one that cannot be compared."""
        return replace(self, direction="not_comparable", weight=0.0, reason=reason)


def compare(measured: Measured, reference: Reference, site: Site) -> Comparison:
    """Place a measured feature beside a published one.

    Rule: a value leans neurogenic when it is at or above `high` (the more affected group) and its
    interval stays above `low` (the less affected group); it leans benign when it is at or below
    `low`, its interval stays below `high`, and the row allows a benign side. Everything else is
    not informative. A larger value can therefore never lean more benign.
    """
    obstacle = _obstacle(measured, reference, site)
    if obstacle:
        direction, weight, reason = "not_comparable", 0.0, obstacle
    elif reference.weight == 0:
        direction, weight, reason = "not_informative", 0.0, reference.sentence
    else:
        direction, weight = _direction(measured, reference), reference.weight
        reason = _reason(measured, reference, direction)
    return Comparison(
        feature=reference.feature,
        value=measured.value,
        lo95=measured.lo95,
        hi95=measured.hi95,
        unit=FEATURES[reference.feature][1],
        comparator=_comparator(reference),
        direction=direction,
        weight=weight,
        reason=reason,
        study=reference.study,
        doi=reference.doi,
        muscle="; ".join(reference.muscle),
        electrode=reference.electrode,
        verified=reference.verified,
        source_tag=reference.source_tag,
        interval=measured.interval,
        reference=reference.id,
    )


def comparison_frame(rows: list[Comparison]) -> pd.DataFrame:
    """Return comparisons as a table, one row each."""
    names = [field.name for field in fields(Comparison)]
    return pd.DataFrame([{n: getattr(row, n) for n in names} for row in rows], columns=names)


def _obstacle(measured: Measured, reference: Reference, site: Site) -> str:
    if site.kind not in reference.kind:
        return f"The recording is {site.kind}; the study used: {reference.electrode}."
    if "any" not in reference.muscle and (
        site.muscle is None or site.muscle.name not in reference.muscle
    ):
        here = site.muscle.name if site.muscle else _unknown_muscle(site)
        return f"The study looked at {', '.join(reference.muscle)}; here: {here}."
    if site.rest_s < reference.min_rest_s:
        return (
            f"{site.rest_s:.0f} s of rest; the study's recordings last "
            f"{reference.min_rest_s:.0f} s or more."
        )
    if site.kind == "needle" and reference.feature in MORPHOLOGY:
        high_pass = site.highpass_hz or 0.0
        if site.fs_hz < _MIN_FS_HZ or high_pass > _MAX_HIGHPASS_HZ:
            return (
                f"Needle shape is comparable from {_MIN_FS_HZ:.0f} Hz sampling and up to a "
                f"{_MAX_HIGHPASS_HZ:.0f} Hz high-pass; here {site.fs_hz:g} Hz and {high_pass:g} Hz."
            )
    return "" if measured.known else f"Not measured: {measured.interval}."


def _unknown_muscle(site: Site) -> str:
    return "not stated" if site.given is None else f"{site.given!r}, not in the muscle table"


def _direction(measured: Measured, reference: Reference) -> str:
    low, high = reference.low, reference.high
    if low is None or high is None:
        return "not_informative"
    if measured.value >= high and measured.lo95 > low:
        return "leans_neurogenic"
    if reference.benign_side and measured.value <= low and measured.hi95 < high:
        return "leans_benign"
    return "not_informative"


def _reason(measured: Measured, reference: Reference, direction: str) -> str:
    words, unit = FEATURES[reference.feature]
    gap = f" {unit}" if unit else ""
    hi95 = "any higher" if math.isinf(measured.hi95) else f"{measured.hi95:.3g}"
    here = f"{words.capitalize()} {measured.value:.3g}{gap} ({measured.lo95:.3g} to {hi95})"
    where = {
        "leans_neurogenic": "at or above",
        "leans_benign": "at or below",
        "not_informative": "not clearly at either of",
    }[direction]
    ends = {
        "leans_neurogenic": f"{reference.high:g}{gap}",
        "leans_benign": f"{reference.low:g}{gap}",
        "not_informative": f"{reference.low:g} and {reference.high:g}{gap}",
    }[direction]
    if direction == "not_informative" and reference.low == reference.high:
        where, ends = "not clearly above", f"{reference.high:g}{gap}"
    return f"{here} is {where} {ends} ({reference.study}). {reference.sentence}"


def _comparator(reference: Reference) -> str:
    pairs = zip(reference.groups, reference.sizes, strict=True)
    groups = "; ".join(f"{group} ({size})" if size else group for group, size in pairs)
    strength = f", {reference.strength}" if reference.strength else ""
    published = " / ".join(reference.values)
    return f"{groups}{strength}: {published}"
