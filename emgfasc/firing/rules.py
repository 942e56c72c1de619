"""The rule table that tells fasciculations from other discharges, as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from emgfasc.containers import KINDS, Category, Kind
from emgfasc.rest import Pace

__all__ = ["RULES", "Pattern", "Rule", "Search", "rules"]

Search = Literal["bursts", "dense", "mixed", "slow", "stretch", "train"]

SHORT_MS = 5.0  # fibrillations last 1 to 5 ms (StatPearls 19794)


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """A run of discharges and what the rules may ask about it.

    Attributes
    ----------
    search : {'train', 'slow', 'mixed', 'bursts', 'dense', 'stretch'}
        How it was found: a regular train of at least 4 Hz; a regular train of at least 0.5 Hz;
        regular trains that are mixed in units of short potentials;
        the bursts of one unit, or of several that are pieces of one; a dense stretch over all
        units; a stretch that the rest gate calls active.
    unit : int
        Its unit, of several pieces the largest; 0 for potentials that were not sorted, -1 for a
        stretch over all units.
    start_s, stop_s : float
        First and last discharge.
    n : int
        Discharges in it.
    rate_hz : float
        Firing rate; inside the bursts for `bursts`, of all units together for `dense`.
    start_rate_hz : float
        Rate of the first four intervals of a train.
    cov : float
        SD over mean of the intervals; of the intervals between bursts for `bursts`.
    n_units : int
        Sorted units that take part.
    n_bursts : int
        Bursts it consists of.
    unit_rate_hz : float
        Median over the units of one over their median interval.
    rise : float
        Rate in its second half over the rate in its first.
    decrement : float
        Median amplitude of its last third over that of its first.
    amplitude_uv, duration_ms : float
        Medians of its potentials; ``nan`` when not measured.
    phases, negative_share : float
        Medians of the number of phases and of negative peak over amplitude.
    negative_ms : float
        Time the average spends below half its negative peak; ``nan`` without an average.
    initial_positive : bool
        Whether most of its potentials begin with a positive phase.
    step : float
        Median share by which the smaller of two successive potentials is smaller.
    pace : {'willed', 'fast', 'machine', None}
        What the rest gate takes a stretch for: a contraction, a cramp, a complex repetitive
        discharge.
    """

    search: Search
    unit: int
    start_s: float
    stop_s: float
    n: int
    rate_hz: float
    cov: float
    start_rate_hz: float = np.nan
    n_units: int = 1
    n_bursts: int = 1
    unit_rate_hz: float = np.nan
    rise: float = np.nan
    decrement: float = np.nan
    amplitude_uv: float = np.nan
    duration_ms: float = np.nan
    phases: float = np.nan
    negative_share: float = np.nan
    negative_ms: float = np.nan
    initial_positive: bool = False
    step: float = np.nan
    pace: Pace | None = None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One way to recognise a kind of discharge.

    Attributes
    ----------
    name : str
        Short name, written to `reason` of the potentials it names.
    category : str
        What it calls them.
    sentence : str
        The rule in words.
    source : str
        Where it comes from; ``unverified`` when recalled and not read.
    searches : tuple of str
        Patterns it looks at.
    kinds : tuple of str
        Kinds of recording it applies to.
    test : callable
        Whether a :class:`Pattern` meets it.
    """

    name: str
    category: Category
    sentence: str
    source: str
    searches: tuple[Search, ...]
    test: Callable[[Pattern], bool]
    kinds: tuple[Kind, ...] = KINDS

    def fires(self, pattern: Pattern, kind: Kind) -> bool:
        """Tell whether the rule names `pattern` in a recording of `kind`."""
        return kind in self.kinds and pattern.search in self.searches and self.test(pattern)


_STATPEARLS = "StatPearls 19794"
_PROPOSED = "rule table of emgfasc (unverified)"

