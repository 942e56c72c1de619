"""One muscle of a person: what was looked at, whether it counts, and what it showed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import pdtr

from emgfasc._validate import one_of
from emgfasc.containers import Findings
from emgfasc.errors import ParameterError
from emgfasc.evidence.anatomy import Muscle, find_muscle
from emgfasc.evidence.gates import MIN_REST_S

__all__ = ["Examined", "ManualFinding", "examined"]

_SIDES = ("left", "right", "")
_DENERVATION = ("fibrillation", "positive_sharp_wave")
_CHANCE = 0.025  # one-sided chance of so many false detections


@dataclass(frozen=True)
class Examined:
    """One muscle examined; ``None`` where a question cannot be answered."""

    given: str
    muscle: Muscle | None
    side: str
    kind: str
    source: str
    counts: bool
    reason: str
    rest_s: float
    n_fp: int
    fasciculations: bool | None
    fibrillations: bool | None
    chronic_change: bool | None

    @property
    def denervation(self) -> bool | None:
        """Ongoing denervation: fasciculations or fibrillations (Awaji: equivalent)."""
        answers = (self.fasciculations, self.fibrillations)
        if True in answers:
            return True
        return None if None in answers else False

    def joined(self, other: Examined) -> Examined:
        """Return both looks at the same muscle as one."""
        return replace(
            self,
            rest_s=self.rest_s + other.rest_s,
            n_fp=self.n_fp + other.n_fp,
            fasciculations=_seen(self.fasciculations, other.fasciculations),
            fibrillations=_seen(self.fibrillations, other.fibrillations),
            chronic_change=_seen(self.chronic_change, other.chronic_change),
        )


@dataclass(frozen=True)
class ManualFinding:
    """What was seen in a muscle elsewhere, entered by hand.

    Attributes
    ----------
    muscle : str
        A name or alias from `muscles`.
    side : {'left', 'right', ''}
        Side of the body.
    fasciculations, fibrillations, chronic_change : bool or None
        Fasciculation potentials; fibrillations or positive sharp waves; chronic neurogenic motor
        unit change. ``None``: not looked for.

    Raises
    ------
    ParameterError
        When the muscle is unknown or a value has the wrong form.

    Examples
    --------
    >>> ManualFinding("TA", side="right", fibrillations=True).muscle
    'tibialis anterior'
    """

    muscle: str
    side: str = ""
    fasciculations: bool | None = None
    fibrillations: bool | None = None
    chronic_change: bool | None = None

    def __post_init__(self) -> None:
        """Check the values and take the muscle's name from the table."""
        found = find_muscle(self.muscle) if isinstance(self.muscle, str) else None
        if found is None:
            raise ParameterError(
                f"manual finding: muscle {self.muscle!r} is not in the muscle table; "
                "emgfasc.evidence.muscles() lists the known ones."
            )
        one_of("side", self.side, _SIDES)
        for name in ("fasciculations", "fibrillations", "chronic_change"):
            if getattr(self, name) not in (True, False, None):
                raise ParameterError(
                    f"manual finding: '{name}' must be True, False or None, "
                    f"but got {getattr(self, name)!r}."
                )
        object.__setattr__(self, "muscle", found.name)

    def examined(self) -> Examined:
        """Return the entry as a muscle examined."""
        muscle = find_muscle(self.muscle)
        reason = _foot_reason(muscle)
        return Examined(
            given=self.muscle,
            muscle=muscle,
            side=self.side,
            kind="needle",
            source="manual entry",
            counts=not reason,
            reason=reason,
            rest_s=0.0,
            n_fp=0,
            fasciculations=self.fasciculations,
            fibrillations=self.fibrillations,
            chronic_change=self.chronic_change,
        )


def examined(findings: Findings) -> Examined:
    """Return a recording as a muscle examined."""
    rec, rest = findings.recording, findings.rest
    muscle = find_muscle(rec.muscle)
    times = findings.events.fasciculations.peak_s
    n_fp = int(np.count_nonzero(rest.state_at(times) == "rest")) if rest.rest_s > 0 else 0
    present = _more_than_false(findings, n_fp)
    reason = _uncounted(findings, muscle) or _unseen(findings, present=present)
    return Examined(
        given=rec.muscle or "not stated",
        muscle=muscle,
        side=_side(rec.side),
        kind=rec.kind,
        source=rec.name,
        counts=not reason,
        reason=reason,
        rest_s=rest.rest_s,
        n_fp=n_fp,
        fasciculations=None if reason else present,
        fibrillations=_fibrillations(findings),
        chronic_change=None,
    )


def _seen(one: bool | None, other: bool | None) -> bool | None:
    """Join two looks at the same thing: seen once is seen, not looked for adds nothing."""
    if one is None or other is None:
        return other if one is None else one
    return one or other


def _more_than_false(findings: Findings, n_fp: int) -> bool:
    """Tell whether there are more potentials than the detector's own false ones explain."""
    sensitivity = findings.events.sensitivity
    expected = 0.0
    if sensitivity is not None:
        expected = sensitivity.max_false_per_min * findings.rest.rest_s / 60
    return n_fp > 0 and bool(1 - pdtr(n_fp - 1, expected) <= _CHANCE)


def _uncounted(findings: Findings, muscle: Muscle | None) -> str:
    rec, status = findings.recording, findings.rest.status
    if muscle is None:
        return (
            f"Muscle {rec.muscle!r} is not in the muscle table."
            if rec.muscle
            else ("The muscle is not stated.")
        )
    if foot := _foot_reason(muscle):
        return foot
    if rec.kind != "needle":
        return f"The criteria speak of needle EMG; this is a {rec.kind} recording."
    if status == "not_verifiable":
        return "Rest could not be verified."
    return "The recording is not at rest." if status == "not_at_rest" else ""


def _unseen(findings: Findings, *, present: bool) -> str:
    rest_s, needed = findings.rest.rest_s, MIN_REST_S[findings.recording.kind]
    if present or rest_s >= needed:
        return ""
    return f"Nothing found in {rest_s:.0f} s of rest; {needed:.0f} s are needed to say so."


def _foot_reason(muscle: Muscle | None) -> str:
    if muscle is None or not muscle.foot:
        return ""
    return "Foot muscles fasciculate in healthy people and never count (van der Heijden 1994)."


def _fibrillations(findings: Findings) -> bool | None:
    """Tell whether a unit of that kind was found; surface electrodes cannot see them ([K])."""
    found = findings.units.to_frame()["category"].isin(_DENERVATION).any()
    return True if findings.recording.kind == "needle" and bool(found) else None


def _side(side: str | None) -> str:
    first = (side or "").strip().casefold()[:1]
    return {"l": "left", "r": "right"}.get(first, "")
