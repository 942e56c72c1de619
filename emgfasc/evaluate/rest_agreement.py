"""How well the found rest agrees with the true one, in seconds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from emgfasc._validate import one_of
from emgfasc.containers import STATES, Rest
from emgfasc.errors import ParameterError
from emgfasc.evaluate.scores import ratio

__all__ = ["RestAgreement", "rest"]

_SAME_LENGTH_S = 1e-3  # two writings of one recording's length may differ by rounding


@dataclass(frozen=True, kw_only=True, eq=False)
class RestAgreement:
    """Confusion of rest and excluded states; made by :func:`emgfasc.evaluate.rest`.

    Attributes
    ----------
    seconds : DataFrame
        Seconds in each true (rows) and found (columns) state.

    Examples
    --------
    >>> from emgfasc.containers import Rest
    >>> from emgfasc.evaluate import rest
    >>> true = Rest.from_spans([(2.0, 6.0, "voluntary", "contraction")], duration_s=10.0)
    >>> found = Rest.from_spans([(3.0, 7.0, "voluntary", "contraction")], duration_s=10.0)
    >>> agreement = rest(true, found)
    >>> agreement.sensitivity(), round(agreement.specificity(), 3), agreement.rest_lost_s
    (0.75, 0.833, 1.0)
    """

    seconds: pd.DataFrame

    def sensitivity(self, state: str = "voluntary") -> float:
        """Return the share of the time truly in `state` that was found so."""
        one_of("state", state, STATES)
        return ratio(self._cell(state, state), self._true(state))

    def specificity(self, state: str = "voluntary") -> float:
        """Return the share of the time truly not in `state` that was found not so."""
        one_of("state", state, STATES)
        total = float(self.seconds.to_numpy().sum())
        hit = self._cell(state, state)
        outside = total - self._true(state) - float(self.seconds[state].sum()) + hit
        return ratio(outside, total - self._true(state))

    @property
    def agreement(self) -> float:
        """Share of the time in the same state on both sides."""
        table = self.seconds.to_numpy()
        return ratio(float(np.trace(table)), float(table.sum()))

    @property
    def rest_lost_s(self) -> float:
        """True rest that was excluded, in seconds."""
        return self._true("rest") - self._cell("rest", "rest")

    @property
    def rest_false_s(self) -> float:
        """Voluntary activity and artifact that was taken for rest, in seconds."""
        return float(self.seconds["rest"].sum()) - self._cell("rest", "rest")

    def to_frame(self) -> pd.DataFrame:
        """Return the shares and seconds as one row."""
        return pd.DataFrame(
            [
                {
                    "agreement": self.agreement,
                    "voluntary_sensitivity": self.sensitivity("voluntary"),
                    "voluntary_specificity": self.specificity("voluntary"),
                    "artifact_sensitivity": self.sensitivity("artifact"),
                    "artifact_specificity": self.specificity("artifact"),
                    "rest_lost_s": self.rest_lost_s,
                    "rest_false_s": self.rest_false_s,
                }
            ]
        )

    def _cell(self, true: str, found: str) -> float:
        return float(self.seconds.at[true, found])  # noqa: PD008 - one labelled cell

    def _true(self, state: str) -> float:
        return float(self.seconds.loc[state].sum())


def rest(truth_rest: Rest, found_rest: Rest) -> RestAgreement:
    """Compare found stretches of rest and of what is not with the true ones.

    Time is compared continuously, by the exact overlap of stretches, so no bin width matters.
    The stretches are compared as they are, whether or not rest was called verifiable.

    Parameters
    ----------
    truth_rest, found_rest : Rest
        Two tilings of the same recording.

    Returns
    -------
    RestAgreement
        Seconds per true and found state, with sensitivity and specificity.

    Raises
    ------
    ParameterError
        When the two differ in length by more than a millisecond.
    """
    length = min(truth_rest.duration_s, found_rest.duration_s)
    if abs(truth_rest.duration_s - found_rest.duration_s) > _SAME_LENGTH_S:
        raise ParameterError(
            "Invalid value for the 'found_rest' parameter: a length of "
            f"{truth_rest.duration_s:g} s is needed, but got {found_rest.duration_s:g} instead."
        )
    starts = [each.segments["start_s"].to_numpy(float) for each in (truth_rest, found_rest)]
    edges = np.unique(np.concatenate([[0.0, length], *starts]).clip(0.0, length))
    middle, width = (edges[:-1] + edges[1:]) / 2, np.diff(edges)
    table = (
        pd.DataFrame(
            {
                "truth": truth_rest.state_at(middle),
                "found": found_rest.state_at(middle),
                "seconds": width,
            }
        )
        .pivot_table(index="truth", columns="found", values="seconds", aggfunc="sum")
        .reindex(index=list(STATES), columns=list(STATES))
        .fillna(0.0)
    )
    return RestAgreement(seconds=table)
