"""Every threshold of the waveform measurements, in one frozen settings object."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import pandas as pd

from emgfasc._validate import non_negative, one_of, positive
from emgfasc.containers import KINDS, Kind

__all__ = ["Rules"]

_STALBERG = "Stalberg et al. 1986, 1996; Sonoo & Stalberg 1993 (unverified)"
_FIBRES = "muscle fibres conduct at 2-7 m/s (unverified), with a margin"
_LOUIS = "Louis 1984, doi:10.1080/01621459.1984.10478062 (unverified); tuned on simulations"
_DEFAULT = "default of emgfasc; no accepted value exists"


def _rule(value: float, unit: str, sentence: str, source: str) -> Any:
    """Return a field that knows its unit, its meaning and where its value comes from."""
    return field(default=value, metadata={"unit": unit, "sentence": sentence, "source": source})


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Thresholds that turn a stretch of signal into amplitude, duration, phases and the rest.

    There is no universally accepted rule for onset and offset, and thresholds for phases and
    turns differ between machines: durations and counts depend on these numbers, which is why a
    report prints them (:meth:`to_frame`). The plain object holds the needle values;
    :meth:`for_kind` gives the values of each kind of electrode. No threshold in microvolts is
    used below the noise: each is raised to a multiple of the noise SD at the potential.

    Examples
    --------
    >>> from emgfasc.measure import Rules
    >>> Rules.for_kind("needle").turn_uv, Rules.for_kind("surface").turn_uv
    (50.0, 10.0)
    >>> print(Rules.for_kind("needle").to_frame().loc["quiet_ms", "sentence"])
    It has ended once back inside for this long.
    """

    onset_sigma: float = _rule(3.0, "SD", "The potential is outside this many noise SDs", _STALBERG)
    onset_uv: float = _rule(20.0, "uV", "and at least this far from the baseline", _STALBERG)
    onset_share: float = _rule(
        0.0, "", "and this share of the largest deflection; a phase is as high", _DEFAULT
    )
    onset_run_ms: float = _rule(0.3, "ms", "for at least this long without a break.", _STALBERG)
    quiet_ms: float = _rule(2.0, "ms", "It has ended once back inside for this long.", _STALBERG)
    before_ms: float = _rule(20.0, "ms", "Onset is sought this far before the peak.", _DEFAULT)
    after_ms: float = _rule(40.0, "ms", "Offset is sought this far after the peak.", _DEFAULT)
    baseline_ms: float = _rule(20.0, "ms", "Baseline: median of this much signal", _STALBERG)
    baseline_gap_ms: float = _rule(5.0, "ms", "that ends this long before the peak.", _DEFAULT)
    smooth_ms: float = _rule(
        0.8, "ms", "A running parabola over this long comes before all but peak and area.", _DEFAULT
    )
    sharp_sigma: float = _rule(
        0.75, "SD", "An extreme is at most this far inside the unsmoothed one.", _DEFAULT
    )
    shoulder_ms: float = _rule(
        1.0, "ms", "Amplitude is sought this far outside onset and offset as well.", _DEFAULT
    )
    phase_uv: float = _rule(20.0, "uV", "A phase is at least this high", _STALBERG)
    phase_sigma: float = _rule(3.0, "SD", "and this many noise SDs high", _DEFAULT)
    phase_ms: float = _rule(0.24, "ms", "and at least this long.", _STALBERG)
    turn_uv: float = _rule(50.0, "uV", "A turn lies between two swings of this much", _STALBERG)
    turn_sigma: float = _rule(6.0, "SD", "and of this many noise SDs.", _DEFAULT)
    polyphasic_over: float = _rule(4.0, "", "Polyphasic: more phases than this.", _STALBERG)
    serrated_over: float = _rule(
        5.0, "", "Serrated: more turns than this, yet not polyphasic.", _STALBERG
    )
    average_discharges: float = _rule(
        5.0, "", "A unit's average is measured from this many discharges.", _DEFAULT
    )
    satellite_discharges: float = _rule(
        5.0, "", "A satellite is sought in the median of at least this many discharges.", _STALBERG
    )
    denoise_discharges: float = _rule(
        6.0, "", "The discharges of a unit of at least this many are drawn to their average", _LOUIS
    )
    denoise_ms: float = _rule(
        0.3, "ms", "sample by sample, their spread pooled over this long on either side,", _DEFAULT
    )
    denoise_most_sigma: float = _rule(
        5.0, "SD", "unless that would take away as much as this;", _DEFAULT
    )
    denoise_sharp_sigma: float = _rule(
        0.25, "SD", "an extreme is then at most this far inside the unsmoothed one.", _DEFAULT
    )
    spread_share: float = _rule(
        0.5, "", "A channel is active from this share of the largest amplitude.", _DEFAULT
    )

    propagation_discharges: float = _rule(
        5.0, "", "Propagation is measured from this many discharges", _DEFAULT
    )
    propagation_fit: float = _rule(
        0.3,
        "",
        "that come into line by this share of their power, chance taken off",
        "twice the largest of 40 simulated grids of noise alone",
    )
    propagation_min_m_s: float = _rule(1.5, "m/s", "at a speed above this", _FIBRES)
    propagation_max_m_s: float = _rule(8.0, "m/s", "and below this.", _FIBRES)

    def __post_init__(self) -> None:
        """Refuse thresholds that cannot be used."""
        for rule in fields(self):
            check = positive if rule.name in _POSITIVE else non_negative
            check(rule.name, getattr(self, rule.name))

    @classmethod
    def for_kind(cls, kind: Kind) -> Rules:
        """Return the rules for one kind of electrode.

        Surface potentials are ten times smaller and slower than those of a needle, so the
        microvolt thresholds shrink and the time thresholds grow. They end in slow tails, in which
        a threshold that follows the noise would make duration a measure of the noise; a share of
        the potential's own size does not, from an SNR of about 30.

        Parameters
        ----------
        kind : {'needle', 'surface', 'hdsemg'}
            What recorded the potentials.
        """
        one_of("kind", kind, KINDS)
        if kind == "needle":
            return cls()
        return cls(
            onset_uv=4.0,
            onset_share=0.2,
            quiet_ms=4.0,
            smooth_ms=4.5,
            sharp_sigma=0.5,
            shoulder_ms=5.0,
            phase_uv=4.0,
            phase_ms=1.0,
            turn_uv=10.0,
            denoise_ms=1.5,
            denoise_sharp_sigma=0.125,
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row per threshold: value, unit, sentence and source, indexed by name."""
        rows = [
            {"rule": rule.name, "value": float(getattr(self, rule.name)), **rule.metadata}
            for rule in fields(self)
        ]
        return pd.DataFrame(rows).set_index("rule")


_POSITIVE = frozenset(
    {
        "quiet_ms",
        "before_ms",
        "after_ms",
        "baseline_ms",
        "turn_uv",
        "spread_share",
        "propagation_min_m_s",
        "propagation_max_m_s",
    }
)
