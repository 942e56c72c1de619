"""Compare findings with published ones and show the reasons for and against.

Published findings conflict, so nothing here gives a probability of disease. `weigh` compares one
recording, `combine` lays several muscles of one person beside the electrodiagnostic criteria,
`trend` follows the rate over time, and `references` and `muscles` are the tables they rely
on. emgfasc measures; it never diagnoses.
"""

from __future__ import annotations

from emgfasc.evidence.anatomy import Muscle, find_muscle, muscles
from emgfasc.evidence.change import Trend, trend
from emgfasc.evidence.combining import Combined, ManualFinding, combine
from emgfasc.evidence.context import Context
from emgfasc.evidence.context_report import ContextReport
from emgfasc.evidence.literature import Reference, references
from emgfasc.evidence.result import Evidence
from emgfasc.evidence.weighing import weigh

__all__ = [
    "Combined",
    "Context",
    "ContextReport",
    "Evidence",
    "ManualFinding",
    "Muscle",
    "Reference",
    "Trend",
    "combine",
    "find_muscle",
    "muscles",
    "references",
    "trend",
    "weigh",
]
