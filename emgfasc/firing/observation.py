"""Whether the recording was long enough for its count to mean something."""

from __future__ import annotations

from dataclasses import dataclass

from emgfasc._validate import non_negative, one_of
from emgfasc.containers import KINDS, Kind
from emgfasc.firing.poisson import limits

__all__ = ["NEEDED_S", "Observation", "observation"]

NEEDED_S: dict[Kind, float] = {"needle": 90.0, "surface": 120.0, "hdsemg": 120.0}
"""Seconds of rest needed to see fasciculations that are there.

Needle: up to 90 s until one is seen (Mills 2011). Surface and grids: 2 min for five with
probability near 0.95 (Zhou et al. 2012, doi:10.1186/1743-0003-9-78).
"""


@dataclass(frozen=True)
class Observation:
    """How long was watched, and what that allows to say.

    Attributes
    ----------
    sufficient : bool
        Whether rest lasted at least `needed_s`.
    rest_s, needed_s : float
        Seconds of rest, and seconds needed with this kind of electrode.
    upper_per_min : float
        When nothing was seen: upper 95 % limit of the rate; otherwise, or without rest, ``nan``.
    sentence : str
        All of it in words.
    """

    sufficient: bool
    rest_s: float
    needed_s: float
    upper_per_min: float
    sentence: str


def observation(n: int, rest_s: float, kind: Kind) -> Observation:
    """Judge the length of an observation.

    Parameters
    ----------
    n : int
        Fasciculation potentials seen at rest.
    rest_s : float
        Seconds of rest; 0 when there is none or it could not be verified.
    kind : {'needle', 'surface', 'hdsemg'}
        What recorded them.

    Examples
    --------
    >>> from emgfasc.firing import observation
    >>> seen = observation(0, 60.0, "needle")
    >>> seen.sufficient, round(seen.upper_per_min, 2)
    (False, 3.69)
    >>> print(seen.sentence)
    0 potentials in 60.0 s of rest; upper 95 % limit 3.69/min; watch 30.0 s more (90 s are needed).
    """
    one_of("kind", kind, KINDS)
    count = int(non_negative("n", n))
    rest = non_negative("rest_s", rest_s)
    needed = NEEDED_S[kind]
    if rest == 0:
        sentence = f"No rest to count in; {needed:g} s are needed."
        return Observation(False, rest, needed, float("nan"), sentence)
    upper = float(limits(0)[1]) * 60.0 / rest if count == 0 else float("nan")
    parts = [f"{count} potential{'' if count == 1 else 's'} in {rest:.1f} s of rest"]
    if count == 0:
        parts.append(f"upper 95 % limit {upper:.3g}/min")
    sufficient = rest >= needed
    parts.append(
        f"long enough ({needed:g} s are needed)"
        if sufficient
        else f"watch {needed - rest:.1f} s more ({needed:g} s are needed)"
    )
    return Observation(sufficient, rest, needed, upper, "; ".join(parts) + ".")
