"""Which parts of a recording are rest, and why the others are not."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from emgfasc._validate import non_negative, one_of
from emgfasc.containers.columns import REST, STATES
from emgfasc.errors import ParameterError

__all__ = ["Rest", "RestStatus"]

RestStatus = Literal["rest", "partial", "not_at_rest", "not_verifiable"]

_FULL_SHARE = 0.95  # of the recording at rest to be called plainly `rest`


@dataclass(frozen=True, eq=False)
class Rest:
    """Contiguous stretches that tile a recording, each rest or excluded.

    Attributes
    ----------
    segments : DataFrame
        Columns ``start_s, stop_s, state, reason``; sorted, without gap or overlap. `state` is
        ``rest``, ``voluntary``, ``spontaneous`` (a cramp or a like discharge, in which
        fasciculations cannot be seen) or ``artifact``.
    duration_s : float
        Length of the recording.
    verifiable : bool
        Whether rest could be told from contraction at all.

    Examples
    --------
    >>> from emgfasc.containers import Rest
    >>> rest = Rest.from_spans([(2.0, 5.0, "voluntary", "contraction")], duration_s=10.0)
    >>> rest.rest_s, rest.status
    (7.0, 'partial')
    """

    segments: pd.DataFrame
    duration_s: float
    verifiable: bool = True

    def __post_init__(self) -> None:
        """Hold the tiling."""
        non_negative("duration_s", self.duration_s)
        frame = REST.validated(self.segments)
        for state in frame["state"]:
            one_of("state", state, STATES)
        edges = np.append(frame["start_s"].to_numpy(float), self.duration_s)
        ends = np.append(0.0, frame["stop_s"].to_numpy(float))
        if not np.allclose(edges, ends, rtol=0, atol=1e-9):
            raise ParameterError("rest: the stretches must tile the recording without gap.")
        object.__setattr__(self, "segments", frame)

    @classmethod
    def all_rest(cls, duration_s: float, *, reason: str = "taken as rest") -> Rest:
        """Return a recording that is rest from end to end."""
        return cls.from_spans([], duration_s=duration_s, reason=reason)

    @classmethod
    def from_spans(
        cls,
        spans: list[tuple[float, float, str, str]],
        *,
        duration_s: float,
        reason: str = "quiet",
        verifiable: bool = True,
    ) -> Rest:
        """Build from the stretches that are *not* rest.

        Parameters
        ----------
        spans : list of (start_s, stop_s, state, reason)
            In any order; clipped to the recording. Where two overlap, the later in the list wins.
        duration_s : float
            Length of the recording.
        reason : str
            Reason written for the rest in between.
        verifiable : bool
            Whether rest could be told from contraction at all.
        """
        clipped = [
            (max(0.0, float(start)), min(duration_s, float(stop)), state, why)
            for start, stop, state, why in spans
        ]
        edges = {0.0, duration_s}
        for start, stop, _, _ in clipped:
            if stop > start:
                edges |= {start, stop}
        grid = sorted(edges)
        rows: list[list[object]] = []
        for left, right in pairwise(grid):
            state, why = "rest", reason
            for start, stop, span_state, span_why in clipped:
                if start <= left and right <= stop:
                    state, why = span_state, span_why
            if rows and rows[-1][2] == state and rows[-1][3] == why:
                rows[-1][1] = right
            else:
                rows.append([left, right, state, why])
        frame = pd.DataFrame(rows, columns=list(REST.names)) if rows else REST.empty()
        return cls(frame, duration_s, verifiable)

    def excluding(self, spans: list[tuple[float, float, str, str]]) -> Rest:
        """Return a copy in which `spans` replace what was **rest** (never what was excluded)."""
        kept = [
            (row.start_s, row.stop_s, row.state, row.reason)
            for row in self.segments.itertuples()
            if row.state != "rest"
        ]
        quiet = self.segments.loc[self.segments["state"] == "rest", "reason"]
        return Rest.from_spans(
            [*spans, *kept],
            duration_s=self.duration_s,
            reason=str(quiet.iloc[0]) if len(quiet) else "quiet",
            verifiable=self.verifiable,
        )

    def seconds(self, state: str) -> float:
        """Return how long the recording is in `state`."""
        one_of("state", state, STATES)
        rows = self.segments[self.segments["state"] == state]
        return float((rows["stop_s"] - rows["start_s"]).sum())

    @property
    def rest_s(self) -> float:
        """Seconds of rest that may be counted; 0 when rest cannot be verified."""
        return self.seconds("rest") if self.verifiable else 0.0

    @property
    def status(self) -> RestStatus:
        """`rest` (at least 95 % of it), `partial`, `not_at_rest` or `not_verifiable`."""
        if not self.verifiable:
            return "not_verifiable"
        if self.rest_s <= 0:
            return "not_at_rest"
        return "rest" if self.rest_s >= _FULL_SHARE * self.duration_s else "partial"

    def state_at(self, times_s: ArrayLike) -> NDArray[np.str_]:
        """Return the state at each time; times outside count as the nearest stretch."""
        times = np.asarray(times_s, float)
        if self.segments.empty:
            return np.full(times.shape, "rest")
        index = np.searchsorted(self.segments["start_s"].to_numpy(float), times, side="right") - 1
        states = self.segments["state"].to_numpy(str)
        return np.asarray(states[np.clip(index, 0, len(states) - 1)])

    def to_frame(self) -> pd.DataFrame:
        """Return the stretches as a table."""
        return self.segments.copy()
