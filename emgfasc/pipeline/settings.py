"""Everything a user may change about an analysis, frozen, hashed and printed in the report."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Literal

from emgfasc._validate import positive
from emgfasc.containers import Kind
from emgfasc.detect import DetectRules
from emgfasc.measure import Rules as MeasureRules
from emgfasc.rest import RestRules
from emgfasc.sort import SortRules

__all__ = ["Settings"]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Settings of :func:`emgfasc.analyze`.

    Rules left ``None`` are those for the recording's kind; :meth:`resolved` fills them in.

    Attributes
    ----------
    max_false_per_min : float
        False detections allowed per minute of noise; sets the threshold.
    band_hz : (low, high) or None
        Corners of the band-pass; ``None`` means the usual ones for the kind.
    mains_hz : float, 'auto' or None
        Mains frequency to remove; ``'auto'`` looks for it.
    rest, detect, measure, sort : rules or None
        Rules of the stages.

    Examples
    --------
    >>> from emgfasc import Settings
    >>> Settings(max_false_per_min=0.1).max_false_per_min
    0.1
    """

    max_false_per_min: float = 0.5
    band_hz: tuple[float, float] | None = None
    mains_hz: float | Literal["auto"] | None = "auto"
    rest: RestRules | None = field(default=None)
    detect: DetectRules | None = field(default=None)
    measure: MeasureRules | None = field(default=None)
    sort: SortRules | None = field(default=None)

    def __post_init__(self) -> None:
        """Refuse what no analysis could use."""
        positive("max_false_per_min", self.max_false_per_min)

    def resolved(self, kind: Kind) -> Settings:
        """Return a copy in which every rule is spelled out for a kind of recording."""
        return Settings(
            max_false_per_min=self.max_false_per_min,
            band_hz=self.band_hz,
            mains_hz=self.mains_hz,
            rest=self.rest or RestRules.for_kind(kind),
            detect=self.detect or DetectRules.for_kind(kind),
            measure=self.measure or MeasureRules.for_kind(kind),
            sort=self.sort or SortRules.for_kind(kind),
        )

    def to_dict(self) -> dict[str, object]:
        """Return the settings as plain values."""
        return asdict(self)

    @property
    def params_hash(self) -> str:
        """Twelve hexadecimal digits that change when any setting does."""
        text = json.dumps(self.to_dict(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]
