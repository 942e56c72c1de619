"""The batch row: one recording in one row, units in the names."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from emgfasc import __version__
from emgfasc.containers import Findings, Recording
from emgfasc.evidence import Evidence
from emgfasc.firing import observation
from emgfasc.pipeline.settings import Settings
from emgfasc.pipeline.versions import versions
from emgfasc.sort import at_least

__all__ = ["summary_row"]


def summary_row(
    findings: Findings,
    evidence: Evidence,
    settings: Settings,
    raw: Recording,
    review: dict[str, object] | None = None,
) -> dict[str, object]:
    """Return the row, with ``None`` where a figure cannot be given.

    Shape and firing figures are taken over fasciculation potentials at rest. Without rest there
    is no rate. `review` is ``None`` where nobody corrected the events.
    """
    frame = findings.events.fasciculations.to_frame()
    firing = findings.firing.iloc[0]
    firing_units = findings.firing.iloc[1:]
    rest = findings.rest
    row: dict[str, object] = {
        **_identity(raw),
        "duration_s": rest.duration_s,
        "rest_s": rest.rest_s,
        "excluded_voluntary_s": rest.seconds("voluntary"),
        "excluded_spontaneous_s": rest.seconds("spontaneous"),
        "excluded_artifact_s": rest.seconds("artifact"),
        "rest_status": rest.status,
        "n_fp": int(firing["n"]),
        "fp_per_min": firing["rate_per_min"],
        "fp_per_min_lo95": firing["rate_per_min_lo95"],
        "fp_per_min_hi95": firing["rate_per_min_hi95"],
        "n_units": int((firing_units["n"] > 0).sum()),
        **_at_least(findings, settings),
        **_noise(findings),
        "ifi_median_s": firing["interval_median_s"],
        "ifi_cov": firing["interval_cov"],
        "pct_ifi_lt100ms": firing["pct_interval_lt100ms"],
        "doublet_early_pct": firing["doublet_early_pct"],
        "doublet_late_pct": firing["doublet_late_pct"],
        "pct_windows_ge2_units": firing["pct_windows_ge2_units"],
        **_shape(frame),
        **_instability(findings),
        "sufficient_observation": bool(
            observation(int(firing["n"]), rest.rest_s, raw.kind).sufficient
        ),
        "flags": list(dict.fromkeys((*raw.flags, *findings.recording.flags))),
        "pattern": evidence.pattern,
        "review": review,
        "settings": settings.to_dict(),
        "params_hash": settings.params_hash,
        "steps": list(findings.recording.steps),
        "notes": list(findings.recording.notes),
        "input_sha256": raw.sha256,
        "version": __version__,
        "versions": versions(),
    }
    return {name: _plain(value) for name, value in row.items()}


def _identity(raw: Recording) -> dict[str, object]:
    """Say what was recorded."""
    return {
        "recording": raw.name,
        "source": None if raw.path is None else Path(raw.path).name,
        "muscle": raw.muscle,
        "side": raw.side,
        "kind": raw.kind,
        "fs_hz": raw.fs_hz,
        "n_channels": raw.n_channels,
        "bad_channels": list(raw.bad_channels),
    }


def _at_least(findings: Findings, settings: Settings) -> dict[str, object]:
    """Say how many units there are for certain, and how small the counted ones are."""
    sure = at_least(findings.units, rules=settings.sort)
    return {
        "n_units_at_least": sure.n_units,
        "n_units_at_least_discharges": sure.discharges,
        "n_units_at_least_snr": sure.snr,
    }


def _noise(findings: Findings) -> dict[str, object]:
    """Say how small a potential could have been seen."""
    sensitivity = findings.events.sensitivity
    if sensitivity is None:
        return {"noise_uv": None, "detection_limit_uv": None, "max_false_per_min": None}
    known = sensitivity.noise_uv[np.isfinite(sensitivity.noise_uv)]
    return {
        "noise_uv": float(np.median(known)) if known.size else None,
        "detection_limit_uv": sensitivity.detection_limit_uv,
        "max_false_per_min": sensitivity.max_false_per_min,
    }


def _shape(frame: pd.DataFrame) -> dict[str, object]:
    """Summarise the shape of the potentials."""
    amplitude = frame["amplitude_uv"]
    return {
        "amp_median_uv": amplitude.median(),
        "amp_iqr_uv": amplitude.quantile(0.75) - amplitude.quantile(0.25),
        "dur_median_ms": _over(frame, "duration_ms", "median"),
        "phases_mean": _over(frame, "phases", "mean"),
        "turns_mean": _over(frame, "turns", "mean"),
        "pct_polyphasic": 100 * frame["polyphasic"].mean() if len(frame) else None,
        "area_median_uvms": _over(frame, "area_uvms", "median"),
    }


def _instability(findings: Findings) -> dict[str, object]:
    """Summarise how much units change shape from discharge to discharge."""
    frame = findings.units.frame
    own = frame[frame["category"] == "fasciculation"]
    return {
        "cad_median_pct": _over(own, "cad_pct", "median"),
        "ccc_median": _over(own, "ccc", "median"),
    }


def _over(frame: pd.DataFrame, column: str, how: str) -> object:
    """Summarise a column that may be missing."""
    if column not in frame:
        return None
    known = frame[column].dropna()
    return known.agg(how) if len(known) else None


def _plain(value: Any) -> object:
    """Return a plain Python value; ``None`` for a figure that is not known."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_plain(inner) for inner in value]
    return value
