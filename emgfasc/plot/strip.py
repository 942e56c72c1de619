"""The evidence at a glance: which way each feature leans, and how much it counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from emgfasc._validate import has_columns
from emgfasc.errors import ParameterError
from emgfasc.plot.style import MUTED, UNIT_COLORS, axes_or_new, plain

__all__ = ["evidence_strip"]

_SIDES: dict[str, int] = {
    "leans_benign": -1,
    "not_informative": 0,
    "not_comparable": 0,
    "leans_neurogenic": 1,
}


def evidence_strip(evidence: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw one row per feature: to the left it leans benign, to the right neurogenic.

    Parameters
    ----------
    evidence : DataFrame
        Columns ``feature``, ``direction`` (``leans_neurogenic``, ``leans_benign``,
        ``not_informative``, ``not_comparable``) and ``weight``, as given by
        ``evidence.weigh(...).to_frame()``; ``study``, where given, is added to the row's name.
    ax : Axes, optional
        Where to draw; a new figure without it.

    Returns
    -------
    Axes
        The length of a bar is the weight of the comparison; rows without say have an open mark.

    Raises
    ------
    ParameterError
        When a column is missing or a direction is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> from emgfasc import plot
    >>> rows = pd.DataFrame({"feature": ["turns"], "direction": ["leans_neurogenic"],
    ...                      "weight": [1.0]})
    >>> [text.get_text() for text in plot.evidence_strip(rows).get_yticklabels()]
    ['turns']
    """
    has_columns("evidence", evidence, ("direction", "feature", "weight"))
    unknown = set(evidence["direction"]) - set(_SIDES)
    if unknown:
        raise ParameterError(
            f"evidence: unknown direction(s) {', '.join(sorted(map(str, unknown)))}; "
            f"allowed are {', '.join(_SIDES)}."
        )
    side = evidence["direction"].map(_SIDES).to_numpy(int) if len(evidence) else np.zeros(0, int)
    weight = pd.to_numeric(evidence["weight"]).fillna(0.0).to_numpy(float)
    ax = axes_or_new(ax, (9.0, 0.9 + 0.28 * max(len(evidence), 1)))
    rows = np.arange(len(evidence))
    colors = [{-1: UNIT_COLORS[0], 1: UNIT_COLORS[1]}.get(int(way), MUTED) for way in side]
    ax.barh(rows, side * weight, color=colors, height=0.55)
    silent = rows[side * weight == 0]
    ax.plot(np.zeros(silent.size), silent, "o", mfc="white", mec=MUTED, ms=5, ls="")
    ax.axvline(0, color=MUTED, lw=0.8, zorder=0)
    names = [str(name).replace("_", " ") for name in evidence["feature"]]
    if "study" in evidence:
        # Several studies speak of one feature: author and year tell the rows apart.
        names = [
            f"{name}: {str(study).partition(',')[0]}"
            for name, study in zip(names, evidence["study"], strict=True)
        ]
    ax.set_yticks(rows, [plain(name, 60) for name in names])
    ax.set_ylim(max(len(rows), 1) - 0.4, -0.6)
    reach = 1.15 * max(float(weight.max()) if weight.size else 0.0, 1.0)
    ax.set_xlim(-reach, reach)
    ax.set_xlabel("← leans benign     weight     leans neurogenic →")
    return ax
