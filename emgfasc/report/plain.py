"""What was found, in words for a reader without training (the template has the rest)."""

from __future__ import annotations

from dataclasses import dataclass

from emgfasc.report.protocol import Analysed
from emgfasc.report.words import number

__all__ = ["Plain", "plain"]

# A person who reads "neurogenic" will look it up: say what it does and does not mean beside it.
_MEANINGS = {
    "neurogenic-leaning": (
        "The potentials look more like those published from muscles whose nerve supply is "
        "affected. Many conditions can do that: a pinched nerve, an old nerve injury or a "
        "neuropathy among them. It is not the name of an illness, and the comparison can be wrong."
    ),
    "benign-leaning": (
        "The potentials look more like those published from healthy muscle. This does not show "
        "that everything is well: such potentials were also recorded in patients, and other "
        "muscles were not looked at."
    ),
    "indeterminate": (
        "The potentials do not clearly look like one published group or the other. This is a "
        "common result; it is neither a good nor a bad sign."
    ),
    "insufficient": (
        "There was too little to compare, or no published study fits this muscle and electrode. "
        "No statement was made, neither a good nor a bad one."
    ),
}


@dataclass(frozen=True)
class Plain:
    """Two answers in everyday words.

    Attributes
    ----------
    found : str
        How many potentials in how much rest, or why none could be counted.
    meaning : str
        What the pattern of this recording means, and what it does not.
    """

    found: str
    meaning: str


def plain(analysed: Analysed) -> Plain:
    """Put count and pattern into everyday words.

    Parameters
    ----------
    analysed : Analysed
        The analysis; without rest no count is given.

    Examples
    --------
    >>> from emgfasc.report.plain import Plain
    >>> Plain("No such potential was found.", "No statement was made.").found
    'No such potential was found.'
    """
    return Plain(_found(analysed), _MEANINGS[analysed.evidence.pattern])


def _found(analysed: Analysed) -> str:
    rest = analysed.rest
    if rest.status == "not_verifiable":
        return (
            "In this recording it could not be told whether the muscle was resting. Fasciculations "
            "are counted only in a resting muscle, so no number is given."
        )
    if rest.rest_s <= 0:
        return (
            "In this recording the muscle was not resting. Fasciculations are counted only in a "
            "resting muscle, so no number is given."
        )
    time = _time(rest.rest_s)
    n = analysed.summary_row().get("n_fp")
    if not n:
        return (
            f"In this recording none was found in {time} of rest. Smaller or rarer ones may have "
            "been missed."
        )
    return (
        f"In this recording {number(n)} of them {'was' if n == 1 else 'were'} found in {time} of "
        "rest. The number alone says little: healthy muscles, those of the foot above all, can "
        "have many, and it can differ from one recording to the next."
    )


def _time(seconds: float) -> str:
    """Write a length of time as one would say it."""
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    return f"{number(seconds / 60, 2)} minutes"