RULES: tuple[Rule, ...] = (
    Rule(
        name="high-frequency decrementing run",
        category="neuromyotonia",
        sentence="One unit that starts at 140 Hz or more and whose amplitude falls by a tenth or "
        "more.",
        source="150-300 Hz, decrementing (unverified)",
        searches=("train",),
        test=lambda p: p.start_rate_hz >= 140 and p.decrement <= 0.9,
    ),
    Rule(
        name="dense, falling activity",
        category="neuromyotonia",
        sentence="75 Hz or more for 0.3 s or longer over all units, falling in amplitude by a "
        "fifth or more, by less than a fifth from one potential to the next as only one unit does: "
        "a run so fast that potentials overlap and every second one may be missed.",
        source="150-300 Hz, decrementing (unverified); half the rate and the steps are this "
        "library's own",
        searches=("dense",),
        test=lambda p: p.rate_hz >= 75 and p.decrement <= 0.8 and p.step < 0.2,
    ),
    Rule(
        name="dense, growing activity of many units",
        category="cramp",
        sentence="Three units or more, each at 20 to 150 Hz, together 40 Hz or more for a second "
        "or longer, building up; not where the rest gate sees a contraction.",
        source="40-75 (20-150) Hz, irregular, many units, builds up (unverified)",
        searches=("dense",),
        test=lambda p: (
            p.n_units >= 3
            and p.rate_hz >= 40
            and 20 <= p.unit_rate_hz <= 150
            and p.stop_s - p.start_s >= 1
            and p.rise > 1
        ),
    ),
    Rule(
        name="recurring bursts",
        category="myokymia",
        sentence="Four bursts or more of 3 to 10 discharges at 5 to 150 Hz within a burst, 0.1 to "
        "10 s apart at intervals with a CoV below 0.5, that hold half of the unit or more; pieces "
        "of a unit count as one, and runs of up to 20 among them are two bursts without a pause.",
        source="intraburst 5-60 Hz, 2-10 spikes, every 0.1-10 s (unverified); regularly "
        "recurring bursts",
        searches=("bursts",),
        test=lambda p: p.n_bursts >= 4 and 5 <= p.rate_hz <= 150 and p.cov < 0.5,
    ),
    Rule(
        name="regular short small potentials",
        category="fibrillation",
        sentence="Regular at 0.5 to 15 Hz (CoV below 0.2), beginning positive, shorter than 5 ms "
        "and smaller than 200 uV.",
        source=f"{_STATPEARLS}: 0.5-15 Hz, regular, 1-5 ms, 20-200 uV; CoV limit unverified",
        searches=("train", "slow", "mixed"),
        kinds=("needle",),
        test=lambda p: (
            0.5 <= p.rate_hz <= 15
            and p.cov < 0.2
            and p.initial_positive
            and p.duration_ms < SHORT_MS
            and p.amplitude_uv < 200
        ),
    ),
    Rule(
        name="regular positive sharp potentials",
        category="positive_sharp_wave",
        sentence="Regular at 0.5 to 15 Hz (CoV below 0.2), a positive phase followed by at most "
        "one negative phase of less than half its height, 10 to 30 ms long, or whose negative "
        "phase lasts 3 ms at half its depth in the unit's average.",
        source=f"{_STATPEARLS}: sharp positive then slow negative, 10-30 ms; CoV limit and the "
        "3 ms unverified",
        searches=("train", "slow"),
        kinds=("needle",),
        test=lambda p: (
            0.5 <= p.rate_hz <= 15
            and p.cov < 0.2
            and p.initial_positive
            and p.phases <= 2
            and p.negative_share < 1 / 3
            and (10 <= p.duration_ms <= 30 or p.negative_ms >= 3)
        ),
    ),
    Rule(
        name="machine-like train",
        category="complex_repetitive",
        sentence="CoV below 0.1 above 20 Hz, which no voluntary unit holds, or CoV below 0.05 at "
        "3 Hz or more (also the spontaneous continuous single discharge).",
        source="5-150 Hz, mostly 30-40, machine-like (neuromuscular.wustl.edu); CoV 3.5 +- 1.7 % "
        "(PubMed 31875989); limits unverified",
        searches=("train",),
        test=lambda p: (p.cov < 0.1 and p.rate_hz > 20) or (p.cov < 0.05 and p.rate_hz >= 3),
    ),
    Rule(
        name="units faster than by will",
        category="cramp",
        sentence="A stretch without rest, of 4 s or longer, whose envelope is like itself again "
        "within 20 to 33 ms after its units' pauses, and within 16 to 24 ms too or with less power "
        "at 16-34 Hz than at 60-150 Hz: its units fire faster than by will.",
        source="40-75 (20-150) Hz, irregular, many units (unverified); the test of the envelope "
        "is this library's own",
        searches=("stretch",),
        test=lambda p: p.pace == "fast",
    ),
    Rule(
        name="units as regular as a machine",
        category="complex_repetitive",
        sentence="A stretch without rest whose envelope repeats itself for 200 ms and longer.",
        source="5-150 Hz, mostly 30-40, machine-like (neuromuscular.wustl.edu); the test of the "
        "envelope is this library's own",
        searches=("stretch",),
        test=lambda p: p.pace == "machine",
    ),
    Rule(
        name="regular voluntary train",
        category="voluntary",
        sentence="Four consecutive intervals or more at 4 to 50 Hz with a CoV below 0.3.",
        source="onset 4-5 Hz (brainscape), 5-15 Hz, CoV 0.1-0.2 (unverified)",
        searches=("train",),
        test=lambda p: 4 * (1 - 1e-9) <= p.rate_hz <= 50,
    ),
    Rule(
        name="regular train that no other rule names",
        category="unclassified",
        sentence="Four consecutive intervals or more with a CoV below 0.3, above 50 Hz.",
        source=_PROPOSED,
        searches=("train",),
        test=lambda p: p.rate_hz > 50,
    ),
    Rule(
        name="within a contraction",
        category="voluntary",
        sentence="A stretch in which the muscle is active without pause, see emgfasc.rest.",
        source=_PROPOSED,
        searches=("stretch",),
        test=lambda p: p.pace == "willed",
    ),
    Rule(
        name="brief burst of many units",
        category="voluntary",
        sentence="Three units or more, each with three discharges or more, together 40 Hz or more "
        "for 0.3 s or longer: too brief for the rest gate.",
        source=_PROPOSED,
        searches=("dense",),
        test=lambda p: p.n_units >= 3 and p.rate_hz >= 40,
    ),
)
"""In order: the first rule that fires names the potential."""


def rules() -> pd.DataFrame:
    """Return the rule table, first rule first.

    Examples
    --------
    >>> from emgfasc.firing import rules
    >>> rules()["category"].tolist()[:3]
    ['neuromyotonia', 'neuromyotonia', 'cramp']
    """
    return pd.DataFrame(
        [
            {
                "rule": rule.name,
                "category": rule.category,
                "sentence": rule.sentence,
                "source": rule.source,
                "searches": ", ".join(rule.searches),
                "kinds": ", ".join(rule.kinds),
            }
            for rule in RULES
        ]
    )
