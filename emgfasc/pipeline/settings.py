"""Everything a user may change about an analysis, frozen, hashed and printed in the report."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from emgfasc._validate import positive
from emgfasc.containers import Kind
from emgfasc.detect import DetectRules
from emgfasc.errors import ParameterError
from emgfasc.measure import Rules as MeasureRules
from emgfasc.rest import RestRules
from emgfasc.sort import SortRules

__all__ = ["Settings"]

_RULES = {"rest": RestRules, "detect": DetectRules, "measure": MeasureRules, "sort": SortRules}


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
            rest=self.rest or RestRules(),
            detect=self.detect or DetectRules.for_kind(kind),
            measure=self.measure or MeasureRules.for_kind(kind),
            sort=self.sort or SortRules.for_kind(kind),
        )

    def to_dict(self) -> dict[str, object]:
        """Return the settings as plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Settings:
        """Return the settings that :meth:`to_dict` gave, also after a way through JSON.

        Raises
        ------
        ParameterError
            When a name is not that of a setting.

        Examples
        --------
        >>> from emgfasc import Settings
        >>> used = Settings(max_false_per_min=0.1).resolved("needle")
        >>> Settings.from_dict(used.to_dict()) == used
        True
        """
        given = {name: _tupled(value) for name, value in values.items()}
        try:
            for name, rules in _RULES.items():
                if given.get(name) is not None:
                    inner = given[name].items()
                    given[name] = rules(**{key: _tupled(value) for key, value in inner})
            return cls(**given)
        except TypeError as error:
            raise ParameterError(f"Invalid value for the 'values' parameter: {error}.") from error

    @property
    def params_hash(self) -> str:
        """Twelve hexadecimal digits that change when any setting does."""
        text = json.dumps(self.to_dict(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def _tupled(value: Any) -> Any:
    """Return a tuple for a list, which is what JSON makes of a tuple."""
    return tuple(value) if isinstance(value, list) else value
