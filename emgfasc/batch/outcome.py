"""What came of one recording, small enough to send."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from emgfasc.batch.plan import Limits, Plan
from emgfasc.errors import EmgfascError
from emgfasc.io.refusal import reason

__all__ = ["Outcome", "Task", "failure"]

Status = Literal["done", "failed", "no_room"]
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True, kw_only=True)
class Task:
    """One recording to analyse, and all that doing so takes.

    Attributes
    ----------
    name, source : str
        As in :class:`emgfasc.batch.inputs.Input`.
    out : str
        The folder of the batch.
    plan : Plan
        What to do.
    limits : Limits
        What it may cost.
    """

    name: str
    source: str
    out: str
    plan: Plan
    limits: Limits

    def to_dict(self) -> dict[str, Any]:
        """Return the task as plain values."""
        return {**asdict(self), "plan": self.plan.to_dict()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Task:
        """Return the task that :meth:`to_dict` gave, also after a way through JSON."""
        plan, limits = Plan.from_dict(values["plan"]), Limits(**values["limits"])
        return cls(**{**values, "plan": plan, "limits": limits})


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one recording.

    Attributes
    ----------
    name, source : str
        Which one.
    status : {'done', 'failed', 'no_room'}
        ``no_room``: its result could not be written, which is not its own fault.
    reason : str
        Why it failed, in one line.
    reused : bool
        Whether a finished result was there already.
    emg_s : float
        Seconds of EMG, rows of the recording added up.
    """

    name: str
    source: str
    status: Status
    reason: str = ""
    reused: bool = False
    emg_s: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return the outcome as plain values."""
        return asdict(self)


def failure(task: Task, error: BaseException) -> Outcome:
    """Return the outcome that an error makes, in one line that names the recording."""
    full = _full_disk(error)
    if full is not None:
        told = f"its result cannot be written ({os.strerror(full.errno or 0)})."
    else:
        told = str(error) if isinstance(error, EmgfascError) else _unexpected(error)
    told = " ".join(told.split())
    return Outcome(
        name=task.name,
        source=task.source,
        status="failed" if full is None else "no_room",
        reason=told if task.source in told else f"{task.source}: {told}",
    )


def _unexpected(error: BaseException) -> str:
    """Say what no reader or stage foresaw."""
    if isinstance(error, MemoryError):
        return "there is not enough memory for it; use fewer workers."
    return f"unexpected error ({type(error).__name__}: {reason(error)}); please report it."


def _full_disk(error: BaseException | None) -> OSError | None:
    """Return the full disk that is behind an error."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            return error
        error = error.__cause__ or error.__context__
    return None
