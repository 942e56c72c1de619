"""The answer a report opens with: each line a fact with its unit and its limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from emgfasc.firing import NEEDED_S
from emgfasc.report.protocol import Analysed
from emgfasc.report.words import NOTHING, number, seconds, sentence_list

__all__ = ["Answer", "Fact", "answer"]


_OF_UNITS = (
    "Classes of fasciculation potentials that look alike, at rest. The number found is no "
    "exact count: a unit that changes its shape may count more than once, units of like "
    "shape only once. For the lower bound only large classes count, each of which differs "
    "from all the others by more than one unit changes."
)


@dataclass(frozen=True)
class Fact:
    """One line of the answer.

    Attributes
    ----------
    name, value : str
        What it is, and how much.
    note : str
        What it means or rests on.
    """

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Answer:
    """What a reader wants to know first.

    Attributes
    ----------
    has_rest : bool
        Whether any rest may be counted; without it no rate is given anywhere.
    facts : tuple of Fact
        Count and rate first, then rest, observation, units, detection limit, pattern.
    flags : tuple of str
        Marks of doubtful quality.
    """

    has_rest: bool
    facts: tuple[Fact, ...]
    flags: tuple[str, ...]


def answer(analysed: Analysed) -> Answer:
    """Put the answer into words.

    Parameters
    ----------
    analysed : Analysed
        The analysis.

    Examples
    --------
    >>> from emgfasc.report.answer import Fact
    >>> Fact("Units", "3 found").note
    ''
    """
    row = analysed.summary_row()
    has_rest = analysed.rest.rest_s > 0
    facts = (
        _count(row, _limits_note(analysed), has_rest=has_rest, why=_no_rate(analysed)),
        Fact("Observed at rest", _rest_value(analysed), _rest_note(analysed)),
        Fact("Observed long enough", _enough(row.get("sufficient_observation")), _needed(analysed)),
        _units(analysed, row),
        Fact(
            "Detection limit",
            _with_unit(row.get("detection_limit_uv"), "µV"),
            _limit_note(analysed, row),
        ),
        Fact(
            "Pattern",
            analysed.evidence.pattern,
            "Which published findings the measurements resemble; no diagnosis. Reasons below.",
        ),
    )
    flags = dict.fromkeys([*sentence_list(row.get("flags")), *analysed.recording.flags])
    return Answer(has_rest, facts, tuple(flags))


def _count(row: dict[str, Any], limits: str, *, has_rest: bool, why: str) -> Fact:
    """Give count and rate together: a count without its time says nothing."""
    name = "Fasciculation potentials (FP) at rest"
    if not has_rest:
        return Fact(name, "no rate", why)
    n, rest = row.get("n_fp"), seconds(row.get("rest_s"))
    high = number(row.get("fp_per_min_hi95"))
    if n == 0:
        return Fact(name, f"0 in {rest}, upper 95 % limit {high}/min", limits)
    low = number(row.get("fp_per_min_lo95"))
    rate = number(row.get("fp_per_min"))
    value = f"{number(n)} in {rest}: {rate}/min (95 % limits {low} to {high}/min)"
    return Fact(name, value, limits)


def _limits_note(analysed: Analysed) -> str:
    """Say which limits the rate has: bursts make the exact ones too narrow."""
    firing = analysed.firing
    if len(firing) and "limits" in firing and firing["limits"].iloc[0] == "bootstrap":
        return "Bursty: limits by resampling blocks of rest, never narrower than the Poisson ones."
    return "Exact Poisson limits; they take discharges to be independent."


def _needed(analysed: Analysed) -> str:
    """Say how much rest is needed, and why."""
    needed = number(NEEDED_S[analysed.recording.kind])
    return (
        f"{needed} s of rest are needed. In patients with ALS it took up to 90 s to see one "
        "fasciculation with a needle (Mills 2011), and 2 min for five with surface grids "
        "(Zhou 2012)."
    )


def _rest_value(analysed: Analysed) -> str:
    rest = analysed.rest
    return f"{seconds(rest.rest_s)} of {seconds(rest.duration_s)}"


def _rest_note(analysed: Analysed) -> str:
    rest = analysed.rest
    status = {
        "rest": "At rest throughout, or nearly so.",
        "partial": "Partly at rest; only rest is counted.",
        "not_at_rest": "Not at rest.",
        "not_verifiable": "Rest could not be told from contraction.",
    }[rest.status]
    excluded = [
        f"{seconds(rest.seconds(state))} {state}"
        for state in ("voluntary", "spontaneous", "artifact")
        if rest.seconds(state) > 0
    ]
    return f"{status} Excluded: {', '.join(excluded)}." if excluded else status


def _no_rate(analysed: Analysed) -> str:
    """Say why no rate is given."""
    if analysed.rest.status == "not_verifiable":
        return (
            "Rest could not be verified in this recording, and fasciculations are defined at "
            "rest: potentials are listed, but no rate may be claimed."
        )
    reasons = analysed.rest.segments.loc[analysed.rest.segments["state"] != "rest", "reason"]
    named = "; ".join(dict.fromkeys(str(reason) for reason in reasons))
    return (
        "The recording holds no rest, and fasciculations are defined at rest: no rate may be "
        f"claimed. Why it is not rest: {named or 'no reason given'}."
    )


def _units(analysed: Analysed, row: dict[str, Any]) -> Fact:
    """Count the units that gave fasciculation potentials at rest, and say how small they may be.

    Units that fired less or are weaker are not counted.
    """
    ours, rest = analysed.events.fasciculations, analysed.rest
    counted = (rest.state_at(ours.peak_s) == "rest") & (rest.rest_s > 0)
    numbers = ours.frame["unit"][counted & (ours.frame["unit"] > 0)].unique()
    if not len(numbers):
        return Fact("Units", "none", _OF_UNITS)
    value, note = f"{len(numbers)} found", ""
    own = analysed.units.frame.loc[analysed.units.frame["unit"].isin(numbers)]
    if not own.empty:
        note = f"Those found have {_sizes(own['n'].min(), own['snr'].min())}. "
    if row.get("n_units_at_least"):
        value += f", at least {row['n_units_at_least']}"
        least = _sizes(row["n_units_at_least_discharges"], row["n_units_at_least_snr"])
        note += f"The lower bound counts units of {least}. "
    return Fact("Units", value, note + _OF_UNITS)


def _sizes(n: int, snr: float) -> str:
    return f"{n} discharges or more and SNR {snr:.0f} or more"


def _limit_note(analysed: Analysed, row: dict[str, Any]) -> str:
    noise = _with_unit(row.get("noise_uv"), "µV")
    note = "" if noise == NOTHING else f"Noise SD {noise}. "
    note += (
        "Peak-to-peak amplitude found for certain on a typical channel; smaller ones are missed."
    )
    sensitivity = analysed.events.sensitivity
    if sensitivity is not None:
        allowed = number(sensitivity.max_false_per_min)
        note += f" Threshold set for at most {allowed} false detections each minute."
    return note


def _with_unit(value: object, unit: str) -> str:
    text = number(value)
    return text if text == NOTHING else f"{text} {unit}"


def _enough(value: object) -> str:
    return NOTHING if value is None else ("yes" if value else "no")
