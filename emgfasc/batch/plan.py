"""What is done with every recording of a batch, and what one may cost."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from emgfasc import __version__
from emgfasc._validate import one_of, positive
from emgfasc.containers import KINDS, Kind
from emgfasc.errors import ParameterError
from emgfasc.pipeline import Settings

__all__ = ["Limits", "Plan"]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is done with every recording; a recording is redone when any of it changes.

    Attributes
    ----------
    settings : Settings
        Of the analysis.
    kind, fs_hz, scale, channels
        As `kind`, `fs`, `scale` and `channels` of :func:`emgfasc.read`, for all recordings.
    groups : mapping of str to sequence of str, or None
        Channels of each muscle; ``*``, ``?`` and ``[...]`` stand for characters. A group's name
        may end in ``left`` or ``right``. ``None``: see :func:`emgfasc.batch.groups.muscle_groups`.
    reports : bool
        Whether each recording gets its HTML report.

    Examples
    --------
    >>> from emgfasc.batch import Plan
    >>> Plan(kind="hdsemg", groups={"biceps left": ["A*"]}).groups
    (('biceps left', ('A*',)),)
    """

    settings: Settings = field(default_factory=Settings)
    kind: Kind | None = None
    fs_hz: float | None = None
    scale: float | None = None
    channels: Any = None
    groups: Any = None
    reports: bool = True

    def __post_init__(self) -> None:
        """Refuse what no recording could be read with; keep plain tuples."""
        if self.kind is not None:
            one_of("kind", self.kind, KINDS)
        for name in ("fs_hz", "scale"):
            if getattr(self, name) is not None:
                positive(name, getattr(self, name))
        if self.channels is not None:
            object.__setattr__(self, "channels", _names("channels", self.channels))
        if self.groups is not None:
            object.__setattr__(self, "groups", _groups(self.groups))

    @property
    def reading(self) -> dict[str, Any]:
        """What :func:`emgfasc.read` is told."""
        return {
            "fs": self.fs_hz,
            "kind": self.kind,
            "scale": self.scale,
            "channels": None if self.channels is None else list(self.channels),
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Plan:
        """Return the plan that :meth:`to_dict` gave, also after a way through JSON."""
        return cls(**{**values, "settings": Settings.from_dict(values["settings"])})

    @property
    def digest(self) -> str:
        """A hash that changes with the plan and with the version of emgfasc."""
        text = json.dumps([self.to_dict(), __version__], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one recording may cost before it is given up.

    Attributes
    ----------
    timeout_s : float or None
        Seconds.
    memory_gb : float or None
        Memory of its process, in units of 10^9 bytes; on Linux only.
    """

    timeout_s: float | None = None
    memory_gb: float | None = None

    def __post_init__(self) -> None:
        """Refuse what nothing could keep."""
        for name in ("timeout_s", "memory_gb"):
            if getattr(self, name) is not None:
                positive(name, getattr(self, name))


def _names(parameter: str, names: Any) -> tuple[str | int, ...]:
    """Return names as a tuple, one name as a tuple of one."""
    if isinstance(names, str | int):
        names = [names]
    if not isinstance(names, list | tuple) or not names:
        raise ParameterError(
            f"Invalid value for the '{parameter}' parameter: at least one name is needed, "
            f"but got {names!r} instead."
        )
    return tuple(names)


def _groups(groups: Any) -> tuple[tuple[str, tuple[str | int, ...]], ...]:
    """Return (muscle, patterns) pairs."""
    pairs = list(groups.items()) if isinstance(groups, Mapping) else list(groups)
    if not pairs:
        raise ParameterError("Invalid value for the 'groups' parameter: it names no muscle.")
    return tuple((str(muscle), _names("groups", patterns)) for muscle, patterns in pairs)
