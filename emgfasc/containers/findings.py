"""All that was measured in one recording, before it is compared with anything published."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from emgfasc.containers.events import Events
from emgfasc.containers.recording import Recording
from emgfasc.containers.rest import Rest
from emgfasc.containers.units import Units

__all__ = ["Findings"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Findings:
    """The measured half of an analysis.

    Attributes
    ----------
    recording : Recording
        The recording as it was cleaned for detection.
    rest : Rest
        Rest and what is not.
    events : Events
        Every potential with its category and shape.
    units : Units
        Classes of potentials.
    firing : DataFrame
        Rates and intervals: first row ``all`` (fasciculations at rest), then one per unit.
    """

    recording: Recording
    rest: Rest
    events: Events
    units: Units
    firing: pd.DataFrame
