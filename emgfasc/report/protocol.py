"""What a report needs to know of an analysis, and no more."""

from __future__ import annotations

from typing import Protocol

import pandas as pd

from emgfasc.containers import Events, Recording, Rest, Units
from emgfasc.evidence import Evidence

__all__ = ["Analysed"]


class Analysed(Protocol):
    """An analysis: what was measured, how it was weighed, and with which settings.

    Attributes
    ----------
    recording, raw : Recording
        The recording as cleaned for detection, and as it was read.
    rest, events, units, firing
        As in :class:`emgfasc.containers.Findings`.
    evidence : Evidence
        The comparison with published findings.
    """

    @property
    def recording(self) -> Recording:
        """The recording as it was cleaned for detection."""

    @property
    def raw(self) -> Recording:
        """The recording as it was read."""

    @property
    def rest(self) -> Rest:
        """Rest and what is not."""

    @property
    def events(self) -> Events:
        """Every potential with its category and shape."""

    @property
    def units(self) -> Units:
        """Classes of potentials."""

    @property
    def firing(self) -> pd.DataFrame:
        """Rates and intervals: first row ``all``, then one per unit."""

    @property
    def evidence(self) -> Evidence:
        """The comparison with published findings."""

    def settings_dict(self) -> dict[str, object]:
        """Return every setting by name; values may be mappings themselves."""

    def summary_row(self) -> dict[str, object]:
        """Return the batch row.

        Read here: ``rest_s, n_fp, fp_per_min, fp_per_min_lo95, fp_per_min_hi95, n_units,
        noise_uv, detection_limit_uv, sufficient_observation, flags`` (a sequence of str, or one
        str). All other keys are listed as provenance.
        """
